"""Conditions in the database: proven by somebody else or by evidence that came later; due and overdue are told once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from portfolio.kit import clock
from portfolio.outbox.models import Event
from readiness.gates.choices import Outcome, ProofKind
from readiness.gates.models import Condition, ConditionEvent, Judgement, Review
from readiness.gates.queries.conditions import standing_conditions
from readiness.gates.rules import conditions as rules
from readiness.gates.rules.conditions import Proof, Wanted
from readiness.gates.services.conditions import prove_by_evidence, prove_condition
from readiness.gates.services.refusals import Refused
from readiness.gates.services.sweeping import sweep_conditions
from tests.people import Organisation
from tests.readiness.gates.deciding_world import NAMES, a_review, add_people, all_vote, decided, person

DAY = timedelta(days=1)


@pytest.fixture
def house(organisation: Organisation) -> Organisation:
    add_people(organisation, NAMES)
    return organisation


def a_condition(
    house: Organisation, kind: ProofKind = ProofKind.PERSON, ref: str = "", days: int = 30, judged: str = "warning"
) -> Condition:  # fmt: skip
    review = all_vote(house, a_review(house, judged=judged))
    due = timezone.localdate() + days * DAY
    wanted = Wanted("Show it.", house.people["Otto"].pk, due, Proof(kind, ref))
    return decided(house, review, Outcome.CONDITIONAL_GO, conditions=(wanted,)).conditions.get()


def judge_again(house: Organisation, review: Review, verdict: str) -> None:
    before = Judgement.objects.get(review=review, criterion="worth-it", superseded_by=None)
    Judgement.objects.create(
        review=review, criterion="worth-it", verdict=verdict, note="Seen again.", by=house.people["Paula"], supersedes=before
    )  # fmt: skip


@pytest.mark.parametrize("name", ["Otto", "Bea"])
def test_neither_its_owner_nor_who_decided_proves_it(house: Organisation, name: str) -> None:
    with pytest.raises(Refused) as refused:
        prove_condition(by=person(house, name), condition=a_condition(house), note="It is there.")
    assert refused.value.has(rules.Code.OWN_WORD)


def test_somebody_else_proves_it_once(house: Organisation) -> None:
    condition = a_condition(house)
    event = prove_condition(by=person(house, "Paula"), condition=condition, note="Report of May, page 3.")
    assert (event.kind, event.by_id, event.note) == ("proven", house.people["Paula"].pk, "Report of May, page 3.")
    assert not standing_conditions([condition.initiative_id], now=clock.now())
    with pytest.raises(Refused, match="open any more"):
        prove_condition(by=person(house, "Sam"), condition=condition, note="Again.")
    assert Event.objects.filter(kind="condition.proven", payload__condition_id=condition.pk).count() == 1


@pytest.mark.parametrize("name", ["Vera", "Lars", "Iris"])
def test_nobody_proves_it_whose_it_is_not(house: Organisation, name: str) -> None:
    with pytest.raises(PermissionDenied):
        prove_condition(by=person(house, name), condition=a_condition(house), note="It is there.")


def test_what_evidence_proves_is_proven_by_nobodys_word(house: Organisation) -> None:
    condition = a_condition(house, ProofKind.CRITERION, "worth-it")
    with pytest.raises(Refused) as refused:
        prove_condition(by=person(house, "Paula"), condition=condition, note="It is there.")
    assert refused.value.has(rules.Code.NOT_PROVEN)


def test_a_criterion_proves_it_once_it_is_met_otherwise_than_it_was_seen(house: Organisation) -> None:
    condition = a_condition(house, ProofKind.CRITERION, "worth-it")
    ids = [condition.initiative_id]
    assert prove_by_evidence(ids, now=clock.now()) == 0
    judge_again(house, condition.decision.review, "met")
    assert [prove_by_evidence(ids, now=clock.now()), prove_by_evidence(ids, now=clock.now())] == [1, 0]
    event = ConditionEvent.objects.get()
    assert (event.kind, event.by, event.shown["verdict"]) == ("proven", None, "met")


def test_what_was_met_when_it_was_set_proves_nothing_until_it_is_shown_anew(house: Organisation) -> None:
    condition = a_condition(house, ProofKind.CRITERION, "worth-it", judged="met")
    assert prove_by_evidence([condition.initiative_id], now=clock.now()) == 0
    judge_again(house, condition.decision.review, "met")
    assert prove_by_evidence([condition.initiative_id], now=clock.now()) == 1


def test_that_it_is_due_and_overdue_is_told_once_each(house: Organisation) -> None:
    condition, now = a_condition(house, days=10), clock.now()
    assert [sweep_conditions(now + days * DAY) for days in (0, 3, 4, 10, 11, 12)] == [0, 1, 0, 0, 1, 0]
    told = Event.objects.filter(payload__condition_id=condition.pk).exclude(kind="condition.set").order_by("id")
    assert [one.kind for one in told] == ["condition.due", "condition.overdue"]
    assert told[0].payload["owner_id"] == house.people["Otto"].pk


def test_what_is_proven_or_lapsed_is_told_no_more(house: Organisation) -> None:
    condition, now = a_condition(house, days=10), clock.now()
    prove_condition(by=person(house, "Paula"), condition=condition, note="It is there.")
    assert sweep_conditions(now + 30 * DAY) == 0
