"""Batches of a CSV file's chosen columns as texts."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from typing import BinaryIO

import pyarrow as pa
import pyarrow.csv as arrow_csv

from portfolio.formats.errors import EmptyFile, FormatError, TooLarge, UnreadableFile
from portfolio.formats.traces.bounded import Bounded
from portfolio.formats.traces.rejects import Rejects
from portfolio.formats.traces.trace import Limits

_DELIMITERS = ",;\t|"
_VALUE = re.compile(r"\s*([+-]?[\d.]+([eE][+-]?\d+)?|\d{4}-\d\d-\d\d.*|)\s*")
_BLOCK = 2**20
_MOST_NARROW = 50_000  # rows of the wrong width, if they are most: it is not worth reading on


class Delimited:
    """`headers` are "column 1", ... where the first line holds data; `first_line` is the line of row 0."""

    def __init__(self, file: BinaryIO, limits: Limits, *, compressed: bool) -> None:
        self._limits = limits
        self._file, self._compressed = file, compressed
        line = self._first_line()
        self.delimiter = max(_DELIMITERS, key=line.count)
        try:
            cells = next(csv.reader([line], delimiter=self.delimiter), [])
        except csv.Error as error:
            raise TooLarge(f"the first line cannot be cut into names ({error})", where="Line 1", advice="Is it a log?") from error
        if len(cells) > limits.columns:
            raise TooLarge(f"the first line has {len(cells)} columns", where="Line 1", advice=f"Keep {limits.columns} at most")
        self.named = not all(_VALUE.fullmatch(cell) for cell in cells)
        self.headers = [cell.strip() for cell in cells] if self.named else [f"column {n}" for n in range(1, len(cells) + 1)]
        self.first_line = 2 if self.named else 1

    def _first_line(self) -> str:
        self._file.seek(0)
        head = Bounded(self._file, self._limits, compressed=self._compressed).read(self._limits.line_bytes)
        if not head.strip():
            raise EmptyFile("the file is empty", advice="Choose the log that has the requests")
        if head[:2] in {b"\xff\xfe", b"\xfe\xff"} or b"\0" in head[:4096]:
            raise UnreadableFile("this is no text in UTF-8", advice="Save the log as CSV in UTF-8, or as Parquet")
        first = re.split(rb"\r\n|\n|\r", head, maxsplit=1)[0]
        if len(first) == self._limits.line_bytes:
            raise TooLarge(f"the first line is longer than {len(first) // 2**20} MiB", where="Line 1", advice="Is it a log?")
        return first.decode("utf-8-sig", "replace")

    def batches(self, places: Sequence[int], rejects: Rejects) -> Iterator[tuple[pa.Array, ...]]:
        """Texts by place, batch by batch. Raises FormatError where the text cannot be cut into rows."""
        names = [str(place) for place in range(len(self.headers))]

        def narrow(row: arrow_csv.InvalidRow) -> str:
            rejects.row(row.number or 0, row.text or "")
            skipped = len(rejects.skipped_lines)
            return "error" if skipped > _MOST_NARROW and 2 * skipped > (row.number or 0) else "skip"

        self._file.seek(0)
        source = pa.PythonFile(Bounded(self._file, self._limits, compressed=self._compressed), mode="r")
        chosen = [names[place] for place in places]
        try:
            reader = arrow_csv.open_csv(
                source,
                arrow_csv.ReadOptions(use_threads=False, block_size=_BLOCK, skip_rows=int(self.named), column_names=names),
                arrow_csv.ParseOptions(delimiter=self.delimiter, ignore_empty_lines=False, invalid_row_handler=narrow),
                arrow_csv.ConvertOptions(include_columns=chosen, column_types=dict.fromkeys(chosen, pa.string())),
            )
            for batch in reader:
                yield tuple(batch.columns)
        except pa.ArrowInvalid as error:
            raise _explained(error) from error


def _explained(error: pa.ArrowInvalid) -> FormatError:
    if "straddl" in str(error):
        return TooLarge("a line is longer than 1 MiB", advice="Leave the texts of the requests out of the log")
    if "Empty CSV" in str(error):
        return EmptyFile("the file has a header and no requests", advice="Choose the log that has the requests")
    return UnreadableFile(f"the text cannot be cut into rows ({str(error)[:200]})", advice="Save it as CSV again, or as Parquet")
