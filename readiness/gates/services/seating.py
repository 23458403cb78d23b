"""Seats of a review from the gatekeepers of its unit."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q, QuerySet

from portfolio.accounts.models import BusinessUnit
from portfolio.initiatives.models import Initiative
from readiness.gates.choices import GateFunction
from readiness.gates.models import Gatekeeper, Review, Seat
from readiness.gates.queries.seated import gatekeepers


def sitting_at(initiative: Initiative, gate: str) -> QuerySet[Gatekeeper]:
    """Gatekeepers of the initiative's unit, of those above it and of the whole organisation who sit at this gate; the nearest
    first. The demo's sit at the demo's gates."""
    above = [int(part) for part in initiative.unit.path.strip("/").split("/")]
    rows = Gatekeeper.objects.filter(Q(unit=None) | Q(unit__in=above), demo=initiative.demo)
    here = rows.filter(Q(gates=[]) | Q(gates__contains=[gate]))
    return here.select_related("unit").order_by("-unit__depth", "id")


def seat_from_gatekeepers(review: Review, *, added: bool = False) -> list[Seat]:
    """Seat those who sit at this gate, where nobody is seated yet; `added`: also beside those who are. The seats that were made.

    `review` is locked. The chair is the nearest unit's that names one. Somebody named twice stands for all of it.
    """
    held = set(Seat.objects.filter(review=review).values_list("person_id", flat=True))
    if held and not added:
        return []
    rows = list(sitting_at(review.initiative, review.gate))
    able = gatekeepers({row.person_id for row in rows}, review.initiative)
    wanted: dict[int, set[str]] = {}
    for row in rows:
        if row.person_id in able and row.person_id not in held:
            wanted.setdefault(row.person_id, set()).update(row.functions)
    has_chair = Seat.objects.filter(review=review, chair=True).exists()
    chair = (
        None if has_chair else next((row.person_id for row in _by_nearness(rows) if row.chair and row.person_id in wanted), None)
    )
    made = [
        Seat(review=review, person_id=person, functions=in_order(functions), chair=person == chair)
        for person, functions in wanted.items()
    ]
    return Seat.objects.bulk_create(made)


def _by_nearness(rows: Collection[Gatekeeper]) -> list[Gatekeeper]:
    """The whole organisation is farther than any unit; PostgreSQL sorts it first."""
    return sorted(rows, key=lambda row: -_depth(row.unit))


def _depth(unit: BusinessUnit | None) -> int:
    return -1 if unit is None else unit.depth


def in_order(functions: Collection[str]) -> list[str]:
    """As they are always named, each once."""
    return [one.value for one in GateFunction if one.value in functions]
