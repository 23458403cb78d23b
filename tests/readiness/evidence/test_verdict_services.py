"""Judging on the real database: what is kept, what stands, who is told, what time changes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portfolio.outbox.models import Event, Job
from readiness.connectors.contract import Flaw
from readiness.evidence.choices import Verdict
from readiness.evidence.models import Latest, RequirementVerdict, SetAside, Standing
from readiness.evidence.services.verdicts import AT_ONCE, due, judge_due
from readiness.workloads.choices import Metric
from readiness.workloads.models import Requirement, Workload
from readiness.workloads.services.profiles import retire_workload
from readiness.workloads.services.requirements import retire_requirement
from tests.people import SYSTEM, Organisation
from tests.readiness.evidence.brought import make_chat
from tests.readiness.evidence.judging_rows import (
    LIVE,
    bare_chat,
    hall,
    hold,
    judge,
    live,
    require,
    standing,
    work_off_jobs,
)
from tests.readiness.evidence.storing import NOW, place, reading, telemetry

pytestmark = pytest.mark.django_db


@pytest.fixture
def workload(organisation: Organisation) -> Workload:
    return bare_chat(organisation)


def test_a_new_requirement_stands_as_unknown_at_once(organisation: Organisation, workload: Workload) -> None:
    requirement = require(workload)
    work_off_jobs()
    row = standing(requirement)
    assert (row.verdict, row.current.reason, row.headroom, row.recheck_at) == (Verdict.UNKNOWN, "nothing_measured", None, None)
    assert [entry["code"] for entry in row.current.missing] == ["run_benchmark", "connect_telemetry"]


def test_what_arrives_is_judged_kept_whole_and_told(organisation: Organisation, workload: Workload) -> None:
    requirement, where = require(workload), place(organisation.units["Stores"], workload=workload)
    run = live(where, "a", 0.4)
    work_off_jobs()
    row = standing(requirement)
    assert (row.verdict, row.headroom, row.observed_at) == (Verdict.MET, pytest.approx(1.5), run.observed_at)
    assert row.recheck_at == run.observed_at + timedelta(days=90, seconds=1)
    kept = row.current
    assert kept.evidence["run_id"] == run.pk and kept.evidence["value"] == 0.4 and kept.evidence["samples"] == 5_000
    assert kept.wanted == {
        "metric": "ttft", "comparator": "at_most", "target": 1.0, "unit": "s", "percentile": 0.95, "window_s": None,
        "environment": {"data": "real", "users": "real"}, "max_age_days": 90,
    }  # fmt: skip
    told = Event.objects.filter(kind="verdict.changed").order_by("-id")[0].payload
    assert told == {"requirement_ids": [requirement.pk], "workload_ids": [workload.pk]}


def test_the_same_again_adds_nothing(organisation: Organisation, workload: Workload) -> None:
    requirement, where = require(workload), place(organisation.units["Stores"], workload=workload)
    live(where, "a", 0.4)
    assert judge(workload) == 1
    before, events = standing(requirement), Event.objects.filter(kind="verdict.changed").count()
    assert judge(workload) == 0
    assert judge(workload, at=NOW + timedelta(hours=5)) == 0
    after = standing(requirement)
    assert after.current_id == before.current_id and RequirementVerdict.objects.filter(requirement=requirement).count() == 1
    assert after.judged_at > before.judged_at
    assert Event.objects.filter(kind="verdict.changed").count() == events


def test_a_value_that_moves_a_little_stands_without_a_row_of_its_own(organisation: Organisation, workload: Workload) -> None:
    requirement, where = require(workload), place(organisation.units["Stores"], workload=workload)
    live(where, "a", 0.5, hours=3)
    judge(workload)
    run = live(where, "b", 0.505, hours=2)
    judge(workload)
    row = standing(requirement)
    assert RequirementVerdict.objects.filter(requirement=requirement).count() == 1
    assert row.observed_at == run.observed_at and row.headroom == pytest.approx(1 / 0.505 - 1)
    live(where, "c", 0.8, hours=1)
    judge(workload)
    assert RequirementVerdict.objects.filter(requirement=requirement).count() == 2


def test_history_tells_every_turn(organisation: Organisation, workload: Workload) -> None:
    requirement, where = require(workload), place(organisation.units["Stores"], workload=workload)
    for place_, value in enumerate((0.4, 3.0, 0.5)):
        live(where, "abc"[place_], value, hours=9 - place_)
        judge(workload)
    found = RequirementVerdict.objects.filter(requirement=requirement).order_by("id").values_list("verdict", flat=True)
    assert list(found) == ["met", "not_met", "met"]


def test_a_standing_knows_since_when_and_what_it_was_before(organisation: Organisation, workload: Workload) -> None:
    requirement, where = require(workload), place(organisation.units["Stores"], workload=workload)
    live(where, "a", 0.4, hours=70)
    judge(workload, at=NOW - timedelta(hours=69))
    assert (standing(requirement).before, standing(requirement).since) == ("", NOW - timedelta(hours=69))
    live(where, "b", 3.0, hours=60)
    judge(workload, at=NOW - timedelta(hours=59))
    live(where, "c", 3.1, hours=1)
    judge(workload)
    row = standing(requirement)
    assert RequirementVerdict.objects.filter(requirement=requirement).count() == 3
    assert (row.verdict, row.before, row.since, row.judged_at) == ("not_met", "met", NOW - timedelta(hours=59), NOW)


def test_the_order_of_arrival_does_not_matter(organisation: Organisation, workload: Workload) -> None:
    requirement, where = require(workload), place(organisation.units["Stores"], workload=workload)
    live(where, "b", 3.0, hours=1)
    live(where, "a", 0.4, hours=5)
    judge(workload)
    assert standing(requirement).verdict == Verdict.NOT_MET


def test_a_newer_unsound_run_neither_decides_nor_hides(organisation: Organisation, workload: Workload) -> None:
    requirement, where = require(workload), place(organisation.units["Stores"], workload=workload)
    sound = live(where, "a", 0.4, hours=5)
    broken = live(where, "b", 9.0, flaws=((Flaw.INCOMPLETE, "partial answer"),))
    judge(workload)
    row = standing(requirement)
    assert (row.verdict, row.current.evidence["run_id"]) == (Verdict.MET, sound.pk)
    assert [(one["run_id"], one["why"]["code"]) for one in row.current.others] == [(broken.pk, "flawed")]


def test_what_stands_behind_a_run_that_is_set_aside_decides(organisation: Organisation, workload: Workload) -> None:
    """The newest value of a series is kept beside it; the one before must be found in the history."""
    requirement, where = require(workload), place(organisation.units["Stores"], workload=workload)
    first, second = live(where, "a", 0.4, hours=5), live(where, "b", 9.0)
    assert Latest.objects.get(flawed=False).run_id == second.pk
    judge(workload)
    assert standing(requirement).verdict == Verdict.NOT_MET
    SetAside.objects.create(run=second, aside=True, reason="it was the staging system")
    judge(workload)
    row = standing(requirement)
    assert (row.verdict, row.current.evidence["run_id"]) == (Verdict.MET, first.pk)
    assert row.current.others[0]["why"] == {"code": "set_aside", "text": "it was the staging system"}
    SetAside.objects.create(run=second, aside=False, reason="it was not")
    judge(workload)
    assert standing(requirement).verdict == Verdict.NOT_MET


def test_two_values_for_one_time_count_as_the_worse(organisation: Organisation, workload: Workload) -> None:
    requirement, where = require(workload), place(organisation.units["Stores"], workload=workload)
    live(where, "a", 0.4)
    live(where, "b", 1.6)
    judge(workload)
    row = standing(requirement)
    assert (row.verdict, row.current.evidence["value"]) == (Verdict.NOT_MET, 1.6)
    assert [note["code"] for note in row.current.evidence["notes"]] == ["contradicted"]
    assert row.current.missing[-1]["code"] == "settle" or row.current.missing == []


def test_time_makes_it_stale_through_the_sweep(organisation: Organisation, workload: Workload) -> None:
    requirement, where = require(workload), place(organisation.units["Stores"], workload=workload)
    live(where, "a", 0.4)
    judge(workload)
    assert due(NOW) == set()
    later = NOW + timedelta(days=91)
    assert due(later) == {workload.pk}
    Job.objects.all().delete()
    assert judge_due(now=later) == 1
    assert Job.objects.get(handler="evidence.judge").payload == {"workload_ids": [workload.pk]}
    judge(workload, at=later)
    row = standing(requirement)
    assert (row.verdict, row.current.reason, row.current.evidence["verdict"], row.recheck_at) == ("stale", "too_old", "met", None)
    assert row.current.missing[0]["code"] == "refresh"
    assert due(later) == set()


def test_the_sweep_takes_up_what_was_not_judged_by_these_rules(organisation: Organisation, workload: Workload) -> None:
    requirement = require(workload)
    assert due(NOW) == {workload.pk}
    judge(workload)
    assert due(NOW) == set()
    RequirementVerdict.objects.create(
        requirement=requirement, workload=workload, initiative_id=workload.initiative_id, verdict="unknown", reason="old",
        wanted={}, digest="x", rules_version="0",
    )  # fmt: skip
    Standing.objects.update(current=RequirementVerdict.objects.get(rules_version="0"))
    assert due(NOW) == {workload.pk}


def test_what_is_withdrawn_stands_no_longer(organisation: Organisation, workload: Workload) -> None:
    first, second = require(workload), require(workload, Metric.ERROR_RATIO, 0.01)
    judge(workload)
    retire_requirement(by=SYSTEM, requirement=first)
    judge(workload)
    assert [row.requirement_id for row in Standing.objects.all()] == [second.pk]
    assert RequirementVerdict.objects.filter(requirement=first).exists()
    retire_workload(by=SYSTEM, workload=workload)
    judge(workload)
    assert not Standing.objects.exists() and due(NOW) == set()


def test_days_of_availability_make_a_month(organisation: Organisation, workload: Workload) -> None:
    """Looked at every six hours over a day each: thirty days that do not overlap count, one bad one among them."""
    requirement = require(workload, Metric.AVAILABILITY, 0.999, window_s=30 * 86_400.0)
    where = place(organisation.units["Stores"], workload=workload)
    for step in range(4 * 31):
        value = 0.99 if step == 40 else 1.0
        run = telemetry(
            f"{step:03}", reading("availability", value), reading("coverage", 1.0), duration_s=86_400.0,
            ended_at=NOW - timedelta(hours=6 * step),
        )  # fmt: skip
        where.bring(run, environment=LIVE)
    judge(workload)
    row = standing(requirement)
    assert (row.verdict, row.current.evidence["value"]) == ("met", pytest.approx(1 - 0.01 / 29))
    assert {"code": "joined_windows", "windows": 29} in row.current.evidence["notes"]
    assert row.headroom == pytest.approx(0.001 / (0.01 / 29) - 1)


def test_a_week_of_days_is_no_month(organisation: Organisation, workload: Workload) -> None:
    requirement = require(workload, Metric.AVAILABILITY, 0.999, window_s=30 * 86_400.0)
    where = place(organisation.units["Stores"], workload=workload)
    for day in range(7):
        run = telemetry(
            f"{day:03}", reading("availability", 1.0), reading("coverage", 1.0), duration_s=86_400.0,
            ended_at=NOW - timedelta(days=day),
        )  # fmt: skip
        where.bring(run, environment=LIVE)
    judge(workload)
    row = standing(requirement)
    assert (row.verdict, row.current.reason) == ("unknown", "too_short")
    assert row.current.others[0]["why"]["looked_s"] == pytest.approx(7 * 86_400)


def test_as_many_statements_for_fifty_workloads_as_for_two(organisation: Organisation, workload: Workload) -> None:
    pool = hall(organisation)
    found = []
    for count in (2, 10, 50):
        rows = [make_chat(organisation, name=f"Chat {count} {number}") for number in range(count)]
        for number, row in enumerate(rows):
            where = place(organisation.units["Stores"], workload=row, name=f"Cluster {count} {number}")
            live(where, f"{count:02}{number:02}", 0.4)
            second = live(where, f"z{count:02}{number:02}", 0.5, hours=0.5)
            SetAside.objects.create(run=second, aside=True, reason="no")
            hold(pool, row, 0.1)
        with CaptureQueriesContext(connection) as queries:
            judge(*rows)
        found.append(len(queries))
        assert Standing.objects.filter(workload__in=rows, verdict=Verdict.UNKNOWN).exists()
    assert len(set(found)) == 1 and found[0] <= 30, found


def test_more_than_one_transaction_may_hold_is_left_to_jobs(organisation: Organisation, workload: Workload) -> None:
    Workload.objects.bulk_create(
        Workload(
            initiative=workload.initiative, name=f"Service {number}", task=workload.task, workload_class=workload.workload_class,
            experience=workload.experience,
        )
        for number in range(AT_ONCE + 1)
    )  # fmt: skip
    rows = list(Workload.objects.exclude(pk=workload.pk))
    Requirement.objects.bulk_create(
        Requirement(workload=row, initiative_id=row.initiative_id, metric="ttft", comparator="at_most", target=1, unit="s")
        for row in rows
    )
    assert judge_due(now=NOW) == 2
    work_off_jobs()
    assert Standing.objects.filter(workload__in=rows).count() == AT_ONCE + 1
