"""Votes as rows: a later one supersedes an earlier one of the same seat, and the one that nothing supersedes is in effect."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from readiness.gates.choices import Ballot


@dataclass(frozen=True, slots=True)
class Cast:
    """`seat` is the gatekeeper whose vote it is, `by` who cast it (the delegate, where one stood for them)."""

    id: int
    seat: int
    by: int
    ballot: Ballot
    at: datetime
    rationale: str = ""
    supersedes: int | None = None


class BrokenVotes(ValueError):
    """The rows contradict the rules that they were written under; look at the named row before anything is decided."""


def effective(casts: Iterable[Cast]) -> dict[int, Cast]:
    """{seat: the vote that counts}. Raises BrokenVotes where a seat has two, or a row supersedes what it must not.

    A superseded row must be an earlier one of the same seat and be superseded once: so no order of rows can change the answer.
    """
    rows = {one.id: one for one in casts}
    replaced: dict[int, Cast] = {}
    for one in rows.values():
        if one.supersedes is None:
            continue
        before = rows.get(one.supersedes)
        if before is None or before.seat != one.seat or before.id >= one.id:
            raise BrokenVotes(f"Vote {one.id} supersedes {one.supersedes}, which is no earlier vote of the same seat.")
        if one.supersedes in replaced:
            raise BrokenVotes(f"Votes {replaced[one.supersedes].id} and {one.id} both supersede vote {one.supersedes}.")
        replaced[one.supersedes] = one
    found: dict[int, Cast] = {}
    for one in sorted(rows.values(), key=lambda row: row.id):
        if one.id in replaced:
            continue
        if one.seat in found:
            raise BrokenVotes(f"Votes {found[one.seat].id} and {one.id} of one seat are both in effect.")
        found[one.seat] = one
    return found
