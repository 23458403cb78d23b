"""Terms: what runs on a day, when notice is due, and the months that a calendar shows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from portfolio.procurement.choices import LIVE, Renews, State

LOOK_AHEAD_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Turn:
    """A day on which something of a purchase is due: `notice` (the last day to say no) or `end` (the last day of its term)."""

    purchase_id: int
    day: date
    what: str


def is_over(state: str, ends_on: date | None, today: date) -> bool:
    """Ended or cancelled, or its term has run out and it does not say so yet."""
    return State(state) not in LIVE or (ends_on is not None and ends_on < today)


def turns(purchase_id: int, notice_on: date | None, ends_on: date | None, first: date, last: date) -> list[Turn]:
    """What is due of one purchase from `first` to `last`, both included."""
    days = (("notice", notice_on), ("end", ends_on))
    return [Turn(purchase_id, day, what) for what, day in days if day is not None and first <= day <= last]


def urgency(renews: str, notice_on: date | None, ends_on: date | None, today: date) -> str:
    """How a renewal stands: `missed` (notice is over and it renews by itself), `unknown` (nobody knows whether it does, or how
    long notice takes), `soon` (something is due within 60 days), `ahead`.
    """
    if ends_on is None:
        return "unknown"
    if notice_on is not None and notice_on < today <= ends_on and renews == Renews.YES:
        return "missed"
    if renews == Renews.UNKNOWN or (renews == Renews.YES and notice_on is None):
        return "unknown"
    due = notice_on if notice_on is not None and notice_on >= today else ends_on
    return "soon" if (due - today).days <= 60 else "ahead"


def months(first: date, count: int) -> list[date]:
    """The first days of `count` months from that of `first` on."""
    numbers = range(first.year * 12 + first.month - 1, first.year * 12 + first.month - 1 + count)
    return [date(number // 12, number % 12 + 1, 1) for number in numbers]


def by_month(found: Iterable[Turn], first: date, count: int) -> dict[date, list[Turn]]:
    """Turns by the first day of their month, every month of the span there, days in order."""
    made: dict[date, list[Turn]] = {month: [] for month in months(first, count)}
    for turn in sorted(found, key=lambda one: (one.day, one.what, one.purchase_id)):
        month = turn.day.replace(day=1)
        if month in made:
            made[month].append(turn)
    return made
