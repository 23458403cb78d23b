"""Worked cases: a requirement, the evidence, what the workload holds, and what an architect would say."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from readiness.evidence.choices import Marks
from readiness.evidence.rules.verdicts.evidence import Evidence
from readiness.evidence.rules.verdicts.holdings import Holding
from readiness.evidence.rules.verdicts.wanted import Wanted
from readiness.workloads.choices import PoolKind
from tests.readiness.evidence.judging import (
    LIVE, MONTH_S, NOW, REAL, bench, found, judged, mean, most, p, point, pool, seen, vouched, wanted,
)  # fmt: skip

TTFT = wanted("ttft", 1.0, percentile=0.95)
TTFT_REAL = wanted("ttft", 1.0, percentile=0.95, environment=REAL)
RATE = wanted("throughput", 20.0, window_s=300.0)
RATE_REAL = wanted("throughput", 20.0, window_s=300.0, environment=REAL)
AT_50 = wanted("ttft", 1.0, percentile=0.95, environment={"min_concurrency": 50})
UP = wanted("availability", 0.999, window_s=MONTH_S, environment=REAL)
ERRORS = wanted("error_ratio", 0.01)
STORAGE = wanted("storage_capacity", 5_000.0)
DISK = wanted("storage_bandwidth", 2.0)
NETWORK = wanted("network_bandwidth", 8.0)
MEMORY = wanted("accelerator_memory", 0.9)
CARRIED = wanted("concurrency", 100.0)
TOKENS = wanted("token_throughput", 4_000.0, window_s=300.0)
ITEMS = wanted("item_throughput", 2.0, window_s=600.0)


@dataclass
class Case:
    name: str
    wanted: Wanted
    evidence: list[Evidence]
    verdict: str
    reason: str
    holdings: list[Holding] = field(default_factory=list)
    others: list[Wanted] = field(default_factory=list)
    headroom: float | None = None


def point_at(rate: float, flight: float, ttft: float, *, run: int = 1, **more: Any) -> Evidence:
    """A closed loop of `flight` requests: its rate and p95 TTFT."""
    readings = [mean("throughput", rate), mean("latency", flight / rate), p(0.95, "ttft", ttft)]
    return bench(*readings, run=run, load={"concurrency": flight, "achieved_per_s": rate}, **more)


def monthly(value: float, coverage: float | None = 1.0, window_s: float = MONTH_S, **more: Any) -> Evidence:
    readings = [mean("availability", value, window_s=window_s)]
    readings += [] if coverage is None else [mean("coverage", coverage, window_s=window_s)]
    return seen(*readings, **more)


SWEEP = [point_at(8, 8, 0.3, run=1), point_at(20, 32, 0.7, run=2), point_at(24, 64, 1.6, run=3)]
QUALITY = [
    Case("nobody knows the target", wanted("ttft", None, percentile=0.95), [bench(p(0.95, "ttft", 0.1))], "unknown", "no_target"),
    Case("nothing was measured", TTFT, [], "unknown", "nothing_measured"),
    Case("only another metric was measured", TTFT, [bench(p(0.95, "tpot", 0.1))], "unknown", "nothing_measured"),
    Case("the percentile meets it", TTFT, [bench(p(0.95, "ttft", 0.5))], "met", "shown", headroom=1.0),
    Case("the percentile fails it", TTFT, [bench(p(0.95, "ttft", 2.0))], "not_met", "fails", headroom=-0.5),
    Case("a fail within two per cent is a warning", TTFT, [bench(p(0.95, "ttft", 1.01))], "warning", "within_uncertainty"),
    Case("telemetry does not scatter: exactly the target is met", TTFT, [seen(p(0.95, "ttft", 1.0))], "met", "shown"),
    Case("a higher percentile that meets it bounds it", TTFT, [bench(p(0.99, "ttft", 0.8))], "met", "shown_by_higher"),
    Case("a higher percentile that fails says nothing", TTFT, [bench(p(0.99, "ttft", 1.8))], "unknown", "statistic_not_measured"),
    Case("a lower percentile that fails proves it", TTFT, [bench(p(0.9, "ttft", 1.5))], "not_met", "fails"),
    Case("a lower percentile that meets it says nothing", TTFT, [bench(p(0.9, "ttft", 0.4))], "unknown", "statistic_not_measured"),
    Case("a mean is no p95", TTFT, [bench(mean("ttft", 0.1))], "unknown", "statistic_not_measured"),
    Case("a median is no p95", TTFT, [bench(p(0.5, "ttft", 0.1))], "unknown", "statistic_not_measured"),
    Case("the greatest bounds every percentile", TTFT, [bench(most("ttft", 0.9))], "met", "shown_by_higher"),
    Case("without a percentile the mean counts", wanted("latency", 2.0), [bench(mean("latency", 1.0))], "met", "shown"),
    Case(
        "without a percentile p99 does not count", wanted("latency", 2.0), [bench(p(0.99, "latency", 1.0))], "unknown",
        "statistic_not_measured",
    ),
    Case("itl is no tpot", wanted("tpot", 0.05, percentile=0.99), [bench(p(0.99, "itl", 0.01))], "unknown", "nothing_measured"),
    Case(
        "an edge at most, below the target", TTFT, [seen(p(0.95, "ttft", 0.5, marks=Marks.AT_MOST))], "met", "shown_by_bound",
    ),
    Case(
        "an edge at most, above the target", TTFT, [seen(p(0.95, "ttft", 2.5, marks=Marks.AT_MOST))], "unknown",
        "bound_tells_nothing",
    ),
    Case("an edge at least, above the target", TTFT, [seen(p(0.95, "ttft", 2.5, marks=Marks.AT_LEAST))], "not_met", "fails"),
    Case(
        "an edge at least, below the target", TTFT, [seen(p(0.95, "ttft", 0.5, marks=Marks.AT_LEAST))], "unknown",
        "bound_tells_nothing",
    ),
    Case(
        "two values for one time: the worse counts", TTFT, [seen(p(0.95, "ttft", 0.4, high=1.4))], "not_met", "fails",
        headroom=1 / 1.4 - 1,
    ),
    Case(
        "p95 over 150 requests rests on 7 of them", TTFT, [bench(p(0.95, "ttft", 0.4, samples=150))], "warning", "few_samples",
    ),
    Case("p95 over 200 requests rests on 10", TTFT, [bench(p(0.95, "ttft", 0.4, samples=200))], "met", "shown"),
    Case("how many samples nobody says", TTFT, [bench(p(0.95, "ttft", 0.4, samples=None))], "met", "shown"),
    Case(
        "one pod meets it, another fails", TTFT,
        [seen(p(0.95, "ttft", 0.4, labels={"pod": "a"}), p(0.95, "ttft", 1.4, labels={"pod": "b"}))], "warning", "parts_differ",
    ),
    Case(
        "every pod fails", TTFT,
        [seen(p(0.95, "ttft", 1.2, labels={"pod": "a"}), p(0.95, "ttft", 1.4, labels={"pod": "b"}))], "not_met", "fails",
    ),
    Case(
        "latencies with those of failures among them", wanted("latency", 2.0, percentile=0.95),
        [bench(p(0.95, "latency", 0.1, labels={"includes": "failures"}))], "unknown", "mixed_with_failures",
    ),
    Case(
        "the client's own queue makes it longer: a pass is a pass", wanted("latency", 2.0, percentile=0.95),
        [bench(p(0.95, "latency", 1.0, labels={"includes": "client queue"}))], "met", "shown_by_bound",
    ),
    Case("a flawed run never decides", TTFT, [bench(p(0.95, "ttft", 0.1), flaws=(("all_failed", "none"),))], "unknown", "flawed"),
    Case("nor does one that was set aside", TTFT, [bench(p(0.95, "ttft", 0.1), aside="wrong model")], "unknown", "set_aside"),
    Case(
        "a newer flawed run hides nothing", TTFT,
        [bench(p(0.95, "ttft", 0.5), run=1, days=9), bench(p(0.95, "ttft", 9), run=2, flaws=(("error_ratio", ""),))], "met", "shown",
    ),
    Case("evidence from the future decides nothing yet", TTFT, [bench(p(0.95, "ttft", 0.1), days=-1)], "unknown", "in_the_future"),
    Case("ninety days old is fresh", TTFT, [bench(p(0.95, "ttft", 0.5), days=90)], "met", "shown"),
    Case("a day more is stale", TTFT, [bench(p(0.95, "ttft", 0.5), days=91)], "stale", "too_old"),
    Case("a stale failure is stale too", TTFT, [bench(p(0.95, "ttft", 5), days=91)], "stale", "too_old"),
    Case(
        "the newer one counts", TTFT, [bench(p(0.95, "ttft", 0.5), run=1, days=30), bench(p(0.95, "ttft", 3), run=2, days=2)],
        "not_met", "fails",
    ),
    Case("errors: 30 of 10,000 against one per cent", ERRORS, [bench(mean("error_ratio", 0.003))], "met", "shown"),
    Case("errors: none of 100 shows no per mille", wanted("error_ratio", 0.001), [bench(mean("error_ratio", 0.0, samples=100))],
         "warning", "within_uncertainty"),
    Case("errors: none of 10,000 does", wanted("error_ratio", 0.001), [bench(mean("error_ratio", 0.0))], "met", "shown"),
]  # fmt: skip
PLACES = [
    Case("simulated users are no real ones", TTFT_REAL, [bench(p(0.95, "ttft", 0.5))], "warning", "easier_place"),
    Case("what fails with simulated users fails", TTFT_REAL, [bench(p(0.95, "ttft", 2))], "not_met", "fails"),
    Case(
        "nobody says whether the data were real", TTFT_REAL,
        [seen(p(0.95, "ttft", 0.5), environment={"users_real": True})], "warning", "easier_place",
    ),
    Case("real data and users", TTFT_REAL, [seen(p(0.95, "ttft", 0.5))], "met", "shown"),
    Case(
        "telemetry of a pilot is of real users", TTFT_REAL, [seen(p(0.95, "ttft", 0.5), environment={"stage": "pilot"})], "met", "shown",
    ),
    Case(
        "a PoC is never more than a warning", TTFT_REAL, [seen(p(0.95, "ttft", 0.5), environment={"stage": "poc", **LIVE})], "warning",
        "easier_place",
    ),
    Case(
        "other hardware shows nothing", wanted("ttft", 1.0, percentile=0.95, environment={"accelerator": "h100-sxm"}),
        [bench(p(0.95, "ttft", 0.5), environment={"accelerator": "NVIDIA A100-SXM4-80GB"})], "unknown", "not_representative",
    ),
    Case(
        "nor that it fails", wanted("ttft", 1.0, percentile=0.95, environment={"accelerator": "h100-sxm"}),
        [bench(p(0.95, "ttft", 5), environment={"accelerator": "NVIDIA A100-SXM4-80GB"})], "unknown", "not_representative",
    ),
    Case(
        "the same hardware in other words", wanted("ttft", 1.0, percentile=0.95, environment={"accelerator": "h100-sxm"}),
        [bench(p(0.95, "ttft", 0.5), environment={"accelerator": "NVIDIA H100 80GB HBM3"})], "met", "shown",
    ),
    Case(
        "another venue", wanted("ttft", 1.0, percentile=0.95, environment={"venue": "on_premises"}),
        [bench(p(0.95, "ttft", 0.5), environment={"venue": "public_cloud"})], "unknown", "not_representative",
    ),
    Case(
        "on fewer accelerators than wanted", wanted("ttft", 1.0, percentile=0.95, environment={"min_accelerators": 16}),
        [bench(p(0.95, "ttft", 0.5))], "unknown", "not_representative",
    ),
    Case("production at less load shows nothing", AT_50, [seen(p(0.95, "ttft", 0.5), mean("concurrency", 12))], "unknown", "less_load"),
    Case("production that fails at less load fails", AT_50, [seen(p(0.95, "ttft", 5), mean("concurrency", 12))], "not_met",
         "fails_with_less_load"),
    Case("production at the wanted load", AT_50, [seen(p(0.95, "ttft", 0.5), mean("concurrency", 60))], "met", "shown"),
    Case("nobody says at which load", AT_50, [seen(p(0.95, "ttft", 0.5))], "unknown", "load_not_said"),
    Case(
        "more load than wanted, and it fails: nobody knows", AT_50, [seen(p(0.95, "ttft", 3), mean("concurrency", 90))], "unknown",
        "fails_with_more_load",
    ),
    Case(
        "what production shows outlasts a newer test with simulated users", TTFT_REAL,
        [seen(p(0.95, "ttft", 0.5), run=1, hours=9), bench(p(0.95, "ttft", 0.4), run=2, days=0, hours=1)], "met", "shown",
    ),
    Case(
        "a newer test that fails does count", TTFT_REAL,
        [seen(p(0.95, "ttft", 0.5), run=1, hours=9), bench(p(0.95, "ttft", 4), run=2, days=0, hours=1)], "not_met", "fails",
    ),
    Case(
        "a test with simulated users does not clear what failed in production", TTFT_REAL,
        [seen(p(0.95, "ttft", 5), run=1, days=20), bench(p(0.95, "ttft", 0.4), run=2, days=1)], "not_met", "fails",
    ),
]  # fmt: skip
SWEEPS = [
    Case("one group carries a share of 32 in flight", AT_50, SWEEP, "met", "shown", [pool(16)]),
    Case("one group must carry all of them, and fails above", AT_50, SWEEP, "unknown", "fails_with_more_load", [pool(8)]),
    Case("the point at the needed load fails", wanted("ttft", 1.0, percentile=0.95, environment={"min_concurrency": 64}), SWEEP,
         "not_met", "fails", [pool(8)]),
    Case("above all that was measured", wanted("ttft", 2.0, percentile=0.95, environment={"min_concurrency": 200}), SWEEP, "unknown",
         "less_load", [pool(8)]),
    Case("even less load fails", wanted("ttft", 0.2, percentile=0.95, environment={"min_concurrency": 200}), SWEEP, "not_met",
         "fails_with_less_load", [pool(8)]),
    Case("enough only with the free part", AT_50, SWEEP, "warning", "enough_if_granted", [pool(8, 8)]),
    Case("nothing granted, enough were it", AT_50, SWEEP, "warning", "enough_if_granted", [pool(0, 16)]),
    Case("nobody knows what it will run on, and one group is not enough", AT_50, SWEEP, "unknown", "fails_with_more_load"),
    Case(
        "nobody knows what it will run on, but one group carries all", wanted("ttft", 1.0, percentile=0.95,
        environment={"min_concurrency": 30}), SWEEP, "warning", "capacity_unknown",
    ),
    Case("nobody knows the load", TTFT, SWEEP, "unknown", "demand_unknown", [pool(8)], [wanted("throughput", None)]),
    Case("a single request at a time fails at any load", wanted("ttft", 0.2, percentile=0.95), [point_at(1, 1, 0.3)], "not_met",
         "fails_with_less_load", [pool(8)], [wanted("throughput", None)]),
    Case("the rate that is required is the load", TTFT, SWEEP, "met", "shown", [pool(8)], [wanted("throughput", 20.0)]),
]  # fmt: skip
RATES = [
    Case("granted suffices", RATE, [point_at(24, 64, 0.5)], "met", "shown", [pool(8)], headroom=0.2),
    Case("two groups carry twice as much", RATE, [point_at(12, 64, 0.5)], "met", "shown", [pool(16)], headroom=0.2),
    Case("half a group carries nothing", RATE, [point_at(24, 64, 0.5)], "not_met", "short_of_capacity", [pool(4)]),
    Case("only with the free part", RATE, [point_at(12, 64, 0.5)], "warning", "enough_if_granted", [pool(8, 8)]),
    Case(
        "not even with it", wanted("throughput", 20.0, environment={"min_concurrency": 64}), [point_at(6, 64, 0.5)], "not_met",
        "short_of_capacity", [pool(8, 8)],
    ),
    Case("nothing granted and no pool", RATE, [point_at(24, 64, 0.5)], "unknown", "capacity_unknown"),
    Case("nobody knows the pool's size", RATE, [point_at(12, 64, 0.5)], "unknown", "capacity_unknown", [pool(8, None)]),
    Case("but what is granted may suffice", RATE, [point_at(24, 64, 0.5)], "met", "shown", [pool(8, None)]),
    Case("on how many it ran nobody says", RATE, [point_at(24, 64, 0.5, environment={"accelerators": None})], "unknown",
         "accelerators_unknown", [pool(8)]),
    Case("on which it ran nobody says", RATE, [point_at(24, 64, 0.5, environment={"accelerator": None})], "unknown",
         "accelerator_unknown", [pool(8)]),
    Case("granted are others", RATE, [point_at(24, 64, 0.5)], "unknown", "other_accelerator",
         [pool(0, 0), pool(64, 0, pk=2, accelerator="a100-80")]),
    Case("within two per cent", RATE, [point_at(20.2, 64, 0.5)], "warning", "within_uncertainty", [pool(8)]),
    Case("120 s of 300 s", RATE, [point_at(24, 64, 0.5, duration_s=120.0)], "unknown", "too_short", [pool(8)]),
    Case("nobody says how long", RATE, [point_at(24, 64, 0.5, duration_s=None)], "unknown", "window_unknown", [pool(8)]),
    Case(
        "a short run at its end that is far too slow", wanted("throughput", 20.0, window_s=300.0),
        [bench(mean("throughput", 6), mean("latency", 2.0), duration_s=120.0)], "not_met", "short_of_capacity", [pool(8)],
    ),
    Case("more was not asked of it", RATE, [bench(mean("throughput", 5), load={"requested_per_s": 5.0})], "unknown", "not_pushed", [pool(8)]),
    Case("more was asked of it", RATE, [bench(mean("throughput", 5), load={"requested_per_s": 50.0})], "not_met",
         "short_of_capacity", [pool(8)]),
    Case("with few in flight it may carry more", RATE, [point_at(5, 4, 0.2)], "unknown", "not_pushed", [pool(8)]),
    Case("a fifth more in flight brought nothing", RATE, [point_at(10, 32, 0.4), point_at(10.2, 64, 0.8, run=2)], "not_met",
         "short_of_capacity", [pool(8)]),
    Case("the point that holds the latency counts", RATE, SWEEP, "warning", "within_uncertainty", [pool(8)], [TTFT]),
    Case("the service level is broken before", RATE, [point_at(12, 8, 0.3), point_at(18, 32, 1.5, run=2)], "not_met", "short_of_capacity",
         [pool(8)], [TTFT]),
    Case("broken somewhere above what was measured well", RATE, [point_at(12, 8, 0.3), point_at(26, 32, 1.5, run=2)], "unknown",
         "not_pushed", [pool(8)], [TTFT]),
    Case("every point breaks the service level", RATE, [point_at(30, 64, 2.0)], "unknown", "level_violated", [pool(8)], [TTFT]),
    Case("the latency was not measured in that run", RATE, [bench(mean("throughput", 30))], "warning", "level_not_measured",
         [pool(8)], [TTFT]),
    Case("nobody knows the latency that it must hold", RATE, [point_at(30, 64, 0.5)], "warning", "level_unknown", [pool(8)],
         [wanted("ttft", None, percentile=0.95)]),
    Case("with simulated users", RATE_REAL, [point_at(30, 64, 0.5)], "warning", "easier_place", [pool(8)]),
    Case("fewer in flight than wanted", wanted("throughput", 20.0, environment={"min_concurrency": 500}), [point_at(30, 64, 0.5)],
         "unknown", "less_load", [pool(8)]),
    Case("production carried it", RATE_REAL, [seen(mean("throughput", 25))], "met", "shown"),
    Case("nobody asked more of production", RATE_REAL, [seen(mean("throughput", 5))], "unknown", "demand_never_came"),
    Case(
        "requests waited while production carried less", RATE_REAL,
        [seen(mean("throughput", 5), mean("queue_length", 40), environment={**LIVE, "accelerator": "H100", "accelerators": 8})],
        "not_met", "short_of_capacity", [pool(8)],
    ),
    Case("output tokens", TOKENS, [bench(mean("token_throughput", 5_000))], "met", "shown", [pool(8)]),
    Case("input tokens are no output tokens", TOKENS, [bench(mean("total_token_throughput", 50_000))], "unknown", "nothing_measured",
         [pool(8)]),
    Case("items an hour against items a second", ITEMS, [bench(mean("item_throughput", 9_000))], "met", "shown", [pool(8)],
         headroom=0.25),
    Case("carried at once: what was in flight", CARRIED, [point_at(30, 64, 0.5)], "met", "shown", [pool(16)], headroom=0.28),
    Case("carried at once: nobody tried", CARRIED, [point_at(30, 64, 0.5)], "unknown", "not_pushed", [pool(8)]),
    Case("carried at once: the latency broke", CARRIED, [point_at(20, 32, 0.4), point_at(21, 64, 3, run=2)], "not_met",
         "short_of_capacity", [pool(8)], [TTFT]),
    Case("carried at once: production's peak", CARRIED, [seen(mean("concurrency", 40)), seen(most("concurrency", 130), run=2)], "met", "shown"),
    Case("a person vouches for more", RATE, [vouched(mean("throughput", 30, window_s=300.0))], "met", "shown"),
    Case("a person vouches for less", RATE, [vouched(mean("throughput", 10, window_s=300.0))], "not_met", "fails"),
    Case(
        "a summary over stages of different loads is no point",
        RATE, [bench(mean("throughput", 30), environment={"extra": {"scope": "all stages"}})], "unknown", "mixed_loads", [pool(8)],
    ),
]  # fmt: skip
MONTHS = [
    Case("thirty days, half of the failures that are allowed", UP, [monthly(0.9995)], "met", "shown", headroom=1.0),
    Case("thirty days, twice as many", UP, [monthly(0.998)], "not_met", "fails", headroom=-0.5),
    Case("without its coverage it says nothing", UP, [monthly(1.0, None)], "unknown", "coverage_missing"),
    Case("a tenth was not looked at", UP, [monthly(1.0, 0.9)], "unknown", "coverage_low"),
    Case("a day is no month", UP, [monthly(1.0, 1.0, 86_400.0)], "unknown", "too_short"),
    Case("a bad day has used up the month", UP, [monthly(0.9, 1.0, 86_400.0)], "not_met", "budget_spent"),
    Case("a coverage of other labels is none", UP, [
        seen(mean("availability", 1.0, window_s=MONTH_S), mean("coverage", 1.0, window_s=MONTH_S, labels={"job": "other"}))
    ], "unknown", "coverage_missing"),
    Case("a coverage of the same moment in another query", UP, [
        seen(mean("availability", 1.0, window_s=MONTH_S)), seen(mean("coverage", 1.0, window_s=MONTH_S), run=2)
    ], "met", "shown"),
]  # fmt: skip
THERE = [
    Case("what was granted of a pool", STORAGE, [], "met", "granted", [pool(6, 0, kind=PoolKind.STORAGE, updated_at=NOW)], headroom=0.2),
    Case("with what is free of it", STORAGE, [], "warning", "enough_if_granted", [pool(2, 6, kind=PoolKind.STORAGE, updated_at=NOW)]),
    Case("not even with that", STORAGE, [], "not_met", "short_of_capacity", [pool(2, 1, kind=PoolKind.STORAGE, updated_at=NOW)]),
    Case("nobody knows how large the pool is", STORAGE, [], "unknown", "capacity_unknown",
         [pool(2, None, kind=PoolKind.STORAGE, updated_at=NOW)]),
    Case("measured for the workload itself", STORAGE, [found(point("storage_capacity", 8e12))], "met", "shown", headroom=0.6),
    Case("measured of the pool: no more than granted", STORAGE, [found(point("storage_capacity", 50e12), pool=1)], "warning",
         "enough_if_granted", [pool(4, 20, kind=PoolKind.STORAGE, updated_at=NOW)]),
    Case("measured of the pool: no more than there is", STORAGE, [found(point("storage_capacity", 3e12), pool=1)], "not_met",
         "fails", [pool(8, 20, kind=PoolKind.STORAGE, updated_at=NOW)]),
    Case("the slower of reading and writing counts", DISK, [
        bench(mean("storage_bandwidth", 5e9, labels={"operation": "read"}), mean("storage_bandwidth", 1e9, labels={"operation": "write"}))
    ], "warning", "parts_differ"),
    Case("the best run of each", DISK, [
        bench(mean("storage_bandwidth", 5e9, labels={"operation": "read"})),
        bench(mean("storage_bandwidth", 0.3e9, labels={"operation": "read"}), run=2),
    ], "met", "shown"),
    Case("through the page cache", DISK, [bench(mean("storage_bandwidth", 9e9, labels={"buffered": "yes"}))], "unknown", "page_cache"),
    Case("traffic that was seen is a floor", NETWORK, [seen(mean("network_bandwidth", 2e9))], "unknown", "demand_never_came"),
    Case("a link that was tested", NETWORK, [bench(mean("network_bandwidth", 9.4e9))], "met", "shown"),
    Case("memory of the fullest", MEMORY, [seen(most("accelerator_memory_use", 0.8))], "met", "shown", headroom=0.125),
    Case("memory over the target", MEMORY, [seen(most("accelerator_memory_use", 0.97))], "not_met", "fails"),
]  # fmt: skip


@pytest.mark.parametrize("case", [*QUALITY, *PLACES, *SWEEPS, *RATES, *MONTHS, *THERE], ids=lambda case: case.name)
def test_what_an_architect_would_say(case: Case) -> None:
    told = judged(case.wanted, *case.evidence, holdings=case.holdings, others=case.others)
    assert (told.verdict.value, told.reason.value) == (case.verdict, case.reason)
    if case.headroom is not None:
        assert told.range is not None
        assert told.range.point == pytest.approx(case.headroom)
    assert told.verdict.value == "met" or told.missing or told.reason.value in ("fails", "fails_with_less_load", "budget_spent")
