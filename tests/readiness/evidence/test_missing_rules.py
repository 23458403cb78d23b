"""What would decide a requirement, and who could supply it: codes with the figures that somebody needs to act."""

from __future__ import annotations

from typing import Any

from readiness.evidence.rules.missing import MOST, Missing, Who
from readiness.evidence.rules.verdicts.evidence import Evidence
from readiness.evidence.rules.verdicts.judge import Judgement
from readiness.workloads.choices import PoolKind
from tests.readiness.evidence.judging import (
    LIVE,
    MONTH_S,
    NOW,
    REAL,
    bench,
    codes,
    judged,
    mean,
    p,
    point_at,
    pool,
    seen,
    wanted,
)

TTFT = wanted("ttft", 1.0, percentile=0.95)
RATE = wanted("throughput", 20.0, window_s=300.0)
SOURCE = {"who": "source_unit", "source_id": 1}


def first(told: Judgement) -> dict[str, Any]:
    return told.missing[0]


def test_a_target_is_stated_by_the_owner() -> None:
    told = judged(wanted("ttft", None, percentile=0.95))
    assert list(told.missing) == [{"code": "state_target", "who": "initiative_owner", "metric": "ttft"}]


def test_what_was_never_measured_is_told_with_load_hardware_and_length() -> None:
    one = wanted("throughput", 20.0, window_s=300.0, environment={**REAL, "min_concurrency": 32})
    told = judged(one, holdings=[pool(16)], input_tokens=800.0, output_tokens=200.0)
    assert first(told) == {
        "code": "run_benchmark", "who": "workload_unit", "metric": "throughput", "percentile": None, "concurrency": 32.0,
        "rate": None, "input_tokens": 800.0, "output_tokens": 200.0, "at_least": 20.0, "accelerator": "h100-sxm",
        "accelerators": 16, "duration_s": 300.0,
    }  # fmt: skip
    assert told.missing[1] == {
        "code": "connect_telemetry", "who": "workload_unit", "metrics": ["throughput"], "window_s": 300.0, "percentile": None,
    }  # fmt: skip


def test_availability_is_telemetry_with_its_coverage() -> None:
    told = judged(wanted("availability", 0.999, window_s=MONTH_S, environment=REAL))
    assert first(told) == {
        "code": "connect_telemetry", "who": "workload_unit", "metrics": ["availability", "coverage"], "window_s": MONTH_S,
        "percentile": None,
    }  # fmt: skip
    without = judged(wanted("availability", 0.999, window_s=MONTH_S), seen(mean("availability", 1.0, window_s=MONTH_S)))
    assert first(without) == {
        "code": "connect_telemetry", **SOURCE, "metrics": ["coverage"], "window_s": MONTH_S, "percentile": None,
    }  # fmt: skip


def test_what_nobody_says_of_the_place_is_asked_of_those_who_bring_it() -> None:
    one = wanted("ttft", 1.0, percentile=0.95, environment=REAL)
    told = judged(one, seen(p(0.95, "ttft", 0.5), environment={"users_real": True}))
    assert list(told.missing) == [{"code": "say_environment", **SOURCE, "run_id": 1, "facts": ["data"]}]
    told = judged(one, seen(p(0.95, "ttft", 0.5), environment={}))
    assert first(told)["facts"] == ["data", "users"]
    told = judged(RATE, bench(mean("throughput", 30), environment={"accelerators": None}), holdings=[pool(8)])
    assert first(told) == {"code": "say_environment", **SOURCE, "run_id": 1, "facts": ["accelerators"]}


def test_what_was_not_real_is_measured_for_real() -> None:
    one = wanted("ttft", 1.0, percentile=0.95, environment=REAL)
    told = judged(one, bench(p(0.95, "ttft", 0.5)))
    assert list(told.missing) == [{"code": "measure_for_real", "who": "workload_unit", "facts": ["users"]}]


def test_the_statistic_the_window_and_the_samples_that_lack_are_named() -> None:
    told = judged(TTFT, bench(p(0.5, "ttft", 0.1)))
    assert first(told) == {"code": "measure_statistic", **SOURCE, "metric": "ttft", "percentile": 0.95}
    told = judged(RATE, point_at(24, 64, 0.5, duration_s=120.0), holdings=[pool(8)])
    assert first(told) == {"code": "measure_longer", **SOURCE, "looked_s": 120.0, "wanted_s": 300.0}
    told = judged(wanted("ttft", 1.0, percentile=0.99), bench(p(0.99, "ttft", 0.1, samples=200)))
    assert first(told) == {"code": "more_samples", **SOURCE, "samples": 1000}


def test_a_demand_that_nobody_knows_is_found_out_by_the_owner() -> None:
    told = judged(TTFT, point_at(8, 8, 0.3), others=[wanted("throughput", None)], holdings=[pool(8)])
    assert first(told) == {"code": "find_demand", "who": "initiative_owner", "what": "rate"}


def test_the_load_that_telemetry_does_not_tell_is_connected() -> None:
    told = judged(wanted("ttft", 1.0, percentile=0.95, environment={"min_concurrency": 50}), seen(p(0.95, "ttft", 0.5)))
    assert first(told) == {
        "code": "connect_telemetry", **SOURCE, "metrics": ["concurrency"], "window_s": None, "percentile": 0.95,
    }  # fmt: skip


def test_capacity_is_asked_for_where_it_is_free_and_found_where_it_is_not() -> None:
    """Thirty a second at ten a group need four groups: one is granted, one and a half are free, the rest is nowhere."""
    one = wanted("throughput", 30.0, environment={"min_concurrency": 64})
    told = judged(one, point_at(10, 64, 0.5), holdings=[pool(8, 12), pool(0, 4, pk=2)])
    assert told.verdict.value == "not_met"
    assert list(told.missing) == [
        {"code": "ask_capacity", "who": "pool_owner", "pool_id": 1, "pool": "Hall 1", "amount": 12, "unit": "accelerators"},
        {"code": "ask_capacity", "who": "pool_owner", "pool_id": 2, "pool": "Hall 2", "amount": 4, "unit": "accelerators"},
        {"code": "find_capacity", "who": "initiative_owner", "kind": "accelerators", "accelerator": "h100-sxm", "amount": 8},
    ]


def test_pools_that_do_not_say_what_they_are_are_named() -> None:
    told = judged(RATE, point_at(10, 64, 0.5), holdings=[pool(0, None), pool(0, 8, pk=2, accelerator=None)])
    assert list(told.missing)[:2] == [
        {"code": "state_pool", "who": "pool_owner", "pool_id": 1, "pool": "Hall 1", "facts": ["size"]},
        {"code": "state_pool", "who": "pool_owner", "pool_id": 2, "pool": "Hall 2", "facts": ["accelerator"]},
    ]


def test_without_any_pool_it_is_told_how_many_would_do() -> None:
    told = judged(RATE, point_at(12, 64, 0.5))
    assert first(told) == {
        "code": "find_capacity", "who": "initiative_owner", "kind": "accelerators", "accelerator": "NVIDIA H100 80GB HBM3",
        "groups": 2, "amount": 16,
    }  # fmt: skip


def test_storage_is_asked_for_in_the_units_of_pools() -> None:
    disks = pool(2, 6, kind=PoolKind.STORAGE, updated_at=NOW)
    told = judged(wanted("storage_capacity", 5_000.0), holdings=[disks])
    assert list(told.missing) == [
        {"code": "ask_capacity", "who": "pool_owner", "pool_id": 1, "pool": "Hall 1", "amount": 3.0, "unit": "TB"}
    ]


def test_what_is_stale_is_refreshed_and_a_pool_confirmed() -> None:
    old = seen(p(0.95, "ttft", 0.5), days=100)
    told = judged(TTFT, old)
    assert list(told.missing) == [{"code": "refresh", **SOURCE, "observed_at": old.at.isoformat()}]
    disks = pool(8, 0, kind=PoolKind.STORAGE, updated_at=old.at)
    told = judged(wanted("storage_capacity", 5_000.0), holdings=[disks])
    assert list(told.missing) == [
        {"code": "confirm_pool", "who": "pool_owner", "pool_id": 1, "observed_at": old.at.isoformat()}
    ]  # fmt: skip


def test_a_latency_beside_the_throughput_is_measured_or_stated() -> None:
    told = judged(RATE, bench(mean("throughput", 30)), others=[TTFT], holdings=[pool(8)])
    assert first(told) == {"code": "measure_level", "who": "workload_unit", "metric": "ttft", "percentile": 0.95}
    told = judged(RATE, point_at(30, 64, 0.5), others=[wanted("ttft", None, percentile=0.95)], holdings=[pool(8)])
    assert first(told) == {"code": "state_level", "who": "initiative_owner", "metric": "ttft", "percentile": 0.95}


def test_two_values_of_one_time_are_settled_by_those_who_bring_them() -> None:
    told = judged(TTFT, seen(p(0.95, "ttft", 0.4, high=0.6)))
    assert (told.verdict.value, codes(told.missing)) == ("met", ["settle"])


def test_nothing_is_told_twice_and_never_more_than_a_page_can_show() -> None:
    evidence: list[Evidence] = [
        bench(p(0.5, "ttft", 0.1), run=run, source=run, environment={"accelerators": run}) for run in range(1, 12)
    ]
    told = judged(TTFT, *evidence)
    assert len(told.missing) == MOST and len({str(entry) for entry in told.missing}) == MOST
    assert {entry["code"] for entry in told.missing} <= set(Missing) and {entry["who"] for entry in told.missing} <= set(Who)


def test_nothing_is_missing_where_it_is_met_or_simply_fails() -> None:
    assert judged(TTFT, seen(p(0.95, "ttft", 0.4), environment=LIVE)).missing == ()
    assert judged(TTFT, seen(p(0.95, "ttft", 4.0), environment=LIVE)).missing == ()
