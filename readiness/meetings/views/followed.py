"""What everybody in a room looks at, read and rendered once for all who may see the same of it.

Fifty people ask at the same moment, each time something happens. What they get depends on the pulse of the room and on which of
its items they see, and on nothing else of theirs; so the first one's answer serves the others of this process.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from portfolio.accounts.rules import Actor
from readiness.gates.tables.words import sign
from readiness.meetings.choices import MeetingState
from readiness.meetings.models import Action, Meeting
from readiness.meetings.queries.meetings import actions_of, meeting_by_id
from readiness.meetings.queries.room import Room, room, seen_reviews
from readiness.meetings.tables import room as tables
from readiness.meetings.tables.meetings import agenda_rows, review_row
from readiness.meetings.tables.words import STATES

MOST = 32  # rooms and states of them that a process remembers
WHILE_S = 30  # what follows from the time alone is that old at most


@dataclass(frozen=True)
class Followed:
    """`shown` is the piece for those who press nothing there; `context` is what it was rendered from."""

    room: Room
    actions: list[Action]
    context: dict[str, Any]
    shown: SafeString


_KEPT: OrderedDict[Hashable, Followed] = OrderedDict()
_LOCK = Lock()


def followed(actor: Actor, pk: int, pulse: str, *, now: datetime) -> Followed | None:
    """The room in the state that `pulse` stands for, as this reader may see it; None where it went meanwhile."""
    visible = seen_reviews(actor, pk)
    zone, half_minute = timezone.get_current_timezone_name(), int(now.timestamp()) // WHILE_S
    return _once((pk, pulse, visible, get_language(), zone, half_minute), lambda: _read(actor, pk, now))


def _once(key: Hashable, make: Callable[[], Followed | None]) -> Followed | None:
    with _LOCK:
        if (kept := _KEPT.get(key)) is not None:
            return kept
    if (made := make()) is None:
        return None
    with _LOCK:
        _KEPT[key] = made
        while len(_KEPT) > MOST:
            _KEPT.popitem(last=False)
    return made


def _read(actor: Actor, pk: int, now: datetime) -> Followed | None:
    row = meeting_by_id(actor, pk)
    if row is None:
        return None
    found = room(actor, row, now=now)
    context = _context(row, found) | _table(found, now)
    shown = render_to_string("meetings/room_shown.html", context)
    return Followed(found, list(actions_of(actor, row)), context, shown)


def _context(row: Meeting, found: Room) -> dict[str, Any]:
    return {
        "meeting": row,
        "state": sign(STATES, row.state),
        "running": row.state == MeetingState.IN_PROGRESS,
        "over": row.state in (MeetingState.CLOSED, MeetingState.CANCELLED),
        "items": agenda_rows(found.lines, row, may=False),
        "current": found.current,
        "previous": found.previous,
        "upcoming": found.upcoming,
        "attendance": tables.attendance_rows(found),
    }


def _table(found: Room, now: datetime) -> dict[str, Any]:
    """What is on the table."""
    current, table = found.current, found.table
    if current is None or table is None or current.review is None:
        return {"on_table": None, "hidden": current is not None and current.review is None}
    shown = tables.votes_shown(found, current.item)
    return {
        "on_table": review_row(current.review),
        "clock": tables.clock_row(current.item, now),
        "criteria": tables.criteria_rows(table),
        "recommendation": tables.recommendation_row(table),
        "risk": tables.risk_row(table),
        "votes": tables.vote_rows(table, shown=shown, now=now),
        "decision": tables.decision_row(table),
        "waits": tables.waits_for(table),
        "notes": current.item.notes,
    }
