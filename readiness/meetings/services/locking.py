"""The row lock that every change of a meeting takes first, and the version that tells everybody in the room of it.

Whoever also locks reviews locks the meeting before them, and the reviews in the order of their ids.
"""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from readiness.meetings.choices import MeetingState
from readiness.meetings.models import AgendaItem, Meeting
from readiness.meetings.rules.states import Step, may_follow


class StaleMeeting(Exception):
    """Somebody else saved first; `current` is the row as it is now."""

    def __init__(self, current: Meeting) -> None:
        super().__init__(f"{current.pk} is at version {current.version}")
        self.current = current


_REFUSED = {
    Step.OPEN: _("The meeting is open already."),
    Step.START: _("The meeting has begun or is over."),
    Step.CLOSE: _("Only a meeting that is in progress can be closed."),
    Step.CANCEL: _("The meeting has begun or is over; it cannot be cancelled."),
    Step.PLAN: _("The meeting is over; its agenda stays as it was."),
    Step.HOLD: _("The meeting is not in progress."),
}


def lock_meeting(meeting_id: int, step: Step | None = None, *, version: int | None = None) -> Meeting:
    """The meeting for the rest of this transaction. Raises ValidationError where `step` may not follow, StaleMeeting."""
    rows = Meeting.objects.select_for_update(of=("self",), no_key=True).select_related("unit", "chair")
    row: Meeting = rows.get(pk=meeting_id)
    if version is not None and row.version != version:
        raise StaleMeeting(row)
    if step is not None and not may_follow(step, MeetingState(row.state)):
        raise ValidationError(_REFUSED[step])
    return row


def save(row: Meeting, *fields: str) -> None:
    """Write these columns and count the change; without columns something of the meeting changed elsewhere."""
    row.version += 1
    row.save(update_fields=[*fields, "version"])


def item_of(row: Meeting, item: AgendaItem) -> AgendaItem:
    """The item as it is now, of a meeting that is locked. Raises ValidationError where it was taken off."""
    found = row.items.filter(pk=item.pk).select_related("review__initiative__unit").first()
    if found is None:
        raise ValidationError(_("This is no longer on the agenda."))
    found.meeting = row
    return found
