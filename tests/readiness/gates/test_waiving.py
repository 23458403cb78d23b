"""Waivers in the database: two people, an end always, nothing edited, and told of before they end."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from portfolio.accounts.choices import Role
from portfolio.accounts.services import assign_role
from portfolio.kit import clock
from portfolio.outbox.models import Event
from readiness.evidence.choices import Verdict
from readiness.gates.models import Review, Waiver
from readiness.gates.queries.evaluated import evaluated
from readiness.gates.queries.situation import situation
from readiness.gates.rules import waivers as rules
from readiness.gates.services.refusals import Refused
from readiness.gates.services.sweeping import sweep_waivers
from readiness.gates.services.waivers import (
    approve_waiver,
    extend_waiver,
    propose_waiver,
    reject_waiver,
    review_waiver,
    revoke_waiver,
)
from tests.people import SYSTEM, Organisation
from tests.readiness.gates.deciding_world import NAMES, a_review, add_people, fresh, person

DAY = timedelta(days=1)


@pytest.fixture
def house(organisation: Organisation) -> Organisation:
    add_people(organisation, NAMES)
    return organisation


@pytest.fixture
def review(house: Organisation) -> Review:
    return a_review(house, judged="not_met")


def ask(house: Organisation, review: Review, name: str = "Paula", days: float = 60, **more: Any) -> Waiver:
    usual: dict[str, Any] = {"reason": "Late.", "measure": "A queue.", "expires_at": clock.now() + days * DAY}
    return propose_waiver(
        by=person(house, name), initiative=review.initiative, gate=review.gate, criterion="worth-it", **(usual | more)
    )  # fmt: skip


def approved(house: Organisation, review: Review, **more: Any) -> Waiver:
    row = ask(house, review, **more)
    review_waiver(by=person(house, "Ida"), waiver=row)
    return approve_waiver(by=person(house, "Ida"), waiver=row)


def verdict(review: Review, now: datetime | None = None) -> Verdict:
    judged = evaluated([fresh(review)], now=now or clock.now())[review.pk].judged
    return next(one.verdict for one in judged if one.criterion.key == "worth-it")


def test_a_waiver_counts_once_a_second_person_approved_it(house: Organisation, review: Review) -> None:
    row = ask(house, review)
    assert (row.state, row.criterion_text, verdict(review)) == ("proposed", "It is worth finding out.", Verdict.NOT_MET)
    assert review_waiver(by=person(house, "Ida"), waiver=row).state == "under_review"
    assert verdict(review) is Verdict.NOT_MET
    assert approve_waiver(by=person(house, "Ida"), waiver=row, note="Until the cluster is there.").state == "active"
    assert verdict(review) is Verdict.WAIVED
    assert [one.step for one in row.events.order_by("id")] == ["propose", "review", "approve"]
    assert set(Event.objects.filter(kind__startswith="waiver.").values_list("kind", flat=True)) == {
        "waiver.asked", "waiver.decided",
    }  # fmt: skip


def test_a_decision_names_the_waivers_that_it_stands_on(house: Organisation, review: Review) -> None:
    row = approved(house, review)
    _judged, _seen, ground = situation(fresh(review), now=clock.now())
    (waived,) = ground.waivers
    assert (waived.id, waived.measure, waived.approved_by) == (row.pk, "A queue.", house.people["Ida"].pk)
    assert waived.asked_by == {house.people["Paula"].pk} and len(waived.events) == 64


def test_who_asked_never_approves_not_even_with_the_role(house: Organisation, review: Review) -> None:
    assign_role(by=SYSTEM, user=house.people["Paula"], role=Role.GATEKEEPER, unit=house.units["Retail"])
    row = ask(house, review)
    review_waiver(by=person(house, "Ida"), waiver=row)
    with pytest.raises(Refused) as refused:
        approve_waiver(by=person(house, "Paula"), waiver=row)
    assert refused.value.has(rules.Code.OWN_REQUEST)


def test_owners_ask_for_their_own_and_approve_none_of_it(house: Organisation, review: Review) -> None:
    assign_role(by=SYSTEM, user=house.people["Otto"], role=Role.GATEKEEPER, unit=house.units["Retail"])
    ask(house, review, "Otto")
    other = propose_waiver(
        by=person(house, "Paula"), initiative=review.initiative, gate=review.gate, criterion="data-there", reason="Late.",
        measure="A copy.", expires_at=clock.now() + DAY,
    )  # fmt: skip
    review_waiver(by=person(house, "Otto"), waiver=other)
    with pytest.raises(Refused) as refused:
        approve_waiver(by=person(house, "Otto"), waiver=other)
    assert refused.value.has(rules.Code.OWN_INITIATIVE)


@pytest.mark.parametrize("name", ["Vera", "Lars", "Nora"])
def test_nobody_asks_who_may_not(house: Organisation, review: Review, name: str) -> None:
    with pytest.raises(PermissionDenied):
        ask(house, review, name)


def test_tokens_never_ask_nor_approve(house: Organisation, review: Review) -> None:
    token = replace(person(house, "Paula"), scopes=frozenset())
    with pytest.raises(PermissionDenied):
        propose_waiver(
            by=token, initiative=review.initiative, gate="poc", criterion="worth-it", reason="x", measure="y",
            expires_at=clock.now() + DAY,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"reason": " "}, rules.Code.REASON_MISSING),
        ({"measure": ""}, rules.Code.MEASURE_MISSING),
        ({"expires_at": None}, rules.Code.EXPIRY_MISSING),
        ({"days": 400}, rules.Code.TOO_LONG),
        ({"days": -1}, rules.Code.EXPIRY_IN_THE_PAST),
    ],
)
def test_a_waiver_has_a_reason_a_measure_and_an_end(
    house: Organisation, review: Review, wrong: dict[str, Any], code: rules.Code
) -> None:
    with pytest.raises(Refused) as refused:
        ask(house, review, **wrong)
    assert refused.value.has(code) and not Waiver.objects.exists()


def test_one_stands_at_a_time_and_one_that_is_over_makes_room_unswept(house: Organisation, review: Review) -> None:
    row = approved(house, review, days=1)
    with pytest.raises(ValidationError, match="stands"):
        ask(house, review)
    later = clock.now() + 2 * DAY
    again = ask(house, review, now=later, expires_at=later + DAY)
    row.refresh_from_db()
    assert (row.state, again.state) == ("expired", "proposed")


def test_there_is_no_waiver_of_what_the_gate_does_not_ask(house: Organisation, review: Review) -> None:
    with pytest.raises(ValidationError, match="no such criterion"):
        propose_waiver(
            by=person(house, "Paula"), initiative=review.initiative, gate="poc", criterion="tea", reason="x", measure="y",
            expires_at=clock.now() + DAY,
        )  # fmt: skip


def test_an_extension_goes_back_to_review_and_the_old_end_holds_meanwhile(house: Organisation, review: Review) -> None:
    row = approved(house, review, days=10)
    until = clock.now() + 50 * DAY
    row = extend_waiver(by=person(house, "Paula"), waiver=row, reason="Still late.", measure="A queue.", expires_at=until)
    assert row.state == "active" and row.expires_at < until
    assert verdict(review, clock.now() + 11 * DAY) is Verdict.NOT_MET
    approve_waiver(by=person(house, "Dan"), waiver=row)
    assert Waiver.objects.get().expires_at == until and verdict(review, clock.now() + 11 * DAY) is Verdict.WAIVED


def test_an_expired_one_that_is_extended_is_not_in_force_until_approved(house: Organisation, review: Review) -> None:
    row, later = approved(house, review, days=1), clock.now() + 2 * DAY
    row = extend_waiver(
        by=person(house, "Paula"), waiver=row, reason="Late.", measure="A queue.", expires_at=later + DAY, now=later
    )  # fmt: skip
    assert row.state == "under_review" and verdict(review, later + DAY / 4) is Verdict.NOT_MET
    assert approve_waiver(by=person(house, "Ida"), waiver=row, now=later + DAY / 2).state == "active"


def test_a_rejection_and_a_revocation_say_why(house: Organisation, review: Review) -> None:
    row = ask(house, review)
    with pytest.raises(ValidationError):
        reject_waiver(by=person(house, "Ida"), waiver=row, note="")
    assert reject_waiver(by=person(house, "Ida"), waiver=row, note="Not this one.").state == "rejected"
    other = approved(house, review)
    assert revoke_waiver(by=person(house, "Paula"), waiver=other, note="It is there.").state == "revoked"
    assert verdict(review) is Verdict.NOT_MET


def test_the_sweep_tells_once_before_the_end_and_writes_the_end_down(house: Organisation, review: Review) -> None:
    row = approved(house, review, days=20)
    now = clock.now()
    assert sweep_waivers(now) == 0
    assert [sweep_waivers(now + 7 * DAY), sweep_waivers(now + 8 * DAY)] == [1, 0]
    assert Event.objects.get(kind="waiver.expiring").payload == {
        "initiative_id": review.initiative_id, "waiver_id": row.pk, "review_id": review.pk,
    }  # fmt: skip
    assert [sweep_waivers(now + 21 * DAY), sweep_waivers(now + 22 * DAY)] == [1, 0]
    assert Waiver.objects.get().state == "expired" and Event.objects.filter(kind="waiver.expired").count() == 1


def test_one_that_begins_later_is_in_force_from_then_on(house: Organisation, review: Review) -> None:
    begins = clock.now() + 5 * DAY
    assert approved(house, review, begins_at=begins).state == "approved" and verdict(review) is Verdict.NOT_MET
    assert verdict(review, begins) is Verdict.WAIVED
    assert sweep_waivers(begins) == 1 and Waiver.objects.get().state == "active"
