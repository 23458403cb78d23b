"""Gatekeepers name who stands for them for a time; it goes one step and never in a circle."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portfolio.accounts.choices import Action
from portfolio.accounts.models import User
from portfolio.accounts.queries import actor_for
from portfolio.accounts.rules import Actor
from portfolio.kit import clock
from portfolio.kit.acting import acting
from portfolio.outbox.services import emit
from readiness.gates.choices import ReviewState
from readiness.gates.models import Delegation as DelegationRow
from readiness.gates.models import Review
from readiness.gates.models.review import OPEN
from readiness.gates.rules.faults import Fault
from readiness.gates.rules.voting import delegation as rules
from readiness.gates.services.deciders import as_of_now
from readiness.gates.services.locking import lock_reviews
from readiness.gates.services.voting import propose_if_complete

Code = rules.Code
_WORDS: dict[StrEnum, tuple[str, Promise]] = {
    Code.TO_ONESELF: ("taker", gettext_lazy("Name somebody else.")),
    Code.NO_TIME: ("ends_at", gettext_lazy("It ends after it begins, and not in the past.")),
    Code.TOO_LONG: ("ends_at", gettext_lazy("At most %(days)s days.")),
    Code.RECUSED: ("taker", gettext_lazy("They own or sponsor every initiative that you are seated for now.")),
    Code.LOOP: ("taker", gettext_lazy("They are represented by you in that time, directly or through others.")),
    Code.AWAY: ("taker", gettext_lazy("They are away themselves in that time and named somebody.")),
    Code.TAKEN: ("taker", gettext_lazy("They stand for somebody else in that time; nobody votes twice.")),
    Code.GIVEN: ("begins_at", gettext_lazy("You named somebody for that time already; take that back first.")),
}


def delegate(
    *, by: Actor, taker: User, begins_at: datetime, ends_at: datetime, note: str = "", now: datetime | None = None
) -> DelegationRow:  # fmt: skip
    """Name who fills one's seats from a moment until another. Raises PermissionDenied, ValidationError with a message per field.

    Whoever is named must be a gatekeeper somewhere; where they are none of a unit the seat stays its holder's own.
    """
    with acting(by):
        at = now or clock.now()
        giver = _gatekeeper(by)
        if not actor_for(taker).may_somewhere(Action.DECIDE) or not taker.is_active or taker.demo != giver.demo:
            raise ValidationError({"taker": _("Name a gatekeeper.")})
        _one_at_a_time()
        wanted = rules.Delegation(0, giver.pk, taker.pk, begins_at, ends_at)
        _refuse(rules.faults(wanted, _standing(begins_at), recused=_recused_everywhere(giver.pk), now=at))
        row = DelegationRow(giver=giver, taker=taker, begins_at=begins_at, ends_at=ends_at, note=note.strip(), demo=giver.demo)
        row.clean_fields(exclude=["giver", "taker"])
        row.save()
        emit("delegation.given", {"delegation_id": row.pk})
        _count_again(giver.pk, at)
    return row


def revoke_delegation(*, by: Actor, delegation: DelegationRow, now: datetime | None = None) -> DelegationRow:
    """Take one's own back; what was voted meanwhile stays. Taking back what is over changes nothing."""
    with acting(by):
        at = now or clock.now()
        row = DelegationRow.objects.select_for_update(of=("self",)).get(pk=delegation.pk)
        if as_of_now(by).user_id != row.giver_id:
            raise PermissionDenied(_("Only whoever gave a delegation takes it back."))
        if row.revoked_at is None and row.ends_at > at:
            row.revoked_at = at
            row.save(update_fields=["revoked_at"])
            emit("delegation.revoked", {"delegation_id": row.pk})
            _count_again(row.giver_id, at)
    return row


def _gatekeeper(by: Actor) -> User:
    now = as_of_now(by)
    if not now.may_somewhere(Action.DECIDE):
        raise PermissionDenied(_("Only a gatekeeper has a seat to give."))
    return User.objects.get(pk=int(now.user_id or 0))


def _one_at_a_time() -> None:
    """Two who name each other at the same moment would otherwise not see one another."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('gates_delegation'))")


def _standing(since: datetime) -> list[rules.Delegation]:
    rows = DelegationRow.objects.filter(ends_at__gt=since)
    names = ("id", "giver_id", "taker_id", "begins_at", "ends_at", "revoked_at")
    found = [rules.Delegation(*row) for row in rows.values_list(*names)]
    return [one for one in found if one.begins < one.until]


def _recused_everywhere(giver: int) -> frozenset[int]:
    """Owners and sponsors of every open review that the giver is seated for: for them a delegation would have no effect."""
    rows = Review.objects.filter(seats__person=giver, state__in=OPEN)
    own = [frozenset(row) for row in rows.values_list("initiative__owner", "initiative__sponsor")]
    everywhere = frozenset.intersection(*own) if own else frozenset()
    return frozenset(person for person in everywhere if person is not None)


def _count_again(giver: int, at: datetime) -> None:
    """Whose vote is awaited may be another now; the reviews are locked in the order of their ids."""
    ids = Review.objects.filter(seats__person=giver, state=ReviewState.IN_REVIEW).values_list("id", flat=True)
    for row in lock_reviews(list(ids)):
        propose_if_complete(row, now=at)


def _refuse(faults: Iterable[Fault]) -> None:
    problems: dict[str, list[str]] = {}
    for one in faults:
        field, words = _WORDS[one.code]
        problems.setdefault(field, []).append(str(words) % one.values if one.values else str(words))
    if problems:
        raise ValidationError(problems)
