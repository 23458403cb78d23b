"""Capacity as a ledger: what a pool holds, what is promised to whom and until when, and what is therefore free.

Two workloads cannot both be met by the same free accelerators. Days are dates, `until` inclusive; None is open-ended.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

ROUNDING = 1e-9


class OverAllocated(ValueError):
    """The pool has not that much free throughout: take less, later, or another pool. `free` and `day` say what and when."""

    def __init__(self, wanted: float, free: float, day: date) -> None:
        self.wanted, self.free, self.day = wanted, free, day
        super().__init__(f"{wanted:g} wanted, {free:g} free on {day}")


@dataclass(frozen=True, slots=True)
class Allocation:
    """`amount` of the pool from a day to a day inclusive; `until` None is open-ended. `key` names whose it is."""

    key: str
    amount: float
    since: date
    until: date | None = None

    def covers(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class Pool:
    """`size` of which `committed` is out of reach for all (reserve, other uses); the rest can be allocated."""

    size: float
    committed: float = 0.0
    allocations: tuple[Allocation, ...] = ()

    def free_on(self, day: date) -> float:
        """May be negative where a pool shrank after it was given away."""
        return self.size - self.committed - sum(one.amount for one in self.allocations if one.covers(day))

    def free(self, since: date, until: date | None = None) -> float:
        """The least that is free on any day of the range."""
        return self._least(since, until)[0]

    def allocate(self, wanted: Allocation) -> Pool:
        """The pool with one allocation more. Raises OverAllocated, ValueError for an amount not above 0 or a range backwards."""
        if not wanted.amount > 0 or (wanted.until is not None and wanted.until < wanted.since):
            raise ValueError(f"want an amount above 0 and a range forwards, got {wanted}")
        free, day = self._least(wanted.since, wanted.until)
        if wanted.amount > free + ROUNDING * max(1.0, abs(free)):
            raise OverAllocated(wanted.amount, free, day)
        return Pool(self.size, self.committed, (*self.allocations, wanted))

    def without(self, key: str) -> Pool:
        """The pool with everything of one holder given back."""
        return Pool(self.size, self.committed, tuple(one for one in self.allocations if one.key != key))

    def _least(self, since: date, until: date | None) -> tuple[float, date]:
        """Free changes only where something begins or ends, and is least where something begins: those days are enough."""
        starts = (one.since for one in self.allocations)
        days = [since, *(day for day in starts if since < day and (until is None or day <= until))]
        return min((self.free_on(day), day) for day in days)


def met_in_turn(pool: Pool, wanted: Iterable[Allocation]) -> tuple[Pool, Sequence[OverAllocated | None]]:
    """Each in its turn out of what the ones before left: the pool after it, and per wish None or why not."""
    answers: list[OverAllocated | None] = []
    for one in wanted:
        try:
            pool = pool.allocate(one)
            answers.append(None)
        except OverAllocated as refusal:
            answers.append(refusal)
    return pool, answers


def headroom(free: float, required: float) -> float:
    """free / required - 1: above 0 there is more than needed, -1 nothing at all. Raises ValueError unless required > 0."""
    if not required > 0:
        raise ValueError(f"headroom is against a requirement above 0, got {required}")
    return free / required - 1


def order_by(needed_on: date, lead_time_days: int) -> date:
    """The last day to order: need date - lead time. Raises ValueError for a negative lead time."""
    if lead_time_days < 0:
        raise ValueError(f"want a lead time not negative, got {lead_time_days}")
    return needed_on - timedelta(days=lead_time_days)
