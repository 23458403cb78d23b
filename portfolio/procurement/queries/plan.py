"""The IT plan as plain rows: what was meant to be bought, and what was."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from portfolio.accounts.rules import Actor
from portfolio.procurement.models import PlanItem
from portfolio.procurement.queries.masks import hidden, masked, money_of
from portfolio.procurement.queries.purchases import visible_purchases

COLUMNS = ("id", "unit_id", "code", "name", "year", "capability_id", "source", "version", "updated_at")
SORTABLE = {
    "code": "code", "name": "name", "year": "year", "unit": "unit__name", "capability": "capability__label",
    "amount": "shown_amount", "purchases": "bought",
}  # fmt: skip
SHOWN_AS = {"shown_amount": "planned_amount", "shown_currency": "currency"}


def visible_items(actor: Actor) -> QuerySet[PlanItem]:
    rows: QuerySet[PlanItem] = PlanItem.objects.visible_to(actor)
    return rows


def plan_rows(actor: Actor, rows: QuerySet[PlanItem] | None = None) -> QuerySet[PlanItem, dict[str, Any]]:
    """Dict rows with names, `bought` (visible ones that are linked), and the amount as far as it may be seen."""
    seen = money_of(actor)
    found = visible_items(actor) if rows is None else rows
    linked = visible_purchases(actor).filter(plan_item=OuterRef("pk")).order_by().values("plan_item").annotate(n=Count("pk"))
    more = masked(seen, shown_amount="planned_amount", shown_currency="currency") | {
        "amount_hidden": hidden(seen), "unit_name": F("unit__name"), "capability_key": F("capability__key"),
        "capability_label": F("capability__label"), "bought": Coalesce(Subquery(linked.values("n")[:1]), 0),
    }  # fmt: skip
    made: QuerySet[PlanItem, dict[str, Any]] = found.annotate(**more).values(*COLUMNS, *more)
    return made


def ordered(rows: QuerySet[Any, Any], sort: str) -> QuerySet[Any, Any]:
    """Sort by one of SORTABLE, `-` in front for descending; hidden and unknown last. Else the newest year first."""
    column = SORTABLE.get(sort.removeprefix("-"))
    if column is None:
        return rows.order_by("-year", "code", "name", "id")
    expression = F(column).desc(nulls_last=True) if sort.startswith("-") else F(column).asc(nulls_last=True)
    return rows.order_by(expression, "id")
