"""A register's file as a table: headers, and rows that are read once and never held together in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from types import TracebackType
from typing import Literal, Protocol

from portfolio.formats.errors import TooLarge

FileKind = Literal["csv", "json", "jsonl", "xlsx"]
Row = tuple[int, list[str]]
"""Line number of the record's first line as an editor or a spreadsheet shows it, and its cells."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Where reading stops. Spreadsheets have tighter caps of their own (`portfolio.formats.spreadsheets.archive`)."""

    max_bytes: int = 200_000_000
    max_rows: int = 500_000
    max_columns: int = 200
    max_cell_chars: int = 131_072


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What a person may say about the file; None means: find out.

    `header_line` is the line of the headers (1 = first), for files with a title above them. `json_list` names the list
    inside a JSON object. `quotes="lenient"` accepts text after a closing quote, as spreadsheets do.
    """

    encoding: str | None = None
    delimiter: str | None = None
    header_line: int | None = None
    sheet: str | None = None
    json_list: str | None = None
    quotes: Literal["strict", "lenient"] = "strict"
    limits: Limits = field(default_factory=Limits)


class Closable(Protocol):
    def close(self) -> None: ...


@dataclass(slots=True)
class Table:
    """An open file. `rows` can be iterated once and may raise a FormatError on the way.

    `blank_rows` counts the rows without any content that were passed over; it is final after the iteration.
    """

    kind: FileKind
    headers: tuple[str, ...]
    rows: Iterator[Row]
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    sheets: tuple[str, ...] = ()
    blank_rows: int = 0
    source: Closable | None = None

    def close(self) -> None:
        if self.source is not None:
            self.source.close()

    def __enter__(self) -> Table:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def name_headers(cells: Iterable[str], limits: Limits) -> tuple[str, ...]:
    """Header texts, trimmed; a blank one becomes `Column N`, a repeated one `X [2]`, `X [3]`, so that none is lost."""
    taken: set[str] = set()
    named: list[str] = []
    for position, cell in enumerate(cells, start=1):
        if position > limits.max_columns:
            raise TooLarge(
                f"more than {limits.max_columns} columns",
                where="Header line",
                advice="Remove the columns that the register does not need.",
            )
        base = " ".join(cell.split()) or f"Column {position}"
        name, count = base, 1
        while name in taken:
            count += 1
            name = f"{base} [{count}]"
        taken.add(name)
        named.append(name)
    return tuple(named)
