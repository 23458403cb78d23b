"""A pasted table of measured points: CSV, semicolons or tabs with a header; what cannot be read is named by its line."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import dropwhile
from math import isfinite
from typing import Any, NamedTuple

from readiness.sizing.choices import PointFault

MAX_POINTS = 500
MAX_CHARACTERS = 200_000
MAX_LINE = 10_000


class Column(NamedTuple):
    """A figure of a point: what it is divided by to be in the unit of its name, and what may not be exceeded."""

    name: str
    divisor: float = 1.0
    most: float = 1e9


# Header texts, case and spaces apart. Tools write milliseconds and percent; the core has seconds and shares.
COLUMNS: dict[str, Column] = {
    **dict.fromkeys(
        ("completed_per_s", "request_throughput", "requests_per_s", "req/s", "rps", "throughput"), Column("completed_per_s")
    ),
    **dict.fromkeys(("concurrency", "clients", "max_concurrency", "in_flight"), Column("concurrency")),
    **dict.fromkeys(("offered_per_s", "request_rate", "offered"), Column("offered_per_s")),
    **dict.fromkeys(("latency_mean_s", "mean_latency_s", "mean_e2el_s", "latency_s"), Column("latency_mean_s")),
    **dict.fromkeys(("latency_mean_ms", "mean_latency_ms", "mean_e2el_ms", "latency_ms"), Column("latency_mean_s", 1e3)),
    **dict.fromkeys(("tpot_mean_s", "mean_tpot_s", "mean_itl_s"), Column("tpot_mean_s")),
    **dict.fromkeys(("tpot_mean_ms", "mean_tpot_ms", "mean_itl_ms"), Column("tpot_mean_s", 1e3)),
    **dict.fromkeys(("tpot_p_s", "p99_tpot_s", "p99_itl_s"), Column("tpot_p_s")),
    **dict.fromkeys(("tpot_p_ms", "p99_tpot_ms", "p99_itl_ms"), Column("tpot_p_s", 1e3)),
    **dict.fromkeys(("ttft_mean_s", "mean_ttft_s"), Column("ttft_mean_s")),
    **dict.fromkeys(("ttft_mean_ms", "mean_ttft_ms"), Column("ttft_mean_s", 1e3)),
    **dict.fromkeys(("ttft_p_s", "p99_ttft_s"), Column("ttft_p_s")),
    **dict.fromkeys(("ttft_p_ms", "p99_ttft_ms"), Column("ttft_p_s", 1e3)),
    "percentile": Column("percentile", most=1.0),
    **dict.fromkeys(("failed_share", "error_ratio"), Column("failed_share", most=1.0)),
    **dict.fromkeys(("failed_percent", "failed_%"), Column("failed_share", 100.0, 1.0)),
}
NAMES = tuple(dict.fromkeys(column.name for column in COLUMNS.values()))


class LineFault(NamedTuple):
    """`line` counts from 1 with the header; `text` is the cell or header it is about."""

    line: int
    code: PointFault
    text: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Points as dicts by the core's names; `ignored` are headers that say nothing about a point."""

    points: list[dict[str, float]] = field(default_factory=list)
    faults: list[LineFault] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)


def read_table(text: str) -> Table:
    """Read what was pasted. A point needs `completed_per_s`; empty cells were not measured."""
    if len(text) > MAX_CHARACTERS:
        return Table(faults=[LineFault(1, PointFault.TOO_LONG)])
    lines = list(dropwhile(_blank, text.replace("\x00", "").strip("\ufeff \r\n").splitlines()))
    if not lines:
        return Table(faults=[LineFault(1, PointFault.EMPTY)])
    if long := next((place for place, line in enumerate(lines, 1) if len(line) > MAX_LINE), None):
        return Table(faults=[LineFault(long, PointFault.TOO_LONG)])
    delimiter = _delimiter(lines[0])
    rows = [next(csv.reader([line], delimiter=delimiter), []) for line in lines]  # no cell of a point spans lines
    heads = [COLUMNS.get(head.strip().lower().replace(" ", "_")) for head in rows[0]]
    table = Table(ignored=[head.strip() for head, column in zip(rows[0], heads, strict=True) if column is None and head.strip()])
    if not any(column and column.name == "completed_per_s" for column in heads):
        table.faults.append(LineFault(1, PointFault.NO_THROUGHPUT_COLUMN))
        return table
    for place, cells in enumerate(rows[1:], 2):
        if any(cell.strip() for cell in cells):
            _point(table, place, heads, cells)
    if len(table.points) > MAX_POINTS:
        table.faults.append(LineFault(len(rows), PointFault.TOO_LONG))
    if not table.points and not table.faults:
        table.faults.append(LineFault(1, PointFault.EMPTY))
    return table


def checked_points(points: Iterable[Mapping[str, Any]]) -> Table:
    """The same rules for points that come as JSON objects; `line` is the place in the list, from 1."""
    table = Table()
    for place, point in enumerate(points, 1):
        made: dict[str, float] = {}
        for name, value in point.items():
            if value is None:
                continue
            if name not in NAMES:
                table.faults.append(LineFault(place, PointFault.NO_SUCH_FIGURE, str(name)[:40]))
            elif isinstance(value, bool) or not isinstance(value, int | float):
                table.faults.append(LineFault(place, PointFault.NOT_A_NUMBER, name))
            elif (fault := _fault(float(value), _MOST[name])) is not None:
                table.faults.append(LineFault(place, fault, name))
            else:
                made[name] = float(value)
        if "completed_per_s" not in made:
            table.faults.append(LineFault(place, PointFault.NO_THROUGHPUT))
        table.points.append(made)
    if len(table.points) > MAX_POINTS:
        table.faults.append(LineFault(MAX_POINTS, PointFault.TOO_LONG))
    return table


_MOST = {column.name: column.most for column in COLUMNS.values()}


def _blank(line: str) -> bool:
    return not line.strip()


def _delimiter(head: str) -> str:
    return max("\t;,|", key=head.count)


def _point(table: Table, line: int, heads: list[Column | None], cells: list[str]) -> None:
    if len(cells) > len(heads):
        table.faults.append(LineFault(line, PointFault.TOO_MANY_CELLS))
        return
    made: dict[str, float] = {}
    for column, cell in zip(heads, cells, strict=False):
        text = cell.strip()
        if column is None or text.lower() in ("", "-", "n/a", "na", "nan", "none", "inf"):
            continue  # an offered rate of "inf" is a closed loop
        try:
            value = float(text) / column.divisor
        except ValueError:
            table.faults.append(LineFault(line, PointFault.NOT_A_NUMBER, text[:40]))
            continue
        fault = _fault(value, column.most)
        if fault is None:
            made[column.name] = value
        else:
            table.faults.append(LineFault(line, fault, text[:40]))
    if "completed_per_s" not in made and not any(one.line == line for one in table.faults[-len(heads) :]):
        table.faults.append(LineFault(line, PointFault.NO_THROUGHPUT))  # a cell that cannot be read has said so already
    table.points.append(made)


def _fault(value: float, most: float) -> PointFault | None:
    if not isfinite(value) or value > most:
        return PointFault.TOO_HIGH
    return PointFault.NEGATIVE if value < 0 else None
