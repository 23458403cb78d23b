"""What a list of purchases adds up to: by currency, in the reporting currency, and how much of it is in the IT plan.

Amounts come from the rows alone whose amounts the reader may see. Who may see all of them gets the whole; where others are
hidden, nothing is added up of fewer than two, because the sum beside what is hidden would be one purchase's amount.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, DateField, F, Q, QuerySet, Sum, Value, When

from portfolio.accounts.choices import FEWEST_IN_A_TOTAL
from portfolio.accounts.rules import Actor
from portfolio.finance.queries.rates import RateTable
from portfolio.procurement.choices import InPlan, State
from portfolio.procurement.models import Purchase
from portfolio.procurement.queries.masks import hidden, money_of
from portfolio.procurement.queries.purchases import IN_PLAN
from portfolio.procurement.rules.plan import PlanShare


@dataclass(frozen=True, slots=True)
class InCurrency:
    """`rows` purchases add up to `amount`."""

    currency: str
    amount: Decimal
    rows: int


@dataclass(frozen=True, slots=True)
class Totals:
    """`reporting` None: nothing is known, or too little to be told. `unknown`: amounts that nobody knows; `without_rate`: known
    ones that no rate brings into the reporting currency; `hidden`: purchases whose amounts the reader may not see.
    """

    purchases: int
    hidden: int
    unknown: int
    without_rate: int
    suppressed: bool
    by_currency: tuple[InCurrency, ...]
    reporting: Decimal | None
    reporting_currency: str
    by_count: PlanShare
    by_amount: PlanShare


def totals(actor: Actor, rows: QuerySet[Purchase], rates: RateTable, today: date) -> Totals:
    """Everything in one statement. Cancelled purchases count in none of it."""
    groups = list(_groups(actor, rows, rates.reporting))
    shown = [group for group in groups if not group["hidden"]]
    known = sum(group["known"] for group in shown)
    whole = len(shown) == len(groups)
    suppressed = not whole and 0 < known < FEWEST_IN_A_TOTAL
    sums = _Sums(rates, today)
    for group in shown:
        sums.add(group)
    none: tuple[InCurrency, ...] = ()
    unknown = sum(group["n"] - group["known"] for group in shown)
    enough = known - sums.without_rate >= (1 if whole else FEWEST_IN_A_TOTAL)
    return Totals(
        purchases=sum(group["n"] for group in groups),
        hidden=sum(group["n"] for group in groups if group["hidden"]),
        unknown=unknown,
        without_rate=sums.without_rate,
        suppressed=suppressed,
        by_currency=none if suppressed else sums.by_currency(1 if whole else FEWEST_IN_A_TOTAL),
        reporting=sums.reporting if enough else None,
        reporting_currency=rates.reporting,
        by_count=_by_count(groups),
        by_amount=sums.by_amount(unknown) if enough else PlanShare(),
    )


def _groups(actor: Actor, rows: QuerySet[Purchase], reporting: str) -> QuerySet[Purchase, dict[str, Any]]:
    """Few rows for many purchases: amounts by currency, standing and day, which no rate asks for in the reporting currency."""
    live = rows.exclude(state=State.CANCELLED).order_by()
    day = Case(When(currency=reporting, then=Value(None)), default=F("starts_on"), output_field=DateField())
    found: QuerySet[Purchase, dict[str, Any]] = (
        live.annotate(hidden=hidden(money_of(actor)), counts=IN_PLAN, day=day)
        .values("hidden", "currency", "day", "counts")
        .annotate(n=Count("pk"), known=Count("pk", filter=Q(amount__isnull=False)), total=Sum("amount"))
    )
    return found


def _by_count(groups: list[dict[str, Any]]) -> PlanShare:
    sums = dict.fromkeys(InPlan, Decimal(0))
    for group in groups:
        sums[InPlan(group["counts"])] += group["n"]
    return PlanShare(sums[InPlan.YES], sums[InPlan.NO], sums[InPlan.UNKNOWN])


class _Sums:
    """Adds groups up; an amount is worth what it was on the day its term began, or today where that is to come or unknown."""

    def __init__(self, rates: RateTable, today: date) -> None:
        self._rates, self._today = rates, today
        self._currencies: dict[str, list[Any]] = defaultdict(lambda: [Decimal(0), 0])
        self._plan = dict.fromkeys(InPlan, Decimal(0))
        self.without_rate = 0

    @property
    def reporting(self) -> Decimal:
        return sum(self._plan.values(), Decimal(0)).quantize(Decimal("0.01"))

    def add(self, group: dict[str, Any]) -> None:
        if not group["known"]:
            return
        held = self._currencies[group["currency"]]
        held[0] += group["total"]
        held[1] += group["known"]
        worth = self._rates.convert(group["total"], group["currency"], day_of_worth(group["day"], self._today))
        if worth is None:
            self.without_rate += group["known"]
        else:
            self._plan[InPlan(group["counts"])] += worth

    def by_currency(self, fewest: int) -> tuple[InCurrency, ...]:
        """Currencies of fewer purchases than that are left out."""
        found = [InCurrency(code, amount, rows) for code, (amount, rows) in self._currencies.items() if rows >= fewest]
        return tuple(sorted(found, key=lambda one: (-one.rows, one.currency)))

    def by_amount(self, unknown: int) -> PlanShare:
        return PlanShare(
            self._plan[InPlan.YES], self._plan[InPlan.NO], self._plan[InPlan.UNKNOWN], unknown + self.without_rate
        )  # fmt: skip


def day_of_worth(starts_on: date | None, today: date) -> date:
    """The day whose rate an amount is converted at."""
    return min(starts_on, today) if starts_on is not None else today
