"""Pure rules: what follows from a profile, what nobody knows, what templates and metrics promise."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import product

import pytest

from readiness.core.sizing.inputs import Task, WorkloadClass
from readiness.core.sizing.quantity import Quantity
from readiness.workloads.choices import Comparator, Knowledge, Metric, Origin
from readiness.workloads.rules.demand import Value, demand_of
from readiness.workloads.rules.fields import BY_NAME, asked
from readiness.workloads.rules.metrics import METRICS
from readiness.workloads.rules.requirements import Derived, derive
from readiness.workloads.rules.templates import TEMPLATES, origin_text
from readiness.workloads.rules.traces import offered, target_s
from readiness.workloads.rules.values import Code, class_fault, faults, unknown_names
from readiness.workloads.tables.numbers import shown

KINDS = [kind for kind in product(Task, WorkloadClass) if not class_fault(*kind)]
ONLINE, BATCH, STREAMING = WorkloadClass.ONLINE, WorkloadClass.BATCH, WorkloadClass.STREAMING
KNOWN, UNKNOWN, ABSENT = Knowledge.KNOWN, Knowledge.UNKNOWN, Knowledge.NOT_APPLICABLE


@dataclass(frozen=True)
class Said:
    knowledge: Knowledge = KNOWN
    value: float | None = None
    low: float | None = None
    high: float | None = None
    owner: object | None = None
    due: date | None = None


def all_known(task: Task, workload_class: WorkloadClass, **values: float) -> dict[str, Value]:
    return {one.name: Value(KNOWN, values.get(one.name, one.plausible[1])) for one in asked(task, workload_class)}


def by_metric(task: Task, workload_class: WorkloadClass, values: dict[str, Value]) -> dict[Metric, Derived]:
    return {one.metric: one for one in derive(task, workload_class, values)}


def test_throughput_is_asked_for_at_the_peak_of_the_horizon() -> None:
    values = all_known(
        Task.GENERATE, ONLINE, arrival_per_s=2, peak_factor=5, growth_per_year=4, horizon_months=6, output_tokens=100,
        request_kb=40, response_kb=10, concurrency=60,
    )  # fmt: skip
    found = by_metric(Task.GENERATE, ONLINE, values)
    assert found[Metric.THROUGHPUT].target == pytest.approx(2 * 5 * 4**0.5)
    assert found[Metric.TOKEN_THROUGHPUT].target == pytest.approx(2000)
    assert found[Metric.NETWORK_BANDWIDTH].target == pytest.approx(20 * 50e3 * 8 / 1e9)
    assert found[Metric.THROUGHPUT].environment == {"data": "real", "users": "real", "min_concurrency": 120}
    assert found[Metric.CONCURRENCY].target == pytest.approx(120)
    assert found[Metric.TTFT].percentile == 0.95
    assert found[Metric.CONCURRENCY].comparator == Comparator.AT_LEAST


def test_a_batch_is_asked_for_items_in_its_window() -> None:
    values = all_known(
        Task.GENERATE, BATCH, items_per_run=36_000, window_h=2, growth_per_year=1, output_tokens=50, horizon_months=12
    )
    found = by_metric(Task.GENERATE, BATCH, values)
    assert found[Metric.ITEM_THROUGHPUT].target == pytest.approx(5)
    assert found[Metric.ITEM_THROUGHPUT].window_s == 7200
    assert found[Metric.TOKEN_THROUGHPUT].target == pytest.approx(250)
    assert "users" not in found[Metric.ITEM_THROUGHPUT].environment
    assert not {Metric.THROUGHPUT, Metric.TTFT, Metric.AVAILABILITY} & set(found)


def test_training_is_asked_for_tokens_in_its_window() -> None:
    found = by_metric(Task.TRAIN, BATCH, all_known(Task.TRAIN, BATCH, training_tokens=7.2e9, window_h=2, growth_per_year=1))
    assert found[Metric.TOKEN_THROUGHPUT].target == pytest.approx(1e6)
    assert set(found) == {Metric.TOKEN_THROUGHPUT, Metric.STORAGE_CAPACITY}


def test_storage_holds_what_comes_in_as_long_as_it_is_kept() -> None:
    known = {"stored_gb": 100.0, "ingest_gb_per_day": 2.0, "copies": 3.0, "horizon_months": 12.0, "growth_per_year": 1.0}
    short = all_known(Task.GENERATE, ONLINE, **known, retention_months=6)
    long = all_known(Task.GENERATE, ONLINE, **known, retention_months=60)
    found = [by_metric(Task.GENERATE, ONLINE, values)[Metric.STORAGE_CAPACITY].target for values in (short, long)]
    assert found == [pytest.approx(3 * (100 + 2 * 365.25 / 2)), pytest.approx(3 * (100 + 2 * 365.25))]


@pytest.mark.parametrize(("task", "workload_class"), KINDS)
def test_nothing_known_asks_for_the_same_things_without_numbers(task: Task, workload_class: WorkloadClass) -> None:
    known = derive(task, workload_class, all_known(task, workload_class))
    blank = derive(task, workload_class, {})
    assert [one.derived_from for one in blank] == [one.derived_from for one in known]
    assert all(one.target is not None for one in known)
    assert all(one.target is None for one in blank)
    names = [one.derived_from for one in known]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("name", ["arrival_per_s", "peak_factor", "growth_per_year", "horizon_months"])
def test_one_unknown_factor_makes_the_peak_unknown(name: str) -> None:
    values = all_known(Task.CLASSIC, ONLINE) | {name: Value(UNKNOWN, 3.0, 1.0, 9.0), "users": Value(ABSENT)}
    assert by_metric(Task.CLASSIC, ONLINE, values)[Metric.THROUGHPUT].target is None


def test_people_and_their_requests_stand_in_for_an_unmeasured_rate() -> None:
    values = all_known(
        Task.CLASSIC, ONLINE, users=720, requests_per_user_day=40, busy_hours_per_day=8, peak_factor=2, growth_per_year=1
    )
    values["arrival_per_s"] = Value(UNKNOWN)
    assert by_metric(Task.CLASSIC, ONLINE, values)[Metric.THROUGHPUT].target == pytest.approx(2)
    del values["arrival_per_s"]
    assert "arrival_per_s" not in unknown_names(Task.CLASSIC, ONLINE, {name: one.knowledge for name, one in values.items()})
    values["users"] = Value(UNKNOWN, 700)
    assert by_metric(Task.CLASSIC, ONLINE, values)[Metric.THROUGHPUT].target is None


def test_a_rate_is_the_mean_of_the_busy_hours_unless_a_log_gave_it() -> None:
    values = all_known(Task.CLASSIC, ONLINE, arrival_per_s=3, busy_hours_per_day=8)
    assert demand_of(Task.CLASSIC, ONLINE, values).busy_hours_per_day == Quantity.exactly(8)
    unsure = demand_of(Task.CLASSIC, ONLINE, values | {"busy_hours_per_day": Value(UNKNOWN)}).busy_hours_per_day
    assert unsure == Quantity.unknown(6, 8, 24)
    read = values | {"arrival_per_s": Value(KNOWN, 3.0, origin=Origin.TRACE)}
    assert demand_of(Task.CLASSIC, ONLINE, read).busy_hours_per_day is None
    assert demand_of(Task.CLASSIC, ONLINE, values | {"busy_hours_per_day": Value(ABSENT)}).busy_hours_per_day is None


def test_a_share_of_requests_that_nobody_knows_is_the_strictest_plausible_one() -> None:
    values = all_known(Task.CLASSIC, ONLINE, latency_s=1)
    del values["latency_percentile"]
    assert demand_of(Task.CLASSIC, ONLINE, values).latency_percentile == 0.95
    said = values | {"latency_percentile": Value(UNKNOWN)}
    assert demand_of(Task.CLASSIC, ONLINE, said).latency_percentile == 0.99
    assert "latency_percentile" in unknown_names(Task.CLASSIC, ONLINE, {name: one.knowledge for name, one in said.items()})


def test_what_does_not_apply_is_not_required() -> None:
    absent = ("ttft_s", "stored_gb", "ingest_gb_per_day", "concurrency")
    values = all_known(Task.GENERATE, ONLINE) | {name: Value(ABSENT) for name in absent}
    found = by_metric(Task.GENERATE, ONLINE, values)
    assert not {Metric.TTFT, Metric.STORAGE_CAPACITY, Metric.CONCURRENCY} & set(found)
    assert "min_concurrency" not in found[Metric.TPOT].environment


def test_required_values_count_as_unknown_until_they_are_answered() -> None:
    required = [one.name for one in asked(Task.GENERATE, ONLINE) if one.required]
    assert unknown_names(Task.GENERATE, ONLINE, {}) == required
    assert unknown_names(Task.GENERATE, ONLINE, dict.fromkeys(required, KNOWN)) == []
    said = dict.fromkeys(required, KNOWN) | {"users": UNKNOWN, "window_h": UNKNOWN}
    assert unknown_names(Task.GENERATE, ONLINE, said) == ["users"]


def test_a_percentile_is_no_question_while_its_target_is_not_known() -> None:
    said = {"ttft_s": UNKNOWN, "ttft_percentile": UNKNOWN}
    assert "ttft_percentile" not in unknown_names(Task.GENERATE, ONLINE, said)
    assert "ttft_percentile" in unknown_names(Task.GENERATE, ONLINE, said | {"ttft_s": KNOWN})


@pytest.mark.parametrize(
    ("name", "said", "code"),
    [
        ("arrival_per_s", Said(), Code.VALUE_MISSING),
        ("arrival_per_s", Said(value=-1), Code.TOO_LOW),
        ("availability", Said(value=1.5), Code.TOO_HIGH),
        ("users", Said(value=1.5), Code.NOT_WHOLE),
        ("input_tokens", Said(value=5, low=6, high=7), Code.RANGE_ORDER),
        ("input_tokens", Said(value=5, low=4), Code.HALF_A_RANGE),
        ("input_tokens", Said(UNKNOWN, low=4, high=5), Code.RANGE_WITHOUT_VALUE),
        ("input_tokens", Said(value=float("inf")), Code.NOT_FINITE),
        ("tpot_s", Said(ABSENT), Code.REQUIRED),
        ("items_per_run", Said(value=4), Code.NOT_ASKED),
        ("colour", Said(value=4), Code.NO_SUCH_FIELD),
        ("users", Said(UNKNOWN, due=date(2030, 1, 1)), Code.DUE_WITHOUT_OWNER),
    ],
)
def test_what_cannot_be_said(name: str, said: Said, code: Code) -> None:
    assert [fault.code for fault in faults(Task.GENERATE, ONLINE, {name: said})[name]] == [code]


def test_what_can_be_said() -> None:
    said = {
        "arrival_per_s": Said(value=3, low=2, high=4),
        "users": Said(UNKNOWN, owner=object(), due=date(2030, 1, 1)),
        "burst_s": Said(ABSENT),
        "peak_factor": Said(UNKNOWN, value=4, low=2, high=9),
    }
    assert faults(Task.GENERATE, ONLINE, said) == {}


def test_eight_templates_say_where_their_numbers_come_from() -> None:
    assert set(TEMPLATES) == {
        "chat-assistant", "rag", "code-completion", "document-batch", "streaming-classification", "image-generation",
        "embedding", "training-run",
    }  # fmt: skip
    assert "assumptions" in origin_text()


@pytest.mark.parametrize("key", sorted(TEMPLATES))
def test_a_template_answers_all_that_a_sizing_needs(key: str) -> None:
    one = TEMPLATES[key]
    needed = {field.name for field in asked(one.task, one.workload_class) if field.required}
    assert needed <= set(one.values)
    values = {name: Value(UNKNOWN, likely, low, high) for name, (low, likely, high) in one.values.items()}
    demand = demand_of(one.task, one.workload_class, values)
    assert demand.growth_per_year is not None
    assert not demand.growth_per_year.known
    targets = {f"{name.removesuffix('_percentile')}_s" for name in one.percentiles}
    assert targets == {name for name in one.values if name in ("ttft_s", "tpot_s", "latency_s")}


@pytest.mark.parametrize("key", sorted(name for name, one in TEMPLATES.items() if "users" in one.values))
def test_a_template_agrees_with_itself(key: str) -> None:
    """Its rate is what its people, requests and hours make, and its concurrency what Little's law makes of the answer time."""
    likely = {name: numbers[1] for name, numbers in TEMPLATES[key].values.items()}
    derived = likely["users"] * likely["requests_per_user_day"] / (likely["busy_hours_per_day"] * 3600)
    assert likely["arrival_per_s"] == pytest.approx(derived, rel=0.35)
    at_once = likely["arrival_per_s"] * likely["peak_factor"] * likely["latency_s"]
    assert at_once <= likely["concurrency"] * 1.5


def test_every_metric_has_a_unit_and_a_direction() -> None:
    assert set(METRICS) == set(Metric)
    assert {metric for metric, facts in METRICS.items() if facts.has_percentile} == {
        Metric.TTFT, Metric.TPOT, Metric.LATENCY, Metric.QUEUE_TIME, Metric.JITTER,
    }  # fmt: skip
    assert METRICS[Metric.AVAILABILITY].more_is_better
    assert not METRICS[Metric.ERROR_RATIO].more_is_better


def test_a_log_offers_what_the_workload_is_asked_for_inside_its_bounds() -> None:
    quantity = {"likely": 1.0, "low": 0.2, "high": 2.0, "known": True}
    summary = {"quantities": dict.fromkeys(("peak_factor", "input_tokens", "output_tokens"), quantity)}
    assert list(offered(Task.CLASSIC, ONLINE, summary)) == ["peak_factor"]
    peak = offered(Task.GENERATE, ONLINE, summary)["peak_factor"]
    assert (peak.low, peak.value, peak.high) == (BY_NAME["peak_factor"].least, 1.0, 2.0)
    assert offered(Task.GENERATE, ONLINE, None) == {}


def test_bursts_are_judged_in_the_length_of_the_latency_target() -> None:
    assert target_s(Task.GENERATE, ONLINE, {"ttft_s": Value(KNOWN, 0.3), "latency_s": Value(KNOWN, 9)}) == 0.3
    assert target_s(Task.CLASSIC, STREAMING, {"latency_s": Value(UNKNOWN, 0.1)}) == 0.1
    assert target_s(Task.GENERATE, ONLINE, {}) == BY_NAME["ttft_s"].plausible[1]
    assert target_s(Task.GENERATE, BATCH, {}) == 1.0


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [(0.0, "s", "0"), (3e-61, "share", "under 0.000001"), (-2e-9, "s", "under 0.000001"), (0.000002, "s", "0.000002")],
)
def test_next_to_nothing_is_said_in_few_digits(value: float, unit: str, said: str) -> None:
    assert shown(value, unit) == said
