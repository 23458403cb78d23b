"""Which column of a request log is what, by the names that logs and benchmarks use."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches

from portfolio.formats.errors import FormatError, MissingColumns
from portfolio.formats.traces.trace import Role, Unit

_UNITS = {
    Unit.SECONDS: ("s", "sec", "secs", "second", "seconds"),
    Unit.MILLISECONDS: ("ms", "msec", "msecs", "milli", "millis", "millisecond", "milliseconds"),
    Unit.MICROSECONDS: ("us", "usec", "usecs", "micro", "micros", "microsecond", "microseconds"),
    Unit.NANOSECONDS: ("ns", "nsec", "nsecs", "nano", "nanos", "nanosecond", "nanoseconds"),
}
_UNIT_OF = {word: unit for unit, words in _UNITS.items() for word in words}
_FILLERS = {*_UNIT_OF, "utc", "epoch", "unix", "num", "number", "of", "n", "total", "count", "in"}
_ARRIVAL = (
    "timestamp", "arrival", "arrivaltime", "arrivaltimestamp", "arrivedat", "arrived", "requesttime", "requesttimestamp",
    "requestedat", "requeststart", "requeststarttime", "starttime", "starttimestamp", "startedat", "start", "receivedat",
    "receivedtime", "senttime", "sentat", "time", "datetime", "eventtime", "createdat", "created", "ts", "date", "zeit",
    "zeitstempel",
)  # fmt: skip
_SIDES = {
    Role.INPUT: ("input", "prompt", "context", "request", "prefill", "question"),
    Role.OUTPUT: ("output", "generated", "completion", "response", "decode", "generation", "answer"),
}
_MEASURES = ("tokens", "token", "length", "len", "seqlen", "sequencelength", "lengths", "size")
_NAMES: Mapping[Role, tuple[str, ...]] = {
    Role.ARRIVAL: _ARRIVAL,
    Role.INPUT: (*(side + what for what in _MEASURES for side in _SIDES[Role.INPUT]), "isl", "tokensinput", "tokensprompt"),
    Role.OUTPUT: (*(side + what for what in _MEASURES for side in _SIDES[Role.OUTPUT]), "osl", "tokensoutput"),
}
_PLACE = re.compile(r"column (\d{1,5})")


def found_columns(headers: Sequence[str], mapping: Mapping[Role, str] | None) -> dict[Role, int]:
    """Role -> place of its column. Names given count first, exactly or but for case and separators, or as "column 2".

    Raises MissingColumns where a given name or any arrival time is missing, FormatError where two roles share a column.
    """
    given = dict(mapping or {})
    keys = [_key(header) for header in headers]
    places = {role: _given(name, headers, keys) for role, name in given.items()}
    absent = tuple(given[role] for role, place in places.items() if place is None)
    if absent:
        raise MissingColumns(absent, tuple(headers), {name: _closest(name, headers) for name in absent})
    found = {role: place for role, place in places.items() if place is not None}
    for role, names in _NAMES.items():
        free = (name for name in names if role not in found and name in keys and keys.index(name) not in found.values())
        if (name := next(free, None)) is not None:
            found[role] = keys.index(name)
    if Role.ARRIVAL not in found:
        raise MissingColumns(("timestamp",), tuple(headers), {"timestamp": _closest("timestamp", headers)})
    if len(set(found.values())) < len(found):
        raise FormatError("one column is mapped twice", where="Mapping", advice="Give each its own column")
    return found


def unit_in(header: str) -> Unit | None:
    """The unit that a header names ("arrival_ms", "Time (s)"); None if none or two."""
    units = {_UNIT_OF[word] for word in _words(header) if word in _UNIT_OF}
    return units.pop() if len(units) == 1 else None


def _words(header: str) -> list[str]:
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", header[:200])
    return [word for word in re.split(r"[^a-z0-9]+", parted.casefold()) if word]


def _key(header: str) -> str:
    words = _words(header)
    return "".join([word for word in words if word not in _FILLERS] or words)


def _given(name: str, headers: Sequence[str], keys: Sequence[str]) -> int | None:
    if name in headers:
        return list(headers).index(name)
    if (place := _PLACE.fullmatch(name.casefold())) and 1 <= int(place[1]) <= len(headers):
        return int(place[1]) - 1
    key = _key(name)
    return keys.index(key) if keys.count(key) == 1 else None


def _closest(name: str, headers: Sequence[str]) -> tuple[str, ...]:
    return tuple(get_close_matches(name, [header[:200] for header in headers[:500]], n=2, cutoff=0.4))
