"""What became of each initiative within a horizon after its figure was kept, as known on a later day.

Only what is known counts: who was last seen before the horizon was over (merged, out of scope, vanished from its list) is left
out and counted, never taken for abandoned or for alive.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from portfolio.initiatives.choices import ClosureKind
from readiness.core.risk.cohort import Ending

Array = NDArray[np.float64]
IntArray = NDArray[np.int64]
Days = NDArray[np.datetime64]
Texts = NDArray[np.str_]
Flags = NDArray[np.bool_]

HORIZONS = (6, 12)  # months


class Became(StrEnum):
    """The first five are scored; the others say why a figure is not."""

    STOPPED = "stopped"
    DRIFTED = "drifted"
    ABANDONED_UNKNOWN = "abandoned_unknown"
    PRODUCED = "produced"
    IN_FLIGHT = "in_flight"
    OVER_BEFORE = "over_before"
    CLOSED_OTHERWISE = "closed_otherwise"
    VANISHED = "vanished"
    NO_AGE = "no_age"


ABANDONED = (Became.STOPPED, Became.DRIFTED, Became.ABANDONED_UNKNOWN)
SCORED = (*ABANDONED, Became.PRODUCED, Became.IN_FLIGHT)
_KINDS = {
    ClosureKind.STOPPED: Became.STOPPED, ClosureKind.DRIFTED: Became.DRIFTED,
    ClosureKind.ABANDONED_UNKNOWN: Became.ABANDONED_UNKNOWN,
}  # fmt: skip
BECAME_WORDS = {
    Became.STOPPED: "stopped by decision",
    Became.DRIFTED: "drifted",
    Became.ABANDONED_UNKNOWN: "abandoned, kind unknown",
    Became.PRODUCED: "reached production",
    Became.IN_FLIGHT: "still in flight",
    Became.OVER_BEFORE: "it had ended before, which was recorded later",
    Became.CLOSED_OTHERWISE: "merged, replaced, out of scope or reorganised before the horizon was over",
    Became.VANISHED: "no longer in its list before the horizon was over",
    Became.NO_AGE: "it has no usable dates",
}


@dataclass(frozen=True, slots=True)
class Ends:
    """What is known on the later day, ascending by initiative, (n,) each. `last_on` is until when it was watched.

    `ended_on` is NaT for what is open; `ending` a core.risk.cohort.Ending, `closure` a ClosureKind or "".
    """

    initiative_id: IntArray
    ended_on: Days
    last_on: Days
    ending: IntArray
    closure: Texts


def over_on(on: Days, months: int) -> Days:
    """The same day so many calendar months later, or the last of that month: a horizon that began then is over."""
    month = on.astype("datetime64[M]")
    later = (month + np.timedelta64(months, "M")).astype("datetime64[D]")
    last = (month + np.timedelta64(months + 1, "M")).astype("datetime64[D]") - np.timedelta64(1, "D")
    over: Days = np.minimum(later + (on - month.astype("datetime64[D]")), last)
    return over


def became(ends: Ends, ids: IntArray, on: np.datetime64, months: int) -> tuple[Texts, Days]:
    """A Became of each of `ids` (n,), and the day of that, at the latest the horizon's. The horizon is over."""
    over = over_on(np.asarray(on, dtype="datetime64[D]"), months)
    if not len(ends.initiative_id):
        return np.full(len(ids), Became.NO_AGE.value, dtype="<U20"), np.full(len(ids), over)
    at = np.minimum(np.searchsorted(ends.initiative_id, ids), len(ends.initiative_id) - 1)
    ended, last, closure, ending = ends.ended_on[at], ends.last_on[at], ends.closure[at], ends.ending[at]
    within = ~np.isnat(ended) & (ended <= over)
    rules = {
        Became.NO_AGE: ends.initiative_id[at] != ids,
        Became.OVER_BEFORE: within & (ended < on),
        Became.PRODUCED: within & (ending == Ending.PRODUCED),
        **{word: within & (ending == Ending.ABANDONED) & (closure == kind.value) for kind, word in _KINDS.items()},
        Became.CLOSED_OTHERWISE: within,
        Became.VANISHED: np.isnat(ended) & (last < over),
    }
    words = np.select(list(rules.values()), [word.value for word in rules], default=Became.IN_FLIGHT.value)
    return words.astype("<U20"), np.where(within, ended, over)


def counted(words: Texts) -> dict[str, int]:
    """How many became what."""
    return dict(Counter(words.tolist()))


def left_out(counts: Mapping[str, int]) -> dict[str, int]:
    """Those that are not scored, by the reason."""
    return {word: n for word, n in counts.items() if word not in SCORED}


def spaced(days: Days, months: int) -> Days:
    """Of ascending days those whose horizons do not overlap, counted back from the last: no outcome is scored twice.

    They are picked by the calendar alone, so that how something ended has no part in whether it is scored.
    """
    kept: list[np.datetime64] = []
    for day in days[::-1]:
        if not kept or over_on(np.asarray(day), months) <= kept[-1]:
            kept.append(day)
    return np.array(kept[::-1], dtype="datetime64[D]")
