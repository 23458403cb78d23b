"""From an interpreted row to a staged one: checked against what the database can hold, as bytes for COPY."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterator, Sequence
from collections.abc import Mapping as Lookup
from decimal import Decimal
from typing import NamedTuple

import orjson

from portfolio.formats.registers.dates import FuzzyDate
from portfolio.formats.registers.interpret import CellIssue, Interpreted
from portfolio.formats.registers.keys import KeyBook
from portfolio.formats.registers.mapping import Mapping
from portfolio.formats.registers.targets import TARGETS
from portfolio.initiatives.choices import ClosureKind, RowOutcome, StageKind, Status
from portfolio.initiatives.models import ExternalId, Initiative, Link, Programme, Tag

UNKNOWN = "unknown"
MAX_KEY_BYTES = 1500  # a b-tree entry holds 2,700
MAX_FIELDS_BYTES = 400_000  # a text search vector holds 1 MB
MAX_LEVELS = 8
_SHOWN = 200
_CENT = Decimal("0.01")
_MAX_AMOUNT = Decimal(10) ** 14
_JSON = orjson.OPT_SORT_KEYS

_TEXT_COLUMNS = (
    "name", "topic", "impact_level", "system_name", "orchestrator", "owner_name", "sponsor_name", "expected_value_currency",
)  # fmt: skip


def _length(model: type, name: str) -> int:
    return int(model._meta.get_field(name).max_length)  # type: ignore[attr-defined]


# target -> longest text its column holds; nothing is ever cut to fit
TEXT_LIMITS: dict[str, int] = {name: _length(Initiative, name) for name in _TEXT_COLUMNS} | {
    "external_id": _length(ExternalId, "value"),
    "programme": _length(Programme, "name"),
    "source_code_url": _length(Link, "url"),
    "unit_code": 50,
    "owner_email": 254,
}
ITEM_LIMITS: dict[str, int] = {
    "external_ids": _length(ExternalId, "value"),
    "tags": _length(Tag, "name"),
    "links": _length(Link, "url"),
    "unit": 255,
}
_CHOICES = ("developed_by", "venue_storage", "venue_training", "venue_inference", "containerised", "procurement_route")


class Prepared(NamedTuple):
    """A row as COPY takes it; `raw`, `fields` and `issues` are JSON."""

    line: int
    key: str
    outcome: RowOutcome
    raw: bytes
    fields: bytes
    issues: bytes
    digest: str
    unread: int
    repeat: bool


class RowPreparer:
    """One file's rows, in file order. `stages`: key -> kind of the lifecycle that the register uses."""

    def __init__(self, mapping: Mapping, stages: Lookup[str, str]) -> None:
        self._book = KeyBook(mapping)
        self._stages = stages
        targets = {each.target for each in mapping.fields}
        self._texts = [(target, limit) for target, limit in TEXT_LIMITS.items() if target in targets]
        self._items = [(target, limit) for target, limit in ITEM_LIMITS.items() if target in targets]
        self._choices = [(target, TARGETS[target].choices) for target in _CHOICES if target in targets]
        self._answers = [
            (each.target, each.target.removeprefix("answers."), each.columns[0])
            for each in mapping.fields
            if each.target.startswith("answers.")
        ]
        stage = mapping.field_for("stage")
        self._stage_column = stage.columns[0] if stage else None
        self._closing = bool(targets & {"status", "closure_kind"}) or mapping.closure is not None
        self._money = "expected_value" in targets
        self._urls = bool(targets & {"links", "source_code_url"})
        self._columns = {each.target: " + ".join(each.columns) for each in mapping.fields}

    def __call__(self, row: Interpreted, cells: Sequence[str]) -> Prepared:
        fields, raw = row.fields, row.raw
        rejected, unread = list(row.rejected), list(row.unread)
        key, note = "", None
        if fields:
            key, note = self._key(row, cells)
            self._check(row, rejected, unread)
        raw_json, broken = _json(raw, rejected, row.line)
        fields_json = b"{}" if broken or not fields else orjson.dumps(fields, default=str, option=_JSON)
        if len(fields_json) > MAX_FIELDS_BYTES:
            reason = f"its texts are longer than {MAX_FIELDS_BYTES:,} bytes together"
            rejected.append(CellIssue(row.line, "", "", "", reason))
        issues = b"[]"
        if rejected or unread or note:
            issues = _issues(rejected, unread, note, key)
        outcome = RowOutcome.REJECTED if rejected else RowOutcome.CREATED
        digest = hashlib.sha256(fields_json + b"\0" + raw_json).hexdigest()
        return Prepared(row.line, key, outcome, raw_json, fields_json, issues, digest, len(unread), note is not None)

    def _key(self, row: Interpreted, cells: Sequence[str]) -> tuple[str, str | None]:
        """The key, also of a row that is rejected: it is in the file, so what it updates is not missing."""
        found = self._book.key(row, cells)
        encoded = found.key.encode("utf-8", "surrogatepass")
        if len(encoded) > MAX_KEY_BYTES:
            return f"{found.key[:200]} … {hashlib.sha256(encoded).hexdigest()}", found.note
        return found.key, found.note

    def _check(self, row: Interpreted, rejected: list[CellIssue], unread: list[CellIssue]) -> None:
        fields, line = row.fields, row.line
        rejected.extend(self._lengths(line, fields))
        for target, choices in self._choices:
            self._known(line, fields, target, choices, unread)
        if self._money:
            self._amount(line, fields, rejected, unread)
        if self._urls:
            self._web_addresses(line, fields, unread)
        if self._stage_column is not None:
            fields["stage_raw"] = row.raw.get(self._stage_column, "").strip()
            self._known(line, fields, "stage", self._stages, unread)
        if self._closing:
            self._close(fields)
        if self._answers:
            fields["answers"] = {
                question: {"value": fields.pop(target), "raw": row.raw.get(column, "").strip()}
                for target, question, column in self._answers
                if target in fields
            }

    def _lengths(self, line: int, fields: dict[str, object]) -> Iterator[CellIssue]:
        for target, limit in self._texts:
            text = fields.get(target)
            if isinstance(text, str) and len(text) > limit:
                yield self._too_long(line, target, text, limit)
        for target, limit in self._items:
            items = _texts(fields.get(target))
            if target == "unit" and len(items) > MAX_LEVELS:
                yield CellIssue(line, self._columns[target], target, "", f"more than {MAX_LEVELS} levels of units")
            for item in items:
                if len(item) > limit:
                    yield self._too_long(line, target, item, limit)

    def _too_long(self, line: int, target: str, text: str, limit: int) -> CellIssue:
        reason = f"{len(text)} characters; at most {limit} fit, and nothing is cut"
        return CellIssue(line, self._columns.get(target, ""), target, text[:_SHOWN], reason)

    def _known(
        self, line: int, fields: dict[str, object], target: str, choices: Collection[str], unread: list[CellIssue]
    ) -> None:
        """A kept text is no choice that the column knows: unknown, and said so."""
        value = fields.get(target)
        if value is None or value == UNKNOWN or value in choices:
            return
        fields[target] = UNKNOWN
        what = "the lifecycle template has no such stage" if target == "stage" else "not one of its choices"
        unread.append(CellIssue(line, self._columns[target], target, str(value)[:_SHOWN], f"{what}; read as unknown"))

    def _amount(self, line: int, fields: dict[str, object], rejected: list[CellIssue], unread: list[CellIssue]) -> None:
        amount = fields.get("expected_value")
        if not isinstance(amount, Decimal):
            fields["expected_value_currency"] = ""
            return
        say = self._columns["expected_value"], "expected_value", str(amount)[:_SHOWN]
        if not fields.get("expected_value_currency"):
            fields["expected_value"] = None
            unread.append(CellIssue(line, *say, "an amount without a currency"))
        elif abs(amount) >= _MAX_AMOUNT:
            rejected.append(CellIssue(line, *say, "more than 14 digits before the decimal point"))
        else:
            rounded = amount.quantize(_CENT)
            fields["expected_value"] = rounded
            if rounded != amount:
                unread.append(CellIssue(line, *say, "more than two decimals; rounded"))

    def _web_addresses(self, line: int, fields: dict[str, object], unread: list[CellIssue]) -> None:
        for target in ("links", "source_code_url"):
            found = fields.get(target)
            items = (found,) if isinstance(found, str) else _texts(found)
            bad = [item for item in items if item and not item.lower().startswith(("http://", "https://"))]
            reason = "not a web address (http or https)"
            unread.extend(CellIssue(line, self._columns[target], target, item[:_SHOWN], reason) for item in bad)
            if bad:
                fields[target] = "" if isinstance(found, str) else tuple(item for item in items if item not in bad)

    def _close(self, fields: dict[str, object]) -> None:
        """Closed rows have a kind: as stated, else retired if it was ever in use, else abandoned of unknown kind."""
        kind = fields.get("closure_kind")
        stated = isinstance(kind, str) and kind not in ("", UNKNOWN)
        if stated:
            fields["status"] = Status.CLOSED
        elif fields.get("status") == Status.CLOSED:
            used = fields.get("implemented_on")
            operating = self._stages.get(str(fields.get("stage"))) == StageKind.PRODUCTION
            was_used = operating or (isinstance(used, FuzzyDate) and used.value is not None)
            fields["closure_kind"] = ClosureKind.RETIRED if was_used else ClosureKind.ABANDONED_UNKNOWN
        else:
            fields["closure_kind"] = ""


def _texts(found: object) -> tuple[str, ...]:
    return found if isinstance(found, tuple) else ()


def _json(raw: dict[str, str], rejected: list[CellIssue], line: int) -> tuple[bytes, bool]:
    """The raw row as JSON that PostgreSQL takes, and whether something in it had to be replaced (the row is rejected)."""
    try:
        text = orjson.dumps(raw, option=_JSON)
    except TypeError:
        clean: Callable[[str], str] = lambda cell: cell.encode("utf-8", "replace").decode()  # noqa: E731
        raw = {clean(name): clean(cell) for name, cell in raw.items()}
        rejected.append(CellIssue(line, "", "", "", "holds half a character (a lone surrogate)"))
        text = orjson.dumps(raw, option=_JSON)
    if b"\\u0000" not in text or not any("\0" in part for pair in raw.items() for part in pair):
        return text, bool(rejected and rejected[-1].reason.startswith("holds half"))
    shown = {name.replace("\0", "\u2400"): cell.replace("\0", "\u2400") for name, cell in raw.items()}
    return orjson.dumps(shown, option=_JSON), True


def _issues(rejected: list[CellIssue], unread: list[CellIssue], note: str | None, key: str) -> bytes:
    found = [_issue("rejected", each) for each in rejected] + [_issue("unread", each) for each in unread]
    if note:
        found.append({"kind": "repeat", "column": "", "target": "key", "value": key[:_SHOWN], "reason": note})
    return orjson.dumps(found)


def _issue(kind: str, issue: CellIssue) -> dict[str, str]:
    value = issue.value.replace("\0", "\u2400").encode("utf-8", "replace").decode()
    return {"kind": kind, "column": issue.column, "target": issue.target, "value": value, "reason": issue.reason}
