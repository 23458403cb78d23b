"""The text of minutes: the same for the same facts, to the letter, so that its digest says what was locked.

What people wrote stands in lines of its own that begin with `|`, so that no text can pass for a heading or a decision.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

_HEADING = re.compile(r"(\d+)\. ")
_OF_MEETING = "ACTIONS OF THE MEETING"
_SECTIONS = frozenset({_OF_MEETING})


@dataclass(frozen=True, slots=True)
class Presence:
    name: str
    spans: tuple[tuple[datetime, datetime | None], ...]


@dataclass(frozen=True, slots=True)
class Agreed:
    """A condition or an action."""

    text: str
    owner: str
    due: date


@dataclass(frozen=True, slots=True)
class Decided:
    outcome: str
    by: str
    at: datetime
    hash: str
    reason: str = ""
    conditions: tuple[Agreed, ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """`recommended` as it was when the item ended or was decided; `votes` as (name, word), one a seat."""

    subject: str
    gate: str
    minutes: int
    started: datetime | None
    ended: datetime | None
    recommended: str
    votes: tuple[tuple[str, str], ...] = ()
    decided: Decided | None = None
    notes: str = ""
    actions: tuple[Agreed, ...] = ()


@dataclass(frozen=True, slots=True)
class Minutes:
    title: str
    unit: str
    number: int
    started: datetime
    ended: datetime
    chair: str
    place: str
    present: tuple[Presence, ...]
    absent: tuple[str, ...]
    items: tuple[Item, ...]
    notes: str
    actions: tuple[Agreed, ...]


def text_of(minutes: Minutes, zone: tzinfo) -> str:
    """Plain text, LF at line ends, times in `zone`."""
    return "\n".join(_lines(minutes, zone)) + "\n"


def digest_of(text: str) -> str:
    """SHA-256 of the UTF-8 text."""
    return hashlib.sha256(text.encode()).hexdigest()


def _lines(minutes: Minutes, zone: tzinfo) -> Iterator[str]:
    yield "MINUTES OF A GATE MEETING"
    yield f"Meeting {minutes.number}: {one_line(minutes.title)}"
    yield f"Unit: {one_line(minutes.unit)}"
    yield f"Held: {_moment(minutes.started, zone)} to {_moment(minutes.ended, zone)} ({zone})"
    yield f"Chair: {one_line(minutes.chair) or 'not named'}"
    if minutes.place:
        yield f"Place: {one_line(minutes.place)}"
    yield f"Present: {'; '.join(_presence(one, zone) for one in minutes.present) or 'nobody'}"
    if minutes.absent:
        yield f"Invited and not present: {'; '.join(map(one_line, minutes.absent))}"
    yield from _quoted(minutes.notes, "")
    for number, item in enumerate(minutes.items, start=1):
        yield ""
        yield from _item(number, item, zone)
    if minutes.actions:
        yield ""
        yield _OF_MEETING
        yield from _agreed(minutes.actions, "")


def _item(number: int, item: Item, zone: tzinfo) -> Iterator[str]:
    yield f"{number}. {one_line(item.subject)}"
    held = f"{_time(item.started, zone)} to {_time(item.ended, zone)}" if item.started and item.ended else "not reached"
    yield f"   Gate: {one_line(item.gate)}; {held}; {item.minutes} minutes planned"
    if item.recommended:
        yield f"   Recommended: {item.recommended}"
    if item.votes:
        yield f"   Votes: {'; '.join(f'{one_line(name)}: {word}' for name, word in item.votes)}"
    yield from _decided(item.decided, zone) if item.decided else ["   Decision: none"]
    yield from _quoted(item.notes, "   ")
    if item.actions:
        yield "   Actions:"
        yield from _agreed(item.actions)


def _decided(decided: Decided, zone: tzinfo) -> Iterator[str]:
    yield f"   Decision: {decided.outcome}, by {one_line(decided.by)}, {_moment(decided.at, zone)}"
    yield f"   Record: {decided.hash}"
    if decided.reason:
        yield "   Reason:"
        yield from _quoted(decided.reason, "   ")
    if decided.conditions:
        yield "   Conditions:"
        yield from _agreed(decided.conditions)


def _agreed(rows: Sequence[Agreed], indent: str = "   ") -> Iterator[str]:
    for one in rows:
        yield f"{indent}- {one_line(one.text)} ({one_line(one.owner)}, by {one.due.isoformat()})"


def _quoted(text: str, indent: str) -> Iterator[str]:
    for line in text.strip().splitlines():
        yield f"{indent}| {one_line(line)}".rstrip()


def _presence(one: Presence, zone: tzinfo) -> str:
    spans = ", ".join(f"{_time(begun, zone)}-{_time(ended, zone) if ended else 'end'}" for begun, ended in one.spans)
    return f"{one_line(one.name)} ({spans})"


def _moment(at: datetime, zone: tzinfo) -> str:
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M")


def _time(at: datetime | None, zone: tzinfo) -> str:
    return at.astimezone(zone).strftime("%H:%M") if at else ""


def one_line(text: str) -> str:
    """Without control signs and those that turn the reading direction; every space is one space."""
    kept = "".join(" " if unicodedata.category(sign) == "Cc" or sign in "\u2028\u2029" else sign for sign in text)
    return " ".join("".join(sign for sign in kept if unicodedata.category(sign) != "Cf").split())


def without(text: str, hidden: Collection[int], instead: str) -> str:
    """The minutes without what was said of some items (by number), for those who may not know it.

    Nothing but the heading of an item begins with a figure at the edge: what people write never does.
    """
    kept, skipping = [], False
    for line in text.split("\n"):
        if heading := _HEADING.match(line):
            skipping = int(heading[1]) in hidden
            if skipping:
                kept += [f"{heading[1]}. {instead}", ""]
        elif line in _SECTIONS:
            skipping = False
        if not skipping:
            kept.append(line)
    return "\n".join(kept)
