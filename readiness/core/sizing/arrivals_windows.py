"""Counts of arrivals in windows of one length, kept sparse: an idle week in windows of 40 ms costs nothing."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, sqrt

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

BLOCKS = 20
MOST_RESAMPLES = 200


@dataclass(frozen=True, slots=True)
class Counted:
    """`windows` whole windows in a row; `counts` of those that are not empty and their `places` among all."""

    window_s: float
    windows: int
    counts: Ints
    places: Ints

    @property
    def blocks(self) -> Ints:
        """Which of up to BLOCKS contiguous blocks each of them lies in."""
        return self.places * min(BLOCKS, self.windows) // self.windows

    @property
    def block_windows(self) -> Ints:
        """How many windows each block holds, empty ones among them."""
        used = min(BLOCKS, self.windows)
        edges = -(-np.arange(used + 1, dtype=np.int64) * self.windows // used)
        return np.diff(edges)


@dataclass(frozen=True, slots=True)
class Dispersion:
    """Variance over mean of the counts in windows of one length: 1 for a Poisson stream.

    `within` is the same around the mean of the longer window that a window lies in (see `within`): what is left when slow
    swings are taken out. Standard errors are by jackknife over contiguous blocks, so that slow swings count, and at least
    those of independent windows, index x sqrt(2 / (windows - 1)).
    """

    window_s: float
    windows: int
    index: float
    standard_error: float
    within: float
    within_error: float


@dataclass(frozen=True, slots=True)
class Peak:
    """Busiest window over the mean, and the window that 99 % do not exceed; `low`..`high` is the latter's 95 % interval
    (bootstrap over contiguous blocks)."""

    window_s: float
    windows: int
    factor_max: float
    factor_p99: float
    low: float
    high: float


def counted(since_start_s: Floats, window_s: float, span_s: float) -> Counted | None:
    """Of ascending arrivals; the last window counts only if it is whole. None if there is none."""
    windows = int(span_s / window_s)
    if windows < 1:
        return None
    place = (since_start_s / window_s).astype(np.int64)
    place = place[: np.searchsorted(place, windows)]
    starts = np.flatnonzero(np.diff(place, prepend=-1))
    counts = np.diff(starts, append=len(place))
    return Counted(window_s, windows, counts, place[starts])


def dispersion(found: Counted, slow_s: float) -> Dispersion | None:
    """None below two windows or without arrivals. `slow_s` is the longer window of `within`."""
    n, sizes = found.windows, found.block_windows
    if n < 2 or not len(found.counts):
        return None
    sums = np.bincount(found.blocks, found.counts, len(sizes))
    squares = np.bincount(found.blocks, found.counts.astype(np.float64) ** 2, len(sizes))
    index = _index(float(sums.sum()), float(squares.sum()), n)
    without = [
        _index(float(sums.sum() - one), float(squares.sum() - square), n - int(size))
        for one, square, size in zip(sums, squares, sizes, strict=True)
        if n - size >= 2 and sums.sum() > one
    ]
    error = max(_jackknife(without, index), index * sqrt(2 / (n - 1)))
    inside, inside_error = within(found, slow_s) or (index, error)
    return Dispersion(found.window_s, n, index, error, inside, inside_error)


def within(found: Counted, slow_s: float) -> tuple[float, float] | None:
    """Pooled variance of the counts around the mean of their own stretch of `slow_s`, over the mean count; standard error.

    At a high rate even a gentle daily swing dominates the plain index, 1 + rate x window x cv2 of the rate, and would then
    be counted twice, here and in the peak factor. None where fewer than two stretches or two windows in each are whole.
    """
    per = int(slow_s / found.window_s + 1e-9)
    stretches = found.windows // per if per else 0
    if per < 2 or stretches < 2:
        return None
    stretch = found.places // per
    whole = stretch < stretches
    counts = found.counts[whole].astype(np.float64)
    sums = np.bincount(stretch[whole], counts, stretches)
    around = np.bincount(stretch[whole], counts**2, stretches) - sums**2 / per
    if not sums.sum() > 0:
        return None
    parts = min(BLOCKS, stretches)
    block = np.arange(stretches) * parts // stretches
    totals, rests = (np.bincount(block, figures, parts) for figures in (sums, around))
    index = float(rests.sum() / (stretches * (per - 1)) / (totals.sum() / (stretches * per)))
    held = (totals.sum() - totals) > 0
    others = ((rests.sum() - rests)[held] / (per - 1)) / ((totals.sum() - totals)[held] / per)
    floor = index * sqrt(2 / (stretches * (per - 1)))
    return index, max(_jackknife([float(one) for one in others], index), floor)


def _jackknife(without: list[float], otherwise: float) -> float:
    return sqrt((len(without) - 1) * float(np.var(without))) if len(without) > 1 else otherwise


def _index(total: float, squares: float, n: int) -> float:
    mean = total / n
    return (squares - n * mean * mean) / (n - 1) / mean


def peak(found: Counted, seed: int) -> Peak | None:
    """None without arrivals."""
    total = int(found.counts.sum())
    if not total:
        return None
    mean = total / found.windows
    order = np.argsort(-found.counts, kind="stable")
    top = order[: max(64, ceil(0.05 * found.windows))]
    values, blocks, sizes = found.counts[top], found.blocks[top], found.block_windows
    sums = np.bincount(found.blocks, found.counts, len(sizes))
    random = np.random.default_rng(seed)
    resamples = int(min(MOST_RESAMPLES, max(50, 4e6 / max(1, len(top)))))
    drawn = random.multinomial(len(sizes), np.full(len(sizes), 1 / len(sizes)), size=resamples)
    factors = []
    for weight in drawn:
        here = float(weight @ sizes)
        if (resampled := float(weight @ sums)) > 0:
            factors.append(_upper(values, weight[blocks].astype(np.float64), here) / (resampled / here))
    middle = _upper(values, np.ones(len(values)), float(found.windows)) / mean
    low, high = (float(q) for q in np.quantile(factors, (0.025, 0.975))) if factors else (middle, middle)
    return Peak(found.window_s, found.windows, float(values[0]) / mean, middle, min(low, middle), max(high, middle))


def _upper(descending: Ints, weights: Floats, whole: float) -> float:
    """The count that no more than 1 % of the windows exceed; empty windows are the rest of `whole`."""
    over = np.cumsum(weights)
    place = int(np.searchsorted(over, 0.01 * whole, side="right"))
    return float(descending[place]) if place < len(descending) else 0.0
