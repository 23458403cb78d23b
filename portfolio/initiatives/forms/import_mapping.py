"""The mapping as a table that a person edits: a target per column, and beside each target what it needs to be read."""

from __future__ import annotations

from collections.abc import Mapping as Lookup
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from portfolio.formats.registers.dates import DateOrder
from portfolio.formats.registers.mapping import Mapping
from portfolio.formats.registers.mapping_data import mapping_from_data
from portfolio.formats.registers.mapping_export import mapping_to_data
from portfolio.formats.registers.suggest import Guess
from portfolio.formats.registers.targets import TARGETS, Kind
from portfolio.initiatives.services.imports.samples import Sample

CLOSED = "closed"  # beside the stages: the row is a closed initiative
UNKNOWN = "unknown"
_DATE_FLAGS = ("two_digit_year_month", "two_digit_years", "excel_year_serials")
Spec = dict[str, Any]


@dataclass
class ColumnRow:
    """One column of the file with what it becomes."""

    index: int
    name: str
    examples: tuple[str, ...]
    filled: int
    target: str
    confidence: int | None
    why: str


@dataclass
class ValueRow:
    """One text of a choice column, how often it occurs in the sample (0: not seen), and what it becomes."""

    index: int
    raw: str
    count: int
    value: str


@dataclass
class TargetRow:
    """What one target needs beside its column."""

    name: str
    label: str
    kind: str
    columns: list[str]
    spec: Spec
    choices: list[tuple[str, str]] = field(default_factory=list)
    values: list[ValueRow] = field(default_factory=list)


class MappingTable:
    """`base` is mapping data to start from (a profile's, a register's, or the suggestion); `stages`: key -> name."""

    def __init__(self, sample: Sample, base: Spec, stages: Lookup[str, str]) -> None:
        self.sample, self.stages = sample, stages
        self.data: Spec = base or dict(mapping_to_data(sample.suggestion.mapping))
        if not base:
            self._prefill_stages()

    @property
    def columns(self) -> list[ColumnRow]:
        taken: dict[str, str] = {}
        for target, spec in self.data["fields"].items():
            for column in spec["columns"]:
                taken.setdefault(column, target)
        guesses: dict[str, Guess] = {guess.column: guess for guess in self.sample.suggestion.guesses}
        rows = []
        for index, column in enumerate(self.sample.columns):
            target, guess = taken.get(column.name, ""), guesses.get(column.name)
            guessed = guess is not None and guess.target == target and bool(target)
            rows.append(
                ColumnRow(
                    index, column.name, column.examples, column.filled, target,
                    round(guess.confidence * 100) if guess and guessed else None, guess.why if guess and guessed else "",
                )
            )  # fmt: skip
        return rows

    @property
    def targets(self) -> list[TargetRow]:
        return [row for name, spec in self.data["fields"].items() if (row := self._target(name, spec))]

    @staticmethod
    def options() -> list[tuple[str, str]]:
        """Every target as a choice for a column."""
        return [("", _("keep as raw text only")), *((name, target_label(name)) for name in TARGETS)]

    def apply(self, posted: Lookup[str, str]) -> None:
        """Take over what a person chose; what the table does not show of the base stays as it was."""
        chosen: dict[str, list[str]] = {}
        changed: set[str] = set()
        before = {row.name: row.target for row in self.columns}
        for index, column in enumerate(self.sample.columns):
            target = posted.get(f"column-{index}", before[column.name])
            if target != before[column.name]:
                changed.add(column.name)
            if target in TARGETS:
                chosen.setdefault(target, []).append(column.name)
        fields: Spec = {}
        for target, columns in chosen.items():
            spec = {**self.data["fields"].get(target, {})}
            kept = [column for column in spec.get("columns", ()) if column in columns]
            spec["columns"] = kept + [column for column in columns if column not in kept]
            fields[target] = self._options(target, spec, posted)
        for target, spec in self.data["fields"].items():  # a second target of a column, which the table cannot show
            if target not in fields and not changed & set(spec["columns"]) and target not in before.values():
                fields[target] = spec
        self.data = {**self.data, "fields": fields, "key": posted.get("key", self.data.get("key", ""))}
        self._apply_closing(posted)

    def mapping(self) -> Mapping:
        """The mapping as it stands. Raises BadMapping that names the place."""
        return mapping_from_data(self.data)

    def _target(self, name: str, spec: Spec) -> TargetRow | None:
        target = TARGETS[name]
        kind = spec.get("kind") or str(target.kinds[0])
        row = TargetRow(name, target_label(name), kind, spec["columns"], spec)
        if kind in (Kind.CHOICE, Kind.YES_NO) and (target.choices or name == "stage"):
            row.choices = self._choices(name)
            row.values = self._values(name, spec)
        elif kind not in (Kind.DATE, Kind.LIST, Kind.MONEY) and not (kind == Kind.UNIT_PATH and len(spec["columns"]) > 1):
            return None
        return row

    def _choices(self, name: str) -> list[tuple[str, str]]:
        if name == "stage":
            return [("", _("unknown")), *self.stages.items(), (CLOSED, _("closed: not a stage"))]
        return [("", _("unknown")), *((c, c.replace("_", " ")) for c in TARGETS[name].choices if c != UNKNOWN)]

    def _values(self, name: str, spec: Spec) -> list[ValueRow]:
        known: dict[str, str] = dict(spec.get("values", {}))
        closing = set(self.data.get("closure", {}).get("values", ())) if name == "stage" else set()
        if name == "stage":
            status = self.data["fields"].get("status", {})
            closing |= {raw for raw, value in status.get("values", {}).items() if value == CLOSED}
        counts: dict[str, int] = {}
        for column in spec["columns"]:
            found = self.sample.column(column)
            counts |= dict(found.values) if found else {}
        rows = [(raw, count, _mapped(raw, known)) for raw, count in counts.items()]
        here = {raw.casefold() for raw in counts}
        rows += [(raw, 0, value) for raw, value in known.items() if raw.casefold() not in here]
        return [
            ValueRow(index, raw, count, CLOSED if raw in closing else "" if value == UNKNOWN else value)
            for index, (raw, count, value) in enumerate(rows)
        ]

    def _options(self, target: str, spec: Spec, posted: Lookup[str, str]) -> Spec:
        """What was said about how a target is read; nothing was said if its block was not on the page."""
        if f"t-{target}" not in posted:
            return spec
        said = {name.removeprefix(f"{target}-"): text for name, text in posted.items() if name.startswith(f"{target}-")}
        kind = spec.get("kind") or str(TARGETS[target].kinds[0])
        if kind == Kind.DATE:
            dates: Spec = {"order": said.get("order", DateOrder.AUTO.value)}
            dates |= {flag: True for flag in _DATE_FLAGS if said.get(flag)}
            if said.get("fiscal"):
                dates["fiscal_year_start_month"] = said["fiscal"]
            spec["dates"] = dates
        elif kind == Kind.LIST:
            spec["delimiter"] = said.get("delimiter", "")
        elif kind == Kind.MONEY:
            spec["unit"], spec["decimal_sign"] = said.get("unit", "").strip().upper(), said.get("sign", ".")
        elif kind == Kind.UNIT_PATH:
            shown = self.data["fields"].get(target, {}).get("columns", [])
            levels = {column: said.get(f"level-{index}", "") for index, column in enumerate(shown)}
            spec["columns"].sort(key=lambda column: int(level) if (level := levels.get(column, "")).isdecimal() else 99)
        else:
            pairs = self._pairs(target, said)
            spec["values"] = {raw: UNKNOWN if value == CLOSED else value for raw, value in pairs if value}
        return spec

    @staticmethod
    def _pairs(target: str, said: Lookup[str, str]) -> list[tuple[str, str]]:
        count = sum(1 for name in said if name.startswith("raw-"))
        return [(said.get(f"raw-{index}", ""), said.get(f"value-{index}", "")) for index in range(count)]

    def _apply_closing(self, posted: Lookup[str, str]) -> None:
        """Texts that mean "closed": a closure block where a date of retirement is mapped, else a status."""
        if "t-stage" not in posted or "stage" not in self.data["fields"]:
            if "stage" not in self.data["fields"]:
                self.data.pop("closure", None)
            return
        said = {name.removeprefix("stage-"): text for name, text in posted.items() if name.startswith("stage-")}
        closing = [raw for raw, value in self._pairs("stage", said) if value == CLOSED and raw]
        fields, column = self.data["fields"], self.data["fields"]["stage"]["columns"][0]
        fields.pop("status", None) if fields.get("status", {}).get("columns") == [column] else None
        self.data.pop("closure", None)
        if not closing:
            return
        if "retired_on" not in fields:
            fields["status"] = {"columns": [column], "values": dict.fromkeys(closing, CLOSED), "report": False}
            return
        used = {"when_dated": "implemented_on", "then": "retired", "otherwise": "abandoned_unknown"}
        kind = used if "implemented_on" in fields else "abandoned_unknown"
        self.data["closure"] = {"column": column, "values": closing, "closed_on": "retired_on", "kind": kind}

    def _prefill_stages(self) -> None:
        """The lifecycle's own words in the file are its stages."""
        spec = self.data["fields"].get("stage")
        if not spec or spec.get("values"):
            return
        words = {word.casefold(): key for key, name in self.stages.items() for word in (key, name)}
        found = self.sample.column(spec["columns"][0])
        spec["values"] = {
            raw: words[raw.casefold()] for raw, _count in (found.values if found else ()) if raw.casefold() in words
        }


def _mapped(raw: str, known: Lookup[str, str]) -> str:
    """What a value map makes of a text: the whole of it first, then the longest beginning (keys that end with *)."""
    text = " ".join(raw.split()).casefold()
    starts = [key for key in known if key.endswith("*") and text.startswith(key[:-1].casefold())]
    whole = next((value for key, value in known.items() if " ".join(key.split()).casefold() == text), None)
    return whole if whole is not None else known[max(starts, key=len)] if starts else ""


def target_label(name: str) -> str:
    """A target in words: "implemented_on" -> "Implemented on"."""
    if name.startswith("answers."):
        return _("Answer: %s") % name.removeprefix("answers.").replace("_", " ")
    return name.replace("_", " ").capitalize()
