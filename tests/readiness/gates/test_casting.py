"""Votes in the database: one in effect for each seat, the last one that is awaited proposes, rights are read under the lock."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from portfolio.accounts.choices import Scope
from portfolio.accounts.models import RoleAssignment
from portfolio.kit import clock
from portfolio.outbox.models import Event
from readiness.gates.choices import Ballot, Mode, ReviewState
from readiness.gates.models import Delegation, Vote
from readiness.gates.rules.voting import casting
from readiness.gates.services.refusals import Refused
from readiness.gates.services.voting import cast, end_windows
from tests.people import SYSTEM, Organisation
from tests.readiness.gates.deciding_world import NAMES, a_review, add_people, all_vote, fresh, person, vote

HOUR = timedelta(hours=1)


@pytest.fixture
def house(organisation: Organisation) -> Organisation:
    add_people(organisation, NAMES)
    return organisation


def test_the_last_vote_that_is_awaited_proposes_the_review(house: Organisation) -> None:
    review = a_review(house)
    for name in NAMES[:-1]:
        vote(house, review, name)
        assert fresh(review).state == ReviewState.IN_REVIEW
    vote(house, review, NAMES[-1])
    row = fresh(review)
    assert row.state == ReviewState.PROPOSED and row.version == review.version + 1
    event = row.events.get()
    assert (event.step, event.by, event.facts["outcome"]) == ("propose", None, "go")
    assert Event.objects.filter(kind="review.proposed", payload__review_id=row.pk).count() == 1


def test_a_later_vote_supersedes_the_earlier_one_of_the_seat(house: Organisation) -> None:
    review = a_review(house)
    first = vote(house, review, "Ida")
    second = vote(house, review, "Ida", Ballot.HOLD)
    assert second.supersedes_id == first.pk and Vote.objects.filter(review=review, superseded_by=None).get() == second


def test_who_saw_another_vote_than_the_one_in_effect_looks_again(house: Organisation) -> None:
    review = a_review(house)
    first = vote(house, review, "Ida")
    vote(house, review, "Ida", Ballot.HOLD)
    with pytest.raises(Refused) as refused:
        vote(house, review, "Ida", Ballot.KILL, supersedes=first.pk)
    assert refused.value.has(casting.Code.SUPERSEDES_OTHER)


def test_nobody_votes_who_has_no_seat_or_sits_there_no_more(house: Organisation) -> None:
    review = a_review(house, panel=["Ida", "Dan", "Bea"])
    with pytest.raises(Refused, match="no seat"):
        vote(house, review, "Sam")
    before = person(house, "Ida")
    RoleAssignment.objects.filter(user=house.people["Ida"]).delete()
    with pytest.raises(PermissionDenied):
        cast(by=before, review=review, ballot=Ballot.GO)
    assert not Vote.objects.exists()


def test_tokens_and_the_product_itself_never_vote(house: Organisation) -> None:
    review = a_review(house)
    token = replace(person(house, "Ida"), scopes=frozenset({Scope.GATES_WRITE}))
    for actor in (token, SYSTEM):
        with pytest.raises(PermissionDenied):
            cast(by=actor, review=review, ballot=Ballot.GO)


def test_a_closed_account_does_not_vote_with_an_open_session(house: Organisation) -> None:
    review, before = a_review(house), person(house, "Ida")
    house.people["Ida"].is_active = False
    house.people["Ida"].save()
    with pytest.raises(PermissionDenied, match="closed"):
        cast(by=before, review=review, ballot=Ballot.GO)


def test_an_owner_who_sits_on_the_panel_is_recused(house: Organisation) -> None:
    review = a_review(house)
    review.initiative.owner = house.people["Ida"]
    review.initiative.save()
    with pytest.raises(Refused) as refused:
        vote(house, review, "Ida")
    assert refused.value.has(casting.Code.RECUSED)


def test_only_those_in_the_room_vote_in_a_meeting(house: Organisation) -> None:
    review = a_review(house, present=["Ida", "Dan"])
    with pytest.raises(Refused, match="room"):
        vote(house, review, "Bea")


def test_a_delegate_fills_the_seat_alone_while_the_delegation_lasts(house: Organisation) -> None:
    add_people(house, ["Dora"])
    review = a_review(house, present=[*NAMES, "Dora"])
    now = clock.now()
    Delegation.objects.create(
        giver=house.people["Ida"], taker=house.people["Dora"], begins_at=now - HOUR, ends_at=now + HOUR
    )  # fmt: skip
    with pytest.raises(Refused, match="no seat"):
        vote(house, review, "Ida")
    cast_ = vote(house, review, "Dora", seat=house.people["Ida"].pk)
    assert (cast_.seat_id, cast_.by_id) == (house.people["Ida"].pk, house.people["Dora"].pk)


def test_a_delegate_who_is_no_gatekeeper_changes_nothing(house: Organisation) -> None:
    review, now = a_review(house, present=[*NAMES, "Vera"]), clock.now()
    Delegation.objects.create(
        giver=house.people["Ida"], taker=house.people["Vera"], begins_at=now - HOUR, ends_at=now + HOUR
    )  # fmt: skip
    with pytest.raises(PermissionDenied):
        vote(house, review, "Vera")
    assert vote(house, review, "Ida").by_id == house.people["Ida"].pk


def test_who_recuses_themselves_leaves_the_panel_and_may_be_the_last_one(house: Organisation) -> None:
    review = a_review(house)
    for name in NAMES[:-1]:
        vote(house, review, name)
    vote(house, review, "Sam", Ballot.RECUSE)
    assert fresh(review).state == ReviewState.PROPOSED


def test_a_proposed_review_takes_no_vote(house: Organisation) -> None:
    review = all_vote(house, a_review(house))
    with pytest.raises(Refused) as refused:
        vote(house, review, "Ida", Ballot.HOLD)
    assert refused.value.has(casting.Code.NOT_IN_REVIEW)


def test_a_window_in_writing_that_ends_with_a_quorum_proposes_and_without_one_lapses(house: Organisation) -> None:
    ends = clock.now() + HOUR
    enough, few = (
        a_review(house, mode=Mode.WRITTEN, window_ends_at=ends, initiative=None) for _ in range(2)
    )  # fmt: skip
    for name in NAMES[:3]:
        vote(house, enough, name)
    vote(house, few, "Ida")
    assert end_windows(now=ends - HOUR / 2) == 0
    assert end_windows(now=ends) == 2
    assert fresh(enough).state == ReviewState.PROPOSED
    row = fresh(few)
    assert row.state == ReviewState.PLANNED and row.opened_at is None and row.events.get().step == "lapse"
    assert end_windows(now=ends) == 0


def test_a_vote_in_writing_after_the_window_is_refused(house: Organisation) -> None:
    review = a_review(house, mode=Mode.WRITTEN, window_ends_at=clock.now() + HOUR)
    with pytest.raises(Refused) as refused:
        vote(house, review, "Ida", now=clock.now() + 2 * HOUR)
    assert refused.value.has(casting.Code.WINDOW_OVER)
