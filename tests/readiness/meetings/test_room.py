"""Holding a meeting: items begin and end, attendance counts for the quorum, votes are shown, minutes are locked."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction

from portfolio.activity.models import Notice
from portfolio.kit import clock
from readiness.gates.choices import Ballot, Outcome, ProofKind
from readiness.gates.models import Attendance as GateAttendance
from readiness.gates.rules.conditions import Proof
from readiness.gates.rules.conditions import Wanted as Asked
from readiness.meetings.choices import MeetingState
from readiness.meetings.models import Attendance, Meeting
from readiness.meetings.queries.room import pulse, room
from readiness.meetings.rules.minutes import digest_of
from readiness.meetings.services.actions import add_action, finish_action, remove_action
from readiness.meetings.services.minutes import close_meeting, write_notes
from readiness.meetings.services.room import attend, end_item, leave, show_votes, start_item, start_meeting
from readiness.meetings.tables.room import vote_rows, votes_shown
from tests.people import Organisation
from tests.readiness.gates import deciding_world as gates
from tests.readiness.meetings.world import (
    PANEL,
    actor,
    decided,
    first,
    fresh,
    in_progress,
    mails,
    opened,
    second,
    states,
    voted,
)

pytestmark = pytest.mark.django_db


def test_taking_up_an_item_opens_its_review_with_those_who_are_there(board: Organisation) -> None:
    meeting = in_progress(board, present=("Ida", "Dan"))
    assert states(meeting) == ["in_review", "scheduled"]
    assert _in_gate(meeting) == {"Ida Test", "Dan Test"}
    attend(by=actor(board, "Bea"), meeting=meeting, person=board.people["Bea"])
    leave(by=actor(board, "Dan"), meeting=meeting, person=board.people["Dan"])
    assert _in_gate(meeting) == {"Ida Test", "Bea Test"}


def test_the_next_item_ends_the_one_before(board: Organisation) -> None:
    meeting = in_progress(board)
    before = meeting.current
    assert before is not None
    start_item(by=actor(board), item=second(meeting))
    before.refresh_from_db()
    assert before.ended_at is not None
    assert not GateAttendance.objects.filter(review=before.review, left_at=None).exists()
    assert _in_gate(fresh(meeting)) == {f"{name} Test" for name in PANEL}
    start_item(by=actor(board), item=before)
    assert fresh(meeting).current_id == before.pk


def test_everybody_there_and_voted_makes_it_ready_to_decide(board: Organisation) -> None:
    meeting = in_progress(board)
    review = voted(board, meeting)
    assert review.state == "proposed"
    decided(board, review)
    end_item(by=actor(board), meeting=meeting)
    assert not GateAttendance.objects.filter(review=review, left_at=None).exists()
    assert states(meeting) == ["decided", "scheduled"]


def test_what_was_voted_is_not_told_before_all_have(board: Organisation) -> None:
    meeting = in_progress(board)
    assert meeting.current is not None
    gates.vote(board, meeting.current.review, "Ida", Ballot.HOLD)
    told = _told(board, meeting)
    assert [seat["voted"] for seat in told["seats"] if seat["name"] == "Ida Test"] == [True]
    assert all(seat["ballot"] is None and seat["rationale"] == "" for seat in told["seats"])
    assert told["counts"] == []
    show_votes(by=actor(board), item=first(meeting))
    assert [seat["ballot"]["word"] for seat in _told(board, meeting)["seats"] if seat["voted"]] == ["Hold"]


def test_the_last_vote_shows_them(board: Organisation) -> None:
    meeting = in_progress(board)
    voted(board, meeting)
    told = _told(board, meeting)
    assert [one["count"] for one in told["counts"]] == [4]
    assert told["outcome"]["word"] == "Go"


def test_the_chair_keeps_attendance_without_being_a_program_manager(board: Organisation) -> None:
    meeting = in_progress(board, present=(), chair=board.people["Bea"])
    attend(by=actor(board, "Bea"), meeting=meeting, person=board.people["Ida"])
    assert _in_gate(meeting) == {"Ida Test"}
    leave(by=actor(board, "Bea"), meeting=meeting, person=board.people["Ida"])
    assert _in_gate(meeting) == set()


@pytest.mark.parametrize("name", ["Ida", "Vera", "Lars"])
def test_others_speak_for_themselves_alone(board: Organisation, name: str) -> None:
    meeting = in_progress(board, present=())
    who = actor(board, name)
    for verb in (
        lambda: attend(by=who, meeting=meeting, person=board.people["Dan"]),
        lambda: leave(by=who, meeting=meeting, person=board.people["Dan"]),
        lambda: start_item(by=who, item=second(meeting)),
        lambda: end_item(by=who, meeting=meeting),
        lambda: show_votes(by=who, item=first(meeting)),
        lambda: write_notes(by=who, meeting=meeting, text="Mine"),
        lambda: close_meeting(by=who, meeting=meeting),
    ):
        with pytest.raises(PermissionDenied):
            verb()


def test_nobody_from_another_unit_is_there(board: Organisation) -> None:
    meeting = in_progress(board)
    with pytest.raises(ValidationError):
        attend(by=actor(board, "Lars"), meeting=meeting, person=board.people["Lars"])
    assert not Attendance.objects.filter(person=board.people["Lars"]).exists()


def test_being_there_twice_is_being_there(board: Organisation) -> None:
    meeting = in_progress(board, present=("Ida", "Ida"))
    assert meeting.attendance.count() == 1


def test_closing_locks_minutes_that_say_it_all(board: Organisation) -> None:
    meeting = in_progress(board)
    measured = Asked("Measure at load", board.people["Otto"].pk, clock.today() + timedelta(days=9), Proof(ProofKind.PERSON))
    review = voted(board, meeting, Ballot.CONDITIONAL)
    decided(board, review, Outcome.CONDITIONAL_GO, conditions=(measured,))
    write_notes(by=actor(board), meeting=meeting, item=first(meeting), text="1. Not a heading\nThey agreed.")
    add_action(
        by=actor(board), meeting=meeting, item=first(meeting), text="Send the figures", owner=board.people["Iris"],
        due=clock.today(),
    )  # fmt: skip
    closed = close_meeting(by=actor(board), meeting=meeting)
    assert closed.minutes_digest == digest_of(closed.minutes)
    for part in (
        "Chat", "Decision: Conditional Go, by Bea Test", "Measure at load (Otto Test, by", "Ida Test: Conditional Go",
        "   | 1. Not a heading", "Send the figures (Iris Test, by", "not reached", "Invited and not present: Otto Test",
        review.decisions.get().hash,
    ):  # fmt: skip
        assert part in closed.minutes, part
    assert states(meeting) == ["closed", "planned"], "decided reviews close, the others are planned again"
    assert not Attendance.objects.filter(meeting=meeting, left_at=None).exists()


def test_locked_minutes_stay_even_from_plain_sql(board: Organisation) -> None:
    meeting = in_progress(board)
    close_meeting(by=actor(board), meeting=meeting)
    for change in ("minutes = 'Otherwise'", "minutes_digest = 'x'", "state = 'open'", "closed_at = now()", "title = 'Other'"):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE meetings_meeting SET {change} WHERE id = %s", [meeting.pk])
    with pytest.raises(ValidationError):
        write_notes(by=actor(board), meeting=meeting, text="Later")
    with pytest.raises(ValidationError):
        close_meeting(by=actor(board), meeting=meeting)


def test_everybody_concerned_gets_the_minutes_once(board: Organisation) -> None:
    meeting = in_progress(board)
    review = voted(board, meeting)
    decided(board, review)
    add_action(by=actor(board), meeting=meeting, text="Book", owner=board.people["Iris"], due=clock.today())
    close_meeting(by=actor(board), meeting=meeting)
    sent = mails("followup")
    assert {mail.to for mail in sent} == {f"{name}@example.org" for name in ("ida", "dan", "bea", "sam", "otto", "iris")}
    assert len({mail.key for mail in sent}) == len(sent)
    iris = next(mail for mail in sent if mail.to.startswith("iris"))
    assert "You took on:\n- Book" in iris.text
    assert fresh(meeting).minutes_digest in iris.text
    assert "Decision: Go" in iris.text


def test_two_who_write_notes_do_not_lose_each_other(board: Organisation) -> None:
    meeting = in_progress(board)
    write_notes(by=actor(board), meeting=meeting, text="First", seen="")
    with pytest.raises(ValidationError, match="First"):
        write_notes(by=actor(board), meeting=meeting, text="Second", seen="")
    write_notes(by=actor(board), meeting=meeting, text="First and second", seen="First")
    assert fresh(meeting).notes == "First and second"


def test_who_took_an_action_on_says_that_it_is_done(board: Organisation) -> None:
    meeting = in_progress(board)
    with pytest.raises(ValidationError) as problem:
        add_action(by=actor(board), meeting=meeting, text=" ", owner=board.people["Lars"], due=clock.today() - timedelta(days=1))
    assert set(problem.value.message_dict) == {"text", "owner", "due"}
    action = add_action(by=actor(board), meeting=meeting, text="Measure", owner=board.people["Iris"], due=clock.today())
    assert Notice.objects.get(kind="action_assigned").user == board.people["Iris"]
    gone = add_action(by=actor(board), meeting=meeting, text="Nothing", owner=board.people["Iris"], due=clock.today())
    remove_action(by=actor(board), action=gone)
    close_meeting(by=actor(board), meeting=meeting)
    with pytest.raises(PermissionDenied):
        finish_action(by=actor(board, "Vera"), action=action)
    assert finish_action(by=actor(board, "Iris"), action=action).done_at is not None
    assert meeting.actions.count() == 1


def test_a_withdrawn_review_cannot_be_taken_up(board: Organisation) -> None:
    from readiness.gates.services.reviews import withdraw_review

    meeting = opened(board)
    withdraw_review(by=actor(board), review=first(meeting).review, note="Not now")
    start_meeting(by=actor(board), meeting=meeting)
    with pytest.raises(ValidationError):
        start_item(by=actor(board), item=first(meeting))


def test_the_pulse_beats_for_what_the_room_shows_and_for_nothing_else(board: Organisation) -> None:
    meeting, who = in_progress(board), actor(board)
    seen = pulse(who, meeting.pk)
    assert seen == pulse(who, meeting.pk)
    assert meeting.current is not None
    for change in (
        lambda: gates.vote(board, meeting.current.review, "Ida"),
        lambda: gates.vote(board, meeting.current.review, "Ida", Ballot.HOLD),
        lambda: leave(by=who, meeting=meeting, person=board.people["Sam"]),
        lambda: show_votes(by=who, item=first(meeting)),
        lambda: write_notes(by=who, meeting=meeting, text="Said"),
        lambda: start_item(by=who, item=second(meeting)),
    ):
        change()
        assert pulse(who, meeting.pk) != seen
        seen = pulse(who, meeting.pk)
    assert pulse(actor(board, "Lars"), meeting.pk) is None


def _in_gate(meeting: Meeting) -> set[str]:
    assert meeting.current is not None
    there = GateAttendance.objects.filter(review=meeting.current.review, left_at=None)
    return set(there.values_list("person__name", flat=True))


def _told(board: Organisation, meeting: Meeting) -> dict[str, Any]:
    found = room(actor(board), fresh(meeting), now=clock.now())
    assert found.table is not None
    assert found.current is not None
    assert found.meeting.state == MeetingState.IN_PROGRESS
    return vote_rows(found.table, shown=votes_shown(found, found.current.item), now=clock.now())
