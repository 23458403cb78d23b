"""What published bills add up to, by one thing at a time. Billed, effective, list and contracted cost stand beside each other.

Amounts are those of BillingMonth.visible_to. A reader who sees the money of a part of the organisation alone is told no total of
fewer than two items.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Max, Q, QuerySet, Sum

from portfolio.accounts.choices import FEWEST_IN_A_TOTAL, Action
from portfolio.accounts.rules import EVERYTHING, Actor
from portfolio.procurement.models import BillingMonth

MOST_GROUPS = 500
COSTS = ("billed", "effective", "list", "contracted")
# what to add up by -> the columns that make a group, the first of which is shown
GROUPS: Mapping[str, tuple[str, ...]] = {
    "service": ("item__service_name",),
    "service_category": ("item__service_category",),
    "account": ("item__billing_account_id",),
    "sub_account": ("item__sub_account_id",),
    "month": ("month",),
    "category": ("charge_category",),
    "class": ("charge_class",),
    "vendor": ("item__assignment__vendor__name", "item__assignment__vendor_id"),
    "capability": ("item__assignment__capability__label", "item__assignment__capability__key"),
    "unit": ("item__assignment__holder__name", "item__assignment__holder_id"),
    "provider": ("item__provider", "item__publisher"),
    "commitment": ("item__commitment_id", "item__commitment_status"),
}
# what stands below a group's name: one of the words that go with it
DETAILS: Mapping[str, str] = {
    "service": "item__service_category", "account": "item__billing_account_name", "sub_account": "item__sub_account_name",
    "provider": "item__publisher", "commitment": "item__commitment_status",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Group:
    """Sums of one group in one currency; None where no row says it. `*_unknown`: rows of which it is unknown."""

    names: tuple[Any, ...]
    detail: str
    currency: str
    costs: Mapping[str, Decimal | None]
    unknown: Mapping[str, int]
    items: int
    rows: int
    suppressed: bool

    @property
    def name(self) -> Any:
        return self.names[0]


@dataclass(frozen=True, slots=True)
class Virtual:
    """What was used in a currency that is none of a state: tokens, credits. `amount` is of that currency alone."""

    currency: str
    billing_currency: str
    amount: Decimal | None
    items: int


def visible_months(actor: Actor) -> QuerySet[BillingMonth]:
    return BillingMonth.objects.visible_to(actor)


def sees_everything(actor: Actor) -> bool:
    return EVERYTHING in actor.paths(Action.MONEY)


def narrowed(
    months: QuerySet[BillingMonth], *, month: date | None = None, category: str = "", text: str = "", unit_path: str = "",
    service: str = "", account: str = "",
) -> QuerySet[BillingMonth]:  # fmt: skip
    """Only those months; filters look at words, never at amounts."""
    exact = {"month": month, "charge_category": category, "item__service_name": service}
    months = months.filter(**{name: value for name, value in exact.items() if value})
    if account:
        months = months.filter(Q(item__billing_account_id=account) | Q(item__sub_account_id=account))
    if unit_path:
        months = months.filter(item__assignment__holder__path__startswith=unit_path)
    if text:
        words = (
            "item__service_name",
            "item__resource_id",
            "item__sub_account_name",
            "item__provider",
            "item__charge_description",
        )
        found = Q()
        for name in words:
            found |= Q(**{f"{name}__icontains": text})
        months = months.filter(found)
    return months


def totals(actor: Actor, months: QuerySet[BillingMonth], by: str, *, most: int = MOST_GROUPS) -> list[Group]:
    """Groups by currency and what was billed, the largest first (months: the newest first), at most `most`. One statement."""
    names = GROUPS[by]
    detail = {"detail": Max(DETAILS[by])} if by in DETAILS else {}
    sums = {f"sum_{cost}": Sum(cost) for cost in COSTS} | {f"un_{c}": Sum(f"{c}_unknown") for c in COSTS[1:]}
    rows = (
        months.order_by().values(*names, "currency").annotate(items=Count("item", distinct=True), n=Sum("rows"), **sums, **detail)
    )
    rows = rows.order_by("currency", F("month").desc() if by == "month" else F("sum_billed").desc(), *names)
    whole = sees_everything(actor)
    return [_group(row, names, whole) for row in rows[:most]]


def _group(row: Mapping[str, Any], names: tuple[str, ...], whole: bool) -> Group:
    suppressed = not whole and row["items"] < FEWEST_IN_A_TOTAL
    return Group(
        names=tuple(row[name] for name in names), detail=row.get("detail") or "", currency=row["currency"],
        costs={cost: None if suppressed else row[f"sum_{cost}"] for cost in COSTS},
        unknown={cost: row.get(f"un_{cost}", 0) or 0 for cost in COSTS}, items=row["items"], rows=row["n"], suppressed=suppressed,
    )  # fmt: skip


def virtual(actor: Actor, months: QuerySet[BillingMonth]) -> list[Virtual]:
    """What was used in pricing currencies other than the billing currency. One statement."""
    apart = months.order_by().exclude(pricing_currency="").exclude(pricing_currency=F("currency"))
    rows = apart.values("pricing_currency", "currency").annotate(
        n=Count("item", distinct=True), amount=Sum("pricing_effective")
    ).order_by("pricing_currency", "currency")  # fmt: skip
    fewest = 0 if sees_everything(actor) else FEWEST_IN_A_TOTAL
    return [
        Virtual(row["pricing_currency"], row["currency"], row["amount"] if row["n"] >= fewest else None, row["n"])
        for row in rows[:MOST_GROUPS]
    ]


def months_there(actor: Actor) -> list[date]:
    """For the filter: the newest first."""
    return list(visible_months(actor).order_by("-month").values_list("month", flat=True).distinct()[:60])
