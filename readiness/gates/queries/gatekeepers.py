"""Who holds the role of a gatekeeper for a unit."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from portfolio.accounts.choices import ALLOWED, Action
from portfolio.accounts.models import BusinessUnit, RoleAssignment, User
from portfolio.initiatives.models import FunctionSlot, Initiative
from readiness.gates.choices import GateFunction
from readiness.gates.models import Gatekeeper, Seat


def holders(unit: BusinessUnit | None, *, demo: bool = False) -> QuerySet[User]:
    """People who may decide for a unit (None: for the whole organisation), to name them as gatekeepers."""
    held = RoleAssignment.objects.filter(role__in=ALLOWED[Action.DECIDE])
    if unit is None:
        held = held.filter(unit=None)
    else:
        held = held.filter(Q(unit=None) | Q(unit__in=[int(part) for part in unit.path.strip("/").split("/")]))
    return User.objects.filter(is_active=True, demo=demo, pk__in=held.values("user_id")).order_by("name", "id")


def holds_role(person: User, unit: BusinessUnit | None) -> bool:
    return person.is_active and holders(unit, demo=person.demo).filter(pk=person.pk).exists()


def functions_of(person_id: int, review_id: int, initiative: Initiative) -> frozenset[GateFunction]:
    """What somebody stands for at a review: by their seat, as gatekeeper of the unit, or named in the initiative's team."""
    above = [int(part) for part in initiative.unit.path.strip("/").split("/")]
    seats: Iterable[list[str]] = Seat.objects.filter(review=review_id, person=person_id).values_list("functions", flat=True)
    kept = Gatekeeper.objects.filter(Q(unit=None) | Q(unit__in=above), person=person_id, demo=initiative.demo)
    slots = FunctionSlot.objects.filter(initiative=initiative, person=person_id).values_list("function", flat=True)
    named = [one for row in (*seats, *kept.values_list("functions", flat=True)) for one in row]
    return frozenset(GateFunction(one) for one in (*named, *slots))
