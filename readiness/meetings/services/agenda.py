"""The agenda: which reviews, in which order, with how many minutes each."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db.models import Max
from django.utils.translation import gettext as _

from portfolio.accounts.rules import Actor
from portfolio.kit.acting import acting
from readiness.gates.choices import ReviewState
from readiness.gates.models import Review
from readiness.gates.services import reviews as gate_reviews
from readiness.meetings.choices import Direction
from readiness.meetings.models import AgendaItem, Meeting
from readiness.meetings.queries.meetings import candidates
from readiness.meetings.rules import order
from readiness.meetings.rules.states import Step
from readiness.meetings.services.locking import item_of, lock_meeting, save
from readiness.meetings.services.rights import require_plan

MINUTES = 20
LONGEST = 480
MOST = 60


def add_items(*, by: Actor, meeting: Meeting, reviews: Sequence[Review], minutes: int = MINUTES) -> list[AgendaItem]:
    """Put reviews at the end of the agenda, each scheduled for the meeting. All or none.

    Raises PermissionDenied; ValidationError where one stands on another agenda, is decided, or is of another unit.
    """
    with acting(by):
        row = lock_meeting(meeting.pk, Step.PLAN)
        require_plan(by, row)
        wanted = dict.fromkeys(review.pk for review in reviews)
        found = {review.pk: review for review in candidates(by, row).filter(pk__in=wanted)}
        if missing := [pk for pk in wanted if pk not in found]:
            raise ValidationError({"reviews": _("%d of these cannot go on this agenda.") % len(missing)})
        last = row.items.aggregate(last=Max("position"))["last"] or 0
        made = [
            AgendaItem(meeting=row, review=found[pk], position=place, minutes=minutes)
            for place, pk in enumerate(wanted, last + 1)
        ]
        if last + len(made) > MOST:
            raise ValidationError({"reviews": _("An agenda holds at most %d reviews.") % MOST})
        _check_minutes(minutes)
        AgendaItem.objects.bulk_create(made)
        for pk in sorted(found):
            if found[pk].state in (ReviewState.PLANNED, ReviewState.SCHEDULED):
                gate_reviews.schedule_review(by=by, review=found[pk], at=row.starts_at)
        _count(row)
    return made


def set_minutes(*, by: Actor, item: AgendaItem, minutes: int) -> AgendaItem:
    """Give an item another time. Raises PermissionDenied, ValidationError."""
    with acting(by):
        row = lock_meeting(item.meeting_id, Step.PLAN)
        require_plan(by, row)
        found = item_of(row, item)
        found.minutes = minutes
        _check_minutes(minutes)
        found.save(update_fields=["minutes"])
        _count(row)
    return found


def move_item(*, by: Actor, item: AgendaItem, direction: Direction) -> None:
    """One place up or down."""
    with acting(by):
        row = lock_meeting(item.meeting_id, Step.PLAN)
        require_plan(by, row)
        found = item_of(row, item)
        _write(row, order.moved(_order(row), found.pk, direction))


def place_item(*, by: Actor, item: AgendaItem, place: int) -> None:
    """To a place, counted from 0: what dragging does."""
    with acting(by):
        row = lock_meeting(item.meeting_id, Step.PLAN)
        require_plan(by, row)
        found = item_of(row, item)
        _write(row, order.placed(_order(row), found.pk, place))


def remove_item(*, by: Actor, item: AgendaItem) -> None:
    """Take a review off the agenda; it is planned again. Raises PermissionDenied, ValidationError where it was begun."""
    with acting(by):
        row = lock_meeting(item.meeting_id, Step.PLAN)
        require_plan(by, row)
        found = item_of(row, item)
        if found.started_at is not None:
            raise ValidationError(_("This item was begun; it stays on the agenda."))
        if found.actions.exists():
            raise ValidationError(_("Actions were agreed for this item; it stays on the agenda."))
        found.delete()
        if found.review.state == ReviewState.SCHEDULED:
            gate_reviews.unschedule_review(by=by, review=found.review)
        _write(row, _order(row))


def _check_minutes(minutes: int) -> None:
    if not 1 <= minutes <= LONGEST:
        raise ValidationError({"minutes": _("From 1 to %d minutes.") % LONGEST})


def _order(row: Meeting) -> list[int]:
    return list(row.items.order_by("position", "pk").values_list("pk", flat=True))


def _write(row: Meeting, items: Sequence[int]) -> None:
    """Positions from 1 on, in this order."""
    found = row.items.in_bulk()
    for place, pk in enumerate(items, start=1):
        found[pk].position = place
    AgendaItem.objects.bulk_update(list(found.values()), ["position"])
    _count(row)


def _count(row: Meeting) -> None:
    """Calendars have another end or another list now; they hear of it with the next invitation."""
    if row.invited_at is not None:
        row.sequence += 1
    save(row, "sequence")
