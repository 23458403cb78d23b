"""What cohorts say: conversion by gate, time in stage and to production with competing outcomes, and two sides beside each other.

Curves are Aalen-Johansen's with delayed entry (core.risk.cohort); shares have Wilson's interval. Every figure keeps its base.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from scipy.stats import binom

from portfolio.initiatives.choices import ClosureKind
from readiness.core.risk.cohort import Curve, Ending, Incidence, curve
from readiness.core.stats.proportions import Share, wilson
from readiness.risk.rules.careers import Array, Flags, IntArray, Texts

FEWEST = 2  # a curve of one initiative is that initiative
FEWEST_BESIDE = 10  # on each of two sides that are compared
HORIZON_MONTHS = 24
LEVEL = 0.95
NO_PURCHASE = "none"  # the side of initiatives without one
MOST_POINTS = 48  # of a curve, so that its table can be read


class Cause(IntEnum):
    """How a time ended; stops by decision and drifting are never one thing."""

    OPEN = 0
    WENT_ON = 1
    STOPPED = 2
    DRIFTED = 3
    ABANDONED_UNKNOWN = 4


ABANDONED = (Cause.STOPPED, Cause.DRIFTED, Cause.ABANDONED_UNKNOWN)
OF_CLOSURE = {
    ClosureKind.STOPPED: Cause.STOPPED,
    ClosureKind.DRIFTED: Cause.DRIFTED,
    ClosureKind.ABANDONED_UNKNOWN: Cause.ABANDONED_UNKNOWN,
}


@dataclass(frozen=True, slots=True)
class Times:
    """Months under observation, (n,) each: `entry` (delayed), `leaving`, and the Cause that ended them."""

    entry: Array
    leaving: Array
    cause: IntArray

    def __len__(self) -> int:
        return len(self.leaving)

    def take(self, rows: Flags) -> Times:
        return Times(self.entry[rows], self.leaving[rows], self.cause[rows])


@dataclass(frozen=True, slots=True)
class Point:
    """Shares (ratios) at an age of `months`, of those in flight at the beginning; `at_risk` were watched then."""

    months: float
    at_risk: int
    shares: Mapping[Cause, tuple[float, float, float]]  # value, low, high


@dataclass(frozen=True, slots=True)
class Competing:
    """A curve with its outcomes apart. `followed` of the initiatives were watched for any time; `longest` months at most.

    From `emptied` on (if it is a number) nobody was at risk although others entered later: the curve says nothing of them.
    `complete`: all of them ended, so that the last point holds at any later age, too.
    """

    followed: int
    events: Mapping[Cause, int]
    points: tuple[Point, ...]
    longest: float
    emptied: float | None
    complete: bool
    half_ended: tuple[float, float | None, float | None] | None  # months until half are no longer in flight, low, high


@dataclass(frozen=True, slots=True)
class Gate:
    """What became of those that were ever in a stage, in initiatives; the counts add up to `entered`."""

    key: str
    name: str
    following: str
    entered: int
    went_on: int
    stopped: int
    drifted: int
    abandoned_unknown: int
    closed_otherwise: int
    here: int
    stage_unknown: int

    def share(self, count: int) -> Share | None:
        """Of those that entered, so far."""
        return wilson(count, self.entered)

    @property
    def conversion(self) -> Share | None:
        """Of those that left one way or the other: went on, or were abandoned."""
        return wilson(self.went_on, self.went_on + self.stopped + self.drifted + self.abandoned_unknown)


@dataclass(frozen=True, slots=True)
class StageTime:
    """Time in one stage; `undated` stays have no dates, or their dates contradict each other. None: too few to draw."""

    key: str
    name: str
    stays: int
    undated: int
    curve: Competing | None


@dataclass(frozen=True, slots=True)
class Lead:
    """Months from the beginning to production among the `arrived`, with the interval of the median (None: too few for one).

    Those in flight may still arrive, later than these: the median of the arrived is a low figure of all.
    """

    arrived: int
    in_flight: int
    median: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Side:
    """One of two cohorts that are compared. `value`, `low`, `high`: abandoned by `horizon_months`; None: too few to say, or not
    followed that long (`longest` months at most; or all that were watched had ended before others came).
    """

    key: str
    n: int
    followed: int
    stopped: int
    drifted: int
    abandoned_unknown: int
    produced: int
    longest: float
    value: float | None
    low: float | None
    high: float | None
    horizon_months: int = HORIZON_MONTHS

    @property
    def too_few(self) -> bool:
        return self.followed < FEWEST_BESIDE

    @property
    def too_short(self) -> bool:
        return not self.too_few and self.value is None


def causes(ending: IntArray, closure: Texts) -> IntArray:
    """Cause of each, from Ending and the kind of closure, (n,) each."""
    found = np.where(ending == Ending.PRODUCED, Cause.WENT_ON, Cause.OPEN)
    for kind, cause in OF_CLOSURE.items():
        found[(ending == Ending.ABANDONED) & (closure == kind.value)] = cause
    return found.astype(np.int64)


def incidence(times: Times, *of: Cause) -> Curve:
    """The curve on which these causes are the abandonment and every other one the production."""
    how = np.where(times.cause == Cause.OPEN, Ending.IN_FLIGHT, Ending.PRODUCED)
    return curve(times.entry, times.leaving, np.where(np.isin(times.cause, of), Ending.ABANDONED, how), level=LEVEL)


def competing(times: Times) -> Competing | None:
    """None where fewer than FEWEST were watched for any time."""
    watched = times.take(times.leaving > times.entry)
    if len(watched) < FEWEST:
        return None
    any_ = incidence(watched, *list(Cause)[1:])
    events = {cause: int(np.count_nonzero(watched.cause == cause)) for cause in list(Cause)[1:]}
    curves = {cause: incidence(watched, cause) for cause, count in events.items() if count}
    longest = float(watched.leaving.max())
    complete = not np.any(watched.cause == Cause.OPEN) and any_.emptied is None
    points = tuple(_point(at, watched, curves) for at in grid(longest, ahead=complete)) if len(any_.months) else ()
    return Competing(len(watched), events, points, longest, any_.emptied, complete, _half(any_))


def grid(longest: float, *, ahead: bool = False) -> list[float]:
    """Whole months from 0, at most MOST_POINTS steps, as far as anybody was watched (`ahead`: one beyond); the horizon is one."""
    last = -int(-longest // 1) if ahead else int(longest)
    step = max(1, -(-last // MOST_POINTS))
    wanted = {HORIZON_MONTHS} if last >= HORIZON_MONTHS else set()
    return [float(month) for month in sorted({*range(0, last + 1, step), *wanted})]


def _point(at: float, times: Times, curves: Mapping[Cause, Curve]) -> Point:
    at_risk = int(np.count_nonzero((times.entry < at) & (times.leaving >= at))) if at else int(np.count_nonzero(times.entry == 0))
    return Point(at, at_risk, {cause: _value(each, each.abandoned, at) for cause, each in curves.items()})


def _value(of: Curve, share: Incidence, at: float) -> tuple[float, float, float]:
    step = int(np.searchsorted(of.months, at, side="right")) - 1
    if step < 0:
        return 0.0, 0.0, 0.0
    return float(share.value[step]), float(share.low[step]), float(share.high[step])


def _half(any_: Curve) -> tuple[float, float | None, float | None] | None:
    """Where the share that ended, and the ends of its band, reach one half."""
    reached = any_.months_until(0.5)
    if reached is None:
        return None
    ends = (_first(any_, any_.abandoned.high), _first(any_, any_.abandoned.low))
    return reached, ends[0], ends[1]


def _first(of: Curve, values: Array) -> float | None:
    places = np.flatnonzero(values >= 0.5 - 1e-12)
    return float(of.months[places[0]]) if len(places) else None


def lead(times: Times) -> Lead:
    """Median months to production with an interval from the order of the arrived (binomial; Conover, Practical Nonparametric
    Statistics, 3rd ed., p. 143), which begins at 6 arrivals.
    """
    arrived = np.sort(times.leaving[times.cause == Cause.WENT_ON])
    n, in_flight = len(arrived), int(np.count_nonzero(times.cause == Cause.OPEN))
    if n < FEWEST:
        return Lead(n, in_flight, None, None, None)
    place = int(binom.ppf((1 - LEVEL) / 2, n, 0.5))  # of the order, from 1
    ends = (float(arrived[place - 1]), float(arrived[n - place])) if place >= 1 else (None, None)
    return Lead(n, in_flight, float(np.median(arrived)), *ends)


def side(key: str, n: int, times: Times, *, horizon: int = HORIZON_MONTHS) -> Side:
    """`n` initiatives of which `times` have an age."""
    watched = times.take(times.leaving > times.entry)
    count = {cause: int(np.count_nonzero(watched.cause == cause)) for cause in Cause}
    longest = float(watched.leaving.max()) if len(watched) else 0.0
    told: tuple[float | None, float | None, float | None] = (None, None, None)
    if len(watched) >= FEWEST_BESIDE:
        found, all_ended = incidence(watched, *ABANDONED), not count[Cause.OPEN]
        if found.emptied is None and (longest >= horizon or all_ended):
            told = _value(found, found.abandoned, horizon)
    return Side(
        key, n, len(watched), count[Cause.STOPPED], count[Cause.DRIFTED], count[Cause.ABANDONED_UNKNOWN], count[Cause.WENT_ON],
        longest, *told, horizon,
    )  # fmt: skip
