"""Spent against planned: variance by category, and the burn of money against the burn of time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from portfolio.finance.choices import Basis
from portfolio.finance.rules.lines import DAY, ZERO, Line, days_in, part, total, unknown_lines


@dataclass(frozen=True, slots=True)
class Variance:
    """`to_date`: planned for the days that are over, today among them. `difference` = actual - to_date: above zero is over the
    plan. `fraction` of the plan to date, None where nothing was planned by then. The unknown count what the sums leave out.
    """

    category: str
    planned: Decimal
    to_date: Decimal
    actual: Decimal
    planned_unknown: int = 0
    actual_unknown: int = 0

    @property
    def difference(self) -> Decimal:
        return self.actual - self.to_date

    @property
    def fraction(self) -> Decimal | None:
        return self.difference / self.to_date if self.to_date > 0 else None

    @property
    def sure(self) -> bool:
        """Nothing is left out of either sum."""
        return not (self.planned_unknown or self.actual_unknown)


@dataclass(frozen=True, slots=True)
class Burn:
    """Money and time of one budget from its first day to its last. Fractions are None where there is nothing to divide by."""

    start: date
    end: date
    planned: Decimal
    spent: Decimal
    elapsed: Decimal

    @property
    def used(self) -> Decimal | None:
        """The part of the plan that is spent."""
        return self.spent / self.planned if self.planned > 0 else None

    @property
    def pace(self) -> Decimal | None:
        """Money's part over time's part: 1 is on plan, above 1 the money ends before the time does."""
        used = self.used
        return used / self.elapsed if used is not None and self.elapsed > 0 else None


@dataclass(frozen=True, slots=True)
class Month:
    """`planned` and `actual` of its days; `actual` None for months that have not begun."""

    start: date
    planned: Decimal
    actual: Decimal | None


def planned_to(lines: Iterable[Line], today: date) -> Decimal:
    """What was planned for the days until today, each line spread evenly over its days."""
    return sum((part(line.planned, line.start, line.end, line.start, today) for line in lines if line.planned is not None), ZERO)


def variance(lines: Sequence[Line], today: date) -> Variance:
    """Of all lines together; `category` is left empty."""
    return Variance(
        "", total(lines, Basis.PLANNED), planned_to(lines, today), total(lines, Basis.ACTUAL),
        len(unknown_lines(lines, Basis.PLANNED, today)), len(unknown_lines(lines, Basis.ACTUAL, today)),
    )  # fmt: skip


def variances(lines: Sequence[Line], today: date, categories: Iterable[str]) -> list[Variance]:
    """By category, in the given order, those that have any line."""
    held: dict[str, list[Line]] = {}
    for line in lines:
        held.setdefault(line.category, []).append(line)
    found = []
    for category in categories:
        if own := held.get(category):
            one = variance(own, today)
            found.append(
                Variance(category, one.planned, one.to_date, one.actual, one.planned_unknown, one.actual_unknown)
            )  # fmt: skip
    return found


def burn(lines: Sequence[Line], today: date) -> Burn | None:
    """From the first day of any line to the last; None without lines."""
    if not lines:
        return None
    start, end = min(line.start for line in lines), max(line.end for line in lines)
    elapsed = Decimal(days_in(start, min(today, end))) / days_in(start, end)
    return Burn(start, end, total(lines, Basis.PLANNED), total(lines, Basis.ACTUAL), elapsed)


def by_month(lines: Sequence[Line], today: date) -> list[Month]:
    """Every month that a line touches, in order, each line spread evenly over its days; sums are those of the lines.

    An actual amount falls on the days of its line that are over: a line that runs has its spending behind it.
    """
    if not lines:
        return []
    first, last = min(line.start for line in lines), max(line.end for line in lines)
    return [_month(lines, start, end, today) for start, end in _months(first, last)]


def _month(lines: Sequence[Line], start: date, end: date, today: date) -> Month:
    planned = actual = ZERO
    for line in lines:
        if line.planned is not None:
            planned += part(line.planned, line.start, line.end, start, end)
        if line.actual is not None:
            until = min(line.end, max(today, line.start))
            actual += part(line.actual, line.start, until, start, end)
    begun = start <= today or actual != ZERO
    return Month(start, planned, actual if begun else None)


def _months(first: date, last: date) -> Iterator[tuple[date, date]]:
    start = first.replace(day=1)
    while start <= last:
        following = date(start.year + start.month // 12, start.month % 12 + 1, 1)
        yield start, following - DAY
        start = following
