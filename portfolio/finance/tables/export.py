"""Budget lines as files: the names that the API uses, amounts exact, dates typed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any, NamedTuple

from openpyxl import Workbook

from portfolio.kit.cells import csv_lines, neutral

Row = dict[str, Any]
COLUMNS = (
    "id", "initiative_key", "initiative_name", "unit_name", "category", "label", "cost_centre", "period_start", "period_end",
    "planned", "actual", "currency", "note", "source", "updated_at",
)  # fmt: skip


class Export(NamedTuple):
    lines: Callable[[Iterable[Row]], Iterable[str | bytes]]
    content_type: str


def _csv(rows: Iterable[Row]) -> Iterator[str]:
    yield "\ufeff"
    yield from csv_lines(COLUMNS, (["" if row[name] is None else row[name] for name in COLUMNS] for row in rows))


def _json(rows: Iterable[Row]) -> Iterator[str]:
    separator = "["
    for row in rows:
        yield separator + json.dumps({name: row[name] for name in COLUMNS}, default=_plain, ensure_ascii=False)
        separator = ",\n"
    yield "[]\n" if separator == "[" else "]\n"


def _xlsx(rows: Iterable[Row]) -> Iterator[bytes]:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Budget lines")
    sheet.freeze_panes = "A2"
    sheet.append(list(COLUMNS))
    for row in rows:
        sheet.append([_cell(row[name]) for name in COLUMNS])
    file = BytesIO()
    book.save(file)
    yield file.getvalue()


def _cell(value: Any) -> Any:
    if hasattr(value, "tzinfo"):
        return value.replace(tzinfo=None)
    return neutral(value) if isinstance(value, str) else value


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value) if isinstance(value, Decimal) else repr(value)


EXPORTS = {
    "csv": Export(_csv, "text/csv; charset=utf-8"),
    "json": Export(_json, "application/json"),
    "xlsx": Export(_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}
