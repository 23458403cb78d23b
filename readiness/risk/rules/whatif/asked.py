"""What somebody supposes, as the address carries it: one text for each name.

w7.<field>          a value of the profile of workload 7, or of its candidate, as the page of sizing takes it
w7.granted          accelerators that are granted to it
needed_on           the day from which production capacity is needed
milestone.3         its date, or "done"
venue.<function>    the id of the option that is chosen
infrastructure      infrastructure's share of the plan, per cent
close.5             "1": the gate condition is proven
answer.<driver>     yes, partly, no, or a number from 0 to 1
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from math import isfinite

from readiness.risk.rules.drivers import PLACE
from readiness.risk.rules.whatif.world import WorkloadNow, World
from readiness.sizing.rules.asked import NAMES
from readiness.sizing.rules.live import OPTION
from readiness.workloads.rules.fields import asked

MOST_TEXT, MOST_CHANGES, MOST_GRANTED = 80, 200, 1_000_000.0
YEARS = 10  # a supposed day lies at most so far from today
GRANTED = "granted"
DONE = "done"
ANSWERS = {"yes": 1.0, "partly": 0.5, "no": 0.0}
_OF_WORKLOAD = re.compile(r"w(\d{1,18})\.([a-z0-9_]{1,40})")
_NUMBERED = re.compile(r"(milestone|close)\.(\d{1,18})")


class Wrong(StrEnum):
    """Why a text cannot be taken."""

    NOT_A_NUMBER = "not_a_number"
    NOT_A_DATE = "not_a_date"
    TOO_FAR = "too_far"
    NOT_A_SHARE = "not_a_share"
    NOT_GRANTABLE = "not_grantable"
    NO_SUCH_OPTION = "no_such_option"
    NOT_AN_ANSWER = "not_an_answer"
    NOT_CLOSED = "not_closed"
    NO_SUCH_NAME = "no_such_name"


@dataclass(slots=True)
class Asked:
    """What can be taken, by kind; `texts` are what was typed of it, `wrong` what cannot be taken. What is so anyway is nothing.

    `workloads` hold texts that sizing reads; their faults are found there.
    """

    workloads: dict[int, dict[str, str]] = field(default_factory=dict)
    granted: dict[int, float] = field(default_factory=dict)
    needed_on: date | None = None
    milestones: dict[int, date | None] = field(default_factory=dict)  # None: done
    venues: dict[str, int] = field(default_factory=dict)
    infrastructure: float | None = None
    closed: set[int] = field(default_factory=set)
    answers: dict[str, float] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    wrong: dict[str, Wrong] = field(default_factory=dict)


def read(given: Mapping[str, str], world: World, *, strict: bool = False) -> Asked:
    """Take what names something of `world`. Other names are passed over; `strict` calls them wrong (scenarios, API)."""
    found = Asked()
    for name, raw in list(given.items())[:MOST_CHANGES]:
        text = raw.strip()[:MOST_TEXT]
        take = _taker(name, world)
        if take is None:
            if strict:
                found.wrong[name] = Wrong.NO_SUCH_NAME
            continue
        if not text:
            continue
        fault = take(found, text)
        if fault is not Same:
            found.texts[name] = text
        if isinstance(fault, Wrong):
            found.wrong[name] = fault
    return found


class Same:
    """It is so anyway."""


Fault = Wrong | type[Same] | None
Taker = Callable[[Asked, str], Fault]


def _taker(name: str, world: World) -> Taker | None:
    """What reads the text of this name; None where the name means nothing here."""
    if name == "needed_on" and world.workloads:
        return lambda found, text: _needed_on(found, text, world)
    if name == "infrastructure" and world.money:
        return _infrastructure
    kind, _dot, rest = name.partition(".")
    if kind == "venue":
        return (lambda found, text: _venue(found, rest, text, world)) if _has_venue(world, rest) else None
    if kind == "answer":
        return (lambda found, text: _answer(found, rest, text)) if rest in PLACE else None
    if match := _NUMBERED.fullmatch(name):
        return _numbered(match[1], int(match[2]), world)
    if (match := _OF_WORKLOAD.fullmatch(name)) and (one := world.workloads.get(int(match[1]))) and match[2] in fields_of(one):
        return _of_workload(one.id, match[2])
    return None


def fields_of(one: WorkloadNow) -> frozenset[str]:
    """Names that may stand after `w<id>.`."""
    profile = (each.name for each in asked(one.stored.task, one.stored.workload_class))
    return frozenset((GRANTED, OPTION, *NAMES, *profile))


def _of_workload(pk: int, field_name: str) -> Taker:
    def take(found: Asked, text: str) -> Fault:
        if field_name == GRANTED:
            value = number(text)
            if value is None or not 0 <= value <= MOST_GRANTED:
                return Wrong.NOT_GRANTABLE
            found.granted[pk] = value
        else:
            found.workloads.setdefault(pk, {})[field_name] = text
        return None

    return take


def _numbered(kind: str, pk: int, world: World) -> Taker | None:
    if kind == "close":
        known = any(one.id == pk for one in world.conditions)
        return (lambda found, text: _close(found, pk, text)) if known else None
    row = next((one for one in world.milestones if one.id == pk and one.done_on is None), None)
    if row is None:
        return None

    def take(found: Asked, text: str) -> Fault:
        day = None if text == DONE else _day(text, world.today)
        if isinstance(day, Wrong):
            return day
        if day is not None and day == row.due:
            return Same
        found.milestones[pk] = day
        return None

    return take


def _close(found: Asked, pk: int, text: str) -> Fault:
    if text != "1":
        return Wrong.NOT_CLOSED
    found.closed.add(pk)
    return None


def _needed_on(found: Asked, text: str, world: World) -> Fault:
    day = _day(text, world.today)
    if isinstance(day, Wrong):
        return day
    if all(one.needed_on == day for one in world.workloads.values()):
        return Same
    found.needed_on = day
    return None


def _infrastructure(found: Asked, text: str) -> Fault:
    value = number(text.rstrip("%\u202f "))
    if value is None or not 0 <= value <= 100:
        return Wrong.NOT_A_SHARE
    found.infrastructure = value / 100
    return None


def _has_venue(world: World, function: str) -> bool:
    return any(row["function"] == function for row in world.venues)


def _venue(found: Asked, function: str, text: str, world: World) -> Fault:
    rows = [row for row in world.venues if row["function"] == function and str(row["id"]) == text]
    if not rows:
        return Wrong.NO_SUCH_OPTION
    if rows[0]["state"] == "chosen":
        return Same
    found.venues[function] = int(text)
    return None


def _answer(found: Asked, key: str, text: str) -> Fault:
    value = ANSWERS.get(text.lower(), number(text))
    if value is None or not 0 <= value <= 1:
        return Wrong.NOT_AN_ANSWER
    found.answers[key] = value
    return None


def number(text: str) -> float | None:
    """Digits with a point; None for anything else that Python would take for a number."""
    plain = text.replace("\u202f", "").replace(" ", "").replace(",", ".")
    if not plain or plain.strip("0123456789."):
        return None
    try:
        value = float(plain)
    except ValueError:
        return None
    return value if isfinite(value) else None


def _day(text: str, today: date) -> date | Wrong:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return Wrong.NOT_A_DATE
    return day if abs((day - today).days) <= YEARS * 366 else Wrong.TOO_FAR
