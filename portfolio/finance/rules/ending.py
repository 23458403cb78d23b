"""What an end costs and what it spares: sunk cost of a closed initiative, and spend avoided by ending it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from portfolio.finance.choices import Basis
from portfolio.finance.rules.lines import DAY, ZERO, Line, Promise, part, total, unknown_lines


@dataclass(frozen=True, slots=True)
class Sunk:
    """`spent`: actual amounts; `bound`: what still has to be paid after the end. Either is "at least" where lines or
    commitments are unknown."""

    spent: Decimal
    bound: Decimal
    unknown_lines: int
    unknown_promises: int

    @property
    def amount(self) -> Decimal:
        return self.spent + self.bound

    @property
    def sure(self) -> bool:
        return not (self.unknown_lines or self.unknown_promises)


@dataclass(frozen=True, slots=True)
class Avoided:
    """`planned`: for the days after the end; `bound`: what of it cannot be cancelled. `amount` None where that is unknown.

    With lines whose plan nobody knows the amount is "at least".
    """

    planned: Decimal
    bound: Decimal | None
    unknown_lines: int

    @property
    def amount(self) -> Decimal | None:
        return None if self.bound is None else max(ZERO, self.planned - self.bound)


def bound_after(promise: Promise, day: date) -> Decimal | None:
    """What of a commitment has to be paid for the days after `day`, even if it is ended then. None: nobody can say.

    Spread evenly over its days. It is fixed until `fixed_until` at the latest, its own end at the most.
    """
    if promise.fixed_until is None or promise.fixed_until <= day:
        return ZERO
    if promise.end is not None and promise.end <= day:
        return ZERO
    if promise.amount is None or promise.start is None:
        return None
    end = promise.end or promise.fixed_until
    if end < promise.start:
        return None
    return part(promise.amount, promise.start, end, day + DAY, min(end, promise.fixed_until))


def sunk_cost(lines: Sequence[Line], promises: Iterable[Promise], ended: date) -> Sunk | None:
    """Of an initiative that ended on `ended`; None where no actual amount and no commitment is known at all."""
    bounds = [bound_after(promise, ended) for promise in promises]
    known = [bound for bound in bounds if bound is not None]
    if not known and all(line.actual is None for line in lines):
        return None
    open_ = unknown_lines(lines, Basis.ACTUAL, ended)
    return Sunk(total(lines, Basis.ACTUAL), sum(known, ZERO), len(open_), len(bounds) - len(known))


def spend_avoided(lines: Sequence[Line], promises: Iterable[Promise], ended: date) -> Avoided | None:
    """Planned after `ended` less what cannot be cancelled; None where no plan is known at all."""
    if all(line.planned is None for line in lines):
        return None
    later = [line for line in lines if line.end > ended]
    planned = sum(
        (part(line.planned, line.start, line.end, ended + DAY, line.end) for line in later if line.planned is not None), ZERO
    )
    bounds = [bound_after(promise, ended) for promise in promises]
    bound = None if None in bounds else sum((each for each in bounds if each is not None), ZERO)
    open_ = [line for line in unknown_lines(lines, Basis.PLANNED, ended) if line.end > ended]
    return Avoided(planned, bound, len(open_))
