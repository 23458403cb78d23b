"""Worked cases of how much is carried: a requirement, the evidence, what is granted, and what an architect would say."""

from __future__ import annotations

import pytest

from readiness.workloads.choices import PoolKind
from tests.readiness.evidence.judging import (
    LIVE,
    NOW,
    REAL,
    Case,
    bench,
    check,
    found,
    mean,
    most,
    p,
    point,
    point_at,
    pool,
    seen,
    vouched,
    wanted,
)  # fmt: skip

TTFT = wanted("ttft", 1.0, percentile=0.95)
RATE = wanted("throughput", 20.0, window_s=300.0)
RATE_REAL = wanted("throughput", 20.0, window_s=300.0, environment=REAL)
AT_50 = wanted("ttft", 1.0, percentile=0.95, environment={"min_concurrency": 50})
STORAGE = wanted("storage_capacity", 5_000.0)
DISK = wanted("storage_bandwidth", 2.0)
NETWORK = wanted("network_bandwidth", 8.0)
MEMORY = wanted("accelerator_memory", 0.9)
CARRIED = wanted("concurrency", 100.0)
TOKENS = wanted("token_throughput", 4_000.0, window_s=300.0)
ITEMS = wanted("item_throughput", 2.0, window_s=600.0)
SWEEP = [point_at(8, 8, 0.3, run=1), point_at(20, 32, 0.7, run=2), point_at(24, 64, 1.6, run=3)]
SWEEPS = [
    Case("one group carries a share of 32 in flight", AT_50, SWEEP, "met", "shown", [pool(16)]),
    Case("one group must carry all of them, and fails above", AT_50, SWEEP, "unknown", "fails_with_more_load", [pool(8)]),
    Case(
        "the point at the needed load fails", wanted("ttft", 1.0, percentile=0.95, environment={"min_concurrency": 64}),
        SWEEP, "not_met", "fails", [pool(8)],
    ),
    Case(
        "above all that was measured", wanted("ttft", 2.0, percentile=0.95, environment={"min_concurrency": 200}), SWEEP,
        "unknown", "less_load", [pool(8)],
    ),
    Case(
        "even less load fails", wanted("ttft", 0.2, percentile=0.95, environment={"min_concurrency": 200}), SWEEP, "not_met",
        "fails_with_less_load", [pool(8)],
    ),
    Case("enough only with the free part", AT_50, SWEEP, "warning", "enough_if_granted", [pool(8, 8)]),
    Case("nothing granted, enough were it", AT_50, SWEEP, "warning", "enough_if_granted", [pool(0, 16)]),
    Case("nobody knows what it will run on, and one group is not enough", AT_50, SWEEP, "unknown", "fails_with_more_load"),
    Case(
        "nobody knows what it will run on, but one group carries all",
        wanted("ttft", 1.0, percentile=0.95, environment={"min_concurrency": 30}), SWEEP, "warning", "capacity_unknown",
    ),
    Case(
        "nothing is granted, nobody knows how large the pool is, but one group carries all",
        wanted("ttft", 1.0, percentile=0.95, environment={"min_concurrency": 30}), SWEEP, "warning", "capacity_unknown",
        [pool(0, None)],
    ),
    Case(
        "real users at the required rate are the load, however few are in flight", AT_50,
        [seen(p(0.95, "ttft", 0.5), mean("throughput", 21), mean("concurrency", 9))], "met", "shown", [],
        [wanted("throughput", 20.0)],
    ),
    Case(
        "real users below it are not", AT_50, [seen(p(0.95, "ttft", 0.5), mean("throughput", 4), mean("concurrency", 90))],
        "unknown", "less_load", [], [wanted("throughput", 20.0)],
    ),
    Case("nothing is granted and nothing is free", AT_50, SWEEP, "unknown", "short_of_capacity", [pool(0, 0)]),
    Case("nobody knows the load", TTFT, SWEEP, "unknown", "demand_unknown", [pool(8)], [wanted("throughput", None)]),
    Case(
        "a single request at a time fails at any load", wanted("ttft", 0.2, percentile=0.95), [point_at(1, 1, 0.3)],
        "not_met", "fails_with_less_load", [pool(8)], [wanted("throughput", None)],
    ),
    Case("the rate that is required is the load", TTFT, SWEEP, "met", "shown", [pool(8)], [wanted("throughput", 20.0)]),
]  # fmt: skip
RATES = [
    Case("granted suffices", RATE, [point_at(24, 64, 0.5)], "met", "shown", [pool(8)], headroom=0.2),
    Case("two groups carry twice as much", RATE, [point_at(12, 64, 0.5)], "met", "shown", [pool(16)], headroom=0.2),
    Case("half a group carries nothing", RATE, [point_at(24, 64, 0.5)], "not_met", "short_of_capacity", [pool(4)]),
    Case("only with the free part", RATE, [point_at(12, 64, 0.5)], "warning", "enough_if_granted", [pool(8, 8)]),
    Case(
        "not even with it", wanted("throughput", 20.0, environment={"min_concurrency": 64}), [point_at(6, 64, 0.5)],
        "not_met", "short_of_capacity", [pool(8, 8)],
    ),
    Case("nothing granted and no pool", RATE, [point_at(24, 64, 0.5)], "unknown", "capacity_unknown"),
    Case("nobody knows the pool's size", RATE, [point_at(12, 64, 0.5)], "unknown", "capacity_unknown", [pool(8, None)]),
    Case("but what is granted may suffice", RATE, [point_at(24, 64, 0.5)], "met", "shown", [pool(8, None)]),
    Case(
        "on how many it ran nobody says", RATE, [point_at(24, 64, 0.5, environment={"accelerators": None})], "unknown",
        "accelerators_unknown", [pool(8)],
    ),
    Case(
        "on which it ran nobody says", RATE, [point_at(24, 64, 0.5, environment={"accelerator": None})], "unknown",
        "accelerator_unknown", [pool(8)],
    ),
    Case(
        "granted are others", RATE, [point_at(24, 64, 0.5)], "unknown", "other_accelerator",
        [pool(0, 0), pool(64, 0, pk=2, accelerator="a100-80")],
    ),
    Case("within two per cent", RATE, [point_at(20.2, 64, 0.5)], "warning", "within_uncertainty", [pool(8)]),
    Case("120 s of 300 s", RATE, [point_at(24, 64, 0.5, duration_s=120.0)], "unknown", "too_short", [pool(8)]),
    Case("nobody says how long", RATE, [point_at(24, 64, 0.5, duration_s=None)], "unknown", "window_unknown", [pool(8)]),
    Case(
        "a short run at its end that is far too slow", wanted("throughput", 20.0, window_s=300.0),
        [bench(mean("throughput", 6), mean("latency", 2.0), duration_s=120.0)], "not_met", "short_of_capacity", [pool(8)],
    ),
    Case(
        "more was not asked of it", RATE, [bench(mean("throughput", 5), load={"requested_per_s": 5.0})], "unknown",
        "not_pushed", [pool(8)],
    ),
    Case(
        "more was asked of it", RATE, [bench(mean("throughput", 5), load={"requested_per_s": 50.0})], "not_met",
        "short_of_capacity", [pool(8)],
    ),
    Case("with few in flight it may carry more", RATE, [point_at(5, 4, 0.2)], "unknown", "not_pushed", [pool(8)]),
    Case(
        "a fifth more in flight brought nothing", RATE, [point_at(10, 32, 0.4), point_at(10.2, 64, 0.8, run=2)], "not_met",
        "short_of_capacity", [pool(8)],
    ),
    Case("the point that holds the latency counts", RATE, SWEEP, "warning", "within_uncertainty", [pool(8)], [TTFT]),
    Case(
        "the service level is broken before", RATE, [point_at(12, 8, 0.3), point_at(18, 32, 1.5, run=2)], "not_met",
        "short_of_capacity", [pool(8)], [TTFT],
    ),
    Case(
        "broken somewhere above what was measured well", RATE, [point_at(12, 8, 0.3), point_at(26, 32, 1.5, run=2)],
        "unknown", "not_pushed", [pool(8)], [TTFT],
    ),
    Case("every point breaks the service level", RATE, [point_at(30, 64, 2.0)], "unknown", "level_violated", [pool(8)], [TTFT]),
    Case(
        "the latency was not measured in that run", RATE, [bench(mean("throughput", 30))], "warning", "level_not_measured",
        [pool(8)], [TTFT],
    ),
    Case(
        "nobody knows the latency that it must hold", RATE, [point_at(30, 64, 0.5)], "warning", "level_unknown", [pool(8)],
        [wanted("ttft", None, percentile=0.95)],
    ),
    Case("with simulated users", RATE_REAL, [point_at(30, 64, 0.5)], "warning", "easier_place", [pool(8)]),
    Case(
        "fewer in flight than wanted", wanted("throughput", 20.0, environment={"min_concurrency": 500}),
        [point_at(30, 64, 0.5)], "unknown", "less_load", [pool(8)],
    ),
    Case("production carried it", RATE_REAL, [seen(mean("throughput", 25))], "met", "shown"),
    Case("nobody asked more of production", RATE_REAL, [seen(mean("throughput", 5))], "unknown", "demand_never_came"),
    Case(
        "requests waited while production carried less", RATE_REAL,
        [
            seen(mean("throughput", 5), mean("queue_length", 40), environment={**LIVE, "accelerator": "H100", "accelerators": 8}),
        ],
        "not_met", "short_of_capacity", [pool(8)],
    ),
    Case("output tokens", TOKENS, [bench(mean("token_throughput", 5_000))], "met", "shown", [pool(8)]),
    Case(
        "input tokens are no output tokens", TOKENS, [bench(mean("total_token_throughput", 50_000))], "unknown",
        "nothing_measured", [pool(8)],
    ),
    Case(
        "items an hour against items a second", ITEMS, [bench(mean("item_throughput", 9_000))], "met", "shown", [pool(8)],
        headroom=0.25,
    ),
    Case("carried at once: what was in flight", CARRIED, [point_at(30, 64, 0.5)], "met", "shown", [pool(16)], headroom=0.28),
    Case("carried at once: on what, nobody knows", CARRIED, [point_at(30, 64, 0.5)], "unknown", "capacity_unknown"),
    Case("carried at once: nobody tried", CARRIED, [point_at(30, 64, 0.5)], "unknown", "not_pushed", [pool(8)]),
    Case(
        "carried at once: the latency broke", CARRIED, [point_at(20, 32, 0.4), point_at(21, 64, 3, run=2)], "not_met",
        "short_of_capacity", [pool(8)], [TTFT],
    ),
    Case(
        "carried at once: production's peak", CARRIED, [seen(mean("concurrency", 40)), seen(most("concurrency", 130), run=2)],
        "met", "shown",
    ),
    Case("a person vouches for more", RATE, [vouched(mean("throughput", 30, window_s=300.0))], "met", "shown"),
    Case("a person vouches for less", RATE, [vouched(mean("throughput", 10, window_s=300.0))], "not_met", "fails"),
    Case(
        "a summary over stages of different loads is no point", RATE,
        [bench(mean("throughput", 30), environment={"extra": {"scope": "all stages"}})], "unknown", "mixed_loads", [pool(8)],
    ),
]  # fmt: skip
THERE = [
    Case(
        "what was granted of a pool", STORAGE, [], "met", "granted", [pool(6, 0, kind=PoolKind.STORAGE, updated_at=NOW)],
        headroom=0.2,
    ),
    Case(
        "with what is free of it", STORAGE, [], "warning", "enough_if_granted",
        [pool(2, 6, kind=PoolKind.STORAGE, updated_at=NOW)],
    ),
    Case(
        "not even with that", STORAGE, [], "not_met", "short_of_capacity",
        [pool(2, 1, kind=PoolKind.STORAGE, updated_at=NOW)],
    ),
    Case(
        "nobody knows how large the pool is", STORAGE, [], "unknown", "capacity_unknown",
        [pool(2, None, kind=PoolKind.STORAGE, updated_at=NOW)],
    ),
    Case("measured for the workload itself", STORAGE, [found(point("storage_capacity", 8e12))], "met", "shown", headroom=0.6),
    Case(
        "measured of the pool: no more than granted", STORAGE, [found(point("storage_capacity", 50e12), pool=1)], "warning",
        "enough_if_granted", [pool(4, 20, kind=PoolKind.STORAGE, updated_at=NOW)],
    ),
    Case(
        "measured of the pool: no more than there is", STORAGE, [found(point("storage_capacity", 3e12), pool=1)], "not_met",
        "fails", [pool(8, 20, kind=PoolKind.STORAGE, updated_at=NOW)],
    ),
    Case(
        "the slower of reading and writing counts", DISK,
        [
            bench(
                mean("storage_bandwidth", 5e9, labels={"operation": "read"}),
                mean("storage_bandwidth", 1e9, labels={"operation": "write"}),
            ),
        ],
        "warning", "parts_differ",
    ),
    Case(
        "the best run of each", DISK,
        [
            bench(mean("storage_bandwidth", 5e9, labels={"operation": "read"})),
            bench(mean("storage_bandwidth", 0.3e9, labels={"operation": "read"}), run=2),
        ],
        "met", "shown",
    ),
    Case(
        "through the page cache", DISK, [bench(mean("storage_bandwidth", 9e9, labels={"buffered": "yes"}))], "unknown",
        "page_cache",
    ),
    Case("traffic that was seen is a floor", NETWORK, [seen(mean("network_bandwidth", 2e9))], "unknown", "demand_never_came"),
    Case("a link that was tested", NETWORK, [bench(mean("network_bandwidth", 9.4e9))], "met", "shown"),
    Case("memory of the fullest", MEMORY, [seen(most("accelerator_memory_use", 0.8))], "met", "shown", headroom=0.125),
    Case("memory over the target", MEMORY, [seen(most("accelerator_memory_use", 0.97))], "not_met", "fails"),
]  # fmt: skip


@pytest.mark.parametrize("case", [*SWEEPS, *RATES, *THERE], ids=lambda case: case.name)
def test_what_an_architect_would_say(case: Case) -> None:
    check(case)
