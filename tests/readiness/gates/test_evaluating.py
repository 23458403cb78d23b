"""Judging reviews on the database: events have it done again, the same answer keeps nothing, and time alone is seen."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portfolio.initiatives.choices import DateKind, TeamFunction, Venue
from portfolio.initiatives.services.dependencies import add_dependency
from portfolio.initiatives.services.initiatives import update_initiative
from portfolio.kit import clock
from portfolio.outbox.choices import SCHEDULE, SUBSCRIBERS
from portfolio.outbox.models import Job
from portfolio.outbox.services import emit, enqueue
from readiness.evidence.choices import Verdict
from readiness.gates.choices import Mode, Outcome
from readiness.gates.models import GateTemplate, Review, Run
from readiness.gates.queries.due import concerned, due
from readiness.gates.rules.templates.reading import digest_of, read_template
from readiness.gates.services import reviews as verbs
from readiness.gates.services.evaluating import AT_ONCE, evaluate
from readiness.gates.services.judging import judge
from readiness.gates.services.panel import arrive
from readiness.gates.services.waivers import approve_waiver, propose_waiver, review_waiver
from readiness.workloads.choices import Function, Metric
from readiness.workloads.services.venues import add_venue_option
from tests.people import SYSTEM, Organisation
from tests.readiness.evidence.brought import work_off
from tests.readiness.evidence.judging_rows import bare_chat, live, require
from tests.readiness.evidence.judging_rows import judge as judge_evidence
from tests.readiness.evidence.storing import NOW, place
from tests.readiness.gates.deciding_world import NAMES, all_vote, an_initiative, decided, fresh, person
from tests.readiness.gates.planning_world import a_house, planned, told

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
MEASURED = """\
key: measured
name: Measured
lifecycle: standard
thresholds: {pass: 0.8, warning: 0.6}
voting: {quorum: {functions: [it_operations, data_science, business]}}
gates:
  - key: poc
    name: PoC gate
    from: idea
    to: poc
    criteria:
      - key: fast
        text: It is fast enough.
        kind: must_meet
        dimension: compute
        rule: {kind: requirement}
        evidence: {max_age_days: 30}
      - {key: team, text: People are named., kind: should_meet, dimension: team_and_operations, rule: {kind: team}}
      - {key: order, text: In order., kind: should_meet, dimension: compute, rule: {kind: sequence, order: compute_before_model}}
      - {key: venues, text: Compared., kind: should_meet, dimension: venue, rule: {kind: venues}}
      - {key: report, text: The report is there., kind: readiness, dimension: value, rule: {kind: judgement}}
"""


@pytest.fixture
def house(organisation: Organisation) -> GateTemplate:
    return a_house(organisation)


def measured() -> GateTemplate:
    read = read_template(MEASURED)
    return GateTemplate.objects.create(
        key=read.key, name=read.name, lifecycle=read.lifecycle, state="published", text=MEASURED, digest=digest_of(read)
    )


def by_key(review: Review) -> dict[str, str]:
    run = Run.objects.filter(review=review, content__isnull=False).order_by("-id").first()
    assert run is not None and run.content is not None
    return {one["key"]: one["verdict"] for one in run.content["criteria"]}


def test_a_run_that_finds_the_same_keeps_no_content_and_names_the_one_that_has_it(
    organisation: Organisation, house: GateTemplate
) -> None:
    row = planned(organisation)
    first = row.runs.get()
    assert evaluate([row.pk], why="asked", now=clock.now()) == 0
    assert evaluate([row.pk], why="schedule", now=clock.now()) == 0
    runs = list(row.runs.order_by("id"))
    assert [(run.why, run.content is None, run.same_as_id) for run in runs] == [
        ("review.planned", False, None), ("asked", True, first.pk), ("schedule", True, first.pk),
    ]  # fmt: skip
    assert {run.digest for run in runs} == {first.digest}
    judge(by=person(organisation, "Paula"), review=row, criterion="worth-it", verdict=Verdict.MET, note="Yes.")
    assert row.runs.exclude(content=None).count() == 2


def test_it_is_told_when_it_turns_ready_and_when_another_thing_is_recommended(organisation: Organisation) -> None:
    a_house(organisation)
    paula = person(organisation, "Paula")
    row = planned(organisation, template=measured())
    assert not row.ready and [one["key"] for one in row.missing] == ["report"] and not told("review.ready")
    judge(by=paula, review=row, criterion="report", verdict=Verdict.MET, note="Read.")
    assert fresh(row).ready and fresh(row).missing == [] and len(told("review.ready")) == 1
    assert not told("review.changed")
    judge(by=paula, review=row, criterion="report", verdict=Verdict.NOT_MET, note="Only half of it.")
    assert told("review.changed") == [{"initiative_id": row.initiative_id, "review_id": row.pk}]
    assert fresh(row).recommended == Outcome.RECYCLE


def test_every_input_that_changes_has_its_reviews_judged_again(organisation: Organisation) -> None:
    a_house(organisation)
    workload = bare_chat(organisation, owner=organisation.people["Otto"])
    row, initiative = planned(organisation, workload.initiative, template=measured()), workload.initiative
    assert set(by_key(row).values()) <= {"unknown", "not_met"}
    with time_machine.travel(NOW, tick=False):
        require(workload, Metric.TTFT, 1.0)
        live(place(organisation.units["Stores"], workload=workload), "a", 0.4)
        work_off("evidence.judge")
        work_off("gates.evaluate")
        assert by_key(row)["fast"] == "met"
        slots = {one: {"person": organisation.people["Otto"]} for one in TeamFunction}
        days = {DateKind.ARCHITECTURE_DECIDED: NOW.date() - 90 * DAY, DateKind.MODEL_SELECTED: NOW.date() - 30 * DAY}
        dates = {kind: {"value": day} for kind, day in days.items()}
        update_initiative(by=SYSTEM, initiative=initiative, changes={"functions": slots, "dates": dates})
        work_off("gates.evaluate")
        assert (by_key(row)["team"], by_key(row)["order"]) == ("met", "met")
        for venue in (Venue.PUBLIC_CLOUD, Venue.ON_PREMISES):
            add_venue_option(by=SYSTEM, initiative=initiative, function=Function.INFERENCE, venue=venue, label=venue.value)
        work_off("gates.evaluate")
        assert by_key(row)["venues"] == "met"
        add_dependency(by=SYSTEM, initiative=initiative, platform="Identity", ready=False)
        work_off("gates.evaluate")
    last = row.runs.exclude(content=None).order_by("-id").first()
    assert last is not None and last.content is not None
    assert [one["ready"] for one in last.content["dependencies"]] == [False] and last.why == "initiative.changed"
    assert {"verdict.kept", "venues.changed"} <= set(row.runs.values_list("why", flat=True))


def test_whatever_feeds_criteria_is_subscribed_to_and_the_time_is_looked_at() -> None:
    feeding = (
        "initiative.changed", "import.published", "workload.changed", "capacity.changed", "verdict.kept", "assessment.changed",
        "sizing.changed", "sizing.computed", "venues.changed", "waiver.decided", "waiver.began", "waiver.expired",
    )  # fmt: skip
    assert all("gates.evaluate" in SUBSCRIBERS[kind] for kind in feeding)
    assert "gates.evaluate_due" in {slot.handler for slot in SCHEDULE}


def test_time_alone_turns_evidence_stale_and_a_look_at_what_is_due_sees_it(organisation: Organisation) -> None:
    a_house(organisation)
    workload = bare_chat(organisation)
    with time_machine.travel(NOW, tick=False):
        require(workload, Metric.TTFT, 1.0)
        live(place(organisation.units["Stores"], workload=workload), "a", 0.4)
        judge_evidence(workload)
        row = planned(organisation, workload.initiative, template=measured())
        assert by_key(row)["fast"] == "met"
    stale_from = NOW - timedelta(hours=1) + 30 * DAY + timedelta(seconds=1)
    assert row.recheck_at == stale_from
    Review.objects.filter(pk=row.pk).update(evaluated_at=stale_from - timedelta(hours=1))
    assert due(stale_from - timedelta(seconds=2)) == set() and due(stale_from) == {row.pk}
    with time_machine.travel(stale_from, tick=False):
        Job.objects.all().delete()
        enqueue("gates.evaluate_due", {})
        work_off("gates.evaluate_due")
        work_off("gates.evaluate")
    assert by_key(row)["fast"] == "stale" and fresh(row).verdicts["stale"] == 1


def test_what_nobody_told_of_is_judged_once_a_day(organisation: Organisation, house: GateTemplate) -> None:
    row = planned(organisation)
    assert due(clock.now()) == set() and due(clock.now() + DAY) == {row.pk}
    verbs.withdraw_review(by=person(organisation, "Paula"), review=row, note="Later.")
    assert due(clock.now() + DAY) == set()


def test_a_waiver_that_ends_is_noticed_whoever_is_late(organisation: Organisation, house: GateTemplate) -> None:
    row = planned(organisation)
    ends = clock.now() + 10 * DAY
    waiver = propose_waiver(
        by=person(organisation, "Otto"), initiative=row.initiative, gate="poc", criterion="worth-it", reason="Later.",
        measure="Watched.", expires_at=ends,
    )  # fmt: skip
    review_waiver(by=person(organisation, "Ida"), waiver=waiver)
    approve_waiver(by=person(organisation, "Ida"), waiver=waiver)
    evaluate([row.pk], why="waiver.decided", now=clock.now())
    assert by_key(row)["worth-it"] == "waived" and fresh(row).recheck_at == ends
    evaluate([row.pk], why="schedule", now=ends)
    assert by_key(row)["worth-it"] == "unknown"


class TestDrift:
    def decided_go(self, organisation: Organisation) -> Review:
        paula, row = person(organisation, "Paula"), planned(organisation)
        for key in ("worth-it", "data-there"):
            judge(by=paula, review=row, criterion=key, verdict=Verdict.MET, note="Seen.")
        row = verbs.open_review(by=paula, review=row, mode=Mode.MEETING)
        for name in NAMES:
            arrive(by=paula, review=row, person=organisation.people[name])
        decided(organisation, all_vote(organisation, row), Outcome.GO)
        return fresh(row)

    def test_a_decision_is_flagged_when_something_changed_materially_and_told_once(
        self, organisation: Organisation, house: GateTemplate
    ) -> None:
        row = self.decided_go(organisation)
        evaluate([row.pk], why="asked", now=clock.now())
        assert (fresh(row).changes, fresh(row).changed_at) == ([], None) and not told("decision.drifted")
        add_dependency(by=SYSTEM, initiative=row.initiative, platform="Identity", ready=False)
        work_off("gates.evaluate")
        flagged = fresh(row)
        assert flagged.changed_at is not None and flagged.changes[0]["why"] == "dependency_lost"
        evaluate([row.pk], why="asked", now=clock.now())
        assert len(told("decision.drifted")) == 1 and fresh(row).changed_at == flagged.changed_at
        assert not Run.objects.filter(review=row, at__gt=row.decided_at).exists()

    def test_what_was_decided_before_the_last_decision_is_left_as_it_was(
        self, organisation: Organisation, house: GateTemplate
    ) -> None:
        row = self.decided_go(organisation)
        paula = person(organisation, "Paula")
        later = planned(organisation, row.initiative)
        judge(by=paula, review=later, criterion="worth-it", verdict=Verdict.MET, note="Seen.")
        later = verbs.open_review(by=paula, review=later, mode=Mode.MEETING)
        for name in NAMES:
            arrive(by=paula, review=later, person=organisation.people[name])
        decided(organisation, all_vote(organisation, later), Outcome.GO)
        add_dependency(by=SYSTEM, initiative=row.initiative, platform="Identity", ready=False)
        assert concerned({"initiative_ids": [row.initiative_id]}) == {later.pk}
        evaluate([row.pk, later.pk], why="asked", now=clock.now())
        assert fresh(row).changed_at is None and fresh(later).changed_at is not None


def test_many_reviews_take_as_many_statements_as_one(organisation: Organisation, house: GateTemplate) -> None:
    first = planned(organisation)
    Review.objects.bulk_create(
        Review(initiative=an_initiative(organisation, f"No {n}"), template=house, gate="poc", gate_name="PoC gate")
        for n in range(12)
    )
    ids = list(Review.objects.values_list("id", flat=True))
    evaluate(ids, why="asked", now=clock.now(), told=False)
    with CaptureQueriesContext(connection) as one:
        evaluate([first.pk], why="asked", now=clock.now())
    with CaptureQueriesContext(connection) as many:
        evaluate(ids, why="asked", now=clock.now())
    assert len(many) == len(one) <= 35 and Run.objects.count() == 1 + 13 + 1 + 13 and AT_ONCE == 100


def test_a_job_of_too_many_reviews_is_parted(
    organisation: Organisation, house: GateTemplate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("readiness.gates.tasks.AT_ONCE", 2)
    rows = [planned(organisation, an_initiative(organisation, f"No {n}")) for n in range(3)]
    Job.objects.all().delete()
    emit("venues.changed", {"initiative_ids": [row.initiative_id for row in rows]})
    work_off("gates.evaluate")
    work_off("gates.evaluate")
    assert Job.objects.filter(handler="gates.evaluate").count() == 3 and Run.objects.filter(why="schedule").count() == 3
