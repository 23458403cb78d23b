"""Writing rules for bills: checked, ordered, and asked again as soon as they change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import F, Max
from django.utils.translation import gettext as _

from portfolio.accounts.choices import Action
from portfolio.accounts.models import BusinessUnit
from portfolio.accounts.rules import Actor
from portfolio.kit.acting import acting
from portfolio.outbox.services import enqueue
from portfolio.procurement.models import BillingRule, Capability
from portfolio.procurement.queries.billing.suggesting import starter
from portfolio.procurement.rules.billing import THINGS, BadCondition, conditions
from portfolio.procurement.services.writing import check_names, fill, locked, refuse, require, save

STARTER = "starter"
RULE_FIELDS = ("name", "conditions", *THINGS, "active")


def create_rule(
    *, by: Actor, unit: BusinessUnit, name: str, conditions: Any, first: bool = False, demo: bool = False,
    source: str = "declared", **values: Any,
) -> BillingRule:  # fmt: skip
    """A rule for bills of `unit` and below, asked last, or `first` of all. Raises PermissionDenied, ValidationError."""
    changes = {"name": name, "conditions": conditions, **values}
    check_names(changes, RULE_FIELDS)
    require(by, Action.BILLING, unit.path)
    with acting(by):
        row = BillingRule(unit=unit, demo=demo, source=source, position=_place(first))
        _write(row, changes)
        save(row)
        changed()
    return row


def change_rule(*, by: Actor, rule: BillingRule, changes: Mapping[str, Any], version: int | None = None) -> BillingRule:
    """Raises PermissionDenied, ValidationError with a message per field, StaleRow."""
    check_names(changes, RULE_FIELDS)
    with acting(by):
        row = locked(BillingRule, rule.pk, "unit", version=version)
        require(by, Action.BILLING, row.unit.path)
        _write(row, changes)
        save(row, list(changes))
        changed()
    return row


def move_rule(*, by: Actor, rule: BillingRule, before: BillingRule | None, version: int | None = None) -> BillingRule:
    """Ask it before another rule, or last. Raises PermissionDenied, StaleRow."""
    with acting(by):
        row = locked(BillingRule, rule.pk, "unit", version=version)
        require(by, Action.BILLING, row.unit.path)
        if before is None:
            row.position = _place(first=False)
        else:
            row.position = BillingRule.objects.get(pk=before.pk).position
            BillingRule.objects.filter(position__gte=row.position).exclude(pk=row.pk).update(position=F("position") + 1)
        save(row, ["position"])
        changed()
    return row


def delete_rule(*, by: Actor, rule: BillingRule, version: int | None = None) -> None:
    """What it decided, the next rule decides. Raises PermissionDenied, StaleRow."""
    with acting(by):
        row = locked(BillingRule, rule.pk, "unit", version=version)
        require(by, Action.BILLING, row.unit.path)
        row.delete()
        changed()


def adopt_starter(*, by: Actor, unit: BusinessUnit, demo: bool = False) -> int:
    """Take the shipped rules over for bills of a unit, after its own; those it has already stay as they are. How many are new.

    Raises PermissionDenied.
    """
    require(by, Action.BILLING, unit.path)
    there = set(BillingRule.objects.filter(unit=unit, demo=demo, source=STARTER).values_list("name", flat=True))
    kinds = {row.key: row for row in Capability.objects.filter(retired=False)}
    new = [one for one in starter() if one["name"] not in there and one["capability"] in kinds]
    with acting(by):
        for one in new:
            create_rule(
                by=by, unit=unit, name=one["name"], conditions=one["conditions"], capability=kinds[one["capability"]], demo=demo,
                source=STARTER,
            )  # fmt: skip
    return len(new)


def changed() -> None:
    """Let a worker ask the rules again."""
    enqueue("procurement.assign_bills", {})


def _place(first: bool) -> int:
    if first:
        BillingRule.objects.update(position=F("position") + 1)
        return 1
    return (BillingRule.objects.aggregate(last=Max("position"))["last"] or 0) + 1


def _write(row: BillingRule, changes: Mapping[str, Any]) -> None:
    fill(row, changes)
    problems: dict[str, str] = {}
    if not row.name:
        problems["name"] = _("A rule needs a name.")
    try:
        row.conditions = [one.as_data() for one in conditions(row.conditions)]
    except BadCondition as error:
        problems["conditions"] = str(error)
    if all(getattr(row, f"{thing}_id") is None for thing in THINGS):
        problems["vendor"] = _("Say at least one thing: vendor, capability, unit, initiative or purchase.")
    refuse(problems | _beyond(row))


def _beyond(row: BillingRule) -> dict[str, str]:
    """Amounts stay below the unit whose bill they are, and demo stays with demo."""
    problems = {}
    if row.to_unit is not None and not row.to_unit.path.startswith(row.unit.path):
        problems["to_unit"] = _("This unit is not part of the unit whose bills the rule is for.")
    for thing in ("initiative", "purchase"):
        found = getattr(row, thing)
        if found is not None and (not found.unit.path.startswith(row.unit.path) or found.demo != row.demo):
            problems[thing] = _("This belongs to another unit than the bills that the rule is for.")
    if row.vendor is not None and row.vendor.demo != row.demo:
        problems["vendor"] = _("Choose another vendor.")
    return problems
