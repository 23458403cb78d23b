"""What a foreign payload says, taken without trust: absent, NaN, infinite, boolean and textual values are told apart."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

LONGEST_TEXT = 200
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?")
_LARGEST_WHOLE = 2**53  # above it a float is no longer exact


def number(raw: object) -> float | None:
    """A finite number, also one written as text ("1000.0"); None for all else: absent is never zero."""
    if isinstance(raw, bool) or raw is None:
        return None
    if isinstance(raw, str):
        raw = raw.strip()
        if len(raw) > 40 or not _NUMBER.fullmatch(raw):
            return None
    if not isinstance(raw, int | float | str):
        return None
    try:
        value = float(raw)
    except OverflowError:
        return None
    return value if math.isfinite(value) else None


def whole(raw: object) -> int | None:
    """A count: a whole number from zero up, else None."""
    value = number(raw)
    if value is None or value < 0 or value > _LARGEST_WHOLE or value != int(value):
        return None
    return int(value)


def positive(raw: object) -> float | None:
    """A finite number above zero, else None."""
    value = number(raw)
    return value if value is not None and value > 0 else None


def text(raw: object, longest: int = LONGEST_TEXT) -> str:
    """Printable text of a scalar, shortened; "" for what is no scalar."""
    if raw is None or isinstance(raw, bool) or not isinstance(raw, str | int | float):
        return ""
    try:
        written = str(raw)
    except ValueError:  # an integer of more digits than Python writes
        return ""
    short = written[: longest * 2]
    if not short.isprintable():
        short = "".join(one if one.isprintable() else " " for one in short)
    return short.strip()[:longest]


def table(raw: object) -> Mapping[str, Any]:
    """The mapping itself, or an empty one for what is none."""
    return raw if isinstance(raw, Mapping) else {}


def rows(raw: object) -> Sequence[Any]:
    """The list itself, or an empty one for what is none."""
    return raw if isinstance(raw, list | tuple) else ()


def within(raw: object, *path: str) -> Any:
    """The value under nested keys; None where one of them is missing."""
    for key in path:
        raw = table(raw).get(key)
    return raw
