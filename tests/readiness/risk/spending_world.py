"""Amounts of initiatives in flight: budget lines and commitments beside figures."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from portfolio.finance.models import BudgetLine, Commitment, Rate
from portfolio.initiatives.models import Initiative
from portfolio.kit import clock
from readiness.risk.services.spending import keep_spending

TODAY = clock.today()


def line(
    row: Initiative, *, actual: int | None, planned: int | None = None, ago: int = 100, days: int = 50, **more: Any
) -> BudgetLine:
    """Of a period that began `ago` days ago."""
    start = TODAY - timedelta(days=ago)
    values: dict[str, Any] = {"category": "compute", "currency": "USD"} | more
    return BudgetLine.objects.create(
        initiative=row, period_start=start, period_end=start + timedelta(days=days - 1), planned=planned, actual=actual, **values,
    )  # fmt: skip


def _day(number: int) -> date:
    return TODAY + timedelta(days=number)


def promise(
    row: Initiative, amount: int | None, *, start: int = -10, end: int = 9, until: int | None = 9, **more: Any
) -> Commitment:
    """From `start` to `end` days from today, fixed `until` then (None: cancellable at any time)."""
    values: dict[str, Any] = {"category": "compute", "label": "Racks", "currency": "USD"} | more
    return Commitment.objects.create(
        initiative=row, amount=None if amount is None else Decimal(amount), starts_on=_day(start), ends_on=_day(end),
        non_cancellable_until=None if until is None else _day(until), **values,
    )  # fmt: skip


def rate(currency: str, per_unit: str, *, on: date = TODAY - timedelta(days=900), demo: bool = False) -> Rate:
    return Rate.objects.create(
        currency=currency, reporting_currency="USD", effective_on=on, per_unit=Decimal(per_unit), source="ECB", demo=demo
    )


def keep() -> list[Any]:
    return keep_spending(demo=False, today=TODAY, now=clock.now())
