"""Scheduling, agenda, and what moving or cancelling a meeting does to its reviews."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from portfolio.accounts.choices import Scope
from portfolio.kit import clock
from readiness.gates.choices import ReviewState
from readiness.gates.models import Review
from readiness.meetings.choices import Direction, MeetingState
from readiness.meetings.models import AgendaItem, Meeting
from readiness.meetings.queries.meetings import agenda, candidates
from readiness.meetings.services.agenda import add_items, move_item, place_item, remove_item, set_minutes
from readiness.meetings.services.locking import StaleMeeting
from readiness.meetings.services.schedule import cancel_meeting, change_meeting, schedule_meeting
from tests.people import Organisation
from tests.readiness.meetings.world import a_meeting, actor, first, fresh, planned, states, with_agenda

pytestmark = pytest.mark.django_db


def test_a_review_on_an_agenda_is_scheduled_for_the_meeting(board: Organisation) -> None:
    meeting = with_agenda(board)
    assert states(meeting) == ["scheduled", "scheduled"]
    assert {item.review.scheduled_at for item in meeting.items.all()} == {meeting.starts_at}


def test_a_review_stands_on_one_agenda(board: Organisation) -> None:
    meeting, other = with_agenda(board), a_meeting(board, title="Another")
    review = first(meeting).review
    assert review not in candidates(actor(board), other)
    with pytest.raises(ValidationError):
        add_items(by=actor(board), meeting=other, reviews=[review])
    with pytest.raises(IntegrityError), transaction.atomic():
        AgendaItem.objects.create(meeting=other, review=review, position=1)


def test_reviews_of_other_units_cannot_go_on_it(board: Organisation) -> None:
    from tests.readiness.gates.deciding_world import an_initiative

    far = planned(board, initiative=an_initiative(board, "Lorries", unit="Logistics"))
    with pytest.raises(ValidationError):
        add_items(by=actor(board, "Ada"), meeting=a_meeting(board), reviews=[far])


def test_adding_is_all_or_none(board: Organisation) -> None:
    meeting, good = a_meeting(board), planned(board, "Good")
    taken = first(with_agenda(board)).review
    with pytest.raises(ValidationError):
        add_items(by=actor(board), meeting=meeting, reviews=[good, taken])
    good.refresh_from_db()
    assert (meeting.items.count(), good.state) == (0, "planned")


def test_the_order_is_by_buttons_or_by_place(board: Organisation) -> None:
    meeting = with_agenda(board, ("A", "B", "C"))
    one = list(meeting.items.order_by("position"))
    move_item(by=actor(board), item=one[2], direction=Direction.UP)
    assert _names(meeting) == ["A", "C", "B"]
    place_item(by=actor(board), item=one[1], place=0)
    assert _names(meeting) == ["B", "A", "C"]
    move_item(by=actor(board), item=one[1], direction=Direction.UP)
    assert _names(meeting) == ["B", "A", "C"]
    assert sorted(meeting.items.values_list("position", flat=True)) == [1, 2, 3]


def test_items_follow_one_another_in_time(board: Organisation) -> None:
    meeting = with_agenda(board, ("A", "B"))
    set_minutes(by=actor(board), item=first(meeting), minutes=35)
    begins = [line.begins - meeting.starts_at for line in agenda(actor(board), meeting)]
    assert begins == [timedelta(0), timedelta(minutes=35)]
    with pytest.raises(ValidationError):
        set_minutes(by=actor(board), item=first(meeting), minutes=481)


def test_a_review_taken_off_is_planned_again(board: Organisation) -> None:
    meeting = with_agenda(board)
    review = first(meeting).review
    remove_item(by=actor(board), item=first(meeting))
    review.refresh_from_db()
    assert (review.state, review.scheduled_at, meeting.items.count()) == ("planned", None, 1)
    assert review in candidates(actor(board), meeting)


def test_moving_the_meeting_moves_its_reviews(board: Organisation) -> None:
    meeting = with_agenda(board)
    later = meeting.starts_at + timedelta(days=3)
    change_meeting(by=actor(board), meeting=meeting, changes={"starts_at": later}, version=fresh(meeting).version)
    assert set(Review.objects.values_list("scheduled_at", flat=True)) == {later}
    assert fresh(meeting).sequence == 0, "nobody was invited, so no calendar has to hear of it"


def test_cancelling_frees_the_reviews(board: Organisation) -> None:
    meeting = with_agenda(board)
    cancel_meeting(by=actor(board), meeting=meeting)
    assert fresh(meeting).state == MeetingState.CANCELLED
    assert states(meeting) == ["planned", "planned"]
    assert first(meeting).review in candidates(actor(board), a_meeting(board))
    with pytest.raises(ValidationError):
        change_meeting(by=actor(board), meeting=meeting, changes={"title": "Again"})


def test_who_saves_later_is_told(board: Organisation) -> None:
    meeting = with_agenda(board)
    seen = fresh(meeting).version
    change_meeting(by=actor(board), meeting=meeting, changes={"title": "Board of March"}, version=seen)
    with pytest.raises(StaleMeeting) as stale:
        change_meeting(by=actor(board), meeting=meeting, changes={"title": "Board of May"}, version=seen)
    assert stale.value.current.title == "Board of March"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": " "}, "title"), ({"starts_at": clock.now() - timedelta(days=2)}, "starts_at"),
        ({"starts_at": clock.now() + timedelta(days=4000)}, "starts_at"), ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"call_link": "javascript:alert(1)"}, "call_link"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_by_field(board: Organisation, changes: dict[str, object], field: str) -> None:
    meeting = a_meeting(board)
    with pytest.raises(ValidationError) as problem:
        change_meeting(by=actor(board), meeting=meeting, changes=changes)
    assert field in problem.value.message_dict


def test_a_chair_sees_the_unit(board: Organisation) -> None:
    with pytest.raises(ValidationError):
        a_meeting(board, chair=board.people["Lars"])
    assert a_meeting(board, chair=board.people["Bea"]).chair == board.people["Bea"]


@pytest.mark.parametrize("name", ["Lars", "Vera", "Otto", "Bea", "Nora"])
def test_only_program_managers_of_the_unit_plan(board: Organisation, name: str) -> None:
    meeting = with_agenda(board)
    who = actor(board, name)
    for verb in (
        lambda: schedule_meeting(by=who, unit=board.units["Retail"], title="Mine", starts_at=clock.now()),
        lambda: change_meeting(by=who, meeting=meeting, changes={"title": "Mine"}),
        lambda: cancel_meeting(by=who, meeting=meeting),
        lambda: remove_item(by=who, item=first(meeting)),
        lambda: move_item(by=who, item=first(meeting), direction=Direction.DOWN),
        lambda: set_minutes(by=who, item=first(meeting), minutes=5),
    ):
        with pytest.raises(PermissionDenied):
            verb()
    assert fresh(meeting).title == "Gate board"


def test_a_token_that_may_schedule_plans_and_does_not_hold(board: Organisation) -> None:
    from portfolio.accounts.rules import Actor
    from readiness.meetings.services.inviting import open_meeting
    from readiness.meetings.services.room import start_meeting

    ada = actor(board, "Ada")
    token = Actor(ada.user_id, "ci", "token", ada.grants, frozenset({Scope.GATES_WRITE}))
    meeting = schedule_meeting(by=token, unit=board.units["Retail"], title="By tooling", starts_at=clock.now())
    add_items(by=token, meeting=meeting, reviews=[planned(board)])
    assert states(meeting) == [ReviewState.SCHEDULED]
    for verb in (lambda: open_meeting(by=token, meeting=meeting), lambda: start_meeting(by=token, meeting=meeting)):
        with pytest.raises(PermissionDenied):
            verb()
    assert Meeting.objects.visible_to(token).filter(pk=meeting.pk).exists()


def _names(meeting: Meeting) -> list[str]:
    return list(meeting.items.order_by("position").values_list("review__initiative__name", flat=True))
