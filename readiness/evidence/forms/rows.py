"""A list of alike entries in a form: rows of texts in and out, with spare ones, without scripts and with them.

The inputs of row 3 are called `<field>-3-<column>`. A row in which nothing stands is no entry. Where more rows are wanted than
there are spare ones, a button named `more` sends the form as it is and gets it back with some.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import ErrorDict
from django.utils.functional import Promise
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

MOST_ROWS = 300
SPARE, MORE_AT_ONCE = 1, 5
Text = str | Promise
Texts = dict[str, str]
Entry = Any


@dataclass(frozen=True, slots=True)
class Column:
    """One input of a row. `kind`: text, area, select, metric or unit; `choices` of a select are (value, label).

    `fills`: what stands in it alone makes no entry, as it stands there before anybody typed. `wide` ones take a line of their
    own, `more` ones are folded away.
    """

    name: str
    label: Text
    kind: str = "text"
    choices: tuple[tuple[str, Any], ...] = ()
    placeholder: Text = ""
    fills: bool = False
    wide: bool = False
    more: bool = False


@dataclass(frozen=True, slots=True)
class Shape:
    """Columns, and the way from a row of texts to an entry and back. `read` raises ValueError, its text for a person.

    `says` is what a row that is folded away says of itself, and the line after it.
    """

    columns: tuple[Column, ...]
    read: Callable[[Texts], Entry]
    write: Callable[[Entry], Texts]
    collect: Callable[[list[Entry]], Any] = list
    spread: Callable[[Any], Iterable[Entry]] = field(default=lambda value: value or [])
    says: Callable[[Texts], tuple[str, str]] | None = None
    template: str = "evidence/feed_rows.html"
    add: Text = ""


class RowsWidget(forms.Widget):
    """Its value is a list of rows of texts."""

    def __init__(self, shape: Shape, label: Text = "") -> None:
        super().__init__()
        self.shape, self.label, self.template_name = shape, label, shape.template
        self.spare = SPARE
        self.try_url = ""
        self.tried: dict[str, str] = {}  # by the number of the row: what came back when it was tried
        self.wrong: dict[str, str] = {}  # by the number of the row: why it cannot be taken

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[Texts]:
        """From its inputs, or from one text with all rows, as the merge page sends them back."""
        if name in data:
            return _rows_of(str(data[name]))
        pattern = re.compile(rf"{re.escape(name)}-(\d{{1,4}})-(\w+)")
        rows: dict[int, Texts] = {}
        for key in data:
            found = pattern.fullmatch(str(key))
            if found:
                rows.setdefault(int(found[1]), {})[found[2]] = data[key]
        return [rows[number] for number in sorted(rows) if self._filled(rows[number])]

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return False

    def id_for_label(self, id_: str) -> str:
        return f"{id_}-0-{self.shape.columns[0].name}"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        filled = list(value or [])
        made = [self._row(name, str(number), row) for number, row in enumerate([*filled, *({} for _ in range(self.spare))])]
        for row in made[len(filled) :] if filled else ():
            row["spare"] = True
        context["widget"] |= {
            "rows": made, "blank": self._row(name, "__n__", {}), "columns": self.shape.columns, "label": self.label,
            "add": self.shape.add, "try_url": self.try_url,
        }  # fmt: skip
        return context

    def _filled(self, row: Texts) -> bool:
        return any(row.get(column.name, "").strip() for column in self.shape.columns if not column.fills)

    def _row(self, name: str, number: str, texts: Texts) -> dict[str, Any]:
        cells = [
            {
                "column": column,
                "name": f"{name}-{number}-{column.name}",
                "id": f"id_{name}-{number}-{column.name}",
                "value": texts.get(column.name, ""),
                "options": options(column.choices, texts.get(column.name, "")),
            }
            for column in self.shape.columns
        ]
        return {
            "number": number,
            "place": int(number) + 1 if number.isdecimal() else "",
            "cells": [cell for cell in cells if not cell["column"].more],  # type: ignore[attr-defined]
            "more": [cell for cell in cells if cell["column"].more],  # type: ignore[attr-defined]
            "filled": self._filled(texts),
            "says": self.shape.says(texts) if self.shape.says else ("", ""),
            "tried": self.tried.get(number, ""),
            "wrong": self.wrong.get(number, ""),
        }


def _rows_of(text: str) -> list[Texts]:
    """Rows written as JSON; [] for anything else."""
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return []
    rows = told if isinstance(told, list) else []
    return [{str(key): str(value) for key, value in row.items()} for row in rows if isinstance(row, dict)]


class RowsField(forms.Field):
    """Cleans to what `shape.collect` makes of the entries; every row that cannot be read is named."""

    def __init__(self, shape: Shape, *, label: Any = "", **more: Any) -> None:
        super().__init__(widget=RowsWidget(shape, label), label=label, **more)
        self.shape = shape

    def texts(self, value: Any) -> list[Texts]:
        """A stored value as rows, for `initial`."""
        return [self.shape.write(entry) for entry in self.shape.spread(value)]

    def clean(self, value: list[Texts] | None) -> Any:
        rows = value or []
        if len(rows) > MOST_ROWS:
            raise ValidationError(_("At most %d rows.") % MOST_ROWS)
        entries, wrong = [], []
        for number, row in enumerate(rows, 1):
            try:
                entries.append(self.shape.read({key: text.strip() for key, text in row.items()}))
            except ValueError as problem:
                self.widget.wrong[str(number - 1)] = str(problem)
                wrong.append(_("Row %(number)d: %(problem)s") % {"number": number, "problem": problem})
        if wrong:
            raise ValidationError(wrong[:20])
        if self.required and not entries:
            raise ValidationError(self.error_messages["required"], code="required")
        return self.shape.collect(entries)


class JsonField(forms.Field):
    """A value that nobody made a form for: as JSON."""

    widget = forms.Textarea

    def __init__(self, kind: type, **more: Any) -> None:
        super().__init__(**more)
        self.kind = kind
        self.widget.attrs |= {"rows": 6, "class": "num", "spellcheck": "false"}

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) else json.dumps(value, indent=1, ensure_ascii=False) if value else ""

    def to_python(self, value: Any) -> Any:
        if not value:
            return self.kind()
        try:
            read = json.loads(value)
        except (ValueError, RecursionError) as wrong:
            raise ValidationError(_("This is no JSON: %s") % str(wrong)[:200]) from wrong
        if not isinstance(read, self.kind):
            raise ValidationError(_("An object is expected.") if self.kind is dict else _("A list is expected."))
        return read


def options(choices: tuple[tuple[str, Any], ...], chosen: str) -> SafeString:
    """Of a select, also in groups: written once a language, for a form may have dozens of the same."""
    written = _options(choices, get_language())
    value = f'value="{escape(chosen)}"'
    return SafeString(written.replace(value, f"{value} selected", 1)) if chosen else written


@lru_cache(maxsize=64)
def _options(choices: tuple[tuple[str, Any], ...], _language: str | None) -> SafeString:
    return format_html_join("", "{}", ((_option(value, label),) for value, label in choices))


def _option(value: str, label: Any) -> SafeString:
    if isinstance(label, tuple):
        return format_html('<optgroup label="{}">{}</optgroup>', value, _options(label, get_language()))
    return format_html('<option value="{}">{}</option>', value, label)


def pairs(first: Text, second: Text, *, choices: Sequence[tuple[str, Any]] = (), add: Text = "") -> Shape:
    """An object of texts: its names and their values."""
    kind = "select" if choices else "text"
    columns = (
        Column("key", first, kind, choices=(("", ""), *choices) if choices else ()),
        Column("value", second),
    )  # fmt: skip

    def collect(entries: list[tuple[str, str]]) -> dict[str, str]:
        names = [name for name, _value in entries]
        if twice := next((name for name in names if names.count(name) > 1), ""):
            raise ValidationError(_("%s stands there twice.") % twice)
        return dict(entries)

    return Shape(columns, _pair, _unpair, collect, lambda value: list((value or {}).items()), add=add)


def _pair(row: Texts) -> tuple[str, str]:
    if not row.get("key"):
        raise ValueError(_("the name is missing."))
    return row["key"], row.get("value", "")


def _unpair(entry: tuple[str, str]) -> Texts:
    return {"key": entry[0], "value": entry[1]}


def with_more_rows(form: forms.Form, name: str) -> bool:
    """Whether the form was sent for more rows of the field `name`; it then gets them, and nothing in it is judged."""
    field = form.fields.get(name)
    if not isinstance(field, RowsField):
        return False
    field.widget.spare = MORE_AT_ONCE
    vars(form)["_errors"] = ErrorDict()
    return True
