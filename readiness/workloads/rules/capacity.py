"""The ledger of a pool: what is free on each day, whether a request fits, and by when more must be ordered.

Pure: days come in as dates, quantities in the pool's unit. Amounts change on few days, so a span is a short list of segments
between them and a check costs what the number of allocations costs, not the number of days. The last day of a span is held.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Protocol, TypeVar

from readiness.core.sizing import headroom

_DAY = timedelta(days=1)
_ROUNDING = 1e-9


class Supplied(Protocol):
    """What a pool offers; the model CapacityPool is one."""

    @property
    def size(self) -> float | None: ...
    @property
    def committed(self) -> float: ...
    @property
    def ordered(self) -> float: ...
    @property
    def arrives_on(self) -> date | None: ...


class Held(Protocol):
    """A quantity from a day, until a day or open-ended; the model Allocation is one."""

    @property
    def quantity(self) -> float: ...
    @property
    def starts_on(self) -> date: ...
    @property
    def ends_on(self) -> date | None: ...


HeldRow = TypeVar("HeldRow", bound=Held)


@dataclass(frozen=True, slots=True)
class Span:
    """A quantity that is held, asked for or missing from `starts_on` to `ends_on`, both included; None: open-ended."""

    quantity: float
    starts_on: date
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class Segment:
    """Days on which nothing changes. `size` is what has arrived; `size` and `free` are None where nobody knows the size."""

    starts_on: date
    ends_on: date | None
    size: float | None
    committed: float
    allocated: float

    @property
    def free(self) -> float | None:
        return None if self.size is None else _tidy(self.size - self.committed - self.allocated)


@dataclass(frozen=True, slots=True)
class OrderBy:
    """When to order so that it arrives in time: `order_by` None is unknown, `late_days` counts the days it is past."""

    needed_on: date
    order_by: date | None
    late_days: int


def segments(pool: Supplied, held: Iterable[Held], starts_on: date, ends_on: date | None = None) -> list[Segment]:
    """The span cut where the pool or its allocations change, in order; the last one is open-ended if the span is."""
    rows = [row for row in held if _overlap(row, starts_on, ends_on)]
    cuts = {starts_on} | {row.starts_on for row in rows}
    cuts |= {row.ends_on + _DAY for row in rows if row.ends_on is not None and row.ends_on < date.max}
    if pool.ordered and pool.arrives_on is not None:
        cuts.add(pool.arrives_on)
    days = sorted(day for day in cuts if day >= starts_on and (ends_on is None or day <= ends_on))
    lasts = [day - _DAY for day in days[1:]] + [ends_on]
    return [_segment(pool, rows, first, last) for first, last in zip(days, lasts, strict=True)]


def tightest(pool: Supplied, held: Iterable[Held], starts_on: date, ends_on: date | None = None) -> Segment:
    """The segment with the least free (of equal ones the first): what can be promised for the whole span."""
    found = segments(pool, held, starts_on, ends_on)
    return min(found, key=lambda part: 0.0 if part.free is None else part.free)


def shortfalls(pool: Supplied, held: Iterable[Held], wanted: Held | None, *, since: date | None = None) -> list[Span]:
    """Where granting `wanted` would take more than is free: spans with the missing quantity; [] means that it fits.

    Without `wanted` the pool's own balance from the day `since` on. A pool of unknown size has none: ask `size` first.
    """
    rows = list(held)
    first = wanted.starts_on if wanted is not None else since
    if first is None:
        raise ValueError("a balance needs the day that it begins on")
    last = wanted.ends_on if wanted is not None else None
    missing = [
        Span(-part.free, part.starts_on, part.ends_on)
        for part in segments(pool, [*rows, *([wanted] if wanted else [])], first, last)
        if part.free is not None and part.free < 0
    ]
    return _joined(missing)


def holders(held: Iterable[HeldRow], gaps: Sequence[Span]) -> list[HeldRow]:
    """Those of `held` that hold something on a day of `gaps`."""
    return [row for row in held if any(_overlap(row, gap.starts_on, gap.ends_on) for gap in gaps)]


def unmet(pool: Supplied, held: Iterable[Held], queue: Sequence[Held]) -> list[Span | None]:
    """For each request of `queue`, served in that order: the most that is missing and on which days.

    A quantity of 0 means that it fits and only waits for a grant; None that nobody knows, because the size is unknown. What
    one request can have is gone for the next: the same free capacity never meets two.
    """
    taken: list[Held] = list(held)
    answers: list[Span | None] = []
    for wanted in queue:
        if pool.size is None:
            answers.append(None)
            continue
        missing, days = _missing(pool, taken, wanted)
        answers.append(replace(days, quantity=missing) if days else Span(0.0, wanted.starts_on, wanted.ends_on))
        if wanted.quantity > missing:
            taken.append(Span(wanted.quantity - missing, wanted.starts_on, wanted.ends_on))
    return answers


def order_by(needed_on: date, lead_time_days: int | None, today: date) -> OrderBy:
    """Need date - lead time; late from the day after. An unknown lead time is an unknown order-by date."""
    if lead_time_days is None:
        return OrderBy(needed_on, None, 0)
    try:
        last_day = headroom.order_by(needed_on, lead_time_days)
    except OverflowError:
        last_day = date.min
    return OrderBy(needed_on, last_day, max(0, (today - last_day).days))


def months(first: date, count: int) -> list[date]:
    """`first`, then the first day of each of the following months: `count` days in all."""
    begin = first.year * 12 + first.month - 1
    return [first, *(date((begin + n) // 12, (begin + n) % 12 + 1, 1) for n in range(1, count))]


def _missing(pool: Supplied, held: Sequence[Held], wanted: Held) -> tuple[float, Span | None]:
    gaps = shortfalls(pool, held, wanted)
    if not gaps:
        return 0.0, None
    worst = max(gaps, key=lambda gap: gap.quantity)
    return min(wanted.quantity, worst.quantity), Span(worst.quantity, gaps[0].starts_on, gaps[-1].ends_on)


def _joined(gaps: list[Span]) -> list[Span]:
    """Neighbouring spans that lack the same become one."""
    made: list[Span] = []
    for gap in gaps:
        before = made[-1] if made else None
        if before and before.quantity == gap.quantity and before.ends_on and before.ends_on + _DAY == gap.starts_on:
            made[-1] = replace(before, ends_on=gap.ends_on)
        else:
            made.append(gap)
    return made


def _segment(pool: Supplied, rows: Sequence[Held], first: date, last: date | None) -> Segment:
    arrived = pool.ordered if pool.arrives_on is not None and pool.arrives_on <= first else 0.0
    allocated = sum(row.quantity for row in rows if _overlap(row, first, last))
    return Segment(first, last, None if pool.size is None else pool.size + arrived, pool.committed, _tidy(allocated))


def _overlap(row: Held, first: date, last: date | None) -> bool:
    return (last is None or row.starts_on <= last) and (row.ends_on is None or row.ends_on >= first)


def _tidy(value: float) -> float:
    """Sums of shares such as 0.1 leave dust that must neither refuse a grant nor show."""
    whole = round(value, 6)
    return whole if abs(value - whole) < _ROUNDING * max(1.0, abs(value)) else value
