"""From which value on a criterion is met, and from which it is a warning; a value that nobody knows exactly is an interval."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Protocol

from readiness.evidence.choices import Verdict


class Span(Protocol):
    """What a band asks: two ranges, the one for met inside the one for warning; either end may be open."""

    def met_range(self) -> tuple[float, float]: ...
    def warning_range(self) -> tuple[float, float]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AtLeast:
    """The more the better."""

    met: float
    warning: float

    def met_range(self) -> tuple[float, float]:
        return self.met, inf

    def warning_range(self) -> tuple[float, float]:
        return self.warning, inf


@dataclass(frozen=True, slots=True, kw_only=True)
class AtMost:
    """The less the better."""

    met: float
    warning: float

    def met_range(self) -> tuple[float, float]:
        return -inf, self.met

    def warning_range(self) -> tuple[float, float]:
        return -inf, self.warning


@dataclass(frozen=True, slots=True, kw_only=True)
class Within:
    """Neither too little nor too much."""

    met_from: float
    met_to: float
    warning_from: float
    warning_to: float

    def met_range(self) -> tuple[float, float]:
        return self.met_from, self.met_to

    def warning_range(self) -> tuple[float, float]:
        return self.warning_from, self.warning_to


def nested(band: Span) -> bool:
    """Whether met lies inside warning, and nothing is upside down; else the band contradicts itself."""
    (met_low, met_high), (low, high) = band.met_range(), band.warning_range()
    return low <= met_low <= met_high <= high


def judged(band: Span, low: float, high: float) -> Verdict:
    """The verdict that holds wherever in [low, high] the value is; unknown where it may or may not be a warning.

    A value that is at least a warning and may be met is a warning: what nobody knows is never counted in one's favour.
    """
    if _inside(low, high, *band.met_range()):
        return Verdict.MET
    least, most = band.warning_range()
    if _inside(low, high, least, most):
        return Verdict.WARNING
    return Verdict.NOT_MET if high < least or low > most else Verdict.UNKNOWN


def _inside(low: float, high: float, least: float, most: float) -> bool:
    return least <= low and high <= most
