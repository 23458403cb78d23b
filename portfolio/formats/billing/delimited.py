"""Blocks of a CSV file's chosen columns, plain or gzip, cut at line ends outside of quotes; any block can be begun at."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as arrow_csv

from portfolio.formats.billing.charge import Limits, Position
from portfolio.formats.errors import EmptyFile, TooLarge, UnreadableFile

NOTHING = ["", "NULL", "null", "Null", "\\N"]
_DELIMITERS = ",;\t|"
_BOM = b"\xef\xbb\xbf"
_WIDE = pa.dictionary(pa.int32(), pa.string())


@dataclass(frozen=True, slots=True)
class Raw:
    """Columns by the caller's names, one length: dictionary arrays of texts, or of amounts texts or decimals.

    `row`: number in the file; `narrow`: (number, text) of rows of another width; `lines`: numbers of rows -> their lines.
    """

    columns: Mapping[str, Any]
    row: npt.NDArray[np.int64]
    narrow: Sequence[tuple[int, str]]
    read: int
    after: Position
    block: bytes
    before: Position


class Delimited:
    """Raises FormatError where it is no such file."""

    def __init__(self, file: BinaryIO, limits: Limits, *, compressed: bool) -> None:
        self._file, self._limits, self._compressed = file, limits, compressed
        head = self._read_from(0, limits.most_block_bytes // 16)
        if not head.strip():
            raise EmptyFile("the file is empty", advice="Choose the bill's file")
        if head[:2] in {b"\xff\xfe", b"\xfe\xff"} or b"\0" in head[:4096]:
            raise UnreadableFile("this is no text in UTF-8", advice="Export it as CSV in UTF-8, or as Parquet")
        first, found, _rest = head.partition(b"\n")
        self._begin = len(first) + len(found)
        line = first.removeprefix(_BOM).decode("utf-8", "replace").rstrip("\r")
        self.delimiter = max(_DELIMITERS, key=line.count)
        self.headers = _headers(line, self.delimiter)
        if len(self.headers) > limits.columns:
            raise TooLarge(f"the first line has {len(self.headers)} columns", where="Line 1", advice="Is it a bill?")
        self.repaired = 0

    def packed_bytes(self) -> int:
        """How far a compressed file was read."""
        return self._file.tell()

    def blocks(self, wanted: Mapping[str, int], amounts: frozenset[str], at: Position) -> Iterator[Raw]:
        """`wanted`: the caller's name -> place of the column; those in `amounts` are read as plain texts."""
        before = at if at.offset else Position(self._begin, 1, 0)
        stream, left = self._stream(before.offset), b""
        size = self._limits.block_bytes
        while True:
            left += _read(stream, max(1, size - len(left)))
            ended = len(left) < size
            if not left:
                return
            cut = len(left) if ended else _cut(left)
            if not cut and size < self._limits.most_block_bytes:
                size *= 2
                continue
            if not cut:
                where = f"After line {before.lines}"
                raise UnreadableFile("a quote is opened and not closed", where=where, advice="Export the file again")
            raw = self._raw(left[:cut], wanted, amounts, before)
            yield raw
            left, before, size = left[cut:], raw.after, self._limits.block_bytes
            if before.offset > self._limits.text_bytes:
                raise TooLarge(f"the bill is larger than {self._limits.text_bytes / 2**30:.0f} GB of text", advice="Split it")

    def _raw(self, block: bytes, wanted: Mapping[str, int], amounts: frozenset[str], before: Position) -> Raw:
        text = self._text(block)
        narrow: list[tuple[int, str]] = []

        def skip(row: arrow_csv.InvalidRow) -> str:
            narrow.append(((row.number or 0) + before.rows, (row.text or "")[:200]))
            return "skip"

        table = self._table(text, wanted, amounts, skip)
        rows = table.num_rows + len(narrow)
        row = np.arange(before.rows + 1, before.rows + rows + 1, dtype=np.int64)
        if narrow:
            row = np.delete(row, [number - before.rows - 1 for number, _text in narrow])
        columns = {name: table.column(str(place)).combine_chunks() for name, place in wanted.items()}
        after = Position(before.offset + len(block), before.lines + block.count(b"\n"), before.rows + rows)
        return Raw({name: _one(column) for name, column in columns.items()}, row, narrow, rows, after, text, before)

    def _table(self, text: bytes, wanted: Mapping[str, int], amounts: frozenset[str], skip: Any) -> Any:
        names = [str(place) for place in range(len(self.headers))]
        types = {str(place): pa.string() if name in amounts else _WIDE for name, place in wanted.items()}
        if not text or text.isspace():
            return pa.table({name: pa.array([], kind) for name, kind in types.items()})
        try:
            return arrow_csv.read_csv(
                pa.BufferReader(text),
                arrow_csv.ReadOptions(use_threads=False, block_size=2**31 - 1, column_names=names),
                arrow_csv.ParseOptions(delimiter=self.delimiter, newlines_in_values=True, invalid_row_handler=skip),
                arrow_csv.ConvertOptions(
                    include_columns=list(types), column_types=types, null_values=NOTHING, strings_can_be_null=True
                ),
            )
        except pa.ArrowInvalid as error:
            if "Empty CSV" in str(error):
                return pa.table({name: pa.array([], kind) for name, kind in types.items()})
            raise UnreadableFile(f"the text cannot be cut into rows ({str(error)[:200]})", advice="Export it again") from error

    def _text(self, block: bytes) -> bytes:
        """Bytes that are no UTF-8, and NUL, which no database keeps, as the sign for "unreadable"."""
        try:
            block.isascii() or block.decode()
        except UnicodeDecodeError:
            self.repaired += 1
            block = block.decode("utf-8", "replace").encode()
        return block.replace(b"\0", "\ufffd".encode()) if b"\0" in block else block

    def lines(self, raw: Raw, rows: Sequence[int]) -> dict[int, int]:
        """Row numbers of a block -> the lines on which they end; read once more, as only refused rows are asked for."""
        if not rows:
            return {}
        text = io.StringIO(raw.block.decode(), newline="")
        reader = csv.reader(text, delimiter=self.delimiter)
        asked, found, number = set(rows), {}, raw.before.rows
        try:
            for cells in reader:
                number += bool(cells)
                if cells and number in asked:
                    found[number] = raw.before.lines + reader.line_num
        except csv.Error:  # a cell too large for that reader: the row's number stands for its line
            pass
        return {row: found.get(row, row + 1) for row in rows}

    def _stream(self, offset: int) -> Any:
        self._file.seek(0)
        if not self._compressed:
            self._file.seek(offset)
            return self._file
        stream = gzip.GzipFile(fileobj=self._file)
        try:
            stream.seek(offset)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise UnreadableFile("the compressed file is cut off or damaged", advice="Compress and upload it again") from error
        return stream

    def _read_from(self, offset: int, size: int) -> bytes:
        return _read(self._stream(offset), size)


def _headers(line: str, delimiter: str) -> list[str]:
    try:
        return [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter), [])]
    except csv.Error as error:  # a cell larger than any name, or one that is quoted and goes on
        raise UnreadableFile("it holds no names of columns", where="Line 1", advice="Is it a bill?") from error


def _one(column: Any) -> Any:
    if not isinstance(column, pa.ChunkedArray):
        return column
    return column.chunk(0) if column.num_chunks else pa.array([], column.type)


def _read(stream: Any, size: int) -> bytes:
    """Up to `size` bytes, fewer at the end of the file only."""
    parts, found = [], 0
    try:
        while found < size and (part := stream.read(size - found)):
            parts.append(part)
            found += len(part)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise UnreadableFile("the compressed file is cut off or damaged", advice="Compress and upload it again") from error
    return b"".join(parts)


def _cut(block: bytes) -> int:
    """Length up to the last line end outside of quotes; 0 if there is none."""
    end = block.rfind(b"\n")
    odd = block.count(b'"', 0, end + 1) % 2
    while end >= 0 and odd:
        before = block.rfind(b"\n", 0, end)
        odd = (odd + block.count(b'"', before + 1, end)) % 2
        end = before
    return end + 1


def sample(headers: Sequence[str], most: int = 8) -> str:
    """A few names of columns, for a message."""
    shown = ", ".join(f'"{name[:60]}"' for name in islice(headers, most))
    return f"{shown} and {len(headers) - most} more" if len(headers) > most else shown
