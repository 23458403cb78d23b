"""A look into a file before anybody said what its columns mean: examples and the values that repeat."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from portfolio.formats.registers.reading import open_table
from portfolio.formats.registers.suggest import Suggestion, suggest_mapping
from portfolio.formats.registers.tables import ReadOptions

ROWS = 5_000
MAX_VALUES = 40
_EXAMPLES = 3
_SHOWN = 120


@dataclass(frozen=True)
class Column:
    """`values`: the distinct texts with how often they occur, most frequent first; empty if they are more than MAX_VALUES."""

    name: str
    examples: tuple[str, ...]
    values: tuple[tuple[str, int], ...]
    filled: int


@dataclass(frozen=True)
class Sample:
    """The first rows of a file; `rows` is how many were looked at."""

    kind: str
    encoding: str
    delimiter: str
    sheet: str
    sheets: tuple[str, ...]
    columns: tuple[Column, ...]
    rows: int
    suggestion: Suggestion

    def column(self, name: str) -> Column | None:
        return next((column for column in self.columns if column.name == name), None)


def read_sample(path: Path, options: ReadOptions, register: str = "") -> Sample:
    """Read the beginning of the file. Raises FormatError for one that cannot be read at all."""
    with open_table(path, options) as table:
        rows = [cells for _line, cells in islice(table.rows, ROWS)]
        columns = tuple(_column(name, position, rows) for position, name in enumerate(table.headers))
        return Sample(
            kind=table.kind,
            encoding=table.encoding or "",
            delimiter=table.delimiter or "",
            sheet=table.sheet or "",
            sheets=table.sheets,
            columns=columns,
            rows=len(rows),
            suggestion=suggest_mapping(table.headers, rows, register or "import"),
        )


def _column(name: str, position: int, rows: list[list[str]]) -> Column:
    counts = Counter(text for cells in rows if position < len(cells) and (text := cells[position].strip()))
    examples = tuple(text[:_SHOWN] for text in islice(counts, _EXAMPLES))
    few = counts.most_common() if len(counts) <= MAX_VALUES else []
    return Column(name, examples, tuple(few), counts.total())
