"""Whether the figure is better than an average, and whether the drivers have any part in that.

Skill = 1 - Brier(model) / Brier(reference); the reference is a published, own or stage base rate as it was known at the time, or
a person's status. Skill whose interval includes 0 is none that can be shown yet.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from readiness.core.risk.scores import checked

Array = NDArray[np.float64]
IntArray = NDArray[np.int64]

RESAMPLES = 2_000
SHUFFLES = 999
CELLS = 1_000_000  # draws held at once


@dataclass(frozen=True, slots=True)
class Skill:
    """`value` with its bootstrap interval at `level`, over `outcomes` in `clusters`; ends are None where nothing tells them."""

    value: float
    low: float | None
    high: float | None
    level: float
    outcomes: int
    clusters: int

    @property
    def better(self) -> bool:
        """The whole interval lies above 0."""
        return self.low is not None and self.low > 0

    @property
    def says(self) -> str:
        """Against the own base rate, as a screen has to put it."""
        if self.high is not None and self.high < 0:
            return "worse than your average"
        return "better than your average" if self.better else "not yet better than your average"


@dataclass(frozen=True, slots=True)
class Shuffled:
    """Brier of the model, its mean when shuffled, and `p`: how often shuffling does as well by luck; `shuffles` were tried."""

    brier: float
    shuffled: float
    p: float
    shuffles: int


def skill(
    forecast: ArrayLike, reference: ArrayLike, outcome: ArrayLike, *, clusters: ArrayLike | None = None, level: float = 0.95,
    resamples: int = RESAMPLES, seed: int = 0,
) -> Skill:  # fmt: skip
    """Brier skill score with a percentile bootstrap over `clusters` (codes from 0, such as units), each outcome one by default.

    Outcomes of one unit are not independent: drawn whole, they give the wider and truer interval. Without
    two clusters to draw from there is no interval. Raises ValueError as `scores.checked`.
    """
    said, came = checked(forecast, outcome)
    said_before, _came = checked(reference, outcome)
    codes = np.arange(len(said)) if clusters is None else np.asarray(clusters, dtype=np.int64)
    if codes.shape != said.shape or codes.min() < 0:
        raise ValueError("each outcome is of one cluster, codes from 0")
    held = np.flatnonzero(np.bincount(codes))
    ours, theirs = (
        np.asarray(np.bincount(codes, weights=(one - came) ** 2)[held], dtype=np.float64) for one in (said, said_before)
    )
    value = float(1 - ours.sum() / theirs.sum())
    if len(held) < 2:
        return Skill(value, None, None, level, len(said), len(held))
    drawn = _resampled(ours, theirs, resamples, seed)
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    return Skill(value, float(low), float(high), level, len(said), len(held))


def _resampled(ours: Array, theirs: Array, resamples: int, seed: int) -> Array:
    rng, number, found = np.random.default_rng(seed), len(ours), []
    block = max(1, CELLS // number)
    for start in range(0, resamples, block):
        places = rng.integers(0, number, (min(block, resamples - start), number))
        found.append(1 - ours[places].sum(axis=1) / theirs[places].sum(axis=1))
    return np.concatenate(found)


def shuffle_test(
    forecast_of: Callable[[IntArray], Array], outcome: ArrayLike, groups: ArrayLike, *, shuffles: int = SHUFFLES, seed: int = 0
) -> Shuffled:
    """Permute inside `groups` (codes (n,), such as stages) and score again: a model whose drivers matter must lose.

    `forecast_of(order)` gives the forecasts (n,) when initiative i has the drivers of initiative order[i]. p = (1 + those at
    least as good) / (1 + shuffles), so it is never 0 (B. Phipson and G. K. Smyth, 2010). Raises ValueError as `scores.checked`.
    """
    codes = np.asarray(groups, dtype=np.int64)
    same = np.arange(len(codes))
    said, came = checked(forecast_of(same), outcome)
    if codes.shape != came.shape:
        raise ValueError("each outcome is of one group")
    model = float(((said - came) ** 2).mean())
    rng, sorted_ = np.random.default_rng(seed), np.argsort(codes, kind="stable")
    found = np.empty(shuffles)
    for at in range(shuffles):
        order = np.empty_like(same)
        order[sorted_] = np.lexsort((rng.random(len(codes)), codes))
        found[at] = ((forecast_of(order) - came) ** 2).mean()
    as_good = int((found <= model + 1e-12).sum())
    return Shuffled(model, float(found.mean()), (1 + as_good) / (1 + shuffles), shuffles)
