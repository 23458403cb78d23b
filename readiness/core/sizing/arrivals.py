"""What a log of requests says about load: rate, peaks, burstiness as a curve, token lengths, each with its uncertainty.

The index of dispersion (variance over mean of counts) grows with the window: in a real trace of language-model requests from
1.0 at 40 ms to more than 50 at 300 s (SIZING.md 1). The fast part, at the latency target's own length, is the ca2 of a queue;
the slow part belongs into the peak factor.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import sqrt
from statistics import NormalDist
from typing import Any

import numpy as np

from readiness.core.sizing.arrivals_windows import BLOCKS, Dispersion, Floats, Peak, counted, dispersion, peak
from readiness.core.sizing.quantity import Quantity

CURVE_S = (0.04, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 60.0, 120.0, 300.0)
PEAKS_S = (60.0, 300.0, 900.0, 3600.0)
FEWEST_ARRIVALS = 100  # in a window whose peaks mean load: chance alone then moves the count by a tenth
FEWEST_WINDOWS = 10
DAY_S = 86_400.0
UNSEEN_DAY = 2.0  # assumption: a day that was not seen whole may hold a peak twice the one seen
Z = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True, slots=True)
class Gaps:
    """Between arrivals, seconds. `cv2` is the squared variation; a burst is a run of gaps under a tenth of the mean."""

    mean_s: float
    p50_s: float
    p99_s: float
    max_s: float
    cv2: float
    longest_burst: int  # requests
    longest_burst_s: float


@dataclass(frozen=True, slots=True)
class Tokens:
    """Of one request. `mean_error` is the standard error of the mean; p95_low..p95_high the 95 % interval of the p95."""

    known: int
    missing: int
    mean: float
    mean_error: float
    p50: float
    p90: float
    p95: float
    p95_low: float
    p95_high: float
    p99: float
    max: float


@dataclass(frozen=True, slots=True)
class TraceSummary:
    """`slow_s` divides fast from slow: the shortest window counted for peaks that holds `FEWEST_ARRIVALS` on average, as in
    shorter ones chance makes the peak. `resolution_s` is the step of coarse timestamps, 0 if they are fine. Notes are stable
    codes (see `_notes`).
    """

    requests: int
    duration_s: float
    rate_per_s: float
    rate_error: float
    dispersion: tuple[Dispersion, ...]
    peaks: tuple[Peak, ...]
    slow_s: float
    gaps: Gaps
    input_tokens: Tokens | None
    output_tokens: Tokens | None
    out_of_order: int
    repeated: int
    resolution_s: float
    notes: tuple[str, ...]

    def dispersion_at(self, window_s: float) -> Quantity | None:
        """ca2 at the target's length, slow swings taken out: between curve points on the log scale, else the nearest point."""
        curve = self.dispersion
        if not curve:
            return None
        lengths = np.log([one.window_s for one in curve])
        index, error = (
            float(np.interp(np.log(window_s), lengths, figures))
            for figures in ([one.within for one in curve], [one.within_error for one in curve])
        )
        return Quantity(index, max(0.0, index - Z * error), index + Z * error)

    def peak_factor(self) -> Quantity | None:
        """Busiest minutes over the mean: p99 of the windows (the busiest where there are few), up to the busiest.

        Windows are of `slow_s`. Not known from less than a day: then the upper end is `UNSEEN_DAY` times what was seen.
        """
        if not self.peaks:
            return None
        one = next(one for one in self.peaks if one.window_s == self.slow_s)
        likely = one.factor_p99 if one.windows >= 100 else one.factor_max
        low, high = min(one.low, likely), max(one.high, one.factor_max, likely)
        if self.duration_s < DAY_S:
            return Quantity.unknown(low, likely, max(high, UNSEEN_DAY * likely))
        return Quantity(likely, low, high)

    def quantities(self, target_s: float) -> dict[str, Quantity]:
        """By the names of `Demand`'s fields; `target_s` is the latency target, the window of the fast part."""
        rate = Quantity(self.rate_per_s, max(0.0, self.rate_per_s - Z * self.rate_error), self.rate_per_s + Z * self.rate_error)
        found = {"arrival_per_s": rate, "peak_factor": self.peak_factor(), "dispersion": self.dispersion_at(target_s)}
        for name, tokens in (("input_tokens", self.input_tokens), ("output_tokens", self.output_tokens)):
            if tokens is not None:
                found[name] = mean_within(tokens.mean, tokens.mean_error)
                found[f"{name}_p95"] = Quantity(tokens.p95, tokens.p95_low, tokens.p95_high)
        return {name: quantity for name, quantity in found.items() if quantity is not None}

    def as_dict(self, target_s: float) -> dict[str, Any]:
        """Plain numbers, texts, lists and dicts for JSON, the quantities at `target_s` among them."""
        plain: dict[str, Any] = asdict(self)
        for name in ("dispersion", "peaks", "notes"):
            plain[name] = list(plain[name])
        plain["target_s"] = target_s
        plain["quantities"] = {name: asdict(quantity) for name, quantity in self.quantities(target_s).items()}
        return plain


def mean_within(mean: float, standard_error: float) -> Quantity:
    """A mean of what cannot be negative, with its 95 % interval."""
    return Quantity(mean, max(0.0, mean - Z * standard_error), mean + Z * standard_error)


def summarise(
    arrival_s: Floats,
    input_tokens: Floats | None = None,
    output_tokens: Floats | None = None,
    *,
    curve_s: Sequence[float] = CURVE_S,
    peaks_s: Sequence[float] = PEAKS_S,
    seed: int = 0,
) -> TraceSummary:
    """Arrivals in seconds from any origin and in any order; token counts beside them, NaN where not known.

    Raises ValueError unless there are two different times and all are finite.
    """
    if len(arrival_s) < 2 or not np.isfinite(arrival_s).all():
        raise ValueError("want at least two arrivals, all at finite times")
    steps = np.diff(arrival_s)
    out_of_order = int(np.count_nonzero(steps < 0))
    since = (np.sort(arrival_s) if out_of_order else arrival_s) - arrival_s.min()
    span = float(since[-1])
    if span <= 0:
        raise ValueError("all requests arrived at the same time: there is no rate")
    gaps = np.diff(since)
    repeated = int(np.count_nonzero(gaps == 0))
    step = _resolution(gaps, repeated)
    placed = since + step / 2  # a coarse time stands for the middle of its step, away from the edges of windows
    counts = {
        length: found
        for length in sorted({*curve_s, *peaks_s})
        if length >= step and (found := counted(placed, length, span + step)) and found.windows >= FEWEST_WINDOWS
    }
    peaks = tuple(top for length in peaks_s if length in counts and (top := peak(counts[length], seed)))
    rate, rate_error = _rate(since, span)
    slow_s = next(
        (one.window_s for one in peaks if rate * one.window_s >= FEWEST_ARRIVALS), peaks[-1].window_s if peaks else span
    )
    curve = tuple(point for length in curve_s if length in counts and (point := dispersion(counts[length], slow_s)))
    inputs, outputs = _tokens(input_tokens), _tokens(output_tokens)
    return TraceSummary(
        len(since), span, rate, rate_error, curve, peaks, slow_s, _gaps(gaps), inputs, outputs, out_of_order,
        repeated, step, _notes(span, step, peaks, (inputs, outputs), out_of_order),
    )  # fmt: skip


def _resolution(gaps: Floats, repeated: int) -> float:
    """The step of timestamps of which more than one in twenty repeats another: then the least gap is the step."""
    if repeated * 20 <= len(gaps):
        return 0.0
    return float(gaps[gaps > 0].min())


def _rate(since: Floats, span: float) -> tuple[float, float]:
    """Mean rate and its standard error from the rates of contiguous blocks, at least that of a Poisson stream."""
    rate = (len(since) - 1) / span
    blocks = np.bincount(np.minimum((since * (BLOCKS / span)).astype(np.int64), BLOCKS - 1), minlength=BLOCKS)
    return rate, max(float(np.std(blocks, ddof=1)) / sqrt(BLOCKS) * BLOCKS / span, rate / sqrt(len(since)))


def _gaps(gaps: Floats) -> Gaps:
    mean = float(gaps.mean())
    edges = np.flatnonzero(np.concatenate(([True], gaps >= mean / 10, [True])))
    runs = np.diff(edges)  # requests between two long gaps
    longest = int(np.argmax(runs))
    seconds = float(gaps[edges[longest] : edges[longest + 1] - 1].sum())
    p50, p99 = (float(q) for q in np.quantile(gaps, (0.5, 0.99)))
    return Gaps(mean, p50, p99, float(gaps.max()), float(gaps.var()) / mean**2, int(runs[longest]), seconds)


def _tokens(values: Floats | None) -> Tokens | None:
    """None where no count is known. The mean's error is by blocks in file order, at least that of independent requests."""
    if values is None:
        return None
    known = values[~np.isnan(values)]
    if not len(known):
        return None
    if not np.isfinite(known).all() or known.min() < 0:
        raise ValueError("want token counts finite and not negative")
    n = len(known)
    error = float(known.std(ddof=1)) / sqrt(n) if n > 1 else 0.0
    if n >= 2 * BLOCKS:
        means = [float(part.mean()) for part in np.array_split(known, BLOCKS)]
        error = max(error, float(np.std(means, ddof=1)) / sqrt(BLOCKS))
    ordered = np.sort(known)
    p50, p90, p95, p99 = (float(q) for q in np.quantile(ordered, (0.5, 0.9, 0.95, 0.99)))
    reach = Z * sqrt(n * 0.95 * 0.05)  # ranks of an order statistic are binomial
    low, high = (float(ordered[min(n - 1, max(0, round(0.95 * n + side)))]) for side in (-reach - 1, reach))
    mean = float(known.mean())
    return Tokens(n, len(values) - n, mean, error, p50, p90, p95, min(low, p95), max(high, p95), p99, float(ordered[-1]))


def _notes(
    span: float, step: float, peaks: tuple[Peak, ...], tokens: tuple[Tokens | None, ...], out_of_order: int
) -> tuple[str, ...]:
    told = {
        "less_than_a_day": span < DAY_S,  # the daily cycle was not seen: the peak factor is not known
        "less_than_a_week": DAY_S <= span < 7 * DAY_S,
        "too_short_for_peaks": not peaks,
        "coarse_timestamps": step > 0,  # no burstiness below the step
        "out_of_order": out_of_order > 0,
        "no_input_tokens": tokens[0] is None,
        "no_output_tokens": tokens[1] is None,
    }
    return tuple(code for code, holds in told.items() if holds)
