"""A file of rates as staged rows, from either shape, turned into values in the reporting currency."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from portfolio.finance.choices import ImportKind, RowOutcome
from portfolio.finance.rules.quotes import Direction, per_unit_of
from portfolio.finance.rules.sheets import FIELDS
from portfolio.finance.services.imports.reading import Staged
from portfolio.formats.registers.dates import FuzzyDate, Precision, read_date
from portfolio.formats.registers.tables import Table
from portfolio.formats.registers.words import is_not_applicable
from portfolio.formats.sheets.amounts import Unreadable, read_amount
from portfolio.formats.sheets.mapping import SheetMapping, mapping_from, positions
from portfolio.formats.sheets.rows import SheetRow, read_rows


@dataclass(frozen=True, slots=True)
class Quoted:
    """How a file of rates is read. `currencies` empty: all; `since`: earlier days are left out."""

    base: str
    reporting: str
    direction: Direction
    currencies: frozenset[str] = frozenset()
    since: date | None = None
    source: str = ""

    def wants(self, currency: str, day: date) -> bool:
        return (not self.currencies or currency in self.currencies) and (self.since is None or day >= self.since)


def quoted_from(data: dict[str, Any], reporting: str, source: str) -> Quoted:
    """From the mapping's data."""
    since = data.get("since") or ""
    return Quoted(
        data.get("base") or reporting, reporting, Direction(data.get("direction", Direction.VALUE)),
        frozenset(data.get("currencies", ())), date.fromisoformat(since) if since else None, source,
    )  # fmt: skip


def rate_rows(table: Table, data: dict[str, Any], how: Quoted) -> Iterator[Staged]:
    """Raises FormatError before the first row."""
    if data.get("shape") == "wide":
        mapping = SheetMapping((("day", data["date"]), *((code, code) for code in data["columns"])))
        return _wide(table, mapping, data, how)
    return _long(table, mapping_from(data, FIELDS[ImportKind.RATES]), how)


def _wide(table: Table, mapping: SheetMapping, data: dict[str, Any], how: Quoted) -> Iterator[Staged]:
    places = positions(mapping, table.headers)
    sign = data.get("decimal_sign", "") or "."
    day_place = places.pop("day")
    options = mapping_from({"date_order": data.get("date_order", "auto")}, ()).dates
    for line, cells in table.rows:
        raw = {"effective_on": cells[day_place]}
        found = read_date(cells[day_place], options)
        if found.precision is not Precision.DAY or found.value is None:
            yield _rejected(line, raw, "effective_on", found.unread or _("no day"))
            continue
        if how.since is not None and found.value < how.since:
            continue
        quotes, bad = _cells({code: cells[place] for code, place in places.items() if place < len(cells)}, sign)
        for code, text, reason in bad:
            yield _rejected(line, raw | {"currency": code, "per_unit": text}, "per_unit", reason)
        yield from _of_day(line, found.value, quotes, how)


def _cells(texts: dict[str, str], sign: str) -> tuple[dict[str, Decimal], list[tuple[str, str, str]]]:
    quotes, bad = {}, []
    for code, text in texts.items():
        if not text.strip() or is_not_applicable(text):
            continue
        try:
            quotes[code.upper()] = read_amount(text, sign).number
        except Unreadable as problem:
            bad.append((code, text, str(problem)))
    return quotes, bad


def _of_day(line: int, day: date, quotes: dict[str, Decimal], how: Quoted) -> Iterator[Staged]:
    made = per_unit_of(quotes, base=how.base, reporting=how.reporting, direction=how.direction)
    if not made and quotes:
        reason = _("the day does not say what %(base)s is worth in %(reporting)s") % {
            "base": how.base,
            "reporting": how.reporting,
        }
        yield _rejected(line, {"effective_on": day.isoformat()}, "effective_on", reason)
    for code, value in sorted(made.items()):
        if how.wants(code, day):
            raw = {"effective_on": day.isoformat(), "currency": code, "per_unit": str(quotes.get(code, ""))}
            yield _rate(line, raw, day, code, value, how.source)


def _long(table: Table, mapping: SheetMapping, how: Quoted) -> Iterator[Staged]:
    """A row by itself can be kept where its base is the reporting currency; else the day's row of that one is wanted too."""
    rows = list(read_rows(table, FIELDS[ImportKind.RATES], mapping))
    crossing = _crossing(rows, how)
    for row in rows:
        if row.rejected or not _day_said(row):
            yield Staged(row.line, RowOutcome.REJECTED.value, row.raw, {}, [issue.as_data() for issue in row.issues])
            continue
        day, code, quote = row.values["effective_on"].value, row.values["currency"], row.values["per_unit"]
        if not how.wants(code, day):
            continue
        made = per_unit_of({code: quote} | crossing(day), base=how.base, reporting=how.reporting, direction=how.direction)
        value = made.get(code)
        if value is None:
            yield _rejected(row.line, row.raw, "per_unit", _("no rate of that day leads to %s") % how.reporting)
        else:
            yield _rate(row.line, row.raw, day, code, value, row.values["source"] or how.source)


def _crossing(rows: list[SheetRow], how: Quoted) -> Callable[[date], dict[str, Decimal]]:
    """The day's quote of the reporting currency, where rates are against another one."""
    found = {
        row.values["effective_on"].value: row.values["per_unit"]
        for row in rows
        if not row.rejected and row.values["currency"] == how.reporting
    }
    return lambda day: {how.reporting: found[day]} if day in found else {}


def _day_said(row: SheetRow) -> bool:
    day: FuzzyDate = row.values["effective_on"]
    quote = row.values["per_unit"]
    if day.precision is Precision.UNKNOWN:
        row.reject("effective_on", _("no day"))
    if quote <= 0:
        row.reject("per_unit", _("a rate is above zero"))
    return not row.rejected


def _rate(line: int, raw: dict[str, str], day: date, code: str, value: Decimal, source: str) -> Staged:
    values = {"effective_on": day.isoformat(), "currency": code, "per_unit": f"{value:f}", "source": source}
    return Staged(line, RowOutcome.CREATE.value, raw, values, [])


def _rejected(line: int, raw: dict[str, str], field: str, reason: str) -> Staged:
    issue = {"field": field, "column": "", "value": raw.get(field, "")[:200], "reason": reason, "reject": True}
    return Staged(line, RowOutcome.REJECTED.value, raw, {}, [issue])
