"""Facts for those above: what is bought for initiatives, inside the IT plan and outside. Nothing is hidden here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import F

from portfolio.finance.queries.rates import RateTable
from portfolio.procurement.choices import State
from portfolio.procurement.models import PurchaseShare
from portfolio.procurement.queries.totals import day_of_worth
from portfolio.procurement.rules.plan import PlanShare, share_of, standing_of

Fact = tuple[Decimal, Decimal, Decimal, datetime]


def purchase_facts(initiative_ids: Collection[int], *, today: date) -> dict[int, dict[str, Fact]]:
    """`{initiative: {"count" | "amount": (inside, outside, unknown, as of)}}`; initiatives without purchases are left out.

    By count each purchase is one. By amount it is the initiative's share in the reporting currency; where one amount is not
    known (or has no rate), the sum is not known either and that basis is left out. Cancelled purchases count in neither.
    Three statements; rates of the demo count for its initiatives alone.
    """
    rows = (
        PurchaseShare.objects.filter(initiative__in=initiative_ids)
        .exclude(purchase__state=State.CANCELLED)
        .values(
            "initiative_id", "share", "initiative__demo", in_plan=F("purchase__in_plan"), item=F("purchase__plan_item"),
            amount=F("purchase__amount"), currency=F("purchase__currency"), starts_on=F("purchase__starts_on"),
            as_of=F("purchase__updated_at"),
        )
    )  # fmt: skip
    by_initiative: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        by_initiative[row["initiative_id"]].append(dict(row))
    rates = RateTable.load(demo=any(row["initiative__demo"] for found in by_initiative.values() for row in found))
    return {pk: _facts(found, rates, today) for pk, found in by_initiative.items()}


def _facts(rows: list[dict[str, Any]], rates: RateTable, today: date) -> dict[str, Fact]:
    as_of = max(row["as_of"] for row in rows)
    standings = [standing_of(row["in_plan"], has_item=row["item"] is not None).counts for row in rows]
    worths = [_worth(row, rates, today) for row in rows]
    count = share_of((one, Decimal(1)) for one in standings)
    amount = share_of(zip(standings, worths, strict=True))
    facts = {"count": _fact(count, as_of)}
    return facts if amount.left_out else facts | {"amount": _fact(amount, as_of)}


def _worth(row: dict[str, Any], rates: RateTable, today: date) -> Decimal | None:
    if row["amount"] is None:
        return None
    return rates.convert(row["amount"] * row["share"], row["currency"], day_of_worth(row["starts_on"], today))


def _fact(share: PlanShare, as_of: datetime) -> Fact:
    return share.inside, share.outside, share.unknown, as_of
