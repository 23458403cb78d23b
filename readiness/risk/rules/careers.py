"""The arithmetic of ages: from what is known of an initiative's dates to how long it was watched, and how that ended.

A date known to the month, quarter or year counts as the middle of that period. Nothing is guessed where there is no date: such an
initiative is left out, with a reason that is counted.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from portfolio.initiatives.choices import Precision
from readiness.core.risk.cohort import Ending

Array = NDArray[np.float64]
IntArray = NDArray[np.int64]
Flags = NDArray[np.bool_]
Days = NDArray[np.datetime64]  # datetime64[D]; NaT is unknown, or has not happened
Texts = NDArray[np.str_]

DAYS_PER_MONTH = 365.25 / 12
# days from the first day of the period to its middle, and to its last day (the longest such period)
MIDDLE = {Precision.MONTH: 14, Precision.QUARTER: 45, Precision.YEAR: 182}
LAST = {Precision.MONTH: 30, Precision.QUARTER: 91, Precision.YEAR: 365}


class LeftOut(StrEnum):
    """Why an initiative has no age."""

    NO_BEGINNING = "no_beginning"
    BEGINS_LATER = "begins_later"
    PRODUCTION_UNDATED = "production_undated"
    CLOSURE_UNDATED = "closure_undated"
    OUT_OF_ORDER = "dates_out_of_order"
    BEGAN_IN_PRODUCTION = "began_in_production"
    OVER_BEFORE_MET = "over_before_the_register_met_it"


LEFT_OUT_WORDS = {
    LeftOut.NO_BEGINNING: "No date says when it began",
    LeftOut.BEGINS_LATER: "It begins later",
    LeftOut.PRODUCTION_UNDATED: "It reached production on a day that nobody recorded",
    LeftOut.CLOSURE_UNDATED: "It was closed on a day that nobody recorded",
    LeftOut.OUT_OF_ORDER: "It ended before it began",
    LeftOut.BEGAN_IN_PRODUCTION: "It was first known in production",
    LeftOut.OVER_BEFORE_MET: "It was over before an import first listed it",
}


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of n initiatives; all arrays are (n,).

    Days are the first of the period that their precision names. `met` is the day on which an import first listed it, NaT for
    what was created in the product; `missing` that of the import which no longer listed it. `abandoned` says that the closure
    is an abandonment.
    """

    began: Days
    began_precision: Texts
    produced: Flags
    produced_on: Days
    produced_precision: Texts
    closed: Flags
    abandoned: Flags
    closed_on: Days
    closed_precision: Texts
    met: Days
    missing: Days


@dataclass(frozen=True, slots=True)
class Ages:
    """Ages in months since the beginning, (n,) each: under observation from `entry` to `leaving`, and how that ended.

    `ended_on` is NaT for what nothing ended. `left_out` is a LeftOut or "" for who counts; the rest of such a row means nothing.
    """

    entry: Array
    leaving: Array
    ending: IntArray
    began_on: Days
    ended_on: Days
    left_out: Texts


def middle(days: Days, precision: Texts, on: np.datetime64) -> Days:
    """The middle of each period, but no later than `on`: a year that has begun may have its middle ahead."""
    return np.minimum(days + _shift(precision, MIDDLE), on)


def ages(known: Known, on: np.datetime64, *, from_met: bool = False) -> Ages:
    """Production, once reached, is the ending whatever came after it; other closures than abandonment are censored at their day,
    and so is what an import no longer lists: "missing" is no ending. With `from_met` months are counted from the day an import
    first listed it where no beginning is known: how long it was watched is known, how old it is not.
    """
    if from_met:
        unborn = np.isnat(known.began) & ~np.isnat(known.met)
        day = np.where(unborn, Precision.DAY.value, known.began_precision)
        known = replace(known, began=np.where(unborn, known.met, known.began), began_precision=day)
    open_ = ~known.produced & ~known.closed
    first = np.where(known.produced, known.produced_on, known.closed_on)
    precision = np.where(known.produced, known.produced_precision, known.closed_precision)
    began_on = middle(known.began, known.began_precision, on)
    ended_on = np.where(open_, np.datetime64("NaT", "D"), middle(first, precision, on))
    watched = np.where(np.isnat(known.missing), on, np.minimum(known.missing, on))
    last = np.where(open_, watched, ended_on)
    leaving = np.maximum(_months(began_on, last), 0.0)
    entry = np.where(np.isnat(known.met), 0.0, np.maximum(_months(began_on, known.met), 0.0))
    abandoned = np.where(known.closed & known.abandoned, Ending.ABANDONED, Ending.IN_FLIGHT)
    ending = np.where(known.produced, Ending.PRODUCED, abandoned).astype(np.int64)
    latest = np.where(open_, watched, first + _shift(precision, LAST))
    left_out = _left_out(known, latest, entry, leaving, on)
    return Ages(entry, leaving, ending, began_on, ended_on, left_out)


def _left_out(known: Known, latest: Days, entry: Array, leaving: Array, on: np.datetime64) -> Texts:
    """The first reason that holds; an unknown day compares as false."""
    listed = ~np.isnat(known.met)  # an end without a date was told by the first listing, or it would lie between two of them
    reasons = {
        LeftOut.NO_BEGINNING: np.isnat(known.began),
        LeftOut.BEGINS_LATER: known.began > on,
        LeftOut.BEGAN_IN_PRODUCTION: known.produced & ((leaving == 0) | listed & np.isnat(known.produced_on)),
        LeftOut.OVER_BEFORE_MET: listed & known.closed & ~known.produced & (np.isnat(known.closed_on) | (leaving <= entry)),
        LeftOut.PRODUCTION_UNDATED: known.produced & np.isnat(known.produced_on),
        LeftOut.CLOSURE_UNDATED: ~known.produced & known.closed & np.isnat(known.closed_on),
        LeftOut.OUT_OF_ORDER: latest < known.began,
    }
    early = np.where(leaving < entry, str(LeftOut.OVER_BEFORE_MET), "")
    return np.select(list(reasons.values()), [str(reason) for reason in reasons], default=early).astype(np.str_)


def _shift(precision: Texts, days: dict[Precision, int]) -> NDArray[np.timedelta64]:
    shift = np.zeros(len(precision), dtype="timedelta64[D]")
    for name, count in days.items():
        shift[precision == name] = np.timedelta64(count, "D")
    return shift


def _months(since: Days, until: Days) -> Array:
    """NaN where a day is unknown."""
    days = (until - since).astype("timedelta64[D]")
    months: Array = np.where(np.isnat(days), np.nan, days.astype(np.float64)) / DAYS_PER_MONTH
    return months
