"""What a run says of the statistic that is wanted: the span that it lies in for sure, in the requirement's unit.

The exact percentile is a point. A higher one bounds it from above and a lower one from below; so do the greatest and the least
value. A mean or median is no p95 and never stands for one, nor the other way round. The edge of a bucket bounds on one side.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import Enum
from math import inf
from typing import NamedTuple

from readiness.connectors.contract import Statistic
from readiness.core.sizing.inputs import Task
from readiness.evidence.choices import Marks
from readiness.evidence.rules.verdicts.evidence import Evidence, Labels, Reading
from readiness.evidence.rules.verdicts.reasons import Note, Reason
from readiness.evidence.rules.verdicts.wanted import LATENCIES, Wanted, in_unit_of
from readiness.workloads.choices import Metric

_SAME = 1e-9
_AT_LEAST, _AT_MOST = int(Marks.AT_LEAST), int(Marks.AT_MOST)  # plain: they are asked of every reading
_PLAIN = (Statistic.MEAN, Statistic.POINT)
_PEAKS = frozenset({Metric.ACCELERATOR_MEMORY, Metric.CONCURRENCY})  # the most that was held at once is what is asked for
_HOW_COUNTED = frozenset({"includes", "of"})


class Claim(NamedTuple):
    """It lies from `low` to `high` (0 and inf where that side is open); `reading` is what counts, at its worse end.

    `told` are the least and the greatest value that were told: wider than the span where two contradict each other and the
    worse one counts. `parts`: of how many parts (pods, directions) the span is the hull.
    """

    low: float
    high: float
    reading: Reading
    exact: bool
    told: tuple[float, float]
    parts: int = 1

    @property
    def contradicted(self) -> bool:
        return self.exact and self.parts == 1 and self.told != (self.low, self.high)


class _Side(Enum):
    """How a reading stands to the wanted statistic."""

    EXACT = "exact"
    ABOVE = "above"
    BELOW = "below"


def claim_of(wanted: Wanted, evidence: Evidence, task: Task) -> Claim | Note:
    """The claim of one run, or why it has none. Worked out once for all requirements that ask the same of it."""
    key = wanted.metric, wanted.comparator, wanted.percentile, task
    if key not in evidence.told_before:
        evidence.told_before[key] = _claim(wanted, evidence, task)
    found: Claim | Note = evidence.told_before[key]
    return found


def _claim(wanted: Wanted, evidence: Evidence, task: Task) -> Claim | Note:
    why = Note(Reason.NOTHING_MEASURED)
    for key in wanted.shown_by(task):
        found = _of_metric(wanted, key, evidence.by_metric.get(key, ()))
        if isinstance(found, Claim):
            return found
        if found.code is not Reason.NOTHING_MEASURED:
            why = found
    return why


def _of_metric(wanted: Wanted, key: str, readings: Sequence[Reading]) -> Claim | Note:
    usable = [one for one in readings if not one.labels or not (_mixed(one) or _cached(one))]
    if not usable:
        if not readings:
            return Note(Reason.NOTHING_MEASURED)
        return Note(Reason.MIXED_WITH_FAILURES if any(map(_mixed, readings)) else Reason.PAGE_CACHE)
    parts: dict[Labels, list[tuple[_Side, Reading]]] = {}
    for one in usable:
        if (side := _side(wanted, one)) is not None:
            parts.setdefault(_part(one), []).append((side, one))
    if not parts:
        return Note(Reason.STATISTIC_NOT_MEASURED, {"percentile": wanted.percentile, "there": _there(usable)})
    newest = max(one.at for rows in parts.values() for _, one in rows)
    claims = [_of_part(wanted, key, rows) for rows in parts.values() if max(one.at for _, one in rows) == newest]
    return _hull(wanted, claims) if len(claims) > 1 else claims[0]


def _of_part(wanted: Wanted, key: str, rows: Iterable[tuple[_Side, Reading]]) -> Claim:
    """All that one part says, taken together; where it contradicts itself the worse counts."""
    low, high = 0.0, inf
    below: Reading | None = None
    above: Reading | None = None
    exact: Reading | None = None
    for side, one in rows:
        least, most = in_unit_of(wanted.metric, key, one.low), in_unit_of(wanted.metric, key, one.high)
        worse = least if wanted.more_is_better else most
        bounds_above, bounds_below = _bounds(side, one)
        if bounds_above and bounds_below:
            exact = one if exact is None or _counts_before(wanted, one, exact) else exact
        if bounds_above and worse < high:
            high, above = worse, one
        if bounds_below and (below is None or worse > low):
            low, below = worse, one
    if exact is not None:
        least, most = in_unit_of(wanted.metric, key, exact.low), in_unit_of(wanted.metric, key, exact.high)
        value = least if wanted.more_is_better else most
        return Claim(value, value, exact, exact=True, told=(least, most))
    if low > high:
        low = high = low if not wanted.more_is_better else high
    counts = (below or above) if wanted.more_is_better else (above or below)
    if counts is None:  # edges on both sides of nothing
        counts = next(one for _, one in rows)
    return Claim(low, high, counts, exact=False, told=(low, high))


def _bounds(side: _Side, one: Reading) -> tuple[bool, bool]:
    """(whether it bounds from above, from below)."""
    above = side is not _Side.BELOW and not one.marks & _AT_LEAST
    below = side is not _Side.ABOVE and not one.marks & _AT_MOST
    return above, below


def _side(wanted: Wanted, one: Reading) -> _Side | None:
    """None: it says nothing of the wanted statistic. With the client's own queue in it, it is too long and bounds from above."""
    side = _side_of_statistic(wanted, one)
    if one.labels and any(name == "includes" for name, _ in one.labels):
        return None if side is _Side.BELOW else side and _Side.ABOVE
    return side


def _side_of_statistic(wanted: Wanted, one: Reading) -> _Side | None:
    if one.statistic == Statistic.MAX:
        return _Side.EXACT if wanted.metric in _PEAKS else _Side.ABOVE
    if one.statistic == Statistic.MIN:
        return _Side.BELOW
    if one.statistic == Statistic.PERCENTILE:
        if wanted.percentile is None or one.percentile is None:
            return None
        if abs(one.percentile - wanted.percentile) < _SAME:
            return _Side.EXACT
        return _Side.ABOVE if one.percentile > wanted.percentile else _Side.BELOW
    if wanted.percentile is not None or one.statistic not in _PLAIN:
        return None
    if one.statistic == Statistic.POINT and wanted.metric in LATENCIES:
        return None
    return _Side.EXACT


def _hull(wanted: Wanted, claims: Sequence[Claim]) -> Claim:
    """Of several parts the whole lies between the best and the worst of them; what counts is the worst."""
    low, high = min(one.low for one in claims), max(one.high for one in claims)
    if wanted.more_is_better:
        worst = min(claims, key=lambda one: (one.low, one.reading.series))
    else:
        worst = max(claims, key=lambda one: (one.high, -one.reading.series))
    told = min(one.told[0] for one in claims), max(one.told[1] for one in claims)
    return Claim(low, high, worst.reading, all(one.exact for one in claims), told, len(claims))


def _counts_before(wanted: Wanted, one: Reading, other: Reading) -> bool:
    """The worse of two; of requests carried at once the most, for so many were carried."""
    if wanted.metric is Metric.CONCURRENCY:
        return one.low > other.low
    return one.low < other.low if wanted.more_is_better else one.high > other.high


def _part(one: Reading) -> Labels:
    """Labels that tell how it was counted make no part of its own."""
    return tuple(pair for pair in one.labels if pair[0] not in _HOW_COUNTED) if one.labels else one.labels


def _mixed(one: Reading) -> bool:
    """Latencies with those of failures among them: a fast error flatters."""
    return ("includes", "failures") in one.labels


def _cached(one: Reading) -> bool:
    return ("buffered", "yes") in one.labels


def _there(readings: Iterable[Reading]) -> list[str]:
    """Which statistics there are, for a person: p50, p99, mean."""
    found = {f"p{one.percentile * 100:g}" if one.percentile is not None else one.statistic for one in readings}
    return sorted(found)
