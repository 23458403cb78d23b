"""What was billed, by item and month, with what each item is for. Only published bills that nothing took the place of."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Sum

from portfolio.accounts.choices import Action
from portfolio.accounts.rules import Actor
from portfolio.procurement.models.billing import BillingMonth
from portfolio.procurement.queries.billing.items import unmapped
from readiness.silos.queries.money import Money
from readiness.silos.rules.terms import months_back
from readiness.silos.rules.world import BillingRow

_ITEM = (
    "item_id", "item__assignment__holder_id", "item__assignment__holder__path", "item__assignment__vendor_id",
    "item__assignment__capability__key", "item__billing_account_id", "item__sub_account_id", "month",
    "item__assignment__vendor__parent_id", "currency",
)  # fmt: skip


def billing_rows(money: Money, *, demo: bool, months: int, not_ai: Collection[str]) -> tuple[BillingRow, ...]:
    """Net by item and month (credits and corrections in it), of capabilities that a rule could find and of items that are
    linked to no purchase; what no rule maps to a capability is unmapped spend, and billing tells of it. One statement.
    """
    rows = (
        BillingMonth.objects.filter(period__live=True, item__demo=demo, month__gte=months_back(money.today, months))
        .filter(item__assignment__capability__isnull=False, item__assignment__purchase=None)
        .exclude(item__assignment__capability__key__in=list(not_ai))
        .order_by()
        .values_list(*_ITEM)
        .annotate(billed_=Sum("billed"), effective_=Sum("effective"), unknown_=Sum("effective_unknown"))
    )
    return tuple(_row(money, *row) for row in rows.iterator(chunk_size=5000))


def unmapped_services(actor: Actor) -> int:
    """How many services of an account nobody says anything of, among those whose amounts the reader sees. One statement."""
    return unmapped(actor).order_by().count() if actor.may_somewhere(Action.MONEY) else 0


def unmapped_items(today: date, *, demo: bool, months: int) -> int:
    """Billed items, taxes aside, that nobody links to a purchase or says the capability of: what no rule can judge. One
    statement.
    """
    rows = BillingMonth.objects.filter(period__live=True, item__demo=demo, month__gte=months_back(today, months))
    rows = rows.filter(item__assignment__capability=None, item__assignment__purchase=None).exclude(charge_category="Tax")
    return rows.aggregate(n=Count("item", distinct=True))["n"] or 0


def _row(
    money: Money, item: int, unit: int, path: str, vendor: int | None, capability: str, account: str, sub: str, month: Any,
    parent: int | None, currency: str, billed: Decimal, effective: Decimal | None, unknown: int,
) -> BillingRow:  # fmt: skip
    """Effective cost only where all of it is known; exact, because many small amounts add up."""
    used = money.exact(effective, currency, month) if effective is not None and not unknown else None
    return BillingRow(
        item, unit, path, vendor, capability, None, account, sub, month, money.exact(billed, currency, month), used, parent
    )
