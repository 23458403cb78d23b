"""CSV and its relatives: comma, semicolon, tab or pipe, quoted cells over several lines."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TextIO

from portfolio.formats.errors import EmptyFile, TooLarge, UnreadableFile
from portfolio.formats.registers.encoding import find_encoding
from portfolio.formats.registers.tables import ReadOptions, Row, Table, name_headers

DELIMITERS = (",", ";", "\t", "|")
_SAMPLE_CHARS = 65_536
_SAMPLE_ROWS = 200


def open_delimited(path: Path, options: ReadOptions) -> Table:
    """A table over a delimited text file. Memory does not grow with the file; rows come as the file has them."""
    encoding = find_encoding(path, max_bytes=options.limits.max_bytes, declared=options.encoding)
    with ExitStack() as undo:
        stream = undo.enter_context(path.open(encoding=encoding, newline=""))
        table = _table(stream, encoding, options)
        undo.pop_all()  # the table owns the stream from here on
    return table


def _table(stream: TextIO, encoding: str, options: ReadOptions) -> Table:
    declared, passed = _declared_delimiter(stream)
    start = stream.tell()
    sample = stream.read(_SAMPLE_CHARS)
    stream.seek(start)
    delimiter = options.delimiter or declared or find_delimiter(sample)
    records = _records(stream, delimiter, options, lines_before=passed)
    header = next((row for row in records if _is_header(row, options.header_line)), None)
    if header is None:
        raise EmptyFile("the file has no header line", advice="Put the column names in the first line.")
    headers = name_headers(header[1], options.limits)
    first = next(records, None)
    if first is None:
        raise EmptyFile("the file has a header line and no rows", where=f"Line {header[0]}", advice="Choose another file.")
    table = Table("csv", headers, itertools.chain((first,), records), encoding=encoding, delimiter=delimiter, source=stream)
    table.rows = _with_content(table, table.rows, options.limits.max_rows)
    return table


def _declared_delimiter(stream: TextIO) -> tuple[str | None, int]:
    """Excel's `sep=;` line, if the file opens with one: the delimiter, and how many lines it took."""
    line = stream.readline(16)
    text = line.strip()
    if len(text) == 5 and text.casefold().startswith("sep="):
        return text[4], 1
    if line.casefold().startswith("sep=\t"):
        return "\t", 1
    stream.seek(0)
    return None, 0


def _is_header(row: Row, header_line: int | None) -> bool:
    if header_line is not None:
        return row[0] >= header_line
    return any(cell.strip() for cell in row[1])


def find_delimiter(sample: str) -> str:
    """The delimiter under which most sampled rows are as wide as the header; the widest header decides a tie."""
    best, best_score = ",", (0.0, 0)
    for delimiter in DELIMITERS:
        widths = _widths(sample, delimiter)
        if not widths or widths[0] < 2:
            continue
        score = (sum(width == widths[0] for width in widths) / len(widths), widths[0])
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _widths(sample: str, delimiter: str) -> list[int]:
    rows = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
    widths: list[int] = []
    try:
        widths.extend(len(row) for row in itertools.islice(rows, _SAMPLE_ROWS) if row)
    except csv.Error:
        return widths
    if len(widths) > 1 and len(sample) >= _SAMPLE_CHARS:
        widths.pop()  # cut in the middle
    return widths


def _records(stream: TextIO, delimiter: str, options: ReadOptions, *, lines_before: int) -> Iterator[Row]:
    strict = options.quotes == "strict"
    reader = csv.reader(stream, delimiter=delimiter, strict=strict)
    line = 1 + lines_before
    try:
        for cells in reader:
            yield line, cells
            line = reader.line_num + 1 + lines_before
    except csv.Error as error:
        raise _explained(error, line) from error


def _explained(error: csv.Error, line: int) -> UnreadableFile | TooLarge:
    where, text = f"Record that starts in line {line}", str(error)
    if "field larger" in text:
        return TooLarge(
            f"a cell longer than {csv.field_size_limit():,} characters",
            where=where,
            advice="Usually a quotation mark is opened here or above and never closed. Close it and try again.",
        )
    if "unexpected end" in text:
        return UnreadableFile(
            "a quotation mark is opened and never closed",
            where=where,
            advice="Close it, or save the file again as CSV UTF-8.",
        )
    return UnreadableFile(
        "text follows a closing quotation mark",
        where=where,
        advice='Double the quotation marks inside the cell (""), or read the file with lenient quotes.',
    )


def _with_content(table: Table, rows: Iterator[Row], max_rows: int) -> Iterator[Row]:
    count = 0
    for row in rows:
        if not any(row[1]):
            table.blank_rows += 1
            continue
        count += 1
        if count > max_rows:
            raise TooLarge(f"more than {max_rows:,} rows", where=f"Line {row[0]}", advice="Split the file.")
        yield row
