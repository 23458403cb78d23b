"""What became of a cohort by age: Aalen-Johansen's curves of competing outcomes, with delayed entry.

An initiative that the register met at an age is at risk only from that age on (left truncation). Without that, a list of what
stands today, which has dropped its dead, says 2 % retired at 48 months where a followed cohort says 16 to 41 % in 13.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
IntArray = NDArray[np.int64]


class Ending(IntEnum):
    """How the time under observation ended."""

    IN_FLIGHT = 0  # censored
    ABANDONED = 1
    PRODUCED = 2


@dataclass(frozen=True, slots=True)
class Incidence:
    """Cumulative incidence of one outcome after each of the curve's times, its standard error and interval; ratios."""

    value: Array
    error: Array
    low: Array
    high: Array


@dataclass(frozen=True, slots=True)
class Curve:
    """Steps at `months` (times with an outcome, ascending); all arrays are (steps,).

    `emptied` is the first time at which everybody at risk ended although others enter later: from then on the curve cannot move
    and says nothing of those others. Begin at a later `since`.
    """

    months: Array
    at_risk: IntArray
    abandoned: Incidence
    produced: Incidence
    in_flight: Array
    level: float
    since: float
    emptied: float | None

    def at(self, months: float) -> tuple[float, float, float]:
        """Shares abandoned, produced, in flight at that age, of those in flight at `since`."""
        step = int(np.searchsorted(self.months, months, side="right")) - 1
        if step < 0:
            return 0.0, 0.0, 1.0
        return float(self.abandoned.value[step]), float(self.produced.value[step]), float(self.in_flight[step])

    def months_until(self, ended: float) -> float | None:
        """The age by which that share (0 to 1) is no longer in flight; None where the curve does not reach it."""
        reached = np.flatnonzero(1.0 - self.in_flight >= ended - 1e-12)
        return float(self.months[reached[0]]) if len(reached) else None


def curve(entry: ArrayLike, leaving: ArrayLike, ending: ArrayLike, *, since: float = 0.0, level: float = 0.95) -> Curve:
    """Aalen-Johansen's estimate from ages in months (n,): `entry` into observation, `leaving` it, and how (`Ending`).

    At risk at t is who entered before t and did not leave before t; outcomes come before censoring at the same age. The curve is
    conditional on being in flight at `since`. Variance by the delta method (D. Collett, Modelling Survival Data in Medical
    Research, 3rd ed., p. 411), interval on the scale log(-log F), so it stays within 0 and 1. Raises ValueError on unequal
    lengths, an age that is negative or unknown, or who leaves before entering.
    """
    start, end = np.asarray(entry, dtype=np.float64), np.asarray(leaving, dtype=np.float64)
    how = np.asarray(ending, dtype=np.int64)
    _check(start, end, how)
    seen = end > np.maximum(start, since)
    start, end, how = np.maximum(start[seen], since), end[seen], how[seen]
    months = np.unique(end[how != Ending.IN_FLIGHT])
    at_risk = np.searchsorted(np.sort(start), months, side="left") - np.searchsorted(np.sort(end), months, side="left")
    each = {cause: _counted(end[how == cause], months) for cause in (Ending.ABANDONED, Ending.PRODUCED)}
    either = each[Ending.ABANDONED] + each[Ending.PRODUCED]
    in_flight: Array = np.cumprod(1.0 - either / at_risk, dtype=np.float64)
    before = np.concatenate([[1.0], in_flight])[: len(months)]
    empty = months[(either == at_risk) & (months < start.max(initial=since))]
    z = NormalDist().inv_cdf(0.5 + level / 2)
    abandoned, produced = (_incidence(events, either, at_risk, before, z) for events in each.values())
    emptied = float(empty[0]) if len(empty) else None
    return Curve(months, at_risk.astype(np.int64), abandoned, produced, in_flight, level, since, emptied)


def _check(start: Array, end: Array, how: IntArray) -> None:
    if not start.shape == end.shape == how.shape or start.ndim != 1:
        raise ValueError("ages and endings are three lists of one length")
    if not np.isin(how, list(Ending)).all():
        raise ValueError("an ending is in flight, abandoned or produced")
    if not (np.isfinite(start).all() and np.isfinite(end).all() and (start >= 0).all() and (end >= start).all()):
        raise ValueError("an age is known and not negative, and nobody leaves before entering")


def _counted(ends: Array, months: Array) -> IntArray:
    ends = np.sort(ends)
    return (np.searchsorted(ends, months, side="right") - np.searchsorted(ends, months, side="left")).astype(np.int64)


def _incidence(events: IntArray, either: IntArray, at_risk: IntArray, before: Array, z: float) -> Incidence:
    """Sums over earlier times of (F(t) - F(t_i))^2 and (F(t) - F(t_i)), expanded so that one pass serves all t."""
    number, stays = at_risk.astype(np.float64), (at_risk - either).astype(np.float64)
    value = np.cumsum(before * events / number)
    squared = np.divide(either, number * stays, out=np.zeros_like(number), where=stays > 0)
    linear = before * events / number**2
    variance = (
        value**2 * np.cumsum(squared) - 2 * value * np.cumsum(squared * value) + np.cumsum(squared * value**2)
        + np.cumsum(before**2 * events * (number - events) / number**3)
        - 2 * (value * np.cumsum(linear) - np.cumsum(linear * value))
    )  # fmt: skip
    error = np.sqrt(np.maximum(variance, 0.0))
    low, high = value.copy(), value.copy()
    inside = (value > 0) & (value < 1 - 1e-12)  # a sum that should be 1 may miss it by its last digit
    share = value[inside]
    reach = z * error[inside] / (share * -np.log(share))
    low[inside], high[inside] = share ** np.exp(reach), share ** np.exp(-reach)
    return Incidence(value, error, low, high)
