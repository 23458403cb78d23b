"""Rows of a register read through a mapping: fields where it could be read, reasons where not, and the raw row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from portfolio.formats.registers.cells import Reader, Reading, reader_for
from portfolio.formats.registers.columns import find_columns
from portfolio.formats.registers.dates import FuzzyDate
from portfolio.formats.registers.mapping import Accept, Closure, FieldMap, Mapping
from portfolio.formats.registers.targets import Kind
from portfolio.formats.registers.words import folded

_MEMO_TEXTS = 20_000
_MEMO_CHARS = 400
_SHOWN_CHARS = 200
_SEVERAL = frozenset({Kind.LIST, Kind.UNIT_PATH})
_PLAIN = frozenset({Kind.TEXT, Kind.LONG_TEXT})


class CellIssue(NamedTuple):
    """`value` is the cell's text, cut to 200 characters; the whole of it is in the row's `raw`."""

    line: int
    column: str
    target: str
    value: str
    reason: str


class Interpreted(NamedTuple):
    """`unread`: the row lands, these cells are unknown or partly read. `rejected` not empty: the row must not land."""

    line: int
    fields: dict[str, object]
    raw: dict[str, str]
    unread: tuple[CellIssue, ...]
    rejected: tuple[CellIssue, ...]

    @property
    def ok(self) -> bool:
        return not self.rejected


def compile_mapping(mapping: Mapping, headers: Sequence[str]) -> RowInterpreter:
    """The mapping bound to this file's columns. Raises MissingColumns if a required one is absent."""
    return RowInterpreter(mapping, tuple(headers))


def interpret(mapping: Mapping, line: int, headers: Sequence[str], cells: Sequence[str]) -> Interpreted:
    """One row. For many rows compile once."""
    return compile_mapping(mapping, headers)(line, cells)


class _Step(NamedTuple):
    field: FieldMap
    positions: tuple[int, ...]
    read: Reader
    memo: dict[str, Reading]
    column: str


class RowInterpreter:
    """Call it with a row's line and cells. It keeps what it has read before per column, within bounds."""

    def __init__(self, mapping: Mapping, headers: tuple[str, ...]) -> None:
        found = find_columns(mapping, headers)
        self.headers = headers
        self.absent_columns = tuple(
            dict.fromkeys(column for field in mapping.fields for column in field.columns if column not in found)
        )
        used = set(found.values())
        self.unmapped_columns = tuple(header for position, header in enumerate(headers) if position not in used)
        self._width = len(headers)
        self._plain: list[tuple[str, int]] = []
        self._single: list[tuple[str, int, dict[str, Reading], Reader, _Step]] = []
        self._several: list[_Step] = []
        self._paths: list[tuple[str, tuple[int, ...], dict[tuple[str, ...], tuple[str, ...]]]] = []
        self._required = [field.target for field in mapping.fields if field.required]
        self._constants: dict[str, object] = {}
        for field in mapping.fields:
            self._plan(field, tuple(found[column] for column in field.columns if column in found))
        self._columns = {each.target: " + ".join(each.columns) for each in mapping.fields}
        self._closing = _Closing(mapping.closure, found, self._columns) if mapping.closure else None

    def _plan(self, field: FieldMap, positions: tuple[int, ...]) -> None:
        if field.kind is Kind.MONEY and field.unit:
            self._constants.setdefault("expected_value_currency", field.unit)
        if not positions:
            return
        if field.kind is Kind.UNIT_PATH:
            self._paths.append((field.target, positions, {}))
            return
        simple = not (field.values or field.default or field.blank_words) and field.accept is Accept.ANY
        if field.kind in _PLAIN and simple and len(positions) == 1:
            self._plain.append((field.target, positions[0]))
            return
        step = _Step(field, positions, reader_for(field), {}, " + ".join(self.headers[each] for each in positions))
        if len(positions) == 1:
            self._single.append((field.target, positions[0], step.memo, step.read, step))
        else:
            self._several.append(step)

    def __call__(self, line: int, cells: Sequence[str]) -> Interpreted:
        if len(cells) != self._width:
            cells, ragged = self._ragged(line, cells)
            if ragged is not None:
                return Interpreted(line, {}, dict(zip(self.headers, cells, strict=False)), (), (ragged,))
        fields = self._constants.copy()
        issues: list[tuple[_Step, str, Reading]] = []
        for target, position in self._plain:
            fields[target] = cells[position].strip()
        for target, position, memo, read, step in self._single:
            text = cells[position]
            reading = memo.get(text)
            if reading is None:
                reading = _remembered(memo, text, read)
            fields[target] = reading[0]
            if reading[1] is not None:
                issues.append((step, text, reading))
        for target, positions, paths in self._paths:
            levels = tuple([cells[each] for each in positions])
            path = paths.get(levels)
            if path is None:
                path = paths[levels] = unit_path(levels)
            fields[target] = path
        for step in self._several:
            self._read_several(step, cells, fields, issues)
        return self._finished(line, cells, fields, issues)

    def _finished(
        self, line: int, cells: Sequence[str], fields: dict[str, object], issues: list[tuple[_Step, str, Reading]]
    ) -> Interpreted:
        unread: list[CellIssue] = []
        rejected: list[CellIssue] = []
        if issues:
            _sort_out(line, issues, unread, rejected)
        if self._closing is not None:
            note = self._closing.close(line, cells, fields)
            if note is not None:
                unread.append(note)
        if not all(map(fields.get, self._required)):
            rejected.extend(self._blank_issues(line, fields))
        if "\0" in "".join(cells):
            rejected.extend(self._nul_issues(line, cells))
        return Interpreted(line, fields, dict(zip(self.headers, cells, strict=True)), tuple(unread), tuple(rejected))

    def _blank_issues(self, line: int, fields: dict[str, object]) -> Iterator[CellIssue]:
        for target in self._required:
            if not fields[target]:
                yield CellIssue(line, self._columns[target], target, "", "required, and the cell is blank")

    def _nul_issues(self, line: int, cells: Sequence[str]) -> Iterator[CellIssue]:
        for position, cell in enumerate(cells):
            if "\0" in cell:
                shown = cell.replace("\0", "\\0")[:_SHOWN_CHARS]
                yield CellIssue(line, self.headers[position], "", shown, "holds a NUL character")

    def _read_several(
        self, step: _Step, cells: Sequence[str], fields: dict[str, object], issues: list[tuple[_Step, str, Reading]]
    ) -> None:
        texts = [cells[each] for each in step.positions]
        if step.field.kind not in _SEVERAL:
            texts = [next((text for text in texts if text.strip()), "")]
        readings = [step.read(text) for text in texts]
        issues.extend((step, text, each) for text, each in zip(texts, readings, strict=True) if each.reason)
        if step.field.kind is Kind.LIST:
            items = (item for each in readings for item in each.value)  # type: ignore[attr-defined]
            fields[step.field.target] = tuple(dict.fromkeys(items))
        else:
            fields[step.field.target] = readings[0].value

    def _ragged(self, line: int, cells: Sequence[str]) -> tuple[Sequence[str], CellIssue | None]:
        """Blank cells past the last header are no content; anything else out of step could stand in a wrong column."""
        extra = cells[self._width :]
        if extra and not any(cell.strip() for cell in extra):
            return cells[: self._width], None
        amount = "more" if extra else "fewer"
        reason = f"the row has {len(cells)} cells, {amount} than the {self._width} headers"
        shown = " | ".join(extra or cells[-1:])[:_SHOWN_CHARS]
        self_named = list(cells[: self._width])
        if extra:
            self_named[-1:] = [" | ".join([self_named[-1], *extra])]
        return self_named, CellIssue(line, "", "", shown, reason)


def _sort_out(line: int, issues: list[tuple[_Step, str, Reading]], unread: list[CellIssue], rejected: list[CellIssue]) -> None:
    for step, text, reading in issues:
        if reading.reject or step.field.report:
            issue = CellIssue(line, step.column, step.field.target, text[:_SHOWN_CHARS], reading.reason or "")
            (rejected if reading.reject else unread).append(issue)


def _remembered(memo: dict[str, Reading], text: str, read: Reader) -> Reading:
    reading = read(text)
    if len(text) <= _MEMO_CHARS:
        if len(memo) >= _MEMO_TEXTS:
            memo.clear()
        memo[text] = reading
    return reading


def unit_path(levels: Sequence[str]) -> tuple[str, ...]:
    """Units outermost first: blanks left out, a level that repeats the one above it said once."""
    path: list[str] = []
    for level in levels:
        name = " ".join(level.split())
        if name and not (path and folded(path[-1]) == folded(name)):
            path.append(name)
    return tuple(path)


class _Closing:
    """The mapping's `closure` block, bound to the file's columns."""

    def __init__(self, closure: Closure, found: dict[str, int], columns: dict[str, str]) -> None:
        self._closure = closure
        self._position = found[closure.column]
        self._values = frozenset(folded(value) for value in closure.values)
        self._date_column = columns.get(closure.closed_on, "")
        self._memo: dict[str, bool] = {}

    def close(self, line: int, cells: Sequence[str], fields: dict[str, object]) -> CellIssue | None:
        """Set status and kind; return a note if an open row has text where the closing date belongs."""
        text = cells[self._position]
        closed = self._memo.get(text)
        if closed is None:
            closed = folded(text) in self._values
            if len(self._memo) < _MEMO_TEXTS:
                self._memo[text] = closed
        if closed:
            fields["status"] = "closed"
            fields["closure_kind"] = self._kind(fields)
            return None
        fields["closure_kind"] = ""
        fields.setdefault("status", "active")
        return self._note(line, text, fields) if self._closure.report_open else None

    def _kind(self, fields: dict[str, object]) -> str:
        if self._closure.dated_by is None:
            return self._closure.kind_dated
        evidence = fields.get(self._closure.dated_by)
        dated = isinstance(evidence, FuzzyDate) and evidence.value is not None
        return self._closure.kind_dated if dated else self._closure.kind_undated

    def _note(self, line: int, text: str, fields: dict[str, object]) -> CellIssue | None:
        closing_date = fields.get(self._closure.closed_on)
        if not isinstance(closing_date, FuzzyDate) or not closing_date.raw.strip():
            return None
        reason = f'not read as a closure: the {self._closure.column} is "{text.strip() or "blank"}"'
        value = closing_date.raw[:_SHOWN_CHARS]
        return CellIssue(line, self._date_column, self._closure.closed_on, value, reason)
