"""Deciding in the database: what is refused, what the record holds, and what becomes of the initiative at once."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portfolio.accounts.models import RoleAssignment
from portfolio.activity.models import AuditEntry
from portfolio.initiatives.choices import ClosureKind, ReasonCode, Status
from portfolio.initiatives.models import Closure
from portfolio.initiatives.services.lifecycle_moves import close_initiative, move_stage, reopen
from portfolio.kit import clock
from portfolio.outbox.models import Event
from readiness.gates.choices import Ballot, Outcome, ProofKind, ReviewState
from readiness.gates.models import Condition, ConditionEvent, Decision, Review
from readiness.gates.queries.record import exported
from readiness.gates.queries.situation import situation
from readiness.gates.rules import decisions, reviews
from readiness.gates.rules.conditions import Proof
from readiness.gates.rules.conditions import Wanted as Asked
from readiness.gates.rules.record.verify import verify
from readiness.gates.services.conditions import prove_condition
from readiness.gates.services.deciding import decide
from readiness.gates.services.refusals import Refused
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
    stage,
    vote,
    wanted,
)

KILL: dict[str, Any] = {"reason_code": ReasonCode.NO_VALUE, "lesson": "Ask for a baseline first."}


@pytest.fixture
def house(organisation: Organisation) -> Organisation:
    add_people(organisation, NAMES)
    return organisation


@pytest.fixture
def proposed(house: Organisation) -> Review:
    return all_vote(house, a_review(house))


def where(review: Review) -> str | None:
    stage = fresh(review).initiative.stage
    return stage.key if stage else None


def asked(house: Organisation, kind: ProofKind = ProofKind.PERSON, ref: str = "") -> Asked:
    return Asked("Show the baseline.", house.people["Otto"].pk, date(2030, 1, 31), Proof(kind, ref))


def test_a_go_moves_the_stage_and_is_the_first_link_of_its_chain(house: Organisation, proposed: Review) -> None:
    row = decided(house, proposed, Outcome.GO)
    review = fresh(proposed)
    assert (review.state, review.decided, where(review)) == ("decided", "go", "poc")
    assert (row.chain, row.sequence, row.turn, row.previous) == (f"{review.initiative.key}/poc", 1, 1, "0" * 64)
    said = json.loads(row.content)
    assert said["sealed"] is None and row.sealed is None, "no amount of money is known before the finance slice"
    assert said["decision"]["id"] == row.pk and said["decision"]["recommended"] == "go"
    assert said["initiative"]["stage"] == "idea" and said["decision"]["effect"]["move_to"] == "poc"
    assert len(said["votes"]) == 4 and said["people"][str(house.people["Ida"].pk)] == "Ida Test"
    assert [one.kind for one in Event.objects.filter(payload__decision_id=row.pk)] == ["review.decided"]


def test_the_trail_names_who_decided_also_where_the_product_acted(house: Organisation, proposed: Review) -> None:
    decided(house, proposed, Outcome.GO)
    entries = AuditEntry.objects.filter(initiative_id=proposed.initiative_id, actor_id=house.people["Bea"].pk)
    assert {"gates_decision", "gates_review", "initiatives_initiative"} <= {one.object_type for one in entries}


def test_the_same_form_sent_twice_decides_once(house: Organisation, proposed: Review) -> None:
    """Also where nothing else moves: a Hold leaves everything as it was seen."""
    form = wanted(house, proposed, "Bea", Outcome.HOLD)
    decide(by=person(house, "Bea"), review=proposed, wanted=form)
    with pytest.raises(Refused) as refused:
        decide(by=person(house, "Bea"), review=proposed, wanted=form)
    assert refused.value.has(decisions.Code.STALE_VIEW) and Decision.objects.count() == 1


def test_a_decision_on_what_has_changed_since_is_refused(house: Organisation, proposed: Review) -> None:
    form = wanted(house, proposed, "Bea", Outcome.GO)
    Review.objects.filter(pk=proposed.pk).update(packs={"plain": "a" * 64})
    with pytest.raises(Refused, match="look at it again"):
        decide(by=person(house, "Bea"), review=proposed, wanted=form)


def test_who_read_the_review_before_a_decision_and_the_rest_after_it_has_seen_neither(
    house: Organisation, proposed: Review
) -> None:
    """Otherwise the form of a first decision would correct one that was never shown."""
    shown = fresh(proposed)
    decided(house, proposed, Outcome.HOLD)
    _judged, seen, _ground = situation(shown, now=clock.now())
    with pytest.raises(Refused, match="look at it again"):
        decided(house, proposed, Outcome.RECYCLE, seen=seen.current)


@pytest.mark.parametrize("name", ["Paula", "Otto"])
def test_nobody_decides_who_is_no_gatekeeper(house: Organisation, proposed: Review, name: str) -> None:
    with pytest.raises(PermissionDenied):
        decided(house, proposed, Outcome.GO, name)


def test_a_role_that_was_taken_away_meanwhile_does_not_count(house: Organisation, proposed: Review) -> None:
    before, form = person(house, "Bea"), wanted(house, proposed, "Bea", Outcome.GO)
    RoleAssignment.objects.filter(user=house.people["Bea"]).delete()
    with pytest.raises(PermissionDenied):
        decide(by=before, review=proposed, wanted=form)


def test_nobody_decides_in_another_ones_name(house: Organisation, proposed: Review) -> None:
    form = wanted(house, proposed, "Bea", Outcome.GO)
    with pytest.raises(PermissionDenied):
        decide(by=person(house, "Ida"), review=proposed, wanted=form)


def test_whoever_became_the_owner_meanwhile_is_recused(house: Organisation, proposed: Review) -> None:
    initiative = proposed.initiative
    initiative.owner = house.people["Bea"]
    initiative.save()
    with pytest.raises(Refused) as refused:
        decided(house, proposed, Outcome.HOLD)
    assert refused.value.has(decisions.Code.RECUSED)


def test_nothing_is_decided_before_it_is_proposed(house: Organisation) -> None:
    with pytest.raises(Refused) as refused:
        decided(house, a_review(house), Outcome.GO)
    assert refused.value.has(decisions.Code.NOT_PROPOSED)


def test_a_veto_bars_go_and_leaves_hold(house: Organisation) -> None:
    review = a_review(house)
    for name in NAMES[:-1]:
        vote(house, review, name)
    vote(house, review, "Sam", Ballot.HOLD)
    with pytest.raises(Refused, match="veto"):
        decided(house, review, Outcome.GO)
    assert decided(house, review, Outcome.HOLD).outcome == Outcome.HOLD


def test_an_outcome_that_nobody_advised_needs_a_reason(house: Organisation, proposed: Review) -> None:
    with pytest.raises(Refused) as refused:
        decided(house, proposed, Outcome.RECYCLE, reason=" ")
    assert refused.value.by_field()["reason"]
    assert decided(house, proposed, Outcome.RECYCLE, reason="Sized for the wrong load.").reason == "Sized for the wrong load."


def test_a_kill_closes_the_initiative_with_its_reason_and_lesson(house: Organisation, proposed: Review) -> None:
    row = decided(house, proposed, Outcome.KILL, **KILL)
    closure = Closure.objects.get(initiative=proposed.initiative_id)
    assert (closure.kind, closure.reason, closure.lesson) == (ClosureKind.STOPPED, "no_value", KILL["lesson"])
    assert fresh(proposed).initiative.status == Status.CLOSED and row.reason_code == "no_value"


def test_a_conditional_go_sets_its_conditions_and_names_them_in_the_record(house: Organisation, proposed: Review) -> None:
    row = decided(house, proposed, Outcome.CONDITIONAL_GO, conditions=(asked(house),))
    condition = Condition.objects.get()
    assert json.loads(row.content)["conditions"][0]["id"] == condition.pk and condition.decision_id == row.pk
    assert where(proposed) == "poc"
    (told,) = Event.objects.filter(kind="condition.set")
    assert told.payload["owner_id"] == house.people["Otto"].pk


def test_what_the_initiative_does_not_allow_is_not_decided(house: Organisation, proposed: Review) -> None:
    close_initiative(by=SYSTEM, initiative=proposed.initiative, kind=ClosureKind.OUT_OF_SCOPE, lesson="Gone.")
    with pytest.raises(ValidationError, match="Reopen"):
        decided(house, proposed, Outcome.GO)
    assert not Decision.objects.exists() and fresh(proposed).state == ReviewState.PROPOSED


def test_a_correction_supersedes_and_undoes_what_the_earlier_one_did(house: Organisation, proposed: Review) -> None:
    first = decided(house, proposed, Outcome.GO)
    second = decided(house, proposed, Outcome.HOLD)
    assert (second.turn, second.supersedes_id, second.sequence, second.previous) == (2, first.pk, 2, first.hash)
    review = fresh(proposed)
    assert (review.decided, where(review)) == ("hold", "idea")
    assert [one.step for one in review.events.order_by("id")] == ["propose", "decide", "correct"]


def test_a_corrected_kill_is_reopened(house: Organisation, proposed: Review) -> None:
    decided(house, proposed, Outcome.KILL, **KILL)
    decided(house, proposed, Outcome.GO)
    initiative = fresh(proposed).initiative
    assert (initiative.status, where(proposed)) == (Status.ACTIVE, "poc")
    assert Closure.objects.get(initiative=initiative).reopened_at is not None


def test_the_conditions_of_a_corrected_decision_lapse(house: Organisation, proposed: Review) -> None:
    decided(house, proposed, Outcome.CONDITIONAL_GO, conditions=(asked(house),))
    decided(house, proposed, Outcome.GO)
    assert ConditionEvent.objects.get().kind == "lapsed"


@pytest.mark.parametrize("outcome", [Outcome.GO, Outcome.HOLD, Outcome.KILL])
def test_what_moved_on_is_corrected_no_more(house: Organisation, proposed: Review, outcome: Outcome) -> None:
    decided(house, proposed, outcome, **(KILL if outcome is Outcome.KILL else {}))
    initiative = fresh(proposed).initiative
    if outcome is Outcome.KILL:
        reopen(by=SYSTEM, initiative=initiative)
    else:
        move_stage(by=SYSTEM, initiative=initiative, stage=stage(initiative, "pilot"))
    with pytest.raises(Refused) as refused:
        decided(house, proposed, Outcome.RECYCLE)
    assert refused.value.has(reviews.Code.MOVED_ON)


def test_a_decision_is_corrected_no_more_once_the_next_gate_is_open(house: Organisation, proposed: Review) -> None:
    decided(house, proposed, Outcome.GO)
    a_review(house, gate="production", initiative=fresh(proposed).initiative)
    with pytest.raises(Refused, match="built on"):
        decided(house, proposed, Outcome.HOLD)


def test_conditional_go_is_not_offered_at_the_last_gate(house: Organisation) -> None:
    initiative = an_initiative(house)
    move_stage(by=SYSTEM, initiative=initiative, stage=stage(initiative, "poc"))
    review = all_vote(house, a_review(house, gate="production", initiative=initiative))
    with pytest.raises(Refused, match="last gate"):
        decided(house, review, Outcome.CONDITIONAL_GO, conditions=(asked(house),))


def test_an_open_condition_bars_go_at_the_next_gate_until_it_is_proven(house: Organisation, proposed: Review) -> None:
    decided(house, proposed, Outcome.CONDITIONAL_GO, conditions=(asked(house),))
    review = all_vote(house, a_review(house, gate="production", initiative=fresh(proposed).initiative))
    with pytest.raises(Refused, match="conditions of the gate before"):
        decided(house, review, Outcome.GO)
    prove_condition(by=person(house, "Sam"), condition=Condition.objects.get(), note="Seen in the report of May.")
    assert decided(house, review, Outcome.GO).sequence == 1


def test_what_was_decided_is_whole_to_the_verifier(house: Organisation, proposed: Review) -> None:
    decided(house, proposed, Outcome.GO)
    decided(house, proposed, Outcome.CONDITIONAL_GO, conditions=(asked(house),))
    other = all_vote(house, a_review(house, initiative=an_initiative(house, "Search")))
    decided(house, other, Outcome.KILL, **KILL)
    found = verify(exported(money=True))
    assert (found.whole, found.rows, found.chains) == (True, 3, 2)


def test_a_past_can_be_written_at_its_own_time(house: Organisation, proposed: Review) -> None:
    then = clock.now() - timedelta(seconds=30)
    row = decide(
        by=person(house, "Bea"), review=proposed, wanted=wanted(house, proposed, "Bea", Outcome.HOLD), now=then
    )  # fmt: skip
    assert row.at == then and fresh(proposed).decided_at == then


def test_wanted_of_somebody_else_is_not_made_right_by_a_token(house: Organisation, proposed: Review) -> None:
    token = replace(person(house, "Bea"), scopes=frozenset())
    with pytest.raises(PermissionDenied):
        decide(by=token, review=proposed, wanted=wanted(house, proposed, "Bea", Outcome.GO))


def test_what_a_decider_meets_is_read_in_as_many_statements_for_many_votes_as_for_few(house: Organisation) -> None:
    counts = []
    for panel in (NAMES[:3], NAMES):
        review = a_review(house, panel=panel)
        for _again in panel:
            vote(house, review, panel[0])
        row = fresh(review)
        with CaptureQueriesContext(connection) as asked_:
            situation(row, now=clock.now())
        counts.append(len(asked_))
    assert counts[0] == counts[1] <= 45
