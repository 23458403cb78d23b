"""Lists as files (CSV, XLSX, JSON), under the names that the API uses; amounts masked the same way."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from io import BytesIO
from typing import Any, NamedTuple

from openpyxl import Workbook

from portfolio.kit.cells import csv_lines, neutral

Row = Mapping[str, Any]


class Sheet(NamedTuple):
    """A list as a file: its name, its columns, and the shown name of each where the row calls it otherwise."""

    name: str
    columns: tuple[str, ...]
    shown_as: Mapping[str, str]

    def values(self, row: Row) -> list[Any]:
        said = {self.shown_as.get(name, name): value for name, value in row.items()}
        return [said[name] for name in self.columns]


PURCHASES = Sheet(
    "purchases",
    (
        "id", "title", "kind", "unit_name", "sold_by", "vendor_name", "product_name", "capability_key", "venue", "function",
        "amount", "currency", "amount_hidden", "starts_on", "ends_on", "notice_on", "renews", "committed_quantity",
        "committed_unit", "non_cancellable_until", "order_number", "contract_number", "cost_centre", "in_plan",
        "plan_item_code", "plan_item_name", "counts_as", "billing_account_id", "sub_account_id", "state", "source", "note",
    ),
    {"shown_amount": "amount", "shown_currency": "currency", "shown_committed": "committed_quantity"},
)  # fmt: skip
REQUESTS = Sheet(
    "purchase-requests",
    (
        "id", "title", "unit_name", "initiative_key", "initiative_name", "capability_key", "vendor_known", "quantity",
        "quantity_unit", "amount", "currency", "amount_hidden", "needed_on", "state", "reason", "purchase_id", "asked_by_name",
        "asked_at", "note",
    ),
    {"shown_amount": "amount", "shown_currency": "currency"},
)  # fmt: skip
PLAN = Sheet(
    "it-plan",
    (
        "id", "year", "code", "name", "unit_name", "capability_key", "planned_amount", "currency", "amount_hidden", "bought",
    ),
    {"shown_amount": "planned_amount", "shown_currency": "currency"},
)  # fmt: skip
VENDORS = Sheet("vendors", ("id", "name", "parent_name", "bought", "running", "units", "note"), {})


def csv_export(sheet: Sheet, rows: Iterable[Row]) -> Iterator[str]:
    """CSV lines after a byte order mark, because spreadsheets take UTF-8 for something else without it."""
    yield "\ufeff"
    yield from csv_lines(sheet.columns, (["" if value is None else value for value in sheet.values(row)] for row in rows))


def json_export(sheet: Sheet, rows: Iterable[Row]) -> Iterator[str]:
    """One JSON array, an object a row; amounts of money are texts, so that no reader rounds them."""
    separator = "["
    for row in rows:
        named = dict(zip(sheet.columns, sheet.values(row), strict=True))
        yield separator + json.dumps(named, default=str, ensure_ascii=False)
        separator = ",\n"
    yield "[]\n" if separator == "[" else "]\n"


def xlsx_export(sheet: Sheet, rows: Iterable[Row]) -> Iterator[bytes]:
    """A workbook, written row by row; texts that a spreadsheet could run are neutral."""
    book = Workbook(write_only=True)
    page = book.create_sheet(sheet.name)
    page.append(list(sheet.columns))
    for row in rows:
        page.append([_cell(value) for value in sheet.values(row)])
    held = BytesIO()
    book.save(held)
    yield held.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    return neutral(value)


class Format(NamedTuple):
    content_type: str
    parts: Callable[[Sheet, Iterable[Row]], Iterator[str] | Iterator[bytes]]


FORMATS: dict[str, Format] = {
    "csv": Format("text/csv; charset=utf-8", csv_export),
    "json": Format("application/json", json_export),
    "xlsx": Format("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", xlsx_export),
}
