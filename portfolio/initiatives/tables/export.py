"""Rows of an export: the chosen columns of the table under the names that the API uses, numbers and dates typed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from portfolio.initiatives.queries.lists import UnitRow
from portfolio.initiatives.tables.risk import none_words, place
from portfolio.kit.cells import csv_lines, neutral

Row = dict[str, Any]
Field = tuple[str, Callable[[Row], Any]]
UNKNOWN = "unknown"
# what XLSX cannot hold (XML 1.0): control characters, surrogates, non-characters
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_CELL = 32_767


def _own(name: str) -> Callable[[Row], Any]:
    return lambda row: row[name]


def _or_unknown(name: str) -> Callable[[Row], Any]:
    return lambda row: row[name] or UNKNOWN


def _risk(name: str) -> Callable[[Row], Any]:
    return lambda row: row["risk"][name] if row["risk"] else None


def _risk_band(row: Row) -> str:
    """Where there is no figure the reason, so that no cell is read as none at all."""
    return place(row["risk"]) if row["risk"] else none_words(row)


def _risk_on(row: Row) -> date | None:
    return date.fromisoformat(row["risk"]["on"]) if row["risk"] else None


_FIELDS: dict[str, tuple[Field, ...]] = {
    "stage": (("stage_name", _or_unknown("stage_name")), ("lifecycle_key", _own("lifecycle_key"))),
    "since": (("stage_since", _own("stage_since")),),
    "status": (("status", _own("status")), ("closure", _own("closure"))),
    "rag": (("rag", _own("rag")), ("status_note", _own("status_note"))),
    "risk": (
        ("risk_value", _risk("value")),
        ("risk_low", _risk("low")),
        ("risk_high", _risk("high")),
        ("risk_band", _risk_band),
        ("risk_months", _risk("months")),
        ("risk_on", _risk_on),
    ),
    "owner": (("owner_label", _own("owner_label")),),
    "value": (("value", _own("value")), ("currency", _own("currency")), ("value_hidden", _own("value_hidden"))),
    "sponsor": (("sponsor_label", _own("sponsor_label")),),
    "programme": (("programme_name", _own("programme_name")),),
    "topic": (("topic", _own("topic")),),
    "impact": (("impact_level", _own("impact_level")),),
    "venue_storage": (("venue_storage", _own("venue_storage")),),
    "venue_training": (("venue_training", _own("venue_training")),),
    "venue_inference": (("venue_inference", _own("venue_inference")),),
    "containerised": (("containerised", _own("containerised")),),
    "route": (("procurement_route", _own("procurement_route")),),
    "tags": (("tag_names", lambda row: ", ".join(row["tag_names"])),),
    "register": (("register_name", _own("register_name")), ("missing", _own("missing"))),
    "updated": (("updated_at", _own("updated_at")),),
}


def export_fields(show: dict[str, bool], units: dict[int, UnitRow]) -> list[Field]:
    """The fields of the shown columns, key and name in front; a unit is told with its trail."""

    def unit(row: Row) -> str:
        known = units.get(row["unit_id"])
        return known.trail if known else str(row["unit_name"])

    fields: list[Field] = [("key", _own("key")), ("name", _own("name"))]
    fields += [("unit", unit)] if show["unit"] else []
    return fields + [field for name, shown in show.items() if shown for field in _FIELDS.get(name, ())]


def csv_export(fields: list[Field], rows: Iterable[Row]) -> Iterator[str]:
    """CSV lines, one by one; a byte order mark first, because spreadsheets take UTF-8 for something else without it."""
    yield "\ufeff"
    yield from csv_lines([name for name, _of in fields], (["" if v is None else v for v in _values(fields, row)] for row in rows))


def json_export(fields: list[Field], rows: Iterable[Row]) -> Iterator[str]:
    """One JSON array, an object a row; amounts are texts, so that no reader rounds them."""
    separator = "["
    for row in rows:
        yield separator + json.dumps({name: of(row) for name, of in fields}, default=_plain, ensure_ascii=False)
        separator = ",\n"
    yield "[]\n" if separator == "[" else "]\n"


def xlsx_export(fields: list[Field], rows: Iterable[Row], path: Path) -> None:
    """A workbook at `path`, written row by row; numbers and dates are typed, times are UTC."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Initiatives")
    sheet.freeze_panes = "C2"
    sheet.append([name for name, _of in fields])
    for row in rows:
        sheet.append([_cell(value) for value in _values(fields, row)])
    book.save(path)


def _values(fields: list[Field], row: Row) -> Iterator[Any]:
    return (of(row) for _name, of in fields)


def _cell(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    return neutral(_UNWRITABLE.sub("", value)[: _CELL - 1]) if isinstance(value, str) else value


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value) if isinstance(value, Decimal) else repr(value)
