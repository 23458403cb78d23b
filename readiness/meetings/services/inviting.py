"""Who is asked to come, and what they answer."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from portfolio.accounts.models import User
from portfolio.accounts.rules import Actor
from portfolio.kit import clock
from portfolio.kit.acting import acting
from portfolio.outbox.services import emit
from readiness.meetings.choices import Answer, MeetingState
from readiness.meetings.models import Invitee, Meeting
from readiness.meetings.queries.people import invitable
from readiness.meetings.rules.states import Step
from readiness.meetings.services import mails
from readiness.meetings.services.locking import lock_meeting, save
from readiness.meetings.services.rights import require_hold

MOST = 200


def invite(*, by: Actor, meeting: Meeting, people: Iterable[User] = ()) -> int:
    """Add people to those who are asked to come; once the meeting is open, mail everybody whose invitation is not the newest.

    Returns how many mails were queued. Raises PermissionDenied; ValidationError for somebody whose roles do not reach there.
    """
    with acting(by):
        row = lock_meeting(meeting.pk, Step.PLAN)
        require_hold(by, row)
        wanted = {person.pk: person for person in people}
        if invitable(row).filter(pk__in=wanted).count() < len(wanted):
            raise ValidationError({"people": _("Somebody whom you invite may not see what the meeting is about.")})
        known = set(row.invitees.values_list("person_id", flat=True))
        if len(known | set(wanted)) > MOST:
            raise ValidationError({"people": _("At most %d people can be invited.") % MOST})
        Invitee.objects.bulk_create(Invitee(meeting=row, person=person) for pk, person in wanted.items() if pk not in known)
        sent = mails.mail_invitations(row) if row.state != MeetingState.DRAFT else 0
        save(row, "invited_at")
    return sent


def uninvite(*, by: Actor, meeting: Meeting, person: User) -> None:
    """Take somebody off; their calendar takes the meeting out. Raises PermissionDenied, ValidationError."""
    with acting(by):
        row = lock_meeting(meeting.pk, Step.PLAN)
        require_hold(by, row)
        found = row.invitees.filter(person=person).select_related("person").first()
        if found is None:
            return
        if found.sent_sequence is not None:
            row.sequence += 1
            mails.mail_cancellation(row, found)
        found.delete()
        save(row, "sequence")


def open_meeting(*, by: Actor, meeting: Meeting) -> int:
    """The agenda is ready for others: invitations leave. Returns how many. Raises PermissionDenied, ValidationError."""
    with acting(by):
        row = lock_meeting(meeting.pk, Step.OPEN)
        require_hold(by, row)
        if not row.items.exists():
            raise ValidationError(_("Put something on the agenda first."))
        row.state = MeetingState.OPEN
        sent = mails.mail_invitations(row)
        save(row, "state", "invited_at")
        emit("meeting.opened", {"meeting_id": row.pk})
    return sent


def answer(*, by: Actor, meeting: Meeting, said: Answer) -> Invitee:
    """Say whether one comes. Raises PermissionDenied for who is not invited."""
    with acting(by):
        row = lock_meeting(meeting.pk)
        found = row.invitees.filter(person_id=by.user_id).first() if by.scopes is None else None
        if found is None:
            raise PermissionDenied(_("You are not invited to this meeting."))
        found.answer, found.answered_at = said, clock.now()
        found.save(update_fields=["answer", "answered_at"])
        save(row)
    return found
