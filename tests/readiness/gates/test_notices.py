"""What happens at gates reaches the people whom it concerns, once, with no amount and nothing that somebody typed in a mail."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils.module_loading import import_string

from portfolio.accounts.choices import Role
from portfolio.accounts.services import assign_role
from portfolio.activity.choices import How, NoticeKind
from portfolio.activity.models import Mail, Notice
from portfolio.activity.services.preferences import set_preferences
from portfolio.kit import clock
from portfolio.outbox import tasks
from portfolio.outbox.choices import HANDLERS, SUBSCRIBERS
from portfolio.outbox.models import Event, Job
from portfolio.outbox.services import emit
from readiness.core.sizing.inputs import Task, WorkloadClass
from readiness.gates.choices import Ballot, Mode, Outcome, ProofKind, ReviewState
from readiness.gates.models import Condition, Review
from readiness.gates.rules.conditions import Proof
from readiness.gates.rules.conditions import Wanted as Asked
from readiness.gates.services.notices import TELLERS
from readiness.gates.services.notices.reviews import tell_fading
from readiness.gates.services.panel import delegate
from readiness.gates.services.reviews import open_review, reopen_review, schedule_review
from readiness.gates.services.sweeping import sweep_conditions, sweep_waivers
from readiness.gates.services.waivers import approve_waiver, propose_waiver, reject_waiver, review_waiver
from readiness.workloads.choices import Experience, Knowledge
from readiness.workloads.services.profiles import ValueInput, create_workload, set_values
from tests.people import SYSTEM, Organisation
from tests.readiness.gates.deciding_world import (
    NAMES,
    TEMPLATE,
    a_review,
    a_template,
    add_people,
    all_vote,
    an_initiative,
    decided,
    fresh,
    person,
    vote,
)
from tests.readiness.gates.planning_world import a_house, planned

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def house(organisation: Organisation) -> Organisation:
    add_people(organisation, NAMES)
    return organisation


def run() -> None:
    """The jobs of notices, twice: a bell that rings again."""
    for _ in range(2):
        jobs = Job.objects.filter(handler="gates.notify")
        jobs.update(done_at=None, attempt=0, lease_until=None, not_before=clock.now() - DAY)
        for number in jobs.order_by("id").values_list("pk", flat=True):
            tasks.run(number)
    assert list(Job.objects.filter(handler="gates.notify").exclude(last_error="").values_list("last_error", flat=True)) == []


def told(house: Organisation, kind: NoticeKind) -> dict[str, list[str]]:
    """Who has notices of that kind, and what they say."""
    found: dict[str, list[str]] = {}
    for notice in Notice.objects.filter(kind=kind).select_related("user").order_by("id"):
        found.setdefault(notice.user.name.split()[0], []).append(notice.text)
    return found


def test_every_teller_hears_its_event_and_every_event_that_is_heard_has_a_teller() -> None:
    heard = {kind for kind, handlers in SUBSCRIBERS.items() if "gates.notify" in handlers}
    assert heard == set(TELLERS)
    assert callable(import_string(HANDLERS["gates.notify"].path)) and callable(
        import_string(HANDLERS["gates.notify_fading"].path)
    )


def test_who_sits_is_asked_to_vote_in_writing_and_again_after_a_reopening(organisation: Organisation) -> None:
    a_house(organisation)
    review = planned(organisation)
    paula, until = person(organisation, "Paula"), clock.now() + 3 * DAY
    open_review(by=paula, review=review, mode=Mode.WRITTEN, window_ends_at=until)
    run()
    asked = told(organisation, NoticeKind.VOTE_ASKED)
    assert set(asked) == set(NAMES) and all(len(texts) == 1 for texts in asked.values())
    assert "Your vote is asked until" in asked["Ida"][0] and f"{review.initiative.key} Chat, PoC gate" in asked["Ida"][0]
    assert {mail.to for mail in Mail.objects.filter(key__contains="vote-")} == {f"{name.lower()}@example.org" for name in NAMES}
    all_vote(organisation, fresh(review))
    reopen_review(by=person(organisation, "Paula"), review=fresh(review), note="New figures.", window_ends_at=until + DAY)
    run()
    again = told(organisation, NoticeKind.VOTE_ASKED)
    assert {name: len(texts) for name, texts in again.items()} in (dict.fromkeys(NAMES, 1), dict.fromkeys(NAMES, 2))


def test_a_delegate_is_told_for_whom_they_stand_and_what_is_asked_already(house: Organisation) -> None:
    add_people(house, ["Dora"])
    a_review(house, mode=Mode.WRITTEN, window_ends_at=clock.now() + 3 * DAY)
    delegate(by=person(house, "Ida"), taker=house.people["Dora"], begins_at=clock.now(), ends_at=clock.now() + DAY)
    run()
    stands, asked = told(house, NoticeKind.VOTE_ASKED)["Dora"]
    assert stands.startswith("You stand for Ida Test at gates from") and asked.startswith("Your vote is asked until")


def test_managers_hear_of_what_is_ready_and_the_panel_and_owners_of_the_date(organisation: Organisation) -> None:
    a_house(organisation)
    review = planned(organisation)
    emit("review.ready", {"initiative_id": review.initiative_id, "review_id": review.pk})
    at = clock.now().replace(microsecond=0) + 5 * DAY
    run()
    assert set(told(organisation, NoticeKind.REVIEW_READY)) == {"Ada", "Paula"}
    schedule_review(by=person(organisation, "Paula"), review=review, at=at)
    run()
    assert set(told(organisation, NoticeKind.REVIEW_SCHEDULED)) == {"Otto", *NAMES}
    schedule_review(by=person(organisation, "Paula"), review=fresh(review), at=at + DAY)
    run()
    assert len(told(organisation, NoticeKind.REVIEW_SCHEDULED)["Otto"]) == 2  # a new date is news


def test_the_chair_is_asked_to_decide_and_everybody_else_hears_what_was_decided(house: Organisation) -> None:
    review = a_review(house)
    all_vote(house, review)
    run()
    assert set(told(house, NoticeKind.DECISION_ASKED)) == {"Bea"}
    decided(house, review, Outcome.HOLD, reason="The budget of 48,210 EUR is not there.")
    run()
    heard = told(house, NoticeKind.DECISION_MADE)
    assert set(heard) == {"Otto", "Ida", "Dan", "Sam"}  # not Bea, who decided
    assert heard["Otto"] == [f"Decided, Hold: {review.initiative.key} Chat, poc gate"]
    assert "48,210" in Notice.objects.filter(kind=NoticeKind.DECISION_MADE)[0].quote
    assert not any("48,210" in mail.text + mail.subject for mail in Mail.objects.all())


def test_owners_and_who_decided_hear_that_evidence_changed(house: Organisation) -> None:
    review = a_review(house)
    all_vote(house, review)
    decided(house, review, Outcome.GO)
    emit("decision.drifted", {"initiative_id": review.initiative_id, "review_id": review.pk})
    run()
    assert set(told(house, NoticeKind.DECISION_DRIFTED)) == {"Otto", "Bea"}


def a_waiver(house: Organisation, review: Review, days: int = 60) -> Any:
    return propose_waiver(
        by=person(house, "Paula"), initiative=review.initiative, gate="poc", criterion="worth-it", reason="It costs 99 EUR.",
        measure="A queue.", expires_at=clock.now() + days * DAY,
    )  # fmt: skip


def test_who_may_approve_hears_of_a_waiver_and_who_asked_hears_the_answer(house: Organisation) -> None:
    review = a_review(house, judged="not_met")
    waiver = a_waiver(house, review)
    run()
    assert set(told(house, NoticeKind.WAIVER_ASKED)) == set(NAMES)
    assert not any("99 EUR" in mail.text for mail in Mail.objects.all())
    review_waiver(by=person(house, "Ida"), waiver=waiver)
    reject_waiver(by=person(house, "Dan"), waiver=waiver, note="Not convincing.")
    run()
    heard = told(house, NoticeKind.WAIVER_DECIDED)
    assert set(heard) == {"Paula", "Otto"} and heard["Paula"][0].startswith("A waiver is rejected")


def test_before_a_waiver_ends_those_who_stand_on_it_hear_of_it(house: Organisation) -> None:
    review = a_review(house, judged="not_met")
    waiver = a_waiver(house, review, days=10)
    review_waiver(by=person(house, "Ida"), waiver=waiver)
    approve_waiver(by=person(house, "Ida"), waiver=waiver)
    sweep_waivers(clock.now())
    sweep_waivers(clock.now() + 11 * DAY)
    run()
    heard = told(house, NoticeKind.WAIVER_EXPIRING)
    assert set(heard) == {"Paula", "Otto"}
    assert heard["Otto"][0].startswith("A waiver expires on") and heard["Otto"][1].startswith("A waiver has expired")


def test_the_owner_of_a_condition_hears_of_it_before_it_is_due_and_when_it_is_overdue(house: Organisation) -> None:
    asked = Asked("Buy GPUs for 7 EUR", house.people["Iris"].pk, clock.today() + 3 * DAY, Proof(ProofKind.PERSON))
    review = a_review(house)
    all_vote(house, review)
    decided(house, review, Outcome.CONDITIONAL_GO, conditions=(asked,))
    sweep_conditions(clock.now())
    sweep_conditions(clock.now() + 9 * DAY)
    run()
    kinds = (NoticeKind.CONDITION_SET, NoticeKind.CONDITION_DUE, NoticeKind.CONDITION_OVERDUE)
    assert [set(told(house, kind)) for kind in kinds] == [{"Iris"}] * 3
    assert Condition.objects.get().text == Notice.objects.filter(kind=NoticeKind.CONDITION_DUE).get().quote
    assert not any("7 EUR" in mail.text for mail in Mail.objects.all())


def test_whoever_is_named_to_find_something_out_hears_of_it_once(house: Organisation) -> None:
    workload = create_workload(
        by=SYSTEM, initiative=an_initiative(house), name="Answers", task=Task.GENERATE, workload_class=WorkloadClass.ONLINE,
        experience=Experience.CONVERSATIONAL,
    )  # fmt: skip
    iris, vera = (ValueInput(Knowledge.UNKNOWN, owner=house.people[name]) for name in ("Iris", "Vera"))
    paula = person(house, "Paula")
    set_values(by=paula, workload=workload, values={"arrival_per_s": iris, "peak_factor": iris})
    set_values(by=paula, workload=workload, values={"arrival_per_s": iris})  # as it was
    set_values(by=paula, workload=workload, values={"peak_factor": vera})
    run()
    heard = told(house, NoticeKind.UNKNOWN_ASSIGNED)
    assert {name: len(texts) for name, texts in heard.items()} == {"Iris": 1, "Vera": 1}
    assert heard["Iris"][0].startswith("You are to find out 2 things about") and heard["Vera"][0].endswith("Chat")
    assert Event.objects.filter(kind="unknown.assigned").count() == 2
    set_values(by=person(house, "Iris"), workload=workload, values={"peak_factor": iris})  # who takes it on knows it
    run()
    assert len(told(house, NoticeKind.UNKNOWN_ASSIGNED)["Iris"]) == 1


AGEING = TEMPLATE.replace("key: panel", "key: ageing").replace(
    "rule: {kind: judgement}\n      - key: data-there",
    "rule: {kind: judgement}\n        evidence: {max_age_days: 30}\n      - key: data-there",
)


def test_owners_and_architects_hear_before_the_review_what_will_be_too_old_by_then(house: Organisation) -> None:
    review = a_review(house, state=ReviewState.SCHEDULED, present=())
    Review.objects.filter(pk=review.pk).update(
        template=a_template(AGEING), scheduled_at=clock.now() + 20 * DAY, created_by=house.people["Paula"]
    )
    assert tell_fading(clock.now()) == 0
    Review.objects.filter(pk=review.pk).update(scheduled_at=clock.now() + 29 * DAY)
    later = clock.now() + 2 * DAY  # by then the word is older than thirty days at the review
    Review.objects.filter(pk=review.pk).update(scheduled_at=clock.now() + 31 * DAY)
    assert tell_fading(later) == 3
    assert tell_fading(later) == 0
    heard = told(house, NoticeKind.EVIDENCE_STALE)
    assert set(heard) == {"Otto", "Paula", "Iris"}
    assert heard["Otto"][0].startswith("A criterion stands on evidence that is too old by the review on")
    assert Notice.objects.filter(kind=NoticeKind.EVIDENCE_STALE)[0].quote == "It is worth finding out."


def test_somebody_who_left_the_unit_is_not_told(house: Organisation) -> None:
    review = a_review(house)
    all_vote(house, review)
    house.people["Otto"].roles.all().delete()
    assign_role(by=SYSTEM, user=house.people["Otto"], role=Role.VIEWER, unit=house.units["Logistics"])
    decided(house, review, Outcome.GO)
    run()
    assert "Otto" not in told(house, NoticeKind.DECISION_MADE)


def test_who_wants_no_mail_gets_none_and_still_sees_it(house: Organisation) -> None:
    set_preferences(by=person(house, "Ida"), wanted={NoticeKind.DECISION_MADE: How.PORTAL})
    review = a_review(house)
    all_vote(house, review, Ballot.GO)
    decided(house, review, Outcome.GO)
    run()
    assert "Ida" in told(house, NoticeKind.DECISION_MADE)
    assert not Mail.objects.filter(to="ida@example.org", key__contains="decided").exists()


def test_a_vote_that_is_over_asks_nobody_any_more(house: Organisation) -> None:
    review = a_review(house, mode=Mode.WRITTEN, window_ends_at=clock.now() + 3 * DAY)
    emit("vote.asked", {"initiative_id": review.initiative_id, "review_id": review.pk})
    vote(house, review, "Ida")
    run()
    assert set(told(house, NoticeKind.VOTE_ASKED)) == {"Dan", "Bea", "Sam"}
    assert told(house, NoticeKind.JUDGEMENT_ASKED) == {}
