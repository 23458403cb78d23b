"""What the pages of purchase requests say."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import ngettext

from portfolio.accounts.choices import Action
from portfolio.accounts.rules import Actor
from portfolio.kit.addresses import numbered
from portfolio.procurement.choices import OPEN_ASKS, Ask
from portfolio.procurement.models import PurchaseRequest, PurchaseRequestStep
from portfolio.procurement.tables import words

ICONS = {
    Ask.ASKED: "send", Ask.APPROVED: "check", Ask.ORDERED: "receipt", Ask.DECLINED: "x", Ask.WITHDRAWN: "arrow-back-up",
}  # fmt: skip


def headline(rows: QuerySet[PurchaseRequest]) -> str:
    """`12 requests wait for a decision or an order.`"""
    waiting = rows.filter(state__in=OPEN_ASKS).count()
    text = ngettext("%d request waits for a decision or an order.", "%d requests wait for a decision or an order.", waiting)
    return text % waiting


def request_rows(rows: Iterable[dict[str, Any]], today: date) -> list[dict[str, Any]]:
    request, initiative = numbered("procurement:request"), numbered("initiatives:detail")
    return [
        row
        | {
            "url": request(row["id"]),
            "initiative_url": initiative(row["initiative_id"]) if row["initiative_id"] else "",
            "state_label": words.ASKS[row["state"]],
            "icon": ICONS[Ask(row["state"])],
            "quantity_text": words.quantity(row["quantity"], row["quantity_unit"]),
            "late": row["state"] in OPEN_ASKS and row["needed_on"] is not None and row["needed_on"] < today,
        }
        for row in rows
    ]


def step_rows(rows: Iterable[PurchaseRequestStep], actor: Actor) -> list[dict[str, Any]]:
    """Steps as a timeline; the order is linked where the reader may see it."""
    return [
        {
            "label": words.ASKS[row.state],
            "icon": ICONS[Ask(row.state)],
            "by": row.by_label,
            "at": row.at,
            "reason": row.reason,
            "purchase": row.purchase,
            "purchase_url": reverse("procurement:purchase", args=[row.purchase_id]) if _seen(actor, row) else "",
        }
        for row in rows
    ]


def _seen(actor: Actor, row: PurchaseRequestStep) -> bool:
    return row.purchase is not None and actor.may(Action.VIEW, row.purchase.unit.path)
