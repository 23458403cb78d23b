"""Budget lines as plain facts in one currency, spread over their days; and which of them nobody knows the amount of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from portfolio.finance.choices import Basis

ZERO = Decimal(0)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Line:
    """Amounts in the reporting currency; None is unknown (nobody said, or there is no rate). Both days count.

    `holder`: whose line it is; lines are compared within one holder only.
    """

    category: str
    start: date
    end: date
    planned: Decimal | None
    actual: Decimal | None
    holder: int = 0

    def amount(self, basis: Basis) -> Decimal | None:
        return self.planned if basis is Basis.PLANNED else self.actual


@dataclass(frozen=True, slots=True)
class Promise:
    """A commitment. `fixed_until` None: it can be cancelled at any time."""

    amount: Decimal | None
    start: date | None
    end: date | None
    fixed_until: date | None


def days_in(start: date, end: date) -> int:
    """Days from `start` to `end`, both counted; 0 if it ends before it starts."""
    return max(0, (end - start).days + 1)


def part(amount: Decimal, start: date, end: date, first: date, last: date) -> Decimal:
    """What of an amount, spread evenly over its days, falls on the days from `first` to `last`. Not rounded."""
    inside = days_in(max(start, first), min(end, last))
    return amount * inside / days_in(start, end)


def unknown_lines(lines: Sequence[Line], basis: Basis, today: date) -> list[Line]:
    """Lines whose amount nobody knows: empty, and not said by another line of the same holder and category in the same time.

    So a yearly plan beside monthly actuals leaves no question open. What has not begun has no actual amount to know.
    """
    said: dict[tuple[int, str], list[Line]] = {}
    for line in lines:
        if line.amount(basis) is not None:
            said.setdefault((line.holder, line.category), []).append(line)
    return [
        line
        for line in lines
        if line.amount(basis) is None
        and not (basis is Basis.ACTUAL and line.start > today)
        and not any(
            other.start <= line.end and line.start <= other.end for other in said.get((line.holder, line.category), ())
        )
    ]  # fmt: skip


def total(lines: Iterable[Line], basis: Basis) -> Decimal:
    """The sum of the amounts that are known."""
    return sum((amount for line in lines if (amount := line.amount(basis)) is not None), ZERO)
