"""Items of bills with what they cost: those that no rule gave a vendor and a purchase, those that a rule catches, one of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum

from portfolio.accounts.choices import FEWEST_IN_A_TOTAL
from portfolio.accounts.rules import Actor
from portfolio.procurement.models import BillingItem, BillingMonth
from portfolio.procurement.models.billing.charges import held_by
from portfolio.procurement.queries.billing.matching import matching
from portfolio.procurement.queries.billing.totals import sees_everything, visible_months

EXAMPLES = 8
MISSING = {
    "anything": Q(item__assignment__vendor=None) & Q(item__assignment__capability=None) & Q(item__assignment__purchase=None),
    "vendor": Q(item__assignment__vendor=None),
    "capability": Q(item__assignment__capability=None),
    "purchase": Q(item__assignment__purchase=None),
    "initiative": Q(item__assignment__initiative=None),
}
_GROUP = (
    "item__provider", "item__publisher", "item__billing_account_id", "item__sub_account_id", "item__service_name",
    "item__service_category", "currency",
)  # fmt: skip


def unmapped(actor: Actor, missing: str = "anything") -> QuerySet[BillingMonth, dict[str, Any]]:
    """Provider, account and service of what no rule says a thing about, the largest effective cost first.

    Rows that bill nothing count alike: what is drawn from a commitment or a marketplace bills 0 and costs all the same.
    """
    months = visible_months(actor).filter(MISSING[missing]).order_by().values(*_GROUP)
    rows: QuerySet[BillingMonth, dict[str, Any]] = months.annotate(
        billed=Sum("billed"), effective=Sum("effective"), rows=Sum("rows"), items=Count("item", distinct=True),
        effective_unknown=Sum("effective_unknown"),
    ).order_by(F("effective").desc(nulls_last=True), *_GROUP)  # fmt: skip
    return rows


@dataclass(frozen=True, slots=True)
class Caught:
    """What conditions catch among what the reader may see. `amounts`: (currency, billed, effective)."""

    items: int
    rows: int
    amounts: tuple[tuple[str, Decimal | None, Decimal | None], ...]
    examples: tuple[Mapping[str, Any], ...]
    suppressed: bool


def caught(actor: Actor, conditions: object, *, unit_path: str) -> Caught:
    """Of bills of the unit at `unit_path` and below. Raises BadCondition. Two statements."""
    months = visible_months(actor).filter(matching(conditions, prefix="item__"), item__unit__path__startswith=unit_path)
    sums = list(
        months.order_by().values("currency").annotate(
            items=Count("item", distinct=True), n=Sum("rows"), b=Sum("billed"), e=Sum("effective")
        ).order_by("currency")
    )  # fmt: skip
    items, rows = sum(one["items"] for one in sums), sum(one["n"] for one in sums)
    suppressed = items < FEWEST_IN_A_TOTAL and not sees_everything(actor)
    examples = months.order_by("item_id").values(
        "item_id", "item__provider", "item__service_name", "item__sub_account_id", "item__resource_id", "charge_category"
    ).distinct()[:EXAMPLES]  # fmt: skip
    amounts = () if suppressed else tuple((one["currency"], one["b"], one["e"]) for one in sums)
    return Caught(items, rows, amounts, tuple(examples), suppressed)


def item_for(actor: Actor, pk: int) -> BillingItem | None:
    """An item whose amounts the reader may see, with what it is for."""
    rows = BillingItem.objects.filter(held_by(actor, "assignment__"), pk=pk, demo=actor.showing_demo)
    things = ("vendor", "capability", "unit", "initiative", "purchase")
    named = [f"assignment__{thing}" for thing in things] + [f"assignment__{thing}_rule" for thing in things]
    return rows.select_related("unit", "assignment__holder", *named).first()


def months_of(actor: Actor, item: BillingItem) -> QuerySet[BillingMonth]:
    return visible_months(actor).filter(item=item).select_related("period__billing_import").order_by("-month", "-id")
