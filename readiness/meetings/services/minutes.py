"""Notes while a meeting goes on, and the minutes that closing locks."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from portfolio.accounts.rules import Actor
from portfolio.kit import clock
from portfolio.kit.acting import acting
from portfolio.outbox.services import emit
from readiness.gates.choices import ReviewState
from readiness.gates.services import reviews
from readiness.gates.services.locking import lock_reviews
from readiness.meetings.choices import MeetingState
from readiness.meetings.models import AgendaItem, Meeting
from readiness.meetings.queries.minutes import facts_of_minutes
from readiness.meetings.rules.minutes import digest_of, text_of
from readiness.meetings.rules.states import Step
from readiness.meetings.services.followup import mail_followup
from readiness.meetings.services.locking import item_of, lock_meeting, save
from readiness.meetings.services.rights import require_hold, require_keep
from readiness.meetings.services.room import end_current

LONGEST = 20_000


def write_notes(*, by: Actor, meeting: Meeting, text: str, item: AgendaItem | None = None, seen: str | None = None) -> None:
    """What is noted of an item, or of the meeting as a whole. `seen`: what the writer began from.

    Raises PermissionDenied; ValidationError where it is too long, or where somebody else wrote meanwhile.
    """
    with acting(by):
        row = lock_meeting(meeting.pk, Step.HOLD)
        require_keep(by, row)
        target: Meeting | AgendaItem = item_of(row, item) if item is not None else row
        text = text.replace("\x00", "").replace("\r\n", "\n").strip()
        if len(text) > LONGEST:
            raise ValidationError({"notes": _("Notes have at most %d characters.") % LONGEST})
        if seen is not None and seen.replace("\r\n", "\n").strip() != target.notes and text != target.notes:
            raise ValidationError({"notes": _("Somebody else wrote meanwhile: %s") % target.notes})
        if text != target.notes:
            target.notes = text
            target.save(update_fields=["notes"])
            save(row)


def close_meeting(*, by: Actor, meeting: Meeting) -> Meeting:
    """End it: minutes are locked with their digest, decided reviews close, those not reached are planned again, mails leave.

    Raises PermissionDenied; ValidationError where it is not in progress.
    """
    with acting(by):
        row = lock_meeting(meeting.pk, Step.CLOSE)
        require_hold(by, row)
        lock_reviews(list(row.items.values_list("review_id", flat=True)))
        end_current(by, row)
        now = clock.now()
        row.attendance.filter(left_at=None).update(left_at=now)
        for item in row.items.select_related("review__initiative__unit").order_by("review_id"):
            if item.review.state == ReviewState.DECIDED and item.started_at is not None:
                reviews.close_review(by=by, review=item.review)
            elif item.review.state == ReviewState.SCHEDULED:
                reviews.unschedule_review(by=by, review=item.review)
        row.items.update(standing=False)
        row.minutes = text_of(facts_of_minutes(row, ended=now), ZoneInfo(row.time_zone or "UTC"))
        row.minutes_digest = digest_of(row.minutes)
        row.state, row.closed_at, row.closed_by_id = MeetingState.CLOSED, now, by.user_id
        save(row, "current", "minutes", "minutes_digest", "state", "closed_at", "closed_by")
        mail_followup(row)
        emit("meeting.closed", {"meeting_id": row.pk})
    return row
