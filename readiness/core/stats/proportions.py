"""Shares of counted things, with an interval that behaves at the edges."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist


@dataclass(frozen=True)
class Share:
    """`part` of `whole` with a confidence interval at `level`; all ratios in [0, 1]."""

    part: int
    whole: int
    value: float
    low: float
    high: float
    level: float


def wilson(part: int, whole: int, level: float = 0.95) -> Share | None:
    """Wilson's score interval for a share; None when there is nothing to take a share of.

    (p + z^2/2n +- z sqrt(p(1-p)/n + z^2/4n^2)) / (1 + z^2/n); E. B. Wilson, JASA 22 (1927), 209-212.
    Raises ValueError unless 0 <= part <= whole.
    """
    if not 0 <= part <= whole:
        raise ValueError(f"{part} of {whole} is no share")
    if whole == 0:
        return None
    z = NormalDist().inv_cdf(0.5 + level / 2)
    p = part / whole
    middle = p + z * z / (2 * whole)
    reach = z * sqrt(p * (1 - p) / whole + z * z / (4 * whole * whole))
    scale = 1 + z * z / whole
    low, high = (middle - reach) / scale, (middle + reach) / scale
    return Share(part, whole, p, 0.0 if part == 0 else low, 1.0 if part == whole else high, level)
