"""What somebody takes on in a meeting, besides the conditions of a decision."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils.translation import gettext as _

from portfolio.accounts.models import User
from portfolio.accounts.rules import Actor
from portfolio.activity.choices import NoticeKind
from portfolio.activity.services.notices import notify
from portfolio.kit import clock
from portfolio.kit.acting import acting
from portfolio.outbox.services import emit
from readiness.meetings.models import Action, AgendaItem, Meeting
from readiness.meetings.queries.people import invitable
from readiness.meetings.rules.states import Step
from readiness.meetings.services.locking import item_of, lock_meeting, save
from readiness.meetings.services.rights import can_keep, require_keep


def add_action(*, by: Actor, meeting: Meeting, text: str, owner: User, due: date, item: AgendaItem | None = None) -> Action:
    """Somebody does something by a day. Raises PermissionDenied, ValidationError with a message per field."""
    with acting(by):
        row = lock_meeting(meeting.pk, Step.HOLD)
        require_keep(by, row)
        found = item_of(row, item) if item is not None else None
        text = text.replace("\x00", "").strip()
        problems = {
            "text": "" if text else _("Say what is to be done."),
            "due": "" if due >= clock.today() else _("This day is past."),
            "owner": "" if invitable(row).filter(pk=owner.pk).exists() else _("This person may not see the meeting."),
        }
        if wrong := {name: [said] for name, said in problems.items() if said}:
            raise ValidationError(wrong)
        made = Action(meeting=row, item=found, text=text, owner=owner, due=due)
        made.full_clean(exclude=["meeting", "item", "owner"], validate_constraints=False)
        made.save()
        save(row)
        initiative = found.review.initiative_id if found else None
        notify(
            people=[owner.pk], kind=NoticeKind.ACTION_ASSIGNED, key=f"action-{made.pk}", but=by.user_id, quote=made.text,
            text=_("You took something on in a gate meeting, by %s") % due.isoformat(), initiative_id=initiative, unit=row.unit,
            url=reverse("meetings:meeting", args=[row.pk]) + "#actions", demo=row.demo,
        )  # fmt: skip
        emit("action.assigned", {"meeting_id": row.pk, "action_id": made.pk, "initiative_id": initiative})
    return made


def remove_action(*, by: Actor, action: Action) -> None:
    """While the meeting goes on; minutes that are locked keep it."""
    with acting(by):
        row = lock_meeting(action.meeting_id, Step.HOLD)
        require_keep(by, row)
        Action.objects.filter(pk=action.pk).delete()
        save(row)


def finish_action(*, by: Actor, action: Action) -> Action:
    """It is done, says who took it on, or who keeps the meeting. Raises PermissionDenied."""
    with acting(by):
        found: Action = Action.objects.select_for_update(of=("self",)).select_related("meeting__unit").get(pk=action.pk)
        own = by.scopes is None and by.user_id == found.owner_id
        if not own and not can_keep(by, found.meeting):
            raise PermissionDenied(_("Whoever took it on says that it is done."))
        if found.done_at is None:
            found.done_at = clock.now()
            found.save(update_fields=["done_at"])
    return found
