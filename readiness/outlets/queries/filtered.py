"""What an address leaves of the portfolio, for those who are not asked by a page: jobs, mails and panels."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.db.models import QuerySet
from django.http import QueryDict

from portfolio.accounts.rules import Actor
from portfolio.initiatives.filters import InitiativeFilter
from portfolio.initiatives.models import Initiative
from portfolio.initiatives.queries.lists import UnitRow, unit_rows


@dataclass(frozen=True)
class Asked:
    """`rows` is what the address leaves of `visible`; `unit` is the unit that it names. `actor` has its roles alone: what it owns
    or sponsors beyond them is not in it, so that the rights it was made under are unit paths and nothing else."""

    actor: Actor
    rows: QuerySet[Initiative]
    visible: QuerySet[Initiative]
    units: dict[int, UnitRow]
    unit: int | None


def asked(actor: Actor, query: str) -> Asked:
    """Raises ValueError for an address that the filters do not understand any more."""
    by_role = replace(actor, user_id=None)
    visible = Initiative.objects.visible_to(by_role)
    found = InitiativeFilter(QueryDict(query), queryset=visible)
    if not found.is_valid():
        raise ValueError("; ".join(f"{name}: {' '.join(errors)}" for name, errors in found.errors.items()))
    unit = found.form.cleaned_data.get("unit")
    return Asked(by_role, found.qs, visible, unit_rows(by_role), int(unit) if unit is not None else None)
