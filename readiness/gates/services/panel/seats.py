"""The seats of one review, before and while it is voted on."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from portfolio.accounts.models import User
from portfolio.accounts.rules import Actor
from portfolio.kit import clock
from portfolio.kit.acting import acting
from portfolio.outbox.services import emit
from readiness.gates.choices import GateFunction, ReviewState
from readiness.gates.models import Review, Seat, Vote
from readiness.gates.queries.seated import gatekeepers
from readiness.gates.services.locking import lock_review
from readiness.gates.services.rights import fresh, require_gate, require_person
from readiness.gates.services.seating import in_order, seat_from_gatekeepers
from readiness.gates.services.steps import named
from readiness.gates.services.voting import propose_if_complete

_SEATABLE = (ReviewState.PLANNED, ReviewState.SCHEDULED, ReviewState.IN_REVIEW)


def seat(
    *, by: Actor, review: Review, person: User, functions: Collection[GateFunction], chair: bool = False,
    now: datetime | None = None,
) -> Seat:  # fmt: skip
    """Give somebody a seat at this review, or another function on the seat that they have. One seat has the chair at most.

    Raises PermissionDenied, ValidationError (no gatekeeper of the unit, owner or sponsor, it is voted on already).
    """
    with acting(by):
        row = _lock(by, review)
        if not functions:
            raise ValidationError({"functions": _("Say what they stand for.")})
        if person.pk in (row.initiative.owner_id, row.initiative.sponsor_id):
            raise ValidationError({"person": _("Nobody sits at the gate of an initiative that they own or sponsor.")})
        if person.pk not in gatekeepers([person.pk], row.initiative):
            raise ValidationError({"person": _("Only a gatekeeper of this unit can sit at its gates.")})
        if chair:
            Seat.objects.filter(review=row, chair=True).exclude(person=person).update(chair=False)
        given = {"functions": in_order(functions), "chair": chair}
        made, _new = Seat.objects.update_or_create(review=row, person=person, defaults=given)
        propose_if_complete(row, now=now or clock.now())
    return made


def unseat(*, by: Actor, review: Review, person: User, now: datetime | None = None) -> None:
    """Take a seat away. One on which a vote was cast stays: the vote is on record. Raises PermissionDenied, ValidationError."""
    with acting(by):
        row = _lock(by, review)
        if Vote.objects.filter(review=row, round=row.round, seat=person).exists():
            raise ValidationError(_("A vote was cast on this seat; it stays until the review is over."))
        Seat.objects.filter(review=row, person=person).delete()
        propose_if_complete(row, now=now or clock.now())


def seat_gatekeepers(*, by: Actor, review: Review) -> list[Seat]:
    """Seat those of the unit's gatekeepers who are not seated yet; the seats that were made."""
    with acting(by):
        row = _lock(by, review)
        made = seat_from_gatekeepers(row, added=True)
        if made and row.state == ReviewState.IN_REVIEW:
            emit("vote.asked", named(row))
    return made


def _lock(by: Actor, review: Review) -> Review:
    require_person(by)
    row = lock_review(review.pk)
    require_gate(fresh(by), row.initiative.unit.path)
    if row.state not in _SEATABLE:
        raise ValidationError(_("The panel stands once the votes are in; reopen the vote first."))
    return row
