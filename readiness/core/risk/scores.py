"""How good forecasts were, once outcomes are known: Brier with Murphy's parts, log-loss, calibration, reliability.

Forecasts are probabilities strictly between 0 and 1, outcomes 0 or 1, both (n,). They are frozen before the outcome and split by
time, never at random; that is the caller's part. What nobody can know from so few outcomes is None, not a number.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import logit, xlog1py, xlogy

from readiness.core.risk import laplace
from readiness.core.stats.proportions import Share, wilson

Array = NDArray[np.float64]
IntArray = NDArray[np.int64]

BINS = 10
WIDE = 1e8  # variance of a prior that says nothing


@dataclass(frozen=True, slots=True)
class Brier:
    """value = reliability - resolution + uncertainty + within. `within` is what the bins hide, 0 where each has one forecast.

    A. H. Murphy, J. Appl. Meteor. 12 (1973), 595-600; the part inside bins: Stephenson et al., Weather and Forecasting 23 (2008).
    """

    value: float
    reliability: float
    resolution: float
    uncertainty: float
    within: float


@dataclass(frozen=True, slots=True)
class Bin:
    """Forecasts from `low` to below `high` (the last one to 1), their mean, and what share came true, with Wilson's."""

    low: float
    high: float
    forecast: float
    observed: Share

    @property
    def says(self) -> str:
        """In plain words, for who doubts the rest."""
        part, verb = self.observed.part, "was" if self.observed.part == 1 else "were"
        return f"of {self.observed.whole} we said {100 * self.low:.0f}-{100 * self.high:.0f} %, {part} {verb} abandoned"


@dataclass(frozen=True, slots=True)
class Estimate:
    """A coefficient with its interval at 95 %."""

    value: float
    low: float
    high: float

    @classmethod
    def of(cls, value: float, sd: float) -> Estimate:
        reach = NormalDist().inv_cdf(0.975) * sd
        return cls(value, value - reach, value + reach)


@dataclass(frozen=True, slots=True)
class Calibration:
    """`slope` of the outcome's log-odds on the forecast's (1 is right, below 1 too bold); `intercept` with the slope held at 1
    (0 is right, above 0 the forecasts were too low). None where these outcomes do not tell.
    """

    slope: Estimate | None
    intercept: Estimate | None


def checked(forecast: ArrayLike, outcome: ArrayLike) -> tuple[Array, Array]:
    """Both as arrays (n,). Raises ValueError on unequal lengths, none at all, or values that are no forecast or no outcome."""
    said, came = np.asarray(forecast, dtype=np.float64), np.asarray(outcome, dtype=np.float64)
    if said.ndim != 1 or said.shape != came.shape or not len(said):
        raise ValueError("forecasts and outcomes are two lists of one length, and not empty")
    if not ((said > 0) & (said < 1)).all() or not np.isin(came, (0.0, 1.0)).all():
        raise ValueError("a forecast lies between 0 and 1, an outcome is 0 or 1")
    return said, came


def log_loss(forecast: ArrayLike, outcome: ArrayLike) -> float:
    """Mean of -ln of the probability given to what came, nats."""
    said, came = checked(forecast, outcome)
    return float(-(xlogy(came, said) + xlog1py(1 - came, -said)).mean())


def brier(forecast: ArrayLike, outcome: ArrayLike, bins: int = BINS) -> Brier:
    """Mean squared error and its parts over `bins` of equal width."""
    said, came = checked(forecast, outcome)
    where = _places(said, bins)
    count = np.bincount(where, minlength=bins)
    mean_said, mean_came = (_means(values, where, count) for values in (said, came))
    base = came.mean()
    weight = count / len(said)
    off, hit = said - mean_said[where], came - mean_came[where]
    return Brier(
        value=float(((said - came) ** 2).mean()),
        reliability=float(weight @ (mean_said - mean_came) ** 2),
        resolution=float(weight @ np.where(count > 0, mean_came - base, 0.0) ** 2),
        uncertainty=float(base * (1 - base)),
        within=float((off**2 - 2 * off * hit).mean()),
    )


def reliability(forecast: ArrayLike, outcome: ArrayLike, bins: int = BINS, level: float = 0.95) -> list[Bin]:
    """The bins that hold a forecast, ascending."""
    said, came = checked(forecast, outcome)
    where, found = _places(said, bins), []
    for place in range(bins):
        inside = where == place
        observed = wilson(int(came[inside].sum()), int(inside.sum()), level)
        if observed is not None:
            found.append(Bin(place / bins, (place + 1) / bins, float(said[inside].mean()), observed))
    return found


def expected_error(forecast: ArrayLike, outcome: ArrayLike, bins: int = BINS) -> float:
    """Expected calibration error: |forecast - observed| of the bins, weighted by how many each holds."""
    each = reliability(forecast, outcome, bins)
    return sum(one.observed.whole * abs(one.forecast - one.observed.value) for one in each) / sum(
        one.observed.whole for one in each
    )


def calibration(forecast: ArrayLike, outcome: ArrayLike) -> Calibration:
    """Logistic recalibration (D. R. Cox, Biometrika 45 (1958), 562-565).

    The intercept is None where all or none came true; the slope too where one forecast was given to all, or where the forecasts
    separate what came from what did not.
    """
    said, came = checked(forecast, outcome)
    odds = logit(said)
    if came.min() == came.max():
        return Calibration(None, None)
    counts, one = np.column_stack([1 - came, came]), np.ones((len(said), 1))
    level = laplace.fit(one, counts, np.zeros((1, 1)), np.full((1, 1), WIDE), odds[:, None])
    intercept = Estimate.of(float(level.mode[0, 0]), float(level.sd()[0, 0]))
    yes, no = odds[came == 1], odds[came == 0]
    if yes.min() >= no.max() or no.min() >= yes.max():
        return Calibration(None, intercept)
    line = laplace.fit(np.hstack([one, odds[:, None]]), counts, np.zeros((1, 2)), np.full((1, 2), WIDE))
    return Calibration(Estimate.of(float(line.mode[0, 1]), float(line.sd()[0, 1])), intercept)


def _places(said: Array, bins: int) -> IntArray:
    """The bin of each forecast; a forecast printed as an edge belongs to the bin above it, whatever its last binary digit."""
    return np.minimum((said * bins + 1e-9).astype(np.int64), bins - 1)


def _means(values: Array, where: IntArray, count: IntArray) -> Array:
    total = np.bincount(where, weights=values, minlength=len(count))
    return np.divide(total, count, out=np.zeros(len(count)), where=count > 0)
