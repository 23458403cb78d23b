"""Headroom = measured capability / required - 1, signed so that more is better for every metric, and what it says.

At most T: T / measured - 1. Availability is judged by the time that it may fail: (1 - T) / (1 - measured) - 1, because 99.95 %
against 99.9 % is half of the failures that are allowed (+100 %) and not 0.05 % more; the share of failed requests is such a
budget already. Infinite where nothing at all was seen to fail.
"""

from __future__ import annotations

from math import inf, isfinite, sqrt
from typing import NamedTuple

from readiness.evidence.choices import Verdict
from readiness.evidence.rules.verdicts.wanted import Wanted
from readiness.workloads.choices import Metric

# SIZING.md, validation against MLPerf v4.1: the same stack again, or by another submitter, 2 % (Offline; 2 to 5 % as a server);
# one to eight of a kind .971 to .984 (Offline), .975 to 1.091 (Server).
RUN_TO_RUN = 0.02
SCALING_LOSS = 0.03
_Z95 = 1.959963984540054
_DUST = 1e-9
_DIGITS = 12  # 1 - 0.999 is 0.001


class Range(NamedTuple):
    """Headroom: at the unkind end, as measured, at the kind end. Each may be infinite."""

    low: float
    point: float
    high: float

    @property
    def verdict(self) -> Verdict:
        """By the whole range: met if even the low end holds, not met if not even the high end does, else a warning."""
        if self.low >= -_DUST:
            return Verdict.MET
        return Verdict.NOT_MET if self.high < -_DUST else Verdict.WARNING


def headroom(wanted: Wanted, value: float) -> float:
    """Of one value in the requirement's unit."""
    target = wanted.target
    assert target is not None
    if wanted.metric is Metric.AVAILABILITY and wanted.more_is_better:
        return _over(round(1 - target, _DIGITS), round(max(0.0, 1 - value), _DIGITS))
    return _over(value, target) if wanted.more_is_better else _over(target, value)


def between(wanted: Wanted, low: float, point: float, high: float) -> Range:
    """Of values in ascending order; which end is the kind one depends on the comparator."""
    ends = headroom(wanted, low), headroom(wanted, high)
    return Range(min(ends), headroom(wanted, point), max(ends))


def scattered(low: float, high: float) -> tuple[float, float]:
    """What another run of the same might give, around a span of values."""
    return low * (1 - RUN_TO_RUN), high * (1 + RUN_TO_RUN)


def share_range(share: float, samples: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share that was counted over `samples`."""
    z2 = _Z95 * _Z95
    middle = (share + z2 / (2 * samples)) / (1 + z2 / samples)
    half = _Z95 * sqrt(share * (1 - share) / samples + z2 / (4 * samples * samples)) / (1 + z2 / samples)
    return (0.0 if share == 0 else max(0.0, middle - half)), (1.0 if share == 1 else min(1.0, middle + half))


def stored(value: float) -> float | None:
    """As a column keeps it: None where there is no end. Twelve digits, so that the order of sums leaves no trace."""
    return float(f"{value:.{_DIGITS}g}") if isfinite(value) else None


def holds(value: float) -> bool:
    return value >= -_DUST


def _over(dividend: float, divisor: float) -> float:
    if divisor == 0:
        return 0.0 if dividend == 0 else inf
    return dividend / divisor - 1
