"""Mappings from and to YAML, JSON and plain data. What is wrong is said with its place."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import TypeVar

import yaml

from portfolio.formats.errors import BadMapping
from portfolio.formats.registers.dates import DateOptions, DateOrder
from portfolio.formats.registers.mapping import Accept, Closure, FieldMap, KeyRule, Mapping, Otherwise
from portfolio.formats.registers.targets import CLOSURE_KINDS, TARGETS, Kind

_MAX_CHARS = 300_000
_MAX_DEPTH = 20
Word = TypeVar("Word", bound=StrEnum)
Data = dict[str, object]


class _PlainLoader(yaml.SafeLoader):
    """YAML in which every scalar is text (so that Yes, No and 2024 stay what they are) and nothing is repeated."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("aliases (*) are not allowed")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[object, object]:
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen if isinstance(key.value, str) else False:
                raise yaml.YAMLError(f'"{key.value}" stands twice in one block (line {key.start_mark.line + 1})')
            seen.add(str(key.value))
        return dict(super().construct_mapping(node, deep=deep))


_PlainLoader.yaml_implicit_resolvers = {}


def plain_data(text: str) -> object:
    """YAML or JSON text as plain data with texts for scalars. Raises BadMapping."""
    if len(text) > _MAX_CHARS:
        raise BadMapping("mapping", f"longer than {_MAX_CHARS:,} characters")
    try:
        return yaml.load(text, Loader=_PlainLoader)  # noqa: S506 (a SafeLoader that is stricter)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise BadMapping("mapping", f"not readable as YAML or JSON ({' '.join(str(error).split())[:300]})") from error


def mapping_from_text(text: str) -> Mapping:
    return mapping_from_data(plain_data(text))


def mapping_from_data(data: object) -> Mapping:
    """A checked mapping. Raises BadMapping that names the place, what is wrong there, and what would be right."""
    block = _block(data, "mapping", ("register", "key", "fields", "closure"))
    register = _text(block, "register", "register", required=True)
    fields = block.get("fields")
    if not isinstance(fields, dict) or not fields:
        raise BadMapping("fields", "a mapping names at least one field")
    parsed = tuple(_field(str(target), spec) for target, spec in fields.items())
    mapping = Mapping(
        register,
        _word(KeyRule, block.get("key"), "key", KeyRule.UNIT_NAME_ORDINAL),
        parsed,
        _closure(block["closure"], {each.target: each for each in parsed}) if block.get("closure") else None,
    )
    _check_whole(mapping)
    return mapping


def _check_whole(mapping: Mapping) -> None:
    if mapping.field_for("name") is None:
        raise BadMapping("fields", "the field name is missing: an initiative has a name")
    has_id = mapping.field_for("external_id") or mapping.field_for("external_ids")
    if mapping.key is KeyRule.EXTERNAL_ID and not has_id:
        raise BadMapping("key", "external_id is the key, and neither external_id nor external_ids is mapped")


_FIELD_KEYS = (
    "columns",
    "column",
    "kind",
    "values",
    "otherwise",
    "dates",
    "delimiter",
    "accept",
    "default",
    "required",
    "blank_words",
    "report",
    "unit",
    "scale",
    "decimal_sign",
)


def _field(target: str, spec: object) -> FieldMap:
    place = f"fields.{target}"
    if target not in TARGETS:
        raise BadMapping(place, f"no such field{_closest(target, TARGETS)}")
    if isinstance(spec, str):
        spec = {"column": spec}
    block = _block(spec, place, _FIELD_KEYS)
    kinds = TARGETS[target].kinds
    kind = _word(Kind, block.get("kind"), f"{place}.kind", kinds[0])
    if kind not in kinds:
        raise BadMapping(f"{place}.kind", f'"{kind}" does not fit {target}; use {", ".join(kinds)}')
    otherwise = _word(Otherwise, block.get("otherwise"), f"{place}.otherwise", Otherwise.UNKNOWN)
    return FieldMap(
        target=target,
        columns=_columns(block, place),
        kind=kind,
        values=_values(block.get("values"), target, place),
        otherwise=otherwise,
        dates=_dates(block.get("dates"), f"{place}.dates"),
        delimiter=_delimiter(block.get("delimiter")),
        accept=_word(Accept, block.get("accept"), f"{place}.accept", Accept.ANY),
        default=_default(block, target, place),
        required=_flag(block, "required", place, False) or target == "name",
        blank_words=_flag(block, "blank_words", place, False),
        report=_flag(block, "report", place, True),
        unit=_text(block, "unit", place),
        scale=_scale(block.get("scale"), place),
        decimal_sign=_decimal_sign(block, place),
    )


def _columns(block: Data, place: str) -> tuple[str, ...]:
    found = block.get("columns", block.get("column"))
    if "columns" in block and "column" in block:
        raise BadMapping(place, "has both column and columns")
    names = [found] if isinstance(found, str) else found
    if not isinstance(names, list | tuple) or not names or not all(isinstance(each, str) and each for each in names):
        raise BadMapping(f"{place}.columns", "names at least one column, as text")
    return tuple(names)


def _values(found: object, target: str, place: str) -> tuple[tuple[str, str], ...]:
    if found in (None, ""):
        return ()
    if not isinstance(found, dict):
        raise BadMapping(f"{place}.values", "is a block of raw text: value")
    choices = TARGETS[target].choices
    pairs: list[tuple[str, str]] = []
    for raw, value in found.items():
        if not isinstance(raw, str) or not isinstance(value, str):
            raise BadMapping(f"{place}.values.{raw}", "raw text and value are texts (put them in quotation marks)")
        if choices and value not in choices and not target.startswith("answers."):
            raise BadMapping(f"{place}.values.{raw}", f'"{value}" is none of {", ".join(choices)}')
        pairs.append((raw, value))
    return tuple(pairs)


def _default(block: Data, target: str, place: str) -> str:
    default = _text(block, "default", place)
    choices = TARGETS[target].choices
    if default and choices and default not in choices and not target.startswith("answers."):
        raise BadMapping(f"{place}.default", f'"{default}" is none of {", ".join(choices)}')
    return default


def _dates(found: object, place: str) -> DateOptions:
    if found in (None, ""):
        return DateOptions()
    known = ("order", "two_digit_year_month", "two_digit_years", "excel_year_serials", "fiscal_year_start_month")
    block = _block(found, place, known)
    month = str(block.get("fiscal_year_start_month") or "")
    if month and (not re.fullmatch(r"[0-9]{1,2}", month) or not 1 <= int(month) <= 12):
        raise BadMapping(f"{place}.fiscal_year_start_month", "is a month from 1 to 12")
    return DateOptions(
        order=_word(DateOrder, block.get("order"), f"{place}.order", DateOrder.AUTO),
        two_digit_year_month=_flag(block, "two_digit_year_month", place, False),
        two_digit_years=_flag(block, "two_digit_years", place, False),
        excel_year_serials=_flag(block, "excel_year_serials", place, False),
        fiscal_year_start_month=int(month) if month else None,
    )


def _closure(data: object, fields: dict[str, FieldMap]) -> Closure:
    block = _block(data, "closure", ("column", "values", "closed_on", "kind", "report_open"))
    values = block.get("values")
    if not isinstance(values, list | tuple) or not values or not all(isinstance(each, str) for each in values):
        raise BadMapping("closure.values", "lists the texts that mean closed")
    dated_by, dated, undated = _closure_kind(block.get("kind"))
    closed_on = _text(block, "closed_on", "closure") or "retired_on"
    for place, target in (("closure.closed_on", closed_on), ("closure.kind.when_dated", dated_by)):
        if target is not None and (target not in fields or fields[target].kind is not Kind.DATE):
            raise BadMapping(place, f'"{target}" is not a mapped field of kind date')
    return Closure(
        column=_text(block, "column", "closure", required=True),
        values=tuple(values),
        closed_on=closed_on,
        kind_dated=dated,
        kind_undated=undated,
        dated_by=dated_by,
        report_open=_flag(block, "report_open", "closure", True),
    )


def _closure_kind(found: object) -> tuple[str | None, str, str]:
    if isinstance(found, str):
        return None, _closure_word(found, "closure.kind"), ""
    block = _block(found, "closure.kind", ("when_dated", "then", "otherwise"))
    return (
        _text(block, "when_dated", "closure.kind", required=True),
        _closure_word(block.get("then"), "closure.kind.then"),
        _closure_word(block.get("otherwise"), "closure.kind.otherwise"),
    )


def _closure_word(found: object, place: str) -> str:
    if not isinstance(found, str) or found not in CLOSURE_KINDS:
        raise BadMapping(place, f'"{found}" is none of {", ".join(CLOSURE_KINDS)}')
    return found


def _block(data: object, place: str, known: Iterable[str]) -> Data:
    if not isinstance(data, dict):
        raise BadMapping(place, "is a block of names and values")
    names = tuple(known)
    for key in data:
        if key not in names:
            raise BadMapping(f"{place}.{key}", f"unknown name{_closest(str(key), names)}")
    return {str(key): value for key, value in data.items()}


def _closest(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(known), n=3, cutoff=0.5)
    return f"; did you mean {' or '.join(near)}?" if near else ""


def _text(block: Data, key: str, place: str, *, required: bool = False) -> str:
    found = block.get(key)
    if found is None:
        found = ""
    if not isinstance(found, str):
        raise BadMapping(f"{place}.{key}", "is a text")
    if required and not found.strip():
        raise BadMapping(f"{place}.{key}" if place != key else key, "is missing")
    return found


def _flag(block: Data, key: str, place: str, default: bool) -> bool:
    found = block.get(key, default)
    if isinstance(found, bool):
        return found
    if found in ("true", "false"):
        return found == "true"
    raise BadMapping(f"{place}.{key}", "is true or false")


def _word(kind: type[Word], found: object, place: str, default: Word) -> Word:
    if found in (None, ""):
        return default
    try:
        return kind(str(found))
    except ValueError as error:
        raise BadMapping(place, f'"{found}" is none of {", ".join(kind)}') from error


def _delimiter(found: object) -> str | None:
    return found if isinstance(found, str) and found else None


def _scale(found: object, place: str) -> Decimal:
    if found in (None, ""):
        return Decimal(1)
    try:
        scale = Decimal(str(found))
    except InvalidOperation as error:
        raise BadMapping(f"{place}.scale", "is a number such as 1000") from error
    if not scale.is_finite() or scale <= 0:
        raise BadMapping(f"{place}.scale", "is a number above zero")
    return scale


def _decimal_sign(block: Data, place: str) -> str:
    sign = _text(block, "decimal_sign", place) or "."
    if sign not in (".", ","):
        raise BadMapping(f"{place}.decimal_sign", "is a point or a comma")
    return sign
