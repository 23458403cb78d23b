"""Counts of what was left out, and its first examples, without keeping the rest."""

from __future__ import annotations

from collections import Counter

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from portfolio.formats.traces.trace import Fault, Rejected

EXAMPLES = 20
_SHOWN = 60  # characters of a bad value


class Rejects:
    """Rows are numbered from 0 as they were read; rows of the wrong width were never read and know their line."""

    def __init__(self) -> None:
        self.counts: Counter[Fault] = Counter()
        self._cells: list[tuple[int, str, Fault, str]] = []
        self._narrow: list[tuple[int, str]] = []
        self.skipped_lines: list[int] = []

    def row(self, line: int, text: str) -> None:
        self.counts[Fault.WRONG_WIDTH] += 1
        self.skipped_lines.append(line)
        if len(self._narrow) < EXAMPLES:
            self._narrow.append((line, text[:_SHOWN]))

    def cells(self, bad: npt.NDArray[np.bool_], first_row: int, column: str, fault: Fault, source: pa.Array) -> None:
        """The cells of a batch that `bad` marks."""
        places = np.flatnonzero(bad)
        if not len(places):
            return
        self.counts[fault] += len(places)
        for place in places[: max(0, EXAMPLES - sum(one[2] is fault for one in self._cells))]:
            self._cells.append((first_row + int(place), column, fault, _text(source, int(place))))

    def examples(self, first_line: int) -> tuple[Rejected, ...]:
        """`first_line` is the line of row 0."""
        skipped = sorted(self.skipped_lines)
        found = [Rejected(line, "", Fault.WRONG_WIDTH, text) for line, text in self._narrow]
        found += [Rejected(_line(first_line + row, skipped), column, fault, text) for row, column, fault, text in self._cells]
        return tuple(sorted(found, key=lambda one: (one.line, one.column))[:EXAMPLES])


def _line(line: int, skipped: list[int]) -> int:
    for one in skipped:
        if one > line:
            break
        line += 1
    return line


def _text(source: pa.Array, place: int) -> str:
    cell = source[place]
    if pa.types.is_string(source.type) or pa.types.is_binary(source.type):
        raw = cell.cast(pa.binary()).as_py() if cell.is_valid else b""
        return str(raw[: _SHOWN * 4].decode("utf-8", "replace")[:_SHOWN])
    return str(cell)[:_SHOWN]
