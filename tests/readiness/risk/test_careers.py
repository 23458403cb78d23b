"""What became of initiatives, read from the register as it was known on a day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portfolio.initiatives.choices import ClosureKind, ReasonCode
from portfolio.initiatives.models import Closure, ImportRun, Initiative, Lifecycle, Register, StageEntry
from portfolio.initiatives.services.demo import load_demo
from portfolio.initiatives.services.initiatives import create_initiative
from portfolio.initiatives.services.lifecycle_moves import close_initiative, move_stage, reopen
from portfolio.kit import clock
from readiness.core.risk.cohort import Ending
from readiness.risk.queries.careers import Careers, careers
from tests.people import SYSTEM, Organisation

pytestmark = pytest.mark.django_db
BEGAN = timedelta(days=400)


def made(organisation: Organisation, name: str, unit: str = "Retail") -> Initiative:
    began = clock.today() - BEGAN
    return create_initiative(by=SYSTEM, unit=organisation.units[unit], name=name, entered_on=began)


def moved(initiative: Initiative, key: str, days_ago: int) -> None:
    stage = initiative.lifecycle.stages.get(key=key)
    move_stage(by=SYSTEM, initiative=initiative, stage=stage, on=clock.today() - timedelta(days=days_ago))


def closed(initiative: Initiative, kind: ClosureKind, days_ago: int, reason: ReasonCode = ReasonCode.COST) -> Closure:
    day = clock.today() - timedelta(days=days_ago)
    into = Initiative.objects.exclude(pk=initiative.pk).first() if kind is ClosureKind.MERGED else None
    return close_initiative(
        by=SYSTEM, initiative=initiative, kind=kind, reason=reason, lesson="Ask earlier.", closed_on=day, merged_into=into
    )


def now(**more: object) -> Careers:
    return careers(demo=False, on=clock.today(), **more)  # type: ignore[arg-type]


def row(found: Careers, initiative: Initiative) -> int:
    (place,) = np.flatnonzero(found.initiative_id == initiative.pk)
    return int(place)


def test_each_kind_of_end_is_read_with_its_stage_and_its_age(organisation: Organisation) -> None:
    open_, stopped, live, merged = (made(organisation, name) for name in ("Open", "Stopped", "Live", "Merged"))
    moved(stopped, "poc", 300)
    closed(stopped, ClosureKind.STOPPED, 100)
    moved(live, "pilot", 300)
    moved(live, "production", 200)
    closed(live, ClosureKind.RETIRED, 10)
    closed(merged, ClosureKind.MERGED, 50)
    found = now()
    rows = [row(found, each) for each in (open_, stopped, live, merged)]
    assert list(found.ending[rows]) == [Ending.IN_FLIGHT, Ending.ABANDONED, Ending.PRODUCED, Ending.IN_FLIGHT]
    assert [found.stages[code] for code in found.stage[rows]] == ["Idea", "PoC", "Pilot", "Idea"]
    assert list(found.closure[rows]) == ["", "stopped_by_decision", "retired", "merged"]
    assert list(np.rint(found.leaving_month[rows] * 365.25 / 12)) == [400, 300, 200, 350]
    assert list(found.entry_month) == [0, 0, 0, 0]
    assert found.reason[rows[1]] == "cost"
    assert found.organisations == (organisation.units["Group"].pk,)
    assert set(found.unit_path) == {organisation.units["Retail"].path}


def test_nothing_recorded_later_counts_and_nothing_that_happened_later(organisation: Organisation) -> None:
    early = made(organisation, "Early")
    closure = closed(early, ClosureKind.DRIFTED, 100)
    yesterday = datetime.now(UTC) - timedelta(days=1)
    Initiative.objects.filter(pk=early.pk).update(created_at=yesterday)
    StageEntry.objects.filter(initiative=early).update(recorded_at=yesterday - timedelta(days=3))
    assert now(known_at=yesterday).ending[0] == Ending.IN_FLIGHT
    Closure.objects.filter(pk=closure.pk).update(recorded_at=yesterday)
    assert now(known_at=yesterday).ending[0] == Ending.ABANDONED
    before = careers(demo=False, on=clock.today() - timedelta(days=101), known_at=clock.now())
    assert (before.ending[0], before.closure[0]) == (Ending.IN_FLIGHT, "")
    assert len(careers(demo=False, on=clock.today() - timedelta(days=101))) == 0  # nobody had recorded it


def test_what_was_taken_up_again_is_in_flight_and_was_abandoned_as_known_before(organisation: Organisation) -> None:
    initiative = made(organisation, "Back again")
    closed(initiative, ClosureKind.DRIFTED, 100)
    between = clock.now()
    reopen(by=SYSTEM, initiative=initiative)
    assert now().ending[0] == Ending.IN_FLIGHT
    assert now(known_at=between).ending[0] == Ending.ABANDONED


def test_what_an_import_first_listed_enters_late_and_missing_is_no_ending(organisation: Organisation) -> None:
    listed, gone = made(organisation, "Listed"), made(organisation, "Gone")
    register = Register.objects.create(
        name="Old list",
        unit=organisation.units["Retail"],
        lifecycle=Lifecycle.objects.get(is_default=True),
        key_rule="external_id",
    )
    met, missed = clock.now() - timedelta(days=200), clock.now() - timedelta(days=50)
    run = ImportRun.objects.create(file_name="list.csv", sha256="0" * 64, state="published", finished_at=missed)
    Initiative.objects.filter(pk__in=(listed.pk, gone.pk)).update(register=register)
    Initiative.objects.filter(pk=gone.pk).update(missing_since=run)
    StageEntry.objects.update(recorded_at=met)
    found = now()
    assert list(np.rint(found.entry_month * 365.25 / 12)) == [200, 200]
    assert list(np.rint(found.leaving_month * 365.25 / 12)) == [400, 350]
    assert list(found.ending) == [Ending.IN_FLIGHT] * 2
    assert list(found.missing) == [False, True]


def test_an_end_without_a_date_is_left_out_and_counted(organisation: Organisation) -> None:
    made(organisation, "Open")
    closure = closed(made(organisation, "Undated"), ClosureKind.STOPPED, 100)
    Closure.objects.filter(pk=closure.pk).update(closed_on=None, precision="unknown")
    found = now()
    assert (len(found), found.left_out) == (1, {"closure_undated": 1})


def test_only_those_asked_for_are_read_in_one_statement(organisation: Organisation) -> None:
    first, _second = made(organisation, "First"), made(organisation, "Second", "Logistics")
    with CaptureQueriesContext(
        connection,
    ) as statements:
        found = now(among=[first.pk])
    assert (list(found.initiative_id), len(statements)) == ([first.pk], 1)
    assert len(now(among=[])) == 0
    assert len(now().take([1])) == 1


def test_demo_and_real_portfolio_never_mix_and_the_demo_has_a_past(organisation: Organisation) -> None:
    made(organisation, "Real")
    load_demo(by=SYSTEM, count=60, seed=3, today=clock.today())
    demo = careers(demo=True, on=clock.today())
    assert len(now()) == 1
    assert len(demo) + sum(demo.left_out.values()) == 60
    assert set(demo.ending) == set(Ending)
    past = careers(demo=True, on=clock.today() - timedelta(days=365))
    assert 0 < len(past) < 60
    assert (past.ended_on[~np.isnat(past.ended_on)] <= np.datetime64(past.on)).all()


def _register(organisation: Organisation) -> Register:
    return Register.objects.create(
        name="Two years", unit=organisation.units["Retail"], lifecycle=Lifecycle.objects.get(is_default=True),
        key_rule="external_id",
    )  # fmt: skip


def _snapshot(register: Register, days_ago: int) -> date:
    """Published this minute, and telling of an earlier day."""
    day = clock.today() - timedelta(days=days_ago)
    ImportRun.objects.create(
        register=register, file_name="list.csv", sha256="0" * 64, state="published", finished_at=clock.now(), as_of=day
    )
    return day


def test_two_snapshots_read_on_one_afternoon_have_the_time_between_them(organisation: Organisation) -> None:
    register, lost = _register(organisation), made(organisation, "Lost")
    first, second = _snapshot(register, 400), _snapshot(register, 40)
    Initiative.objects.filter(pk=lost.pk).update(register=register)
    StageEntry.objects.filter(initiative=lost).update(told_on=first, entered_on=None, entered_precision="unknown")
    closure = closed(lost, ClosureKind.DRIFTED, 0)
    Closure.objects.filter(pk=closure.pk).update(told_on=second, closed_on=None, precision="unknown")
    assert now().left_out == {"no_beginning": 1}, "whose age nobody knows is in no curve over age"
    found = now(from_met=True)
    assert list(found.ending) == [Ending.ABANDONED]
    assert np.rint(found.leaving_month * 365.25 / 12).tolist() == [180], "half way between the snapshots"
    assert found.entry_month.tolist() == [0]


def test_what_a_snapshot_told_is_known_since_its_day_and_not_since_it_was_read(organisation: Organisation) -> None:
    register, lost = _register(organisation), made(organisation, "Lost")
    first, second = _snapshot(register, 400), _snapshot(register, 40)
    Initiative.objects.filter(pk=lost.pk).update(register=register)
    StageEntry.objects.filter(initiative=lost).update(told_on=first)
    closure = closed(lost, ClosureKind.DRIFTED, 100)
    Closure.objects.filter(pk=closure.pk).update(told_on=second)
    between = careers(demo=False, on=clock.today() - timedelta(days=60))
    assert list(between.ending) == [Ending.IN_FLIGHT]
    assert list(now().ending) == [Ending.ABANDONED]


def test_what_was_over_when_a_register_first_listed_it_teaches_nothing(organisation: Organisation) -> None:
    register, over, live = _register(organisation), made(organisation, "Over"), made(organisation, "Live")
    day = _snapshot(register, 40)
    Initiative.objects.filter(pk__in=(over.pk, live.pk)).update(register=register)
    moved(live, "production", 0)
    StageEntry.objects.update(told_on=day, entered_on=None, entered_precision="unknown")
    closure = closed(over, ClosureKind.DRIFTED, 0)
    Closure.objects.filter(pk=closure.pk).update(told_on=day, closed_on=day.replace(month=1, day=1), precision="year")
    found = now(from_met=True)
    assert len(found) == 0, "a list of survivors says nothing of how many died"
    assert found.left_out == {"over_before_the_register_met_it": 1, "began_in_production": 1}
