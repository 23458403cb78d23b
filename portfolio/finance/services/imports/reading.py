"""A sheet's rows as staged rows: whose, when, how much; what cannot be read is rejected with its reason."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from portfolio.finance.choices import ImportKind, RowOutcome
from portfolio.finance.rules.sheets import FIELDS
from portfolio.finance.services.imports.holders import Holders
from portfolio.formats.registers.dates import FuzzyDate, Precision
from portfolio.formats.registers.tables import Table
from portfolio.formats.sheets.amounts import Amount, Unreadable
from portfolio.formats.sheets.cells import currency_of, last_day
from portfolio.formats.sheets.mapping import SheetMapping
from portfolio.formats.sheets.rows import SheetRow, read_rows

_CENTS = Decimal("0.01")
_AMOUNTS = ("planned", "actual")


class Staged(NamedTuple):
    """A row as it is kept until somebody publishes it."""

    line: int
    outcome: str
    raw: dict[str, str]
    values: dict[str, Any]
    issues: list[dict[str, Any]]


def budget_rows(table: Table, kind: ImportKind, mapping: SheetMapping, holders: Holders) -> Iterator[Staged]:
    """Rows of budget lines or actuals, one at a time. Raises FormatError before the first."""
    return (_staged(row, kind, holders) for row in read_rows(table, FIELDS[kind], mapping))


def _staged(row: SheetRow, kind: ImportKind, holders: Holders) -> Staged:
    values = {name: row.values.get(name, "") for name in ("category", "label", "cost_centre", "note")}
    values |= _holder(row, holders) | _period(row, kind) | _money(row)
    outcome = RowOutcome.REJECTED if row.rejected else RowOutcome.CREATE  # compared with what is there afterwards
    return Staged(row.line, outcome.value, row.raw, values, [issue.as_data() for issue in row.issues])


def _holder(row: SheetRow, holders: Holders) -> dict[str, Any]:
    found = holders.find(row.values["initiative"], row.values["unit"])
    if found.reason:
        row.reject(found.field, found.reason)
    return {"initiative": found.initiative, "unit": found.unit}


def _period(row: SheetRow, kind: ImportKind) -> dict[str, str | None]:
    """Both days. Without an end a period is as long as its start is precise; a day on which something was booked is its month."""
    begins: FuzzyDate = row.values["period_start"]
    ends: FuzzyDate = row.values["period_end"]
    start, end = begins.value, last_day(ends)
    if start is not None and end is None:
        booked = kind is ImportKind.ACTUALS and begins.precision is Precision.DAY
        start = start.replace(day=1) if booked else start
        end = _month_end(start) if booked else last_day(begins)
    if start is not None and end is not None and end < start:
        row.reject("period_end", _("it ends before it begins"))
    return {"period_start": start.isoformat() if start else None, "period_end": end.isoformat() if end else None}


def _month_end(day: date) -> date:
    following = (day.replace(day=28) + timedelta(days=4)).replace(day=1)
    return following - timedelta(days=1)


def _money(row: SheetRow) -> dict[str, str | None]:
    """Amounts as texts, so that no reader of JSON rounds them, and their one currency."""
    made: dict[str, str | None] = dict.fromkeys(_AMOUNTS)
    currency = str(row.values.get("currency", ""))
    for name in _AMOUNTS:
        amount = row.values.get(name)
        if not isinstance(amount, Amount):
            continue
        try:
            currency = currency_of(amount, currency)
        except Unreadable as problem:
            row.reject(name, str(problem))
        made[name] = _cents(row, name, amount.number)
    if all(made[name] is None for name in _AMOUNTS) and not row.rejected:
        row.reject("actual", _("no amount in this row"))
    if not currency and not row.rejected:
        row.reject("currency", _("no currency; name a column, or one currency for the whole file"))
    return made | {"currency": currency}


def _cents(row: SheetRow, name: str, number: Decimal) -> str:
    rounded = number.quantize(_CENTS)
    if rounded != number:
        row.reject(name, _("more than two digits after the point"))
    return f"{rounded:f}"
