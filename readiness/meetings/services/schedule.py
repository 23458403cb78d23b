"""When and where a meeting is: planning it, moving it, calling it off."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from zoneinfo import available_timezones

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from portfolio.accounts.choices import Action
from portfolio.accounts.models import BusinessUnit, User
from portfolio.accounts.queries import people_who_see
from portfolio.accounts.rules import Actor
from portfolio.kit import clock
from portfolio.kit.acting import acting
from portfolio.outbox.services import emit
from readiness.gates.choices import ReviewState
from readiness.gates.services import reviews
from readiness.meetings.choices import MeetingState
from readiness.meetings.models import Meeting
from readiness.meetings.rules.states import Step
from readiness.meetings.services import mails
from readiness.meetings.services.locking import lock_meeting, save
from readiness.meetings.services.rights import require_plan

EDITABLE = frozenset({"title", "starts_at", "time_zone", "place", "call_link", "chair"})
HEARD = frozenset({"title", "starts_at", "place", "call_link"})  # what calendars must hear of
LATEST = timedelta(days=3 * 366)


def schedule_meeting(*, by: Actor, unit: BusinessUnit, title: str, starts_at: Any, demo: bool = False, **values: Any) -> Meeting:
    """A draft. `values`: time_zone, place, call_link, chair. Raises PermissionDenied, ValidationError by field."""
    if not by.may(Action.GATE, unit.path):
        raise PermissionDenied(_("You may not hold gate meetings in this unit."))
    _check_names(values)
    with acting(by):
        row = Meeting(unit=unit, title=title.strip(), starts_at=starts_at, created_by_id=by.user_id, demo=demo, **values)
        _clean(row)
        row.save()
        emit("meeting.scheduled", {"meeting_id": row.pk})
    return row


def change_meeting(*, by: Actor, meeting: Meeting, changes: Mapping[str, Any], version: int | None = None) -> Meeting:
    """Change what EDITABLE names. Where calendars must hear of it, who was invited is mailed again, with a higher sequence.

    Raises PermissionDenied, ValidationError with a message per field, StaleMeeting.
    """
    _check_names(changes)
    with acting(by):
        row = lock_meeting(meeting.pk, Step.PLAN, version=version)
        require_plan(by, row)
        changed = {name for name, value in changes.items() if getattr(row, name) != value}
        if row.state == MeetingState.IN_PROGRESS and "starts_at" in changed:
            raise ValidationError({"starts_at": _("The meeting has begun.")})
        for name in changed:
            setattr(row, name, changes[name])
        _clean(row, moved="starts_at" in changed)
        if changed:
            _tell(by, row, changed)
            save(row, *changed, "sequence")
    return row


def _tell(by: Actor, row: Meeting, changed: set[str]) -> None:
    if "starts_at" in changed:
        for review in _scheduled(row):
            reviews.schedule_review(by=by, review=review, at=row.starts_at)
        emit("meeting.moved", {"meeting_id": row.pk})
    if changed & HEARD and row.invited_at is not None:
        row.sequence += 1
        mails.mail_invitations(row, again=True)


def cancel_meeting(*, by: Actor, meeting: Meeting) -> Meeting:
    """Call it off: its reviews are planned again, and calendars take it out. Raises PermissionDenied, ValidationError."""
    with acting(by):
        row = lock_meeting(meeting.pk, Step.CANCEL)
        require_plan(by, row)
        for review in _scheduled(row):
            reviews.unschedule_review(by=by, review=review)
        row.items.update(standing=False)
        row.state, row.sequence = MeetingState.CANCELLED, row.sequence + 1
        mails.mail_cancellations(row)
        save(row, "state", "sequence")
        emit("meeting.cancelled", {"meeting_id": row.pk})
    return row


def _scheduled(row: Meeting) -> list[Any]:
    items = row.items.filter(review__state=ReviewState.SCHEDULED).select_related("review__initiative__unit")
    return [item.review for item in items.order_by("review_id")]


def _check_names(values: Mapping[str, Any]) -> None:
    if unknown := set(values) - EDITABLE:
        raise TypeError(f"No such values of a meeting: {sorted(unknown)}")


def _clean(row: Meeting, *, moved: bool = True) -> None:
    for name in ("title", "place", "call_link"):
        setattr(row, name, getattr(row, name).replace("\x00", "").strip())
    problems: dict[str, str] = {}
    now = clock.now()
    if moved and not (timezone.localdate(now) <= timezone.localdate(row.starts_at) and row.starts_at <= now + LATEST):
        problems["starts_at"] = _("Name a day from today on, within three years.")
    if row.time_zone and row.time_zone not in available_timezones():
        problems["time_zone"] = _("There is no such time zone.")
    if row.chair is not None and not _may_chair(row.chair, row):
        problems["chair"] = _("This person may not see the unit.")
    row.full_clean(exclude=["unit", "current", "closed_by", "created_by"], validate_constraints=False)
    if problems:
        raise ValidationError({name: [text] for name, text in problems.items()})


def _may_chair(person: User, row: Meeting) -> bool:
    return people_who_see(row.unit, demo=row.demo, real_too=True).filter(pk=person.pk).exists()
