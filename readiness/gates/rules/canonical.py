"""Canonical JSON (RFC 8785) and its SHA-256: the same data give the same bytes, on every machine and for ever."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from math import isfinite
from typing import Any

import rfc8785

SAFE = 2**53 - 1  # a larger whole number is not the same in every reader of JSON


class NotCanonical(ValueError):
    """Leave out or rewrite the value at the named place: JSON has no one spelling for it."""

    def __init__(self, place: str, what: str) -> None:
        self.place, self.what = place or "the value", what
        super().__init__(f"{self.place}: {what}")


def canonical(value: object) -> bytes:
    """UTF-8 of plain data (dict, list, str, int, float, bool, None). Raises NotCanonical."""
    for wrong in _wrong(value, ""):
        raise wrong
    plain_data: Any = value
    return rfc8785.dumps(plain_data)


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


def _wrong(value: object, place: str) -> Iterator[NotCanonical]:
    """What has no one spelling, with its place, which the writer of the package does not tell."""
    if isinstance(value, dict):
        for name, one in value.items():
            if not isinstance(name, str):
                yield NotCanonical(place, f"the name {name!r} is no text.")
                continue
            yield from _wrong_text(name, place)
            yield from _wrong(one, f"{place}.{name}" if place else name)
    elif isinstance(value, list | tuple):
        for number, one in enumerate(value):
            yield from _wrong(one, f"{place}[{number}]")
    elif isinstance(value, str):
        yield from _wrong_text(value, place)
    elif value is not None and not isinstance(value, bool):
        yield from _wrong_number(value, place)


def _wrong_text(value: str, place: str) -> Iterator[NotCanonical]:
    try:
        value.encode()
    except UnicodeEncodeError:
        yield NotCanonical(place, "holds half a character (a lone surrogate). Remove it.")


def _wrong_number(value: object, place: str) -> Iterator[NotCanonical]:
    if isinstance(value, int):
        if abs(value) > SAFE:
            yield NotCanonical(place, f"{value} is too large for a number that all read alike. Write it as a text.")
    elif isinstance(value, float):
        if not isfinite(value):
            yield NotCanonical(place, f"{value} is no number of JSON. Leave it out.")
    else:
        yield NotCanonical(place, f"a {type(value).__name__} is no plain data.")
