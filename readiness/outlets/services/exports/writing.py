"""The bytes of an export: the same fields, masks and formula-safe cells as the export of the page."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.http import QueryDict

from portfolio.accounts.choices import Action
from portfolio.accounts.rules import Actor
from portfolio.initiatives.queries.initiatives import list_rows, ordered
from portfolio.initiatives.tables.export import csv_export, export_fields, json_export, xlsx_export
from portfolio.initiatives.tables.rows import chosen_columns
from portfolio.kit import clock
from readiness.dashboards.queries.figures import portfolio_figures
from readiness.dashboards.tables.shapes import portfolio_shape
from readiness.outlets.choices import Format, What
from readiness.outlets.queries.filtered import Asked, asked

CHUNK = 1000


@dataclass(frozen=True)
class Written:
    """`rows` is how many initiatives are in it; `money`: whether amounts may be."""

    content: bytes
    rows: int
    money: bool


class _Counted:
    """Rows that are counted as they pass."""

    def __init__(self, rows: Iterator[dict[str, Any]]) -> None:
        self._rows, self.count = rows, 0

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for row in self._rows:
            self.count += 1
            yield row


def written(actor: Actor, what: What, format_: Format, query: str) -> Written:
    """Raises ValueError where the filters are understood no more."""
    found = asked(actor, query)
    return _figures(found) if what is What.PORTFOLIO else _table(found, format_, QueryDict(query))


def _figures(found: Asked) -> Written:
    units = {pk: (unit.name, unit.path) for pk, unit in found.units.items()}
    figures = portfolio_figures(found.rows, found.visible, units=units, unit=found.unit, today=clock.today())
    text = json.dumps(portfolio_shape(figures), default=str, ensure_ascii=False, indent=1)
    return Written(text.encode(), figures.counts.total, money=False)


def _table(found: Asked, format_: Format, query: QueryDict) -> Written:
    columns = chosen_columns(query, found.actor)
    selected = ordered(list_rows(found.actor, found.rows, extra=("status_note",)), query.get("sort", ""))
    rows, fields = _Counted(selected.iterator(chunk_size=CHUNK)), export_fields(columns, found.units)
    if format_ is Format.XLSX:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "export.xlsx"
            xlsx_export(fields, rows, path)
            content = path.read_bytes()
    else:
        content = "".join((csv_export if format_ is Format.CSV else json_export)(fields, rows)).encode()
    money = found.actor.may_somewhere(Action.MONEY) and (columns.get("value", False) or "value" in query.get("sort", ""))
    return Written(content, rows.count, money)
