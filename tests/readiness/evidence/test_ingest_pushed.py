"""Pushed observations: the quick way gives what the rules of one row give, refusals have their place, runs their kind."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness.connectors.errors import SkipRecord
from readiness.connectors.live import Payload as Answer
from readiness.evidence.choices import EvidenceKind
from readiness.evidence.models import Latest, Observation, Payload, Run, Series
from readiness.evidence.rules.columns import UNKNOWN
from readiness.evidence.rules.normal import normal, wrong_words
from readiness.evidence.rules.pushed import table
from readiness.evidence.rules.telling import OLDEST
from tests.people import Organisation
from tests.readiness.evidence.storing import NOW, Flaw, Place, latest_follows_from_history, place, row
from tests.sampling import of

MICROSECOND = timedelta(microseconds=1)


@pytest.fixture
def where(organisation: Organisation) -> Place:
    return place(organisation.units["Stores"])


# The quick way and the slow one

_ODD: tuple[Any, ...] = (None, True, "", "7", " 7 ", "x", [], {}, -1, 0, 1e400, 2**60, -0.0, 1.5, float("nan"))
_TIMES: tuple[Any, ...] = (
    "2026-11-29T10:00:00Z", "2026-11-29T11:00:00+01:00", "2026-11-29T10:00:00.123456789Z", "20261129T100000Z", "2026-11-29",
    " 2026-11-29T10:00:00Z", "1999-12-31T23:59:59Z", "2000-01-01T00:00:00Z", "0001-01-01T00:00:00+23:59", "soon", "", None, [],
    "9999-12-31T23:59:59-23:59", "2026-11-29T10:00:00", 1795000000, 1795000000.25, 1795000000.1234567,
    1795000000000, 2**70, -1, 1, True,
)  # fmt: skip
_LABELS: tuple[Any, ...] = (
    {}, {"a": "1"}, {"b": "2", "a": "1"}, {"a": "1", "b": "2"}, {"a": 1}, {"a": ["x"]}, {"currency": "EUR"}, None, [], ["a"],
)  # fmt: skip
_heads = st.fixed_dictionaries(
    {
        "metric": st.sampled_from(("latency", "error_ratio", "schedule_delay", "ttft", "cost_total", "node_count")),
        "unit": st.sampled_from(("ms", "s", "%", "share", "money", "nodes")),
    },
    optional={
        "statistic": st.sampled_from(("mean", "percentile", "point", None)),
        "percentile": st.sampled_from((0.95, 0.99, 0, 1, True, 95, "0.95", None)),
        "window_s": st.sampled_from((1, 1.0, True, 300, 0, -1, "60", None, [])),
        "bound": st.sampled_from(("", "exact", "at_least", "at_most", None)),
        "labels": st.sampled_from(_LABELS),
    },
)
_tails = st.fixed_dictionaries(
    {
        "value": st.one_of(st.floats(), st.integers(-5, 500), st.sampled_from(_ODD)),
        "observed_at": st.sampled_from(_TIMES),
    },
    optional={"samples": st.sampled_from((0, 1, 1.0, 2.5, True, "3", -1, 2**60, None))},
)


@st.composite
def pushed_rows(draw: st.DrawFn) -> list[dict[str, Any]]:
    """A few heads, each of many rows, so that most rows meet a head that was met before."""
    heads = draw(st.lists(_heads.filter(measurable), min_size=1, max_size=3))
    return [draw(st.sampled_from(heads)) | draw(_tails) for _ in range(draw(st.integers(0, 15)))]


def measurable(one: Mapping[str, Any]) -> bool:
    """Words were checked before: the unit measures the metric, and a percentile is asked of a metric that has some."""
    return not wrong_words([one])


Plain = list[tuple[Any, ...]]


@given(pushed_rows())
@settings(max_examples=of(300, suite=60), deadline=None)
def test_the_quick_way_takes_and_refuses_what_the_rules_of_one_row_do(rows: list[dict[str, Any]]) -> None:
    taken, refused = one_by_one(rows)
    told = table(rows)
    quick = [
        (
            int(place), head.metric, head.statistic, head.percentile, head.window_s, head.labels, head.mark, head.kind, int(at),
            float(value), int(samples),
        )
        for place, head, at, value, samples in zip(
            told.place, (told.heads[one] for one in told.head), told.at, told.value, told.samples, strict=True
        )
    ]  # fmt: skip
    assert quick == taken
    assert [tuple(one) for one in told.refused] == refused


def one_by_one(rows: list[dict[str, Any]]) -> tuple[Plain, Plain]:
    taken: Plain = []
    refused: Plain = []
    marks = {"": 0, "at_least": 1, "at_most": 2}
    for number, one in enumerate(rows):
        try:
            found = normal(one, number)
        except SkipRecord as skipped:
            refused.append((skipped.place, skipped.text))
            continue
        taken.append(
            (
                number, found.metric, found.statistic, found.percentile, found.window_s, found.labels, marks[found.bound],
                found.kind, (found.at - OLDEST) // MICROSECOND, found.value,
                UNKNOWN if found.samples is None else found.samples,
            )
        )  # fmt: skip
    return taken, refused


# Into the store


@pytest.mark.django_db
def test_rows_of_an_area_are_one_run_of_its_kind(where: Place) -> None:
    counts = where.push(
        row(12.5, labels={"pod": "a"}),
        row(13.5, "2026-11-29T11:00:00Z", labels={"pod": "a"}),
        row(40, metric="cost_total", unit="money", labels={"currency": "EUR", "basis": "allocation"}),
        row(4, metric="node_count", unit="nodes"),
    )
    assert (counts.runs, counts.observations, counts.refused) == (3, 4, 0)
    assert sorted(Run.objects.values_list("kind", flat=True)) == ["cost", "inventory", "telemetry"]
    run = Run.objects.get(kind="telemetry")
    assert (run.tool, run.observed_at.isoformat()) == ("push", "2026-11-29T11:00:00+00:00")
    assert [one[0] for one in run.raw] == ["latency", "latency"], "no amount stands in a run that is no cost"
    assert Series.objects.get(metric="latency").labels == {"pod": "a"}
    assert sorted(Observation.objects.filter(series__metric="latency").values_list("value", flat=True)) == [0.0125, 0.0135]


@pytest.mark.django_db
def test_what_cannot_be_taken_is_refused_by_its_place_and_the_rest_counts(where: Place) -> None:
    counts = where.push(
        row(), row("much"), row(value=-1), row(at="2026-11-29T10:00:00"), row(120, metric="error_ratio", unit="%"),
        row(at="1970-01-01T00:00:00Z"), row(at="2028-11-29T10:00:00Z"), row(0.5, percentile=95),
    )  # fmt: skip
    assert (counts.observations, counts.refused) == (1, 7)
    assert [(one.place, one.text) for one in counts.problems] == [
        ("/observations/1/value", "no finite number"),
        ("/observations/2/value", "latency is never negative"),
        ("/observations/3/observed_at", "a time without its zone: add Z or an offset"),
        ("/observations/4/value", "1.2 is no share of 0 to 1"),
        ("/observations/5/observed_at", "before the year 2000"),
        ("/observations/7/percentile", "a percentile is a share between 0 and 1: 0.95 for p95"),
        ("/observations/6/observed_at", "is more than a year ahead: the clock of its machine is wrong"),
    ]


@pytest.mark.django_db
def test_the_same_push_in_another_order_is_the_same_run(where: Place) -> None:
    rows = [row(value, labels={"pod": pod}) for value in (1.0, 2.0) for pod in "ab"]
    where.push(*rows)
    counts = where.push(*reversed(rows), rows[0])
    assert (counts.runs, counts.runs_known, counts.observations, counts.repeated) == (0, 1, 0, 5)
    assert Latest.objects.count() == 2 and latest_follows_from_history()


@pytest.mark.django_db
def test_rows_ahead_of_their_time_are_a_flawed_run_of_their_own(where: Place) -> None:
    counts = where.push(row(1.0), row(2.0, "2026-11-29T13:00:00Z"))
    assert (counts.runs, counts.runs_flawed, counts.observations) == (2, 1, 2)
    assert Run.objects.get(flawed=True).flaws[0][0] == Flaw.FUTURE_DATED
    assert [(one.flawed, one.high) for one in Latest.objects.order_by("flawed")] == [(False, 0.001), (True, 0.002)]


@pytest.mark.django_db
def test_rows_in_two_units_of_one_metric_go_on_in_one_series(where: Place) -> None:
    where.push(row(1.0, unit="s"), row(2000, "2026-11-29T11:00:00Z", unit="ms"))
    assert Series.objects.count() == 1
    assert Latest.objects.get().high == 2.0


@pytest.mark.django_db
def test_rows_made_by_the_rules_are_taken_as_those_of_the_body(where: Place) -> None:
    rows = [row(1.0), row(2.0, "2026-11-29T11:00:00Z", samples=3, bound="at_most")]
    where.push(*rows)
    made = [normal(one, number) for number, one in enumerate(rows)]
    counts = where.push(*made)  # type: ignore[arg-type]
    assert (counts.runs_known, counts.repeated) == (1, 2)


@pytest.mark.django_db
def test_what_somebody_vouches_for_is_attested_and_says_where_it_was_measured(where: Place) -> None:
    where.push(
        row(1.0), kind=EvidenceKind.ATTESTED, environment={"venue": "cloud", "stage": "production"}, tool="attested",
        payload=Answer("report.pdf", b"%PDF"),
    )  # fmt: skip
    run = Run.objects.get()
    assert (run.kind, run.tool, run.payload) == ("attested", "attested", Payload.objects.get())
    assert run.environment == {
        "venue": "cloud", "stage": "production", "declared": ["venue", "stage"], "time_from": "ended",
    }  # fmt: skip
    assert Series.objects.get().environment == {"venue": "cloud", "stage": "production"}


@pytest.mark.django_db
def test_nothing_but_refusals_is_no_run_and_no_news(where: Place) -> None:
    counts = where.push(row("x"), row("y"))
    assert (counts.runs, counts.observations, counts.refused) == (0, 0, 2)
    assert not Run.objects.exists()


@pytest.mark.django_db
def test_a_hundred_thousand_rows_are_one_call(where: Place) -> None:
    body = orjson.dumps(
        [row(number % 97 + 1, labels={"pod": f"p{number % 1000}"}, at=_at(number // 1000)) for number in range(100_000)]
    )
    counts = where.push(*orjson.loads(body))
    assert (counts.runs, counts.observations, counts.refused) == (1, 100_000, 0)
    assert Latest.objects.count() == 1000 and latest_follows_from_history()


def _at(minute: int) -> str:
    return (NOW - timedelta(minutes=minute)).isoformat()
