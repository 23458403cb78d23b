"""Awaiting me is complete: each source of duty is listed for whoever has the duty, for nobody else, and goes when it is done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portfolio.accounts.choices import Scope
from portfolio.activity.models import Notice
from portfolio.initiatives.models import FunctionSlot, Initiative
from portfolio.kit import clock
from readiness.core.sizing.inputs import Task, WorkloadClass
from readiness.dashboards.choices import DUTY_LABELS, DutyKind
from readiness.dashboards.queries.awaiting import awaiting
from readiness.evidence.choices import Verdict
from readiness.gates.choices import GateFunction, Mode, Outcome, ProofKind, ReviewState
from readiness.gates.models import GateTemplate, Review, Waiver
from readiness.gates.rules.conditions import Proof
from readiness.gates.rules.conditions import Wanted as Asked
from readiness.gates.rules.templates.reading import digest_of, read_template
from readiness.gates.services.conditions import prove_condition
from readiness.gates.services.judging import judge
from readiness.gates.services.panel import delegate, revoke_delegation
from readiness.gates.services.waivers import approve_waiver, extend_waiver, propose_waiver, review_waiver
from readiness.meetings.choices import Answer
from readiness.meetings.services.actions import add_action, finish_action
from readiness.meetings.services.inviting import answer
from readiness.workloads.choices import Experience, Knowledge
from readiness.workloads.services.profiles import ValueInput, create_workload, set_values
from tests.people import SYSTEM, Organisation
from tests.readiness.gates.deciding_world import (
    NAMES,
    a_review,
    add_people,
    all_vote,
    an_initiative,
    decided,
    fresh,
    person,
    vote,
)
from tests.readiness.meetings import world as meetings

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
KIND: Any = {"task": Task.GENERATE, "workload_class": WorkloadClass.ONLINE, "experience": Experience.CONVERSATIONAL}
EVERYBODY = ("Ada", "Paula", "Lars", "Vera", "Otto", "Iris", "Finn", "Gita", "Nora", *NAMES)
SECURITY = """\
key: secured
name: Secured
lifecycle: standard
thresholds: {pass: 0.8, warning: 0.6}
voting:
  quorum: {least: 3, share: 0.5, functions: [it_operations, data_science, business]}
waivers: {most_days: 180}
gates:
  - key: poc
    name: PoC gate
    from: idea
    to: poc
    criteria:
      - key: safe
        text: It is safe.
        kind: must_meet
        dimension: security_and_governance
        rule: {kind: judgement, functions: [security, business]}
      - key: worth-it
        text: It is worth finding out.
        kind: must_meet
        dimension: value
        rule: {kind: judgement}
"""


@pytest.fixture
def house(organisation: Organisation) -> Organisation:
    add_people(organisation, NAMES)
    return organisation


def who(house: Organisation, kind: DutyKind) -> dict[str, list[str]]:
    """Everybody for whom something of that kind waits, with what it says."""
    found = {name: [one.text for one in awaiting(person(house, name), now=clock.now()) if one.kind == kind] for name in EVERYBODY}
    return {name: texts for name, texts in found.items() if texts}


def test_a_vote_waits_for_each_who_sits_until_it_is_cast(house: Organisation) -> None:
    row = a_review(house)
    assert set(who(house, DutyKind.VOTE)) == set(NAMES)
    vote(house, row, "Ida")
    assert set(who(house, DutyKind.VOTE)) == set(NAMES) - {"Ida"}


def test_a_vote_waits_for_the_delegate_and_comes_back(house: Organisation) -> None:
    add_people(house, ["Dora"])
    row = a_review(house, mode=Mode.WRITTEN, window_ends_at=clock.now() + 3 * DAY)
    ida = person(house, "Ida")
    given = delegate(by=ida, taker=house.people["Dora"], begins_at=clock.now(), ends_at=clock.now() + DAY)
    (duty,) = awaiting(person(house, "Dora"), now=clock.now())
    assert (duty.kind, duty.arguments, duty.due) == (DutyKind.VOTE, (row.pk,), row.window_ends_at)
    assert "Ida" not in who(house, DutyKind.VOTE)
    revoke_delegation(by=ida, delegation=given)
    assert "Ida" in who(house, DutyKind.VOTE) and awaiting(person(house, "Dora"), now=clock.now()) == []


def test_a_decision_waits_for_each_who_may_take_it(house: Organisation) -> None:
    row = all_vote(house, a_review(house))
    assert row.state == ReviewState.PROPOSED
    assert set(who(house, DutyKind.DECIDE)) == set(NAMES) and who(house, DutyKind.VOTE) == {}
    decided(house, row, Outcome.GO)
    assert who(house, DutyKind.DECIDE) == {}


def test_a_judgement_waits_for_whoever_stands_for_the_function(house: Organisation) -> None:
    read = read_template(SECURITY)
    template = GateTemplate.objects.create(
        key=read.key, name=read.name, lifecycle=read.lifecycle, state="published", text=SECURITY, digest=digest_of(read)
    )
    row = a_review(house, judged="", state=ReviewState.PLANNED, present=())
    Review.objects.filter(pk=row.pk).update(template=template, gate="poc", created_by=house.people["Paula"])
    FunctionSlot.objects.create(initiative=row.initiative, function=GateFunction.BUSINESS, person=house.people["Vera"])
    safe, worth = "poc gate: It is safe.", "poc gate: It is worth finding out."
    assert who(house, DutyKind.JUDGE) == {"Sam": [safe], "Bea": [safe], "Vera": [safe], "Paula": [worth], "Otto": [worth]}
    judge(by=person(house, "Sam"), review=fresh(row), criterion="safe", verdict=Verdict.MET, note="Checked.")
    assert who(house, DutyKind.JUDGE) == {"Paula": [worth], "Otto": [worth]}
    judge(by=person(house, "Paula"), review=fresh(row), criterion="worth-it", verdict=Verdict.MET, note="It pays.")
    assert who(house, DutyKind.JUDGE) == {}


def test_a_waiver_waits_for_gatekeepers_who_may_approve_it(house: Organisation) -> None:
    row = a_review(house, judged="not_met")
    waiver = a_waiver(house, row.initiative)
    assert set(who(house, DutyKind.WAIVER)) == set(NAMES)  # not Paula, who asked, and not Otto, who owns it
    review_waiver(by=person(house, "Ida"), waiver=waiver)
    assert set(who(house, DutyKind.WAIVER)) == set(NAMES)
    approve_waiver(by=person(house, "Ida"), waiver=waiver)
    assert who(house, DutyKind.WAIVER) == {}
    later = clock.now() + 90 * DAY
    extend_waiver(by=person(house, "Paula"), waiver=waiver, reason="Still late.", measure="The queue.", expires_at=later)
    assert set(who(house, DutyKind.WAIVER)) == set(NAMES)


def a_waiver(house: Organisation, initiative: Initiative) -> Waiver:
    return propose_waiver(
        by=person(house, "Paula"), initiative=initiative, gate="poc", criterion="worth-it", reason="Late.", measure="A queue.",
        expires_at=clock.now() + 60 * DAY,
    )  # fmt: skip


def test_a_condition_waits_for_its_owner_until_it_is_proven(house: Organisation) -> None:
    asked = Asked("Buy the GPUs", house.people["Iris"].pk, clock.today() + 9 * DAY, Proof(ProofKind.PERSON))
    decision = decided(house, all_vote(house, a_review(house)), Outcome.CONDITIONAL_GO, conditions=(asked,))
    assert who(house, DutyKind.CONDITION) == {"Iris": ["Buy the GPUs"]}
    (late,) = [one for one in awaiting(person(house, "Iris"), now=clock.now() + 20 * DAY) if one.kind == DutyKind.CONDITION]
    assert late.overdue
    prove_condition(by=person(house, "Paula"), condition=decision.conditions.get(), note="Seen the invoice.")
    assert who(house, DutyKind.CONDITION) == {}


def test_what_a_scheduled_review_lacks_waits_for_those_who_can_bring_it(house: Organisation) -> None:
    row = a_review(house, state=ReviewState.SCHEDULED, present=())
    lacks = [
        {"key": "a", "text": "A profile", "verdict": "unknown", "who": ["workload_unit"]},
        {"key": "b", "text": "An owner's word", "verdict": "unknown", "who": ["initiative_owner", "finance"]},
        {"key": "c", "text": "A date", "verdict": "unknown", "who": ["workload_unit"]},
    ]
    Review.objects.filter(pk=row.pk).update(scheduled_at=clock.now() + 3 * DAY, missing=lacks)
    assert who(house, DutyKind.READINESS) == {
        "Iris": ["poc gate lacks: A profile and 1 more"],
        "Otto": ["poc gate lacks: An owner's word"],
        "Finn": ["poc gate lacks: An owner's word"],
    }
    Review.objects.filter(pk=row.pk).update(ready=True, missing=[])
    assert who(house, DutyKind.READINESS) == {}


def test_an_unknown_waits_for_whoever_promised_to_find_it_out(house: Organisation) -> None:
    initiative = an_initiative(house)
    workload = create_workload(by=SYSTEM, initiative=initiative, name="Answers", **KIND)
    promised = ValueInput(Knowledge.UNKNOWN, owner=house.people["Iris"], due=clock.today() + 5 * DAY)
    set_values(by=SYSTEM, workload=workload, values={"arrival_per_s": promised})
    assert set(who(house, DutyKind.UNKNOWN)) == {"Iris"}
    set_values(by=SYSTEM, workload=workload, values={"arrival_per_s": ValueInput(Knowledge.KNOWN, 12)})
    assert who(house, DutyKind.UNKNOWN) == {}


def test_actions_and_invitations_of_meetings_wait_for_their_people(house: Organisation) -> None:
    meeting = meetings.in_progress(house)
    add_action(by=person(house, "Paula"), meeting=meeting, text="Call the vendor", owner=house.people["Iris"], due=clock.today())
    assert who(house, DutyKind.ACTION) == {"Iris": ["Call the vendor"]}
    assert Notice.objects.get(kind="action_assigned").user == house.people["Iris"]
    finish_action(by=person(house, "Iris"), action=meeting.actions.get())
    assert who(house, DutyKind.ACTION) == {}


def test_an_invitation_waits_until_it_is_answered(house: Organisation) -> None:
    meeting = meetings.opened(house, people=("Ida", "Otto"))
    assert set(who(house, DutyKind.ANSWER)) == {"Ida", "Otto"}
    answer(by=person(house, "Ida"), meeting=meeting, said=Answer.YES)
    assert set(who(house, DutyKind.ANSWER)) == {"Otto"}


def test_what_is_overdue_comes_first_and_what_has_no_day_last(house: Organisation) -> None:
    row = a_review(house)
    asked = Asked("Late", house.people["Ida"].pk, clock.today(), Proof(ProofKind.PERSON))
    other = a_review(house, initiative=an_initiative(house, "Search"))
    decided(house, all_vote(house, other), Outcome.CONDITIONAL_GO, conditions=(asked,))
    found = awaiting(person(house, "Ida"), now=clock.now() + 2 * DAY)
    assert [(one.kind, one.overdue) for one in found] == [(DutyKind.CONDITION, True), (DutyKind.VOTE, False)]
    assert found[1].arguments == (row.pk,)


def test_every_kind_of_duty_has_words() -> None:
    assert set(DUTY_LABELS) == set(DutyKind)


def everything(house: Organisation, many: int) -> None:
    """So many of each kind of duty for Ida, who is asked in every way."""
    for number in range(many):
        a_review(house, initiative=an_initiative(house, f"Vote {number}"))
        all_vote(house, a_review(house, initiative=an_initiative(house, f"Decide {number}")))
        waived = an_initiative(house, f"Waive {number}")
        a_review(house, initiative=waived, state=ReviewState.PLANNED, present=(), panel=())
        a_waiver(house, waived)
        asked = Asked(f"Condition {number}", house.people["Ida"].pk, clock.today(), Proof(ProofKind.PERSON))
        conditional = all_vote(house, a_review(house, initiative=an_initiative(house, f"Conditional {number}")))
        decided(house, conditional, Outcome.CONDITIONAL_GO, conditions=(asked,))


def test_the_number_of_statements_is_the_same_for_none_and_for_many(house: Organisation) -> None:
    counted = []
    for many in (0, 1, 4):
        everything(house, many)
        with CaptureQueriesContext(connection) as statements:
            found = awaiting(person(house, "Ida"), now=clock.now())
        counted.append((len(found), len(statements)))
    assert [found for found, _ in counted] == [0, 4, 20]
    assert len({statements for _, statements in counted}) == 1, counted


class TestPages:
    def test_today_and_the_list_show_it_and_lead_there(self, house: Organisation, signed_in: Callable[[str], Client]) -> None:
        row = a_review(house)
        ida = signed_in("Ida")
        today, listed = ida.get("/today/").content.decode(), ida.get("/awaiting/").content.decode()
        for page in (today, listed):
            assert f"/gates/reviews/{row.pk}/" in page and "poc gate" in page and "Chat" in page
        assert "1 thing at a gate awaits you" in today and "1 thing awaits you" in listed
        assert "poc gate" not in ida.get("/awaiting/?kind=condition").content.decode()
        assert "Nothing awaits you" in signed_in("Lars").get("/awaiting/").content.decode()

    def test_tooling_reads_it_with_its_scope(self, house: Organisation, api: Callable[..., Client]) -> None:
        row = a_review(house)
        given: dict[str, Any] = api(Scope.GATES_READ, maker="Ida").get("/api/v1/awaiting/").json()
        assert given["count"] == 1 and given["results"][0]["kind"] == "vote"
        assert given["results"][0]["url"] == f"/gates/reviews/{row.pk}/"
        assert api(Scope.GATES_READ, maker="Ida", unit="Logistics").get("/api/v1/awaiting/").json()["count"] == 0
        assert api(Scope.INITIATIVES_READ, maker="Ida").get("/api/v1/awaiting/").status_code == 403
        assert api(Scope.GATES_READ, maker="Ida").get("/api/v1/awaiting/?who=bea").status_code == 400
