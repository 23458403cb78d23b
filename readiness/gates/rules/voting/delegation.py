"""Delegation: a gatekeeper names somebody who stands for them for a time. It goes one step and never in a circle."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from readiness.gates.rules.faults import Fault

MOST = timedelta(days=366)


class Code(StrEnum):
    TO_ONESELF = "to_oneself"
    NO_TIME = "no_time"  # it ends before it begins, or has ended already
    TOO_LONG = "too_long"
    RECUSED = "recused"  # owner or sponsor of what is being reviewed
    LOOP = "loop"
    AWAY = "away"  # whoever is named has named somebody in that time
    TAKEN = "taken"  # whoever is named stands for somebody else in that time
    GIVEN = "given"  # the giver has named somebody in that time already


@dataclass(frozen=True, slots=True)
class Delegation:
    """`giver` and `taker` are people; in force from `begins` until before `ends`, unless revoked."""

    id: int
    giver: int
    taker: int
    begins: datetime
    ends: datetime
    revoked_at: datetime | None = None

    @property
    def until(self) -> datetime:
        return self.ends if self.revoked_at is None else min(self.ends, self.revoked_at)

    def in_force(self, at: datetime) -> bool:
        return self.begins <= at < self.until

    def overlaps(self, other: Delegation) -> bool:
        return self.begins < other.until and other.begins < self.until


def faults(wanted: Delegation, standing: Iterable[Delegation], *, recused: Iterable[int], now: datetime) -> list[Fault]:
    """Why `wanted` cannot be made beside those that stand; [] if it can. `recused`: of the reviews that it is meant for."""
    found = []
    if wanted.giver == wanted.taker:
        return [Fault(Code.TO_ONESELF)]
    if not wanted.begins < wanted.ends or wanted.ends <= now:
        found.append(Fault(Code.NO_TIME))
    if wanted.ends - wanted.begins > MOST:
        found.append(Fault(Code.TOO_LONG, {"days": MOST.days}))
    if wanted.taker in set(recused):
        found.append(Fault(Code.RECUSED, {"person": wanted.taker}))
    beside = [one for one in standing if one.id != wanted.id and one.overlaps(wanted)]
    return found + list(_crossing(wanted, beside))


def _crossing(wanted: Delegation, beside: Sequence[Delegation]) -> Iterator[Fault]:
    if _leads(wanted.taker, wanted.giver, beside):
        yield Fault(Code.LOOP, {"person": wanted.taker})
    elif any(one.giver == wanted.taker for one in beside):
        yield Fault(Code.AWAY, {"person": wanted.taker})
    if any(one.taker == wanted.taker for one in beside):
        yield Fault(Code.TAKEN, {"person": wanted.taker})
    if any(one.giver == wanted.giver for one in beside):
        yield Fault(Code.GIVEN, {"person": wanted.giver})


def _leads(start: int, end: int, beside: Sequence[Delegation]) -> bool:
    """Whether following delegations from `start` comes to `end`; each person is gone through once."""
    todo, seen = [start], {start}
    while todo:
        here = todo.pop()
        for one in beside:
            if one.giver == here and one.taker == end:
                return True
            if one.giver == here and one.taker not in seen:
                seen.add(one.taker)
                todo.append(one.taker)
    return False
