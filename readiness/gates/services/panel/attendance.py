"""Who is in the room while a review is held. The meeting writes it, and gatekeepers may check in themselves."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from portfolio.accounts.choices import Action
from portfolio.accounts.models import User
from portfolio.accounts.rules import Actor
from portfolio.kit import clock
from portfolio.kit.acting import acting
from readiness.gates.choices import ReviewState
from readiness.gates.models import Attendance, Review
from readiness.gates.services.locking import lock_review
from readiness.gates.services.rights import fresh, require_person
from readiness.gates.services.voting import propose_if_complete

_HELD = (ReviewState.SCHEDULED, ReviewState.IN_REVIEW, ReviewState.PROPOSED)
_AFTER = (*_HELD, ReviewState.DECIDED, ReviewState.CLOSED)  # who was there when it was decided leaves some time


def arrive(*, by: Actor, review: Review, person: User, at: datetime | None = None) -> Attendance:
    """They are in the room from `at` (default now) on; whoever is there already stays there since then.

    Raises PermissionDenied, ValidationError (it is not being held, or the time lies ahead).
    """
    with acting(by):
        row, when = _lock(by, review, person, at)
        there: Attendance | None = Attendance.objects.filter(
            review=row, round=row.round, person=person, left_at=None
        ).first()  # fmt: skip
        made = there or Attendance.objects.create(review=row, round=row.round, person=person, arrived_at=when)
        propose_if_complete(row, now=when)
    return made


def leave(*, by: Actor, review: Review, person: User, at: datetime | None = None) -> Attendance | None:
    """They left the room; None where they were not there. The vote that they cast stays, and one that was awaited no more is."""
    with acting(by):
        row, when = _lock(by, review, person, at, _AFTER)
        there: Attendance | None = Attendance.objects.filter(
            review=row, round=row.round, person=person, left_at=None
        ).first()  # fmt: skip
        if there is not None:
            there.left_at = max(when, there.arrived_at)
            there.save(update_fields=["left_at"])
            propose_if_complete(row, now=max(when, there.left_at))
    return there


def _lock(
    by: Actor, review: Review, person: User, at: datetime | None, states: tuple[ReviewState, ...] = _HELD
) -> tuple[Review, datetime]:  # fmt: skip
    require_person(by)
    row, now = lock_review(review.pk), clock.now()
    who = fresh(by)
    if not who.may(Action.GATE, row.initiative.unit.path) and who.user_id != person.pk:
        raise PermissionDenied(_("Only program managers say who else is in the room."))
    if row.state not in states:
        raise ValidationError(_("This review is not being held."))
    if at is not None and at > now:
        raise ValidationError({"at": _("This moment is still to come.")})
    return row, at or now
