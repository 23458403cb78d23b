"""The catalogues as files: what a row may say, how YAML and CSV are read, and what a model keeps per token.

A file is a list of rows; every objection names its line, so that a person finds it. Pure.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from math import isfinite
from typing import Any

import yaml

from readiness.core.sizing.inputs import Layers, Task
from readiness.core.sizing.memory import layer_bytes_per_token
from readiness.workloads.choices import BYTES_PER_PARAMETER, ModelSource, Precision

DEEPEST = 8  # a row, its layers, one group: four
MOST_ROWS = 5000
MOST_CHARACTERS = 4_000_000
LAYER_PARTS = frozenset({"count", "kv_heads", "head_dim", "window_tokens", "latent_dim"})
Reader = Callable[[Any], Any]


class Unreadable(ValueError):
    """What is wrong with a cell, a row or a file, said to the person who wrote it."""


def _text(value: Any) -> str:
    if isinstance(value, dict | list):
        raise Unreadable("want a text")
    return "" if value is None else str(value).strip()


def _number(value: Any) -> float | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        raise Unreadable("want a number")
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise Unreadable(f"want a number, got {value!r}") from error
    if not isfinite(number) or number < 0:
        raise Unreadable(f"want a finite number that is not negative, got {value!r}")
    return number


def _whole(value: Any) -> int | None:
    number = _number(value)
    if number is not None and (number != int(number) or number > 2**62):
        raise Unreadable(f"want a whole number, got {value!r}")
    return None if number is None else int(number)


def _flag(value: Any) -> bool:
    known = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False, "": False, "none": False}
    text = str(value).strip().lower()
    if text not in known:
        raise Unreadable(f"want true or false, got {value!r}")
    return known[text]


def _day(value: Any) -> date | None:
    if value is None or value == "":
        return None
    try:
        return value if isinstance(value, date) else date.fromisoformat(str(value))
    except ValueError as error:
        raise Unreadable(f"want a date as 2025-06-30, got {value!r}") from error


def _names(value: Any) -> list[str]:
    given = value if isinstance(value, list) else str(value or "").split(";")
    return [name for name in (_text(item) for item in given) if name]


def _one_of(choices: type[StrEnum], otherwise: str = "") -> Reader:
    known = [choice.value for choice in choices]

    def read(value: Any) -> str:
        text = _text(value) or otherwise
        if text not in known:
            raise Unreadable(f"want one of {', '.join(known)}, got {text!r}")
        return text

    return read


def read_layers(value: Any) -> list[dict[str, int]]:
    """Groups of layers as {count, kv_heads, head_dim[, window_tokens]} or {count, latent_dim}; JSON text or a list of them.

    Raises Unreadable.
    """
    if isinstance(value, str):
        try:
            value = json.loads(value) if value.strip() else []
        except ValueError as error:
            raise Unreadable(f"layers are no JSON: {error}") from error
    if not isinstance(value, list | tuple | None):
        raise Unreadable("want a list of groups of layers")
    return [_layer_group(group) for group in value or ()]


def _layer_group(group: Any) -> dict[str, int]:
    if not isinstance(group, Mapping) or (strange := set(group) - LAYER_PARTS):
        named = f", there is no {', '.join(sorted(map(str, strange)))}" if isinstance(group, Mapping) else ""
        raise Unreadable(f"a group of layers has {', '.join(sorted(LAYER_PARTS))}{named}")
    made = {name: _whole(part) for name, part in group.items() if part is not None}
    if not made.get("count"):
        raise Unreadable("a group of layers needs its count")
    if "latent_dim" not in made and not {"kv_heads", "head_dim"} <= set(made):
        raise Unreadable("a group of layers needs kv_heads and head_dim, or latent_dim")
    return {name: part for name, part in made.items() if part is not None}


_ORIGIN: dict[str, Reader] = {"aliases": _names, "source": _text, "verified": _flag, "as_of": _day, "retired": _flag}
ACCELERATOR: dict[str, Reader] = {
    "key": _text, "name": _text, "vendor": _text, "memory_bytes": _whole, "bandwidth": _number, "flops_bf16": _number,
    "flops_fp8": _number, "power_w": _number, "price_low": _number, "price_likely": _number, "price_high": _number,
    "price_currency": _text, **_ORIGIN,
}  # fmt: skip
MODEL: dict[str, Reader] = {
    "key": _text, "name": _text, "provider": _text, "offered_as": _one_of(ModelSource), "task": _one_of(Task, "generate"),
    "parameters": _number, "active_parameters": _number, "layers": read_layers, "precision": _one_of(Precision, "bf16"),
    "max_context_tokens": _whole, "price_input": _number, "price_output": _number, "price_currency": _text, **_ORIGIN,
}  # fmt: skip


@dataclass(slots=True)
class Parsed:
    """Rows that could be read, each with its line, and objections with theirs (line 0: the file as a whole)."""

    rows: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    errors: list[tuple[int, str]] = field(default_factory=list)


def parse(text: str, form: str, fields: Mapping[str, Reader]) -> Parsed:
    """Rows of a file in `form` yaml, json (which is YAML) or csv. A row says only what its file names; the key it must."""
    parsed = Parsed()
    if len(text) > MOST_CHARACTERS:
        parsed.errors.append((0, f"a catalogue has at most {MOST_CHARACTERS} characters"))
        return parsed
    seen: dict[str, int] = {}
    try:
        for line, raw in _csv_rows(text) if form == "csv" else _yaml_rows(text):
            _take(parsed, seen, line, raw, fields)
    except Unreadable as error:
        parsed.errors.append((0, str(error)))
    if len(parsed.rows) > MOST_ROWS:
        parsed.errors.append((0, f"a catalogue has at most {MOST_ROWS} rows"))
    return parsed


def _take(parsed: Parsed, seen: dict[str, int], line: int, raw: Any, fields: Mapping[str, Reader]) -> None:
    if not isinstance(raw, Mapping):
        parsed.errors.append((line, "want a row of names and values"))
        return
    row: dict[str, Any] = {}
    for name, value in raw.items():
        reader = fields.get(str(name))
        if reader is None:
            parsed.errors.append((line, f"there is no field {name!r}; known: {', '.join(fields)}"))
            continue
        try:
            row[str(name)] = reader(value)
        except Unreadable as error:
            parsed.errors.append((line, f"{name}: {error}"))
    key = row.get("key", "")
    if not key:
        parsed.errors.append((line, "a row needs its key"))
    elif key in seen:
        parsed.errors.append((line, f"{key} stands on line {seen[key]} already"))
    seen.setdefault(key, line)
    parsed.rows.append((line, row))


def _csv_rows(text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), strict=True)
    try:
        for row in reader:
            if row.pop(None, None):
                raise Unreadable(f"line {reader.line_num} has more cells than the head")
            yield reader.line_num, {name: _own_text(cell or "") for name, cell in row.items()}
    except csv.Error as error:
        raise Unreadable(f"line {reader.line_num} is no CSV: {error}") from error


def _own_text(cell: str) -> str:
    """A cell without the apostrophe that an export put before what a spreadsheet could run."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in "=+-@" else cell


def _yaml_rows(text: str) -> Iterator[tuple[int, Any]]:
    """Rows with their lines; no tags, no aliases (a file of a few lines must not unfold into gigabytes)."""
    try:
        _refuse_tricks(text)
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        if root is None:
            return
        if not isinstance(root, yaml.SequenceNode):
            raise Unreadable("want a list of rows")
        loader = yaml.SafeLoader("")
        for node in root.value:
            yield node.start_mark.line + 1, loader.construct_document(node)
    except (yaml.YAMLError, RecursionError) as error:
        raise Unreadable(f"no YAML: {error}") from error


def _refuse_tricks(text: str) -> None:
    """Aliases unfold, and brackets within brackets cost the square of their depth: both end here, while events are read."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.AliasEvent):
            raise Unreadable("a catalogue has no YAML aliases")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            line = event.start_mark.line + 1 if event.start_mark else 0
            raise Unreadable(f"line {line} nests deeper than {DEEPEST} lists and blocks")


def layers_of(groups: Sequence[Mapping[str, Any]]) -> tuple[Layers, ...]:
    """The stored groups as the core takes them."""
    return tuple(Layers(**group) for group in groups)


def kv_bytes_per_token(groups: Sequence[Mapping[str, Any]], precision: str = Precision.BF16) -> float | None:
    """Bytes that one more token costs while it is inside every window; None where the layers are not known."""
    if not groups:
        return None
    return sum(layer_bytes_per_token(group, BYTES_PER_PARAMETER[Precision(precision)]) for group in layers_of(groups))
