"""Holding a meeting: it begins, its items begin and end, people come and go, the votes are shown."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from portfolio.accounts.choices import Through
from portfolio.accounts.models import User
from portfolio.accounts.rules import Actor, system
from portfolio.kit import clock
from portfolio.kit.acting import acting
from portfolio.outbox.services import emit
from readiness.gates.choices import Mode, ReviewState
from readiness.gates.models import Attendance as GateAttendance
from readiness.gates.models import Review
from readiness.gates.services import reviews
from readiness.gates.services.evaluating import evaluate
from readiness.gates.services.locking import lock_reviews
from readiness.gates.services.panel import attendance
from readiness.meetings.choices import MeetingState
from readiness.meetings.models import AgendaItem, Attendance, Meeting
from readiness.meetings.queries.people import invitable
from readiness.meetings.rules.states import Step
from readiness.meetings.services.locking import item_of, lock_meeting, save
from readiness.meetings.services.rights import can_hold, can_keep, require_hold, require_keep

_TO_OPEN = (ReviewState.PLANNED, ReviewState.SCHEDULED)
_HELD = (*_TO_OPEN, ReviewState.IN_REVIEW, ReviewState.PROPOSED)
_GONE = (ReviewState.WITHDRAWN, ReviewState.SUPERSEDED)


def start_meeting(*, by: Actor, meeting: Meeting) -> Meeting:
    """From now on items can begin. Raises PermissionDenied, ValidationError."""
    with acting(by):
        row = lock_meeting(meeting.pk, Step.START)
        require_hold(by, row)
        row.state, row.started_at = MeetingState.IN_PROGRESS, clock.now()
        save(row, "state", "started_at")
        emit("meeting.started", {"meeting_id": row.pk})
    return row


def start_item(*, by: Actor, item: AgendaItem) -> AgendaItem:
    """Take up an item: the one before ends, its review opens, and who is in the room is there for it.

    Raises PermissionDenied; ValidationError where the meeting is not in progress or the review is gone.
    """
    with acting(by):
        row = lock_meeting(item.meeting_id, Step.HOLD)
        require_hold(by, row)
        lock_reviews([item.review_id, *([row.current.review_id] if row.current else [])])
        found = item_of(row, item)
        if found.review.state in _GONE:
            raise ValidationError(_("This review was withdrawn or replaced; take it off or go on."))
        if row.current_id == found.pk:
            return found
        end_current(by, row)
        review = _opened(by, found.review)
        if review.state in _HELD:
            for one in row.attendance.filter(left_at=None).select_related("person").order_by("pk"):
                attendance.arrive(by=by, review=review, person=one.person)
        found.started_at, found.ended_at = found.started_at or clock.now(), None
        found.save(update_fields=["started_at", "ended_at"])
        row.current = found
        save(row, "current")
        emit("meeting.item", {"meeting_id": row.pk, "review_id": review.pk, "initiative_id": review.initiative_id})
    return found


def end_item(*, by: Actor, meeting: Meeting) -> Meeting:
    """The current item is over, decided or not. Raises PermissionDenied, ValidationError."""
    with acting(by):
        row = lock_meeting(meeting.pk, Step.HOLD)
        require_hold(by, row)
        end_current(by, row)
        save(row, "current")
    return row


def end_current(by: Actor, row: Meeting) -> None:
    """In the caller's transaction, of a meeting that is locked."""
    if row.current is None:
        return
    item = row.current
    for one in GateAttendance.objects.filter(review=item.review_id, left_at=None).select_related("person").order_by("pk"):
        attendance.leave(by=by, review=item.review, person=one.person)
    item.ended_at = clock.now()
    item.save(update_fields=["ended_at"])
    row.current = None


def show_votes(*, by: Actor, item: AgendaItem) -> AgendaItem:
    """Let the room see what was voted before everybody has. Raises PermissionDenied, ValidationError."""
    with acting(by):
        row = lock_meeting(item.meeting_id, Step.HOLD)
        require_keep(by, row)
        found = item_of(row, item)
        found.votes_shown = True
        found.save(update_fields=["votes_shown"])
        save(row)
    return found


def attend(*, by: Actor, meeting: Meeting, person: User) -> Attendance:
    """Somebody is in the room: by their own word, or by the chair's or a program manager's.

    Raises PermissionDenied; ValidationError where the meeting is not open, or the person's roles do not reach there.
    """
    with acting(by):
        row = lock_meeting(meeting.pk)
        _require_theirs(by, row, person)
        if row.state not in (MeetingState.OPEN, MeetingState.IN_PROGRESS):
            raise ValidationError(_("The meeting is not open."))
        if not invitable(row).filter(pk=person.pk).exists():
            raise ValidationError(_("This person may not see what the meeting is about."))
        found = row.attendance.filter(person=person, left_at=None).first()
        if found is None:
            found = Attendance.objects.create(meeting=row, person=person, arrived_at=clock.now())
            if row.current is not None and row.current.review.state in _HELD:
                attendance.arrive(by=_teller(by, row, person), review=row.current.review, person=person)
            save(row)
    return found


def leave(*, by: Actor, meeting: Meeting, person: User) -> None:
    """Somebody left the room; a vote that they cast stays."""
    with acting(by):
        row = lock_meeting(meeting.pk)
        _require_theirs(by, row, person)
        gone = row.attendance.filter(person=person, left_at=None).update(left_at=clock.now())
        if gone and row.current is not None:
            attendance.leave(by=_teller(by, row, person), review=row.current.review, person=person)
        if gone:
            save(row)


def _require_theirs(by: Actor, row: Meeting, person: User) -> None:
    own = by.scopes is None and by.user_id == person.pk
    if not own and not can_keep(by, row):
        raise PermissionDenied(_("You may say for yourself alone whether you are there."))


def _opened(by: Actor, review: Review) -> Review:
    """In review where it was ahead, and judged as things are now."""
    if review.state in _TO_OPEN:
        return reviews.open_review(by=by, review=review, mode=Mode.MEETING)
    if review.state in _HELD:
        evaluate([review.pk], why="meeting.item", now=clock.now(), by=by)
    return review


def _teller(by: Actor, row: Meeting, person: User) -> Actor:
    """A chair who is no program manager keeps attendance as the meeting's own hand."""
    own = by.user_id == person.pk or can_hold(by, row)
    return by if own else system(f"{by.label}, chair of meeting {row.pk}", Through.PAGE)
