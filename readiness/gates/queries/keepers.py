"""Who may sit at gates, and who stands for whom."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet

from portfolio.accounts.choices import ALLOWED, Action
from portfolio.accounts.models import BusinessUnit, User
from portfolio.accounts.queries import people
from portfolio.accounts.rules import Actor
from readiness.gates.models import Delegation, GateTemplate, Review, Seat
from readiness.gates.queries.templates import parsed

MOST = 500


def may_sit(actor: Actor, unit: BusinessUnit | None = None) -> QuerySet[User]:
    """Active people who hold the role of a gatekeeper (for that unit, with it given); one statement."""
    held = Q(roles__role__in=ALLOWED[Action.DECIDE])
    if unit is not None:
        above = [int(part) for part in unit.path.strip("/").split("/")]
        held &= Q(roles__unit=None) | Q(roles__unit__in=above)
    return people(actor).filter(held).distinct().order_by("name", "id").only("name", "email")


def choices(rows: QuerySet[User]) -> list[tuple[str, str]]:
    return [(str(user.pk), str(user)) for user in rows[:MOST]]


def delegations(actor: Actor, now: datetime) -> list[Delegation]:
    """Those that run or are to come; of the shown portfolio; one statement."""
    rows = Delegation.objects.filter(ends_at__gt=now, revoked_at=None, demo=actor.showing_demo)
    return list(rows.select_related("giver", "taker").order_by("begins_at", "id")[:MOST])


def all_gates() -> list[tuple[str, str]]:
    """Keys and names of the gates of all published templates."""
    found: dict[str, str] = {}
    for row in GateTemplate.objects.filter(state="published").order_by("id"):
        found |= {gate.key: gate.name for gate in parsed(row).gates}
    return sorted(found.items(), key=lambda one: one[1].casefold())


def seats_of(review: Review) -> list[Seat]:
    return list(Seat.objects.filter(review=review).select_related("person").order_by("-chair", "id"))
