"""What whoever brings evidence says of the place where it was measured: names and types of connectors.contract.Environment.

Two things more can be said: the `stage` that the place serves, and `measured_on` where a file holds no times. An absent name is
"not said"; a name that nobody knows is a fault, for a misspelt one must not quietly say nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from portfolio.initiatives.choices import Venue

LONGEST, MOST_EXTRA, MOST_ACCELERATORS = 200, 20, 1_000_000
EARLIEST = date(2000, 1, 1)  # nobody measured this before
AHEAD = timedelta(days=1)  # of zones


class Stage(StrEnum):
    """What the measured place is for. Evidence of a PoC does not satisfy what production demands."""

    PRODUCTION = "production"
    PILOT = "pilot"
    POC = "poc"


class Code(StrEnum):
    """Why something that is declared cannot be taken."""

    NO_SUCH_FIELD = "no_such_field"
    NO_TEXT = "no_text"
    TOO_LONG = "too_long"
    NOT_PRINTABLE = "not_printable"
    NO_CHOICE = "no_choice"
    NOT_WHOLE = "not_whole"
    NOT_YES_OR_NO = "not_yes_or_no"
    NO_DATE = "no_date"
    NO_ZONE = "no_zone"
    TOO_EARLY = "too_early"
    IN_THE_FUTURE = "in_the_future"
    NO_OBJECT = "no_object"
    TOO_MANY = "too_many"


class Fault(NamedTuple):
    """`values` fill the message of `code`."""

    code: Code
    values: Mapping[str, object] = {}


class _Refused(Exception):
    def __init__(self, code: Code, **values: object) -> None:
        super().__init__(code)
        self.fault = Fault(code, values)


def declared(given: Mapping[str, Any], now: datetime) -> tuple[dict[str, Any], dict[str, Fault]]:
    """(what is said, as JSON keeps it; what is wrong, by name). Texts from a form count like the values of JSON."""
    said: dict[str, Any] = {}
    wrong: dict[str, Fault] = {}
    for name, raw in given.items():
        if raw is None or raw in ("", {}):
            continue
        try:
            said[str(name)] = _read(str(name), raw, now)
        except _Refused as refused:
            wrong[str(name)[:LONGEST]] = refused.fault
    return said, wrong


def measured_at(environment: Mapping[str, Any]) -> datetime | None:
    """When it was measured, as its bringer says. Of a bare day its start: what is known to be no older is at least that old."""
    written = environment.get("measured_on")
    if not isinstance(written, str):
        return None
    if len(written) == len("2026-11-29"):
        return datetime.combine(date.fromisoformat(written), time(), UTC)
    return datetime.fromisoformat(written)


def _read(name: str, raw: object, now: datetime) -> Any:
    reader = READERS.get(name)
    if reader is None:
        raise _Refused(Code.NO_SUCH_FIELD, known=", ".join(READERS))
    return reader(raw, now)


def _text(raw: object, _now: datetime) -> str:
    if not isinstance(raw, str):
        raise _Refused(Code.NO_TEXT)
    written = raw.strip()
    if len(written) > LONGEST:
        raise _Refused(Code.TOO_LONG, most=LONGEST)
    if not written.isprintable():
        raise _Refused(Code.NOT_PRINTABLE)
    return written


def _one_of(*choices: str) -> Callable[[object, datetime], str]:
    def read(raw: object, _now: datetime) -> str:
        if raw not in choices:
            raise _Refused(Code.NO_CHOICE, choices=", ".join(choices))
        return str(raw)

    return read


def _count(raw: object, _now: datetime) -> int:
    """0 is a machine without."""
    written = raw.strip() if isinstance(raw, str) else raw
    if isinstance(written, str) and written.isascii() and written.isdigit() and len(written) < 10:
        written = int(written)
    if isinstance(written, bool) or not isinstance(written, int) or not 0 <= written <= MOST_ACCELERATORS:
        raise _Refused(Code.NOT_WHOLE, most=MOST_ACCELERATORS)
    return written


_WORDS = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}


def _yes_or_no(raw: object, _now: datetime) -> bool:
    told = raw if isinstance(raw, bool) else _WORDS.get(raw.strip().lower()) if isinstance(raw, str) else None
    if told is None:
        raise _Refused(Code.NOT_YES_OR_NO)
    return told


def _when(raw: object, now: datetime) -> str:
    """A day, or a time with its zone."""
    at = _date_or_time(raw)
    if (at if isinstance(at, datetime) else datetime.combine(at, time(), UTC)) > now + AHEAD:
        raise _Refused(Code.IN_THE_FUTURE)
    if (at.date() if isinstance(at, datetime) else at) < EARLIEST:
        raise _Refused(Code.TOO_EARLY, earliest=EARLIEST.isoformat())
    return at.astimezone(UTC).isoformat() if isinstance(at, datetime) else at.isoformat()


def _date_or_time(raw: object) -> date | datetime:
    if isinstance(raw, datetime):
        found: date | datetime = raw
    elif isinstance(raw, date):
        found = raw
    else:
        found = _from_text(raw)
    if isinstance(found, datetime) and found.utcoffset() is None:
        raise _Refused(Code.NO_ZONE)
    return found


def _from_text(raw: object) -> date | datetime:
    written = raw.strip() if isinstance(raw, str) else ""
    try:
        return date.fromisoformat(written) if len(written) == len("2026-11-29") else datetime.fromisoformat(written)
    except ValueError:
        raise _Refused(Code.NO_DATE) from None


def _extra(raw: object, now: datetime) -> dict[str, str]:
    if not isinstance(raw, Mapping):
        raise _Refused(Code.NO_OBJECT)
    if len(raw) > MOST_EXTRA:
        raise _Refused(Code.TOO_MANY, most=MOST_EXTRA)
    return {_text(name, now): _text(value, now) for name, value in raw.items()}


READERS: dict[str, Callable[[object, datetime], Any]] = {
    "venue": _one_of(*(one for one in Venue if one is not Venue.UNKNOWN)),
    "accelerator": _text,
    "accelerators": _count,
    "nodes": _count,
    "model": _text,
    "precision": _text,
    "software": _text,
    "software_version": _text,
    "data_real": _yes_or_no,
    "users_real": _yes_or_no,
    "stage": _one_of(*Stage),
    "measured_on": _when,
    "extra": _extra,
}
