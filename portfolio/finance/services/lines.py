"""Writing budget lines: planned and actual amounts of one initiative or unit, by category and period."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from portfolio.accounts.models import BusinessUnit
from portfolio.accounts.rules import Actor
from portfolio.finance.choices import LineSource
from portfolio.finance.models import BudgetLine
from portfolio.finance.services.access import changed, holder_path, locked, require_edit
from portfolio.finance.services.checking import check_amounts, check_currency, check_names, given
from portfolio.initiatives.models import Initiative
from portfolio.kit import clock
from portfolio.kit.acting import acting

LINE_FIELDS = (
    "category", "label", "cost_centre", "period_start", "period_end", "planned", "actual", "currency", "note",
)  # fmt: skip
_IDENTITY = ("initiative", "unit", "category", "label", "cost_centre", "period_start", "period_end", "currency")


def add_line(
    *, by: Actor, unit: BusinessUnit | None = None, initiative: Initiative | None = None,
    source: LineSource = LineSource.ENTERED, **values: Any,
) -> BudgetLine:  # fmt: skip
    """Say what is planned or was spent; `values` are LINE_FIELDS. An amount that is left out is unknown.

    Raises PermissionDenied, ValidationError with a message per field (also where such a line is there already).
    """
    require_edit(by, holder_path(unit, initiative))
    check_names(values, LINE_FIELDS)
    with acting(by):
        row = BudgetLine(unit=unit, initiative=initiative, source=source, demo=_demo(unit, initiative))
        _write(row, values)
        row.save()
        changed(initiatives=[row.initiative_id], units=[row.unit_id])
    return row


def change_line(*, by: Actor, line: BudgetLine, changes: Mapping[str, Any], version: int | None = None) -> BudgetLine:
    """Change LINE_FIELDS. Raises PermissionDenied, ValidationError with a message per field, Stale."""
    check_names(changes, LINE_FIELDS)
    with acting(by):
        row: BudgetLine = locked(BudgetLine, line.pk, by=by, version=version)
        _write(row, changes)
        row.version, row.updated_at = row.version + 1, clock.now()
        row.save(update_fields=[*changes, "version", "updated_at"])
        changed(initiatives=[row.initiative_id], units=[row.unit_id])
    return row


def remove_line(*, by: Actor, line: BudgetLine, version: int | None = None) -> None:
    """Take a line away; the audit trail keeps it. Raises PermissionDenied, Stale."""
    with acting(by):
        row: BudgetLine = locked(BudgetLine, line.pk, by=by, version=version)
        holders = {"initiatives": [row.initiative_id], "units": [row.unit_id]}
        row.delete()
        changed(**holders)


def _demo(unit: BusinessUnit | None, initiative: Initiative | None) -> bool:
    holder = initiative or unit
    return bool(holder and holder.demo)


def _write(row: BudgetLine, values: Mapping[str, Any]) -> None:
    for name, value in given(values).items():
        setattr(row, name, value)
    if row.planned is None and row.actual is None:
        raise ValidationError({"planned": _("Say what is planned, or what was spent.")})
    check_currency(row.currency)
    check_amounts(row, ("planned", "actual"))
    if row.period_start and row.period_end and row.period_end < row.period_start:
        raise ValidationError({"period_end": _("It cannot end before it begins.")})
    row.full_clean(validate_unique=False, validate_constraints=False)
    _require_new(row)


def _require_new(row: BudgetLine) -> None:
    """Two lines that say the same would be counted twice; the constraint holds it, this says it in words."""
    same = {name: getattr(row, name) for name in _IDENTITY}
    named = {f"{name}__isnull" if value is None else name: True if value is None else value for name, value in same.items()}
    if BudgetLine.objects.filter(**named).exclude(pk=row.pk).exists():
        text = _(
            "There is such a line already, of the same category, period and currency. Change that one, or give this one a label."
        )
        raise ValidationError({"label": text})
