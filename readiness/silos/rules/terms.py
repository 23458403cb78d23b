"""Which purchases run, from when to when, and which of them run at the same time as one of somebody else's."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from datetime import date, timedelta
from typing import TypeVar

from readiness.silos.rules.world import PurchaseRow

_RUNNING = frozenset({"planned", "active"})
Item = TypeVar("Item")
Span = tuple[int, int]


def is_current(purchase: PurchaseRow, today: date) -> bool:
    """Planned or active, and its term has not ended."""
    return purchase.state in _RUNNING and (purchase.ends_on is None or purchase.ends_on >= today)


def current(purchases: Iterable[PurchaseRow], today: date) -> list[PurchaseRow]:
    return [purchase for purchase in purchases if is_current(purchase, today)]


def span(purchase: PurchaseRow, today: date) -> Span:
    """First day (today at the earliest) and the day after the last, as ordinals."""
    begun = today if purchase.starts_on is None else max(purchase.starts_on, today)
    end = date.max if purchase.ends_on is None else purchase.ends_on
    return begun.toordinal(), end.toordinal() + 1


def overlap_days(one: Span, other: Span) -> int:
    return max(0, min(one[1], other[1]) - max(one[0], other[0]))


def meeting(
    items: Sequence[Item], *, side: Callable[[Item], Hashable], during: Callable[[Item], Span], least_days: int
) -> list[Item]:
    """Those that run for at least `least_days` together with one of another side, in the order given; O(n log n).

    Two spans share `d` days exactly when they still touch after each has lost its last `d` days, so all that an item touches
    is counted by two searches in sorted starts and ends, and what its own side holds of it is taken off.
    """
    short = [(item, side(item), start, end - least_days) for item in items for start, end in [during(item)]]
    long_enough = [entry for entry in short if entry[2] <= entry[3]]
    everybody = _Touching([(start, end) for _, _, start, end in long_enough])
    by_side: dict[Hashable, list[Span]] = defaultdict(list)
    for _, whose, start, end in long_enough:
        by_side[whose].append((start, end))
    own = {whose: _Touching(spans) for whose, spans in by_side.items()}
    return [item for item, whose, start, end in long_enough if everybody.count(start, end) > own[whose].count(start, end)]


class _Touching:
    """How many of many spans (both ends included) a span touches."""

    def __init__(self, spans: Sequence[Span]) -> None:
        self.starts = sorted(start for start, _ in spans)
        self.ends = sorted(end for _, end in spans)

    def count(self, start: int, end: int) -> int:
        return bisect_right(self.starts, end) - bisect_left(self.ends, start)


def months_back(today: date, months: int) -> date:
    """First day of the month that begins a window of `months` calendar months up to and with today's."""
    index = today.year * 12 + today.month - 1 - (months - 1)
    return date(index // 12, index % 12 + 1, 1)


def days_ahead(today: date, days: int) -> date:
    return today + timedelta(days=days)
