"""State is a function of the set of what was delivered: any order, repetition and grouping of deliveries gives one state."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from readiness.connectors.live import Payload
from readiness.evidence.models import Latest, Observation
from tests.people import Organisation
from tests.readiness.evidence.storing import (
    NOW,
    Arrived,
    Bound,
    Environment,
    Flaw,
    Kind,
    Place,
    Reading,
    Run,
    Statistic,
    benchmark,
    fingerprint,
    latest_follows_from_history,
    place,
    reading,
    state,
    telemetry,
)  # fmt: skip
from tests.sampling import of

pytestmark = pytest.mark.django_db
# Few words, so that runs, series, times and values meet one another again and again. One time lies in another month, one ahead.
TIMES = (
    datetime(2026, 10, 31, 23, 59, 59, 999_999, tzinfo=UTC), datetime(2026, 11, 28, tzinfo=UTC), NOW - timedelta(hours=1), NOW,
    NOW + timedelta(hours=1),
)  # fmt: skip
FLAWS = ((), ((Flaw.INCOMPLETE, "half of it"),), ((Flaw.INCOMPLETE, "a third"), (Flaw.ALL_FAILED, "17 of 17")))
ENVIRONMENTS = (Environment(), Environment(venue="cloud"), Environment(accelerator="H100", accelerators=8, data_real=True))
SAID: tuple[dict[str, Any], ...] = ({}, {"venue": "edge"}, {"accelerator": "H100", "data_real": False})
Item = Callable[[Place], object]

readings = st.builds(
    Reading,
    metric=st.sampled_from(("ttft", "latency")),
    value=st.sampled_from((0.0, -0.0, 1.0, 1.5)),
    statistic=st.just(Statistic.PERCENTILE),
    percentile=st.sampled_from((0.95, 0.99)),
    bound=st.sampled_from(tuple(Bound)),
    samples=st.sampled_from((None, 0, 7)),
    labels=st.sampled_from(({}, {"pod": "a"}, {"pod": "b"})),
    at=st.sampled_from((None, *TIMES)),
)


@st.composite
def runs(draw: st.DrawFn) -> Run:
    """What a key names is measured once: its kind and times are the key's. All else may be told differently by its copies."""
    number = draw(st.integers(0, 3))
    kind = (Kind.BENCHMARK, Kind.TELEMETRY)[number % 2]
    return Run(
        kind=kind, tool="tool", format="f", place=draw(st.sampled_from(("a", "b"))), key=f"key {number}",
        readings=tuple(draw(st.lists(readings, max_size=4))), ended_at=TIMES[number], duration_s=60.0 * number,
        environment=draw(st.sampled_from(ENVIRONMENTS)), flaws=draw(st.sampled_from(FLAWS)),
    )  # fmt: skip


rows = st.fixed_dictionaries(
    {
        "metric": st.just("latency"),
        "unit": st.sampled_from(("s", "ms")),
        "value": st.sampled_from((1, 1.0, 1000.0)),
        "observed_at": st.sampled_from([at.isoformat() for at in TIMES] + ["no time"]),
    },
    optional={"samples": st.sampled_from((1, 7)), "bound": st.just("at_least"), "labels": st.just({"pod": "a"})},
)


@pytest.fixture
def where(organisation: Organisation) -> Place:
    return place(organisation.units["Stores"])


def bring(found: list[Run], said: dict[str, Any]) -> Item:
    return lambda where: where.bring(*found, environment=said)


def push(found: list[dict[str, Any]], said: dict[str, Any]) -> Item:
    return lambda where: where.push(*found, environment=said)


said = st.sampled_from(SAID)
items = st.one_of(
    st.builds(bring, st.lists(runs(), min_size=1, max_size=2), said),
    st.builds(push, st.lists(rows, min_size=1, max_size=5), said),
)


def outcome(where: Place, order: Sequence[Item]) -> tuple[str, bool]:
    """The state after these deliveries, which are then undone."""
    with transaction.atomic():
        for item in order:
            item(where)
        found = fingerprint(), latest_follows_from_history()
        transaction.set_rollback(True)
    return found


@given(data=st.data())
@settings(max_examples=of(60, suite=20), deadline=None, suppress_health_check=list(HealthCheck))
def test_any_order_and_repetition_of_deliveries_gives_one_state(where: Place, data: st.DataObject) -> None:
    delivered = data.draw(st.lists(items, min_size=1, max_size=5))
    again = data.draw(st.permutations(delivered + data.draw(st.lists(st.sampled_from(delivered), max_size=3))))
    first, second = outcome(where, delivered), outcome(where, again)
    assert first == second
    assert first[1], "the latest is not what history says"


@given(found=st.lists(runs(), min_size=1, max_size=6), cuts=st.sets(st.integers(1, 5)))
@settings(max_examples=of(40, suite=15), deadline=None, suppress_health_check=list(HealthCheck))
def test_it_does_not_matter_how_runs_are_grouped_into_deliveries(where: Place, found: list[Run], cuts: set[int]) -> None:
    edges = [0, *sorted(cut for cut in cuts if cut < len(found)), len(found)]
    groups = [found[start:end] for start, end in pairwise(edges)]
    together = [lambda one: one.bring_all([Arrived((run,), Payload("one", b"")) for run in found])]
    assert outcome(where, together) == outcome(where, [bring(group, {}) for group in groups])


def test_a_replay_adds_nothing(where: Place) -> None:
    told = [telemetry("t", *(reading(value=value, labels={"pod": str(value)}) for value in (1.0, 2.0))), benchmark()]
    first = where.bring(*told)
    before = fingerprint()
    second = where.bring(*reversed(told), now=NOW + timedelta(days=3))
    assert (first.runs, first.observations, first.repeated) == (2, 3, 0)
    assert (second.runs, second.runs_known, second.observations, second.repeated) == (0, 2, 0, 3)
    assert fingerprint() == before


@pytest.mark.parametrize("values", [(2.0, 1.0, 3.0), (3.0, 2.0, 1.0), (1.0, 3.0, 2.0)])
def test_contradictory_values_are_both_kept_and_the_latest_shows_the_least_and_the_greatest(
    where: Place, values: tuple[float, ...]
) -> None:
    for value in values:
        where.bring(telemetry(f"t{value}", reading(value=value, samples=int(value))))
    latest = Latest.objects.get()
    assert Observation.objects.count() == 3
    assert (latest.low, latest.high, latest.samples) == (1.0, 3.0, 1)


def test_an_older_value_that_comes_late_changes_the_history_and_not_the_latest(where: Place) -> None:
    where.bring(telemetry("t", reading(value=2.0)))
    late = telemetry("u", reading(value=9.0), ended_at=NOW - timedelta(days=40))
    assert where.bring(late).observations == 1
    assert (Latest.objects.get().low, Latest.objects.get().high) == (2.0, 2.0)
    assert latest_follows_from_history()


def test_two_counts_of_samples_are_two_observations_in_one_delivery_or_two(where: Place) -> None:
    few, many, untold = (telemetry(f"t{samples}", reading(samples=samples)) for samples in (3, 8, None))
    one = outcome(where, [bring([few, many, untold], {})])
    assert one == outcome(where, [bring([untold], {}), bring([many], {}), bring([few], {})])
    where.bring(many, few)
    assert (Observation.objects.count(), Latest.objects.get().samples) == (2, 3)


def test_what_is_partly_there_and_partly_newer_is_taken_once(where: Place) -> None:
    earlier, later = (reading(value=value, at=NOW - timedelta(hours=hours)) for value, hours in ((1.0, 9), (2.0, 1)))
    where.bring(telemetry("t", earlier))
    counts = where.bring(telemetry("u", later, earlier))
    assert (counts.observations, counts.repeated) == (1, 1)
    assert latest_follows_from_history() and Latest.objects.get().low == 2.0


def test_flawed_and_sound_tellings_of_a_run_stand_side_by_side_in_any_order(where: Place) -> None:
    sound, flawed = benchmark(), benchmark(flaws=((Flaw.ALL_FAILED, "no request completed"),))
    one = outcome(where, [bring([flawed], {}), bring([sound], {}), bring([flawed], {})])
    assert one == outcome(where, [bring([sound], {}), bring([flawed], {})])
    where.bring(flawed, sound)
    assert sorted(Latest.objects.values_list("flawed", flat=True)) == [False, True]
    assert len(state()["runs"]) == 2
