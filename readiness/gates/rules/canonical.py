"""Canonical JSON (RFC 8785) and its SHA-256: the same data give the same bytes, on every machine and for ever.

Until the package `rfc8785` is locked this small writer stands in for it, behind one function and with its answers.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from math import isfinite

SAFE = 2**53 - 1  # a larger whole number is not the same in every reader of JSON
_FIXED, _SMALL = 21, -6  # ECMAScript writes exponents outside of 1e-6 .. 1e21


class NotCanonical(ValueError):
    """Leave out or rewrite the value at the named place: JSON has no one spelling for it."""

    def __init__(self, place: str, what: str) -> None:
        self.place, self.what = place or "the value", what
        super().__init__(f"{self.place}: {what}")


def canonical(value: object) -> bytes:
    """UTF-8 of plain data (dict, list, str, int, float, bool, None). Raises NotCanonical."""
    return "".join(_written(value, "")).encode()


def digest(value: object) -> str:
    """SHA-256 of the canonical form, 64 small hexadecimal digits. Raises NotCanonical."""
    return hashlib.sha256(canonical(value)).hexdigest()


def plain(value: object) -> object:
    """Dataclasses, mappings, times and decimals as plain data: times in UTC to the microsecond, decimals as texts."""
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, set | frozenset):
        return sorted((plain(one) for one in value), key=canonical)
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return _scalar(value)


def _scalar(value: object) -> object:
    if isinstance(value, str):
        return str(value)  # an enum's value
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return _time(value)
    return value.isoformat() if isinstance(value, date) else value


def _time(value: datetime) -> str:
    if value.tzinfo is None:
        raise NotCanonical(value.isoformat(), "a time without a zone is no moment. Add its zone.")
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _written(value: object, place: str) -> Iterator[str]:
    if isinstance(value, dict):
        yield from _object(value, place)
    elif isinstance(value, list | tuple):
        yield "["
        for number, one in enumerate(value):
            yield "," if number else ""
            yield from _written(one, f"{place}[{number}]")
        yield "]"
    elif isinstance(value, str):
        yield _text(value, place)
    elif value is None or isinstance(value, bool):
        yield {None: "null", True: "true", False: "false"}[value]
    else:
        yield _number(value, place)


def _object(value: dict[object, object], place: str) -> Iterator[str]:
    """Names in the order of their UTF-16 code units."""
    named: dict[str, object] = {}
    for name, one in value.items():
        if not isinstance(name, str):
            raise NotCanonical(place, f"the name {name!r} is no text.")
        named[name] = one
    written = {name: _text(name, place) for name in named}  # before sorting: a broken text has no UTF-16
    yield "{"
    for number, name in enumerate(sorted(named, key=lambda one: one.encode("utf-16-be"))):
        yield f"{',' if number else ''}{written[name]}:"
        yield from _written(named[name], f"{place}.{name}" if place else name)
    yield "}"


def _text(value: str, place: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise NotCanonical(place, "holds half a character (a lone surrogate). Remove it.") from error
    return json.dumps(value, ensure_ascii=False)


def _number(value: object, place: str) -> str:
    if isinstance(value, int):
        if abs(value) > SAFE:
            raise NotCanonical(place, f"{value} is too large for a number that all read alike. Write it as a text.")
        return str(int(value))
    if isinstance(value, float):
        if not isfinite(value):
            raise NotCanonical(place, f"{value} is no number of JSON. Leave it out.")
        return _float(value)
    raise NotCanonical(place, f"a {type(value).__name__} is no plain data.")


def _float(value: float) -> str:
    """ECMAScript's Number::toString: the shortest digits that give the number back, as Python's repr has them."""
    if value == 0:
        return "0"
    mantissa, _, exponent = repr(abs(value)).partition("e")
    whole, _, part = mantissa.partition(".")
    digits = (whole + ("" if part == "0" else part)).lstrip("0")
    point = (len(whole) if whole != "0" else len(digits) - len(part)) + int(exponent or 0)  # the value is 0.digits x 10^point
    digits = digits.rstrip("0")
    sign = "-" if value < 0 else ""
    if len(digits) <= point <= _FIXED:
        return sign + digits.ljust(point, "0")
    if 0 < point <= _FIXED:
        return f"{sign}{digits[:point]}.{digits[point:]}"
    if _SMALL < point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    power = f"e{point - 1:+d}"
    return sign + digits[0] + (f".{digits[1:]}" if digits[1:] else "") + power
