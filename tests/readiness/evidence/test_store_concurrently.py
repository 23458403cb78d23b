"""Several writers at once on the real database: one state, no deadlock, no row twice."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import timedelta
from random import Random

import pytest
from django.db import connections, transaction

from readiness.connectors.contract import Flaw, Kind, Run
from readiness.evidence.models import Latest, Observation, Series
from tests.people import make_organisation
from tests.readiness.evidence.storing import (
    NOW,
    Place,
    benchmark,
    fingerprint,
    latest_follows_from_history,
    place,
    reading,
    row,
    telemetry,
)

WAIT_S = 60
_TABLES = (
    "evidence_latest, evidence_observation, evidence_series, evidence_run, evidence_payload, evidence_delivery, outbox_event,"
    " outbox_job"
)
Act = Callable[[], object]


@pytest.fixture
def where(committed_db: str) -> Place:
    return place(make_organisation().units["Stores"])


def at_once(*acts: Act) -> None:
    """Run each in a thread and connection of its own, started together; the first error is raised here."""
    start = threading.Barrier(len(acts))
    errors: list[BaseException] = []

    def run(act: Act) -> None:
        try:
            start.wait(WAIT_S)
            act()
        except Exception as error:  # noqa: BLE001 - handed to the test's own thread
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(act,), daemon=True) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT_S)
        assert not thread.is_alive(), "a writer hangs"
    if errors:
        raise errors[0]


def empty() -> None:
    """Only the owner may: the application has no right to take observations away."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"TRUNCATE {_TABLES} CASCADE")


def deliveries(dice: Random) -> list[Run]:
    """Eight of one run each, over the same few keys, series and times; half of the times in months of their own."""
    found = []
    for number in range(8):
        at = NOW - timedelta(hours=dice.choice((0, 1, 2, 900, 1800)))
        values = [reading(value=float(dice.randint(1, 3)), labels={"pod": dice.choice("abc")}, at=at) for _ in range(30)]
        flaws = ((Flaw.INCOMPLETE, "half"),) if dice.random() < 0.3 else ()
        kind = (Kind.BENCHMARK, Kind.TELEMETRY, Kind.TELEMETRY)[number % 3]
        found.append(benchmark(f"k{number % 3}", *values, kind=kind, flaws=flaws, ended_at=NOW))
    return found


def bring(where: Place, order: Sequence[Run]) -> None:
    for one in order:
        with transaction.atomic():
            where.bring(one)


@pytest.mark.parametrize("seed", range(4))
def test_deliveries_of_a_source_through_two_connections_give_the_state_of_one(where: Place, seed: int) -> None:
    dice = Random(seed)
    told = deliveries(dice)
    bring(where, told)
    alone = fingerprint()
    empty()
    first, second = dice.sample(told, len(told)), dice.sample(told, len(told))
    at_once(lambda: bring(where, first), lambda: bring(where, second))
    assert fingerprint() == alone
    assert latest_follows_from_history()


def test_the_same_data_at_the_same_moment_is_kept_once(where: Place) -> None:
    rows = [row(number % 5 + 1, labels={"pod": str(number % 50)}) for number in range(2000)]
    at_once(*[lambda: where.push(*rows)] * 4)
    assert (Series.objects.count(), Observation.objects.count(), Latest.objects.count()) == (50, 50, 50)


def test_writers_of_one_source_wait_for_one_another(where: Place) -> None:
    """The second finds what the first made, because it looks only once the first has committed."""
    done = threading.Event()

    def late() -> None:
        try:
            where.bring(telemetry("u", reading(value=2.0)))
            done.set()
        finally:
            connections.close_all()

    thread = threading.Thread(target=late, daemon=True)
    with transaction.atomic():
        where.bring(telemetry("t", reading(value=1.0)))
        thread.start()
        assert not done.wait(0.5), "it did not wait"
    assert done.wait(WAIT_S)
    thread.join(WAIT_S)
    assert (Series.objects.count(), Latest.objects.get().low, Latest.objects.get().high) == (1, 1.0, 2.0)


def test_sources_do_not_wait_for_one_another_unless_both_need_the_same_new_month(where: Place) -> None:
    other = place(where.subject.unit, name="Another")
    ready = threading.Event()

    def beside() -> None:
        try:
            other.bring(telemetry("t", reading(value=2.0)))
            ready.set()
        finally:
            connections.close_all()

    where.bring(telemetry("first", ended_at=NOW))  # the month is there from now on
    thread = threading.Thread(target=beside, daemon=True)
    with transaction.atomic():
        where.bring(telemetry("t", reading(value=1.0)))
        thread.start()
        assert ready.wait(WAIT_S), "another source waits"
    thread.join(WAIT_S)


def test_many_sources_that_open_the_same_new_months_at_once_all_get_through(where: Place) -> None:
    places = [where, *(place(where.subject.unit, name=f"Source {number}") for number in range(3))]
    months = [NOW - timedelta(days=31 * number) for number in range(12)]

    def write(one: Place, order: list[int]) -> None:
        one.bring(telemetry("t", *(reading(value=float(number), at=months[number]) for number in order)))

    orders = [Random(number).sample(range(12), 12) for number in range(4)]
    at_once(*[lambda one=one, order=order: write(one, order) for one, order in zip(places, orders, strict=True)])
    assert Observation.objects.count() == 48
