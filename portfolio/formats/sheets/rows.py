"""A sheet's rows, read: values by field, the raw cells beside them, and what could not be read with its reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from typing import Any

from portfolio.formats.errors import BadMapping
from portfolio.formats.registers.dates import FuzzyDate
from portfolio.formats.registers.tables import Table
from portfolio.formats.sheets.cells import Reader, reader_for
from portfolio.formats.sheets.fields import Field
from portfolio.formats.sheets.mapping import SheetMapping, positions, unfilled


@dataclass(frozen=True, slots=True)
class Issue:
    """What is wrong with one cell: `column` as the file calls it, "" where the row as a whole is meant."""

    field: str
    column: str
    value: str
    reason: str
    reject: bool

    def as_data(self) -> dict[str, Any]:
        return {"field": self.field, "column": self.column, "value": self.value, "reason": self.reason, "reject": self.reject}


@dataclass(slots=True)
class SheetRow:
    """`line` as an editor or a spreadsheet shows it. The caller adds issues of its own (a unit that nobody knows)."""

    line: int
    values: dict[str, Any]
    raw: dict[str, str]
    issues: list[Issue] = dataclass_field(default_factory=list)

    @property
    def rejected(self) -> bool:
        return any(issue.reject for issue in self.issues)

    def reject(self, field: str, reason: str) -> None:
        self.issues.append(Issue(field, "", self.raw.get(field, "")[:200], reason, reject=True))


def read_rows(table: Table, fields: Sequence[Field], mapping: SheetMapping) -> Iterator[SheetRow]:
    """Every row of an open table, one at a time. Raises MissingColumns or BadMapping before the first."""
    places = positions(mapping, table.headers)
    if open_ := unfilled(mapping, fields):
        raise BadMapping("columns", f"nothing fills {', '.join(field.label for field in open_)}")
    readers = [(field, places.get(field.name), reader_for(field, mapping), mapping.fixed_for(field.name)) for field in fields]
    columns = dict(mapping.columns)
    return (_row(line, cells, readers, columns) for line, cells in table.rows)


_Readers = list[tuple[Field, int | None, Reader, str]]


def _row(line: int, cells: Sequence[str], readers: _Readers, columns: Mapping[str, str]) -> SheetRow:
    row = SheetRow(line, {}, {})
    for field, place, read, fixed in readers:
        text = cells[place] if place is not None and place < len(cells) else ""
        text = text if text.strip() else fixed
        found = read(text)
        row.values[field.name] = found.value
        if text:
            row.raw[field.name] = text
        column = columns.get(field.name, "")
        if found.reason:
            row.issues.append(Issue(field.name, column, text[:200], found.reason, found.reject))
        if field.required and not found.reject and _is_empty(found.value):
            row.issues.append(Issue(field.name, column, text[:200], f"{field.label} is missing", reject=True))
    return row


def _is_empty(value: object) -> bool:
    return value is None or value == "" or (isinstance(value, FuzzyDate) and value.value is None)
