"""Abandoned spend of a portfolio: outcomes drawn many times from draws of the probabilities, so what is shared stays shared.

An organisation's level is the same for all its initiatives; drawn apart for each, the tail would be understated. Amounts are in
one currency, the caller's. What is already spent is known; what is committed and cannot be cancelled may cost more than
planned (IT cost overruns have fat tails: Flyvbjerg and Budzier 2011), so a lognormal factor may be laid on it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import log

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, ndtri

Array = NDArray[np.float64]
SmallArray = NDArray[np.float32]

CELLS = 1_000_000  # outcomes held at once
OVERRUN_MEAN = 1.27  # 1,471 IT projects; cost, not abandonment


@dataclass(frozen=True, slots=True)
class Overrun:
    """A lognormal factor on what is committed: its `mean`, and `sigma` on the log scale (an assumption to be printed)."""

    mean: float
    sigma: float


@dataclass(frozen=True, slots=True)
class AbandonedSpend:
    """Of one group: expected amount, its median and 90th percentile, and P(amount >= `threshold`); None without a threshold."""

    mean: float
    p50: float
    p90: float
    threshold: float | None
    at_least: float | None


def shocked(probability: Array, sd: float, count: int) -> SmallArray:
    """Probabilities (count, n) under a shared shock N(0, sd^2) on the log-odds, at `count` equally probable places."""
    shock = sd * ndtri((np.arange(count) + 0.5) / count)
    return np.asarray(expit(logit(np.asarray(probability, dtype=np.float64)) + shock[:, None]), dtype=np.float32)


def amounts(
    probabilities: Array | SmallArray,
    spent: Array,
    committed: Array,
    *,
    repeats: int,
    seed: int = 0,
    overrun: Overrun | None = None,
) -> Array:
    """Abandoned amounts (m repeats, groups): a row of `probabilities` (m, n) is a draw of what is shared, used `repeats` times.

    `spent` and `committed` are (n, groups): a column for the whole portfolio, for a unit, or for "if we fund only these", with 0
    where an initiative is not of it. Memory is that of the inputs, the result and `CELLS` outcomes. Raises ValueError on shapes
    that do not fit and on amounts that are unknown or negative: count those apart, they are not 0.
    """
    _check(probabilities, spent, committed)
    rng = np.random.Generator(np.random.SFC64(seed))
    draws, initiatives = probabilities.shape
    found = np.empty((draws * repeats, spent.shape[1]))
    whole = np.ascontiguousarray(spent if overrun else spent + committed, dtype=np.float32)
    open_ = np.ascontiguousarray(committed, dtype=np.float32)
    rows = max(1, min(repeats, CELLS // max(1, initiatives)))
    uniform = np.empty((rows, initiatives), dtype=np.float32)
    for draw in range(draws):
        share = probabilities[draw].astype(np.float32)
        for start in range(0, repeats, rows):
            part = uniform[: min(rows, repeats - start)]
            rng.random(out=part, dtype=np.float32)
            happened = np.less(part, share, out=part, casting="unsafe")
            place = draw * repeats + start
            found[place : place + len(part)] = happened @ whole
            if overrun is not None:
                happened *= _factors(rng, overrun, part.shape)
                found[place : place + len(part)] += happened @ open_
    return found


def amounts_by_part(
    probabilities: Array | SmallArray,
    spent: Array,
    committed: Array,
    parts: NDArray[np.int64],
    *,
    repeats: int,
    seed: int = 0,
    overrun: Overrun | None = None,
) -> Array:
    """As `amounts` where each initiative is of one part: (m repeats, parts); `parts` (n,) are codes 0..k-1, each of somebody.

    `spent` and `committed` are (n,). Sums of parts are sums of the same outcomes. The cost does not grow with the parts.
    """
    _check(probabilities, spent[:, None], committed[:, None])
    rng = np.random.Generator(np.random.SFC64(seed))
    order = np.argsort(parts, kind="stable")
    edges = np.searchsorted(parts[order], np.arange(int(parts.max(initial=-1)) + 2))
    chances = probabilities[:, order]
    whole = np.ascontiguousarray((spent if overrun else spent + committed)[order], dtype=np.float32)
    found = np.empty((len(chances) * repeats, len(edges) - 1))
    late = _Late(committed[order], edges, overrun) if overrun is not None else None
    rows = max(1, min(repeats, CELLS // max(1, len(order))))
    for place, happened in _outcomes(rng, chances, repeats, rows):
        for part, (start, stop) in enumerate(pairwise(edges)):
            found[place : place + len(happened), part] = happened[:, start:stop] @ whole[start:stop]
        if late is not None:
            late.add(rng, happened, found[place : place + len(happened)])
    return found


def _outcomes(rng: np.random.Generator, chances: Array | SmallArray, repeats: int, rows: int) -> Iterator[tuple[int, SmallArray]]:
    """(first row, outcomes 0 or 1) in blocks of at most `rows`, in one buffer."""
    uniform = np.empty((rows, chances.shape[1]), dtype=np.float32)
    for draw, chance in enumerate(chances):
        share = chance.astype(np.float32)
        for start in range(0, repeats, rows):
            part = uniform[: min(rows, repeats - start)]
            rng.random(out=part, dtype=np.float32)
            yield draw * repeats + start, np.less(part, share, out=part, casting="unsafe")


class _Late:
    """What is committed, with its factor, of those initiatives that have any: factors are drawn for these alone."""

    def __init__(self, committed: Array, edges: NDArray[np.int64], overrun: Overrun) -> None:
        self.at = np.flatnonzero(committed)
        self.open_ = committed[self.at].astype(np.float32)
        self.edges, self.overrun = np.searchsorted(self.at, edges), overrun

    def add(self, rng: np.random.Generator, happened: SmallArray, found: Array) -> None:
        if not len(self.at):
            return
        drawn = happened[:, self.at] * _factors(rng, self.overrun, (len(happened), len(self.at)))
        for part, (start, stop) in enumerate(pairwise(self.edges)):
            if stop > start:
                found[:, part] += drawn[:, start:stop] @ self.open_[start:stop]


def _check(probabilities: Array | SmallArray, spent: Array, committed: Array) -> None:
    if probabilities.ndim != 2 or spent.ndim != 2 or spent.shape != committed.shape or len(spent) != probabilities.shape[1]:
        raise ValueError("probabilities are draws by initiatives, amounts initiatives by groups")
    if not ((probabilities >= 0) & (probabilities <= 1)).all():
        raise ValueError("a probability is a number from 0 to 1")
    for amount in (spent, committed):
        if not (np.isfinite(amount) & (amount >= 0)).all():
            raise ValueError("an amount is known and not negative; count the unknown ones apart")


def _factors(rng: np.random.Generator, overrun: Overrun, shape: tuple[int, ...]) -> SmallArray:
    """exp(mu + sigma z) with mu such that its mean is the overrun's."""
    drawn = rng.standard_normal(shape, dtype=np.float32)
    drawn *= np.float32(overrun.sigma)
    drawn += np.float32(log(overrun.mean) - overrun.sigma**2 / 2)
    return np.exp(drawn, out=drawn)


def summary(drawn: Array, threshold: float | None = None) -> tuple[AbandonedSpend, ...]:
    """One for each group of `amounts`. Percentiles are amounts that were drawn: the smallest with so many draws at or below.

    A threshold is met within a millionth of it, for amounts are added in single precision.
    """
    p50, p90 = np.quantile(drawn, [0.5, 0.9], axis=0, method="inverted_cdf")
    reached = None if threshold is None else (drawn >= threshold * (1 - 1e-6)).mean(axis=0)
    return tuple(
        AbandonedSpend(float(mean), float(p50[at]), float(p90[at]), threshold, None if reached is None else float(reached[at]))
        for at, mean in enumerate(drawn.mean(axis=0))
    )
