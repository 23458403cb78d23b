"""The list of workloads as a file, under the names that the API uses."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from itertools import islice
from typing import Any, NamedTuple

from django.db.models import QuerySet

from portfolio.kit.cells import csv_lines
from readiness.workloads.models import Workload
from readiness.workloads.queries.profiles import COLUMNS, JOINED, counted

Row = dict[str, Any]
FIELDS = (*tuple(name for name in (*COLUMNS, *JOINED) if name != "retired_at"), "unknown_count", "asked_count")
CHUNK = 1000


class Export(NamedTuple):
    """A format: its content type, and the text of a queryset of `workload_rows`, piece by piece."""

    content_type: str
    lines: Callable[[QuerySet[Workload, Row]], Iterator[str]]


def csv_export(rows: QuerySet[Workload, Row]) -> Iterator[str]:
    """CSV lines after a byte order mark, because spreadsheets take UTF-8 for something else without it."""
    yield "\ufeff"
    yield from csv_lines(FIELDS, (["" if row[name] is None else row[name] for name in FIELDS] for row in _in_chunks(rows)))


def json_export(rows: QuerySet[Workload, Row]) -> Iterator[str]:
    """One JSON array, an object a row."""
    separator = "["
    for row in _in_chunks(rows):
        yield separator + json.dumps({name: row[name] for name in FIELDS}, default=_plain, ensure_ascii=False)
        separator = ",\n"
    yield "[]\n" if separator == "[" else "]\n"


def _in_chunks(rows: QuerySet[Workload, Row]) -> Iterator[Row]:
    """Counted rows, so many at a time that neither memory nor the number of statements matters."""
    found: Iterable[Row] = rows.iterator(chunk_size=CHUNK)
    stream = iter(found)
    while chunk := list(islice(stream, CHUNK)):
        yield from counted(chunk)


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else repr(value)


EXPORTS = {"csv": Export("text/csv; charset=utf-8", csv_export), "json": Export("application/json", json_export)}
