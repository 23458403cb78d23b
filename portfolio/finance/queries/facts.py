"""Rows of budgets as the facts that the rules count with: in the reporting currency, at the rate of the day they begin on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from portfolio.finance.queries.rates import RateTable
from portfolio.finance.rules.lines import Line, Promise

LINE_COLUMNS = ("initiative_id", "unit_id", "category", "period_start", "period_end", "planned", "actual", "currency")
PROMISE_COLUMNS = ("initiative_id", "amount", "currency", "starts_on", "ends_on", "non_cancellable_until")
Row = Mapping[str, Any]


def line_facts(rows: Iterable[Row], table: RateTable) -> list[Line]:
    """One rate for both amounts of a line, so that a variance is never one of rates alone."""
    return [_line(row, table) for row in rows]


def _line(row: Row, table: RateTable) -> Line:
    start, currency = row["period_start"], row["currency"]
    planned, actual = (table.convert(row[name], currency, start) for name in ("planned", "actual"))
    holder = row["initiative_id"] or -row["unit_id"]
    return Line(row["category"], start, row["period_end"], planned, actual, holder)


def promise_facts(rows: Iterable[Row], table: RateTable) -> list[Promise]:
    return [_promise(row, table) for row in rows]


def _promise(row: Row, table: RateTable) -> Promise:
    day = row["starts_on"]
    amount = table.convert(row["amount"], row["currency"], day) if day else None
    return Promise(amount, day, row["ends_on"], row["non_cancellable_until"])


def without_rate(rows: Iterable[Row], table: RateTable) -> list[str]:
    """Currencies of known amounts that no rate tells the worth of on their day."""
    missing = {
        row["currency"]
        for row in rows
        if (row["planned"] is not None or row["actual"] is not None)
        and table.rates.on(row["currency"], row["period_start"]) is None
    }
    return sorted(missing)
