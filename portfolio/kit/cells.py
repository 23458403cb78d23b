"""Cells of an export that no spreadsheet takes for a formula (SECURITY.md: CSV injection).

A spreadsheet runs a text that starts with one of `= + - @`, also after blanks, and some read full-width forms alike; TAB, CR
and NUL are dropped by some readers and so uncover what stands behind them. Numbers, dates and booleans are no text and stay.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import TypeVar

Value = TypeVar("Value")
_STARTS = frozenset("=+-@\t\r\n\x00")
_BLANK = frozenset({"Zs", "Zl", "Zp", "Cf", "Cc"})


def neutral(value: Value) -> Value | str:
    """The value as a cell may hold it: a text that a spreadsheet could run gets a leading apostrophe."""
    return f"'{value}" if isinstance(value, str) and _could_run(value) else value


def csv_lines(head: Iterable[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """Lines of a CSV file (RFC 4180, every text quoted), made one by one so that a long export needs no memory."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    for row in chain([head], rows):
        writer.writerow([neutral(cell) for cell in row])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def _could_run(text: str) -> bool:
    for sign in text:
        if sign in _STARTS or unicodedata.normalize("NFKC", sign)[:1] in _STARTS:
            return True
        if unicodedata.category(sign) not in _BLANK:
            return False
    return False
