"""Figures of a measurement and how they are told: a ratio with its bar, never a bare time that only one machine knows."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

# PostgreSQL plans a prepared statement anew five times before it keeps a plan, so an anchor is warm after more than that.
WARM_UP_ANCHOR, WARM_UP = 10, 5
Timed = Callable[[], object]


class NotMeasured(Exception):
    """A figure could not be taken; the message says why."""


@dataclass(frozen=True)
class Spread:
    """Quantiles of one quantity over `n` rounds."""

    n: int
    p50: float
    p95: float
    least: float
    p25: float
    p75: float
    most: float

    @classmethod
    def of(cls, values: list[float]) -> Spread:
        ordered = sorted(values)
        p25, p50, p75, p95 = (_quantile(ordered, share) for share in (0.25, 0.5, 0.75, 0.95))
        return cls(len(ordered), p50, p95, ordered[0], p25, p75, ordered[-1])


@dataclass(frozen=True)
class Bar:
    """What a figure must keep and what it reaches for; `at_least` where more is better."""

    must: float
    reach: float | None = None
    at_least: bool = False

    def verdict(self, value: float) -> str:
        if self.reach is not None and self._keeps(value, self.reach):
            return "REACH"
        return "PASS" if self._keeps(value, self.must) else "MISS"

    def __str__(self) -> str:
        sign = ">=" if self.at_least else "<="
        reach = "" if self.reach is None else f", reach {sign} {self.reach:g}"
        return f"must {sign} {self.must:g}{reach}"

    def _keeps(self, value: float, limit: float) -> bool:
        return value >= limit if self.at_least else value <= limit


@dataclass(frozen=True)
class Line:
    """One line of the report. `value` is in `unit`; `notes` are what stands behind it, `data` the same for machines."""

    name: str
    label: str
    value: float
    unit: str
    bar: Bar | None = None
    notes: tuple[str, ...] = ()
    data: dict[str, Any] = field(default_factory=dict)

    @property
    def verdict(self) -> str:
        return self.bar.verdict(self.value) if self.bar else ""

    def told(self) -> Iterator[str]:
        """The line as text, its notes indented below."""
        judged = f"  {self.verdict:<5} {self.bar}" if self.bar else ""
        yield f"{self.label:<66} {self.value:>9,.4g} {self.unit:<5}{judged}".rstrip()
        yield from (f"    {note}" for note in self.notes)

    def as_data(self) -> dict[str, Any]:
        return asdict(self) | {"verdict": self.verdict or None}


@dataclass(frozen=True)
class Pair:
    """Two things timed in turn, in milliseconds, and their ratio round by round."""

    ours: Spread
    anchor: Spread
    by_round: Spread

    @property
    def ratio(self) -> float:
        """Median over median."""
        return self.ours.p50 / self.anchor.p50

    def notes(self, ours: str, anchor: str) -> tuple[str, str]:
        by_round = self.by_round
        return (
            f"n {self.ours.n}; by round {by_round.p25:.2f} to {by_round.p75:.2f} in the middle half, p95 {by_round.p95:.2f}",
            f"{ours} {_milliseconds(self.ours)}; {anchor} {_milliseconds(self.anchor)}",
        )


def paired(ours: Timed, anchor: Timed, rounds: int) -> Pair:
    """Time both `rounds` times in one loop, the first of each round taking turns, so that a busy machine hits both."""
    for _ in range(min(WARM_UP, rounds)):
        ours()
    for _ in range(WARM_UP_ANCHOR):
        anchor()
    times: tuple[list[float], list[float]] = ([], [])
    for number in range(rounds):
        for which in (0, 1) if number % 2 else (1, 0):
            times[which].append(milliseconds(ours if which == 0 else anchor))
    quotients = [a / b for a, b in zip(*times, strict=True)]
    return Pair(Spread.of(times[0]), Spread.of(times[1]), Spread.of(quotients))


def milliseconds(act: Timed) -> float:
    """How long one call takes."""
    started = time.perf_counter_ns()
    act()
    return (time.perf_counter_ns() - started) / 1e6


def _quantile(ordered: list[float], share: float) -> float:
    """Linear between the two nearest values."""
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def _milliseconds(spread: Spread) -> str:
    return f"p50 {spread.p50:.2f} ms, p95 {spread.p95:.2f} ({spread.least:.2f} to {spread.most:.2f})"
