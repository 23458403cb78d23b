"""Changing a published figure: it is data, not code, and every change is in the audit trail."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from portfolio.accounts.choices import Action
from portfolio.accounts.rules import EVERYTHING, Actor
from portfolio.kit.acting import acting
from readiness.risk.models import ReferenceStatistic

EDITABLE = frozenset(
    {
        "label", "value", "unit", "low", "high", "bound", "definition", "denominator", "horizon_months", "population", "source",
        "year", "verified", "note",
    }
)  # fmt: skip


def may_edit_statistics(actor: Actor) -> bool:
    """Administrators of the whole organisation: everybody sees the same figures."""
    return actor.may(Action.CONFIGURE, EVERYTHING)


def update_statistic(*, by: Actor, statistic: ReferenceStatistic, **values: Any) -> ReferenceStatistic:
    """Set the given fields. Raises PermissionDenied, ValidationError, and ValueError for a field that is not editable."""
    if not may_edit_statistics(by):
        raise PermissionDenied(_("Only administrators of the whole organisation change reference statistics."))
    if unknown := set(values) - EDITABLE:
        raise ValueError(f"not editable: {', '.join(sorted(unknown))}")
    with acting(by):
        row = ReferenceStatistic.objects.select_for_update().get(pk=statistic.pk)
        for name, value in values.items():
            setattr(row, name, value)
        row.full_clean()
        row.save(update_fields=list(values))
    return row
