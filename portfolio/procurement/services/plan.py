"""Writing the IT plan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from portfolio.accounts.choices import Action
from portfolio.accounts.models import BusinessUnit
from portfolio.accounts.rules import Actor
from portfolio.kit.acting import acting
from portfolio.procurement.choices import DECLARED
from portfolio.procurement.models import PlanItem
from portfolio.procurement.services.writing import (
    amount_problems,
    check_names,
    fill,
    locked,
    refuse,
    require,
    require_money,
    save,
)

MONEY = ("planned_amount", "currency")
PLAN_FIELDS = ("unit", "code", "name", "year", "capability", *MONEY)
YEARS = (1990, 2200)


def create_plan_item(
    *, by: Actor, unit: BusinessUnit, name: str, year: int, demo: bool = False, source: str = DECLARED, external_key: str = "",
    **values: Any,
) -> PlanItem:  # fmt: skip
    """Add a line to the plan. An empty `planned_amount` is unknown. Raises PermissionDenied, ValidationError by field."""
    changes = {"unit": unit, "name": name, "year": year, **values}
    check_names(changes, PLAN_FIELDS)
    with acting(by):
        row = PlanItem(demo=demo, source=source, external_key=external_key)
        _write(by, row, changes)
        save(row)
    return row


def change_plan_item(*, by: Actor, item: PlanItem, changes: Mapping[str, Any], version: int | None = None) -> PlanItem:
    check_names(changes, PLAN_FIELDS)
    with acting(by):
        row = locked(PlanItem, item.pk, "unit", version=version)
        require(by, Action.PURCHASE, row.unit.path)
        _write(by, row, changes)
        save(row, list(changes))
    return row


def remove_plan_item(*, by: Actor, item: PlanItem) -> None:
    """Take a line out of the plan; one that purchases are linked to stays until they are not."""
    with acting(by):
        row = locked(PlanItem, item.pk, "unit")
        require(by, Action.PURCHASE, row.unit.path)
        if row.purchases.exists():
            raise ValidationError(_("Purchases are linked to this item. Link them to another one first."))
        row.delete()


def _write(by: Actor, row: PlanItem, changes: Mapping[str, Any]) -> None:
    fill(row, changes)
    require(by, Action.PURCHASE, row.unit.path)
    require_money(by, changes, MONEY, row.unit.path)
    problems = amount_problems(row, "planned_amount")
    if not row.name:
        problems["name"] = _("It needs a name.")
    if not YEARS[0] <= row.year <= YEARS[1]:
        problems["year"] = _("A year from %d to %d.") % YEARS
    same = PlanItem.objects.filter(unit=row.unit, year=row.year, code=row.code).exclude(pk=row.pk)
    if row.code and same.exists():
        problems["code"] = _("This unit has an item of that code in that year.")
    refuse(problems)
