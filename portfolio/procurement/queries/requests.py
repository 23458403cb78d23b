"""Purchase requests as plain rows, and the steps that each took."""

from __future__ import annotations

from typing import Any

from django.db.models import F, QuerySet

from portfolio.accounts.rules import Actor
from portfolio.procurement.models import PurchaseRequest, PurchaseRequestStep
from portfolio.procurement.queries.masks import hidden, masked, money_of

COLUMNS = (
    "id", "unit_id", "initiative_id", "title", "capability_id", "vendor_id", "quantity", "quantity_unit", "needed_on", "note",
    "state", "purchase_id", "reason", "source", "version", "asked_by_id", "asked_at", "updated_at",
)  # fmt: skip
SORTABLE = {
    "title": "title", "unit": "unit__name", "capability": "capability__label", "needed_on": "needed_on", "state": "state",
    "asked_at": "asked_at", "amount": "shown_amount",
}  # fmt: skip
SHOWN_AS = {"shown_amount": "amount", "shown_currency": "currency"}


def visible_requests(actor: Actor) -> QuerySet[PurchaseRequest]:
    rows: QuerySet[PurchaseRequest] = PurchaseRequest.objects.visible_to(actor)
    return rows


def request_rows(actor: Actor, rows: QuerySet[PurchaseRequest] | None = None) -> QuerySet[PurchaseRequest, dict[str, Any]]:
    """Dict rows with names and the amount as far as it may be seen: by role, or as owner or sponsor of the initiative."""
    seen = money_of(actor, own="initiative")
    found = visible_requests(actor) if rows is None else rows
    more = masked(seen, shown_amount="amount", shown_currency="currency") | {
        "amount_hidden": hidden(seen), "unit_name": F("unit__name"), "capability_key": F("capability__key"),
        "capability_label": F("capability__label"), "vendor_known": F("vendor__name"), "initiative_key": F("initiative__key"),
        "initiative_name": F("initiative__name"), "purchase_title": F("purchase__title"), "asked_by_name": F("asked_by__name"),
    }  # fmt: skip
    made: QuerySet[PurchaseRequest, dict[str, Any]] = found.annotate(**more).values(*COLUMNS, *more)
    return made


def ordered(rows: QuerySet[Any, Any], sort: str) -> QuerySet[Any, Any]:
    """Sort by one of SORTABLE, `-` in front for descending; hidden and unknown last. Else the newest first."""
    column = SORTABLE.get(sort.removeprefix("-"))
    if column is None:
        return rows.order_by("-id")
    expression = F(column).desc(nulls_last=True) if sort.startswith("-") else F(column).asc(nulls_last=True)
    return rows.order_by(expression, "-id")


def steps_of(request: PurchaseRequest) -> QuerySet[PurchaseRequestStep]:
    """Every step, the first one first; of a request that the caller fetched through `visible_requests`."""
    rows: QuerySet[PurchaseRequestStep] = request.steps.select_related("purchase__unit").order_by("id")
    return rows
