"""Where values over time break off: a pause longer than the series' own rhythm is a gap, and nothing is drawn across it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

TOLERATED = 1.5  # of the usual step; one look that comes late is no gap


@dataclass(frozen=True, slots=True)
class Stretch:
    """Seconds from the start of the span; nothing is known of what lies between."""

    since: float
    until: float


@dataclass(frozen=True, slots=True)
class Covered:
    """`share` of the span for which there are values, `step_s` their rhythm, `gaps` where there are none (ends included)."""

    share: float
    step_s: float
    gaps: tuple[Stretch, ...]


def covered(at_s: Sequence[float], span_s: float, *, least_step_s: float, window_s: float | None = None) -> Covered:
    """How much of `[0, span_s]` the moments `at_s` (ascending, each the end of what it speaks of) tell of.

    The rhythm is the window that a value speaks of where it is known, else the usual distance; never shorter than
    `least_step_s`, the width in which the values were gathered.
    """
    if not at_s:
        return Covered(0.0, least_step_s, (Stretch(0.0, span_s),))
    distances = [later - earlier for earlier, later in pairwise(at_s)]
    step = max(least_step_s, window_s or 0.0, median(distances) if distances else 0.0)
    told, gaps, before = 0.0, [], 0.0
    for place, moment in enumerate(at_s):
        told += min(moment - before, step)
        if moment - before > (TOLERATED if place else 2.0) * step:
            gaps.append(Stretch(before, moment))
        before = moment
    if span_s - before > 2 * step:  # the next value is late, not only not due yet
        gaps.append(Stretch(before, span_s))
    else:
        told += span_s - before
    return Covered(min(1.0, told / span_s) if span_s > 0 else 0.0, step, tuple(gaps))
