"""Lists in one cell: JSON arrays, Python literals, or texts between delimiters."""

from __future__ import annotations

import ast
import json
import re

_MAX_LITERAL_CHARS = 50_000
_NATURAL = re.compile(r"[;|\r\n]+")
Items = tuple[str, ...]


class UnreadableList(ValueError):
    """The text opens like a list and is none, or holds more than plain values; the message says why."""


def read_list(text: str, delimiter: str | None = None) -> Items:
    """The items of a cell, trimmed, without blanks, in their order.

    Without a declared delimiter a semicolon, a bar and a line end divide; a comma does not, for names hold commas.
    """
    plain = text.strip()
    if not plain:
        return ()
    if plain[0] == "[":
        return _literal(plain)
    parts = plain.split(delimiter) if delimiter else _NATURAL.split(plain)
    return tuple(item for part in parts if (item := part.strip()))


def _literal(plain: str) -> Items:
    if len(plain) > _MAX_LITERAL_CHARS:
        raise UnreadableList(f"a list literal longer than {_MAX_LITERAL_CHARS:,} characters")
    try:
        value = json.loads(plain, parse_int=str, parse_float=str)
    except (ValueError, RecursionError):
        value = _python_literal(plain)
    if not isinstance(value, list | tuple):
        raise UnreadableList("not a list")
    return tuple(item for each in value if (item := _item(each)))


def _python_literal(plain: str) -> object:
    try:
        return ast.literal_eval(plain)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError) as error:
        raise UnreadableList("opens with [ and is no list that can be read") from error


def _item(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool | int | float):
        return str(value)
    raise UnreadableList("a list inside the list")
