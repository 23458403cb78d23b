"""The continuous-batching law (SIZING.md 8) fitted to measured points, and the rate read off them at a latency target.

Step time tau = t0 + kd n + kp x prefill tokens, with Little's n = lambda O tau, gives two straight lines in the same two
unknowns, the idle step t0 and the work w per request: 1/X = w + O t0 / C for a closed loop, 1/TPOT = (1 - lambda w) / t0 for
an open one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

import numpy as np

from readiness.core.sizing.inputs import SweepPoint


class NoFit(ValueError):
    """The points do not determine the law; `code` is stable, the message readable. Measure at other loads."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class ClosedLoop:
    """1/X = work_s + idle_s / C. `idle_s` = O t0, the seconds a request takes alone; `rms` of the relative residuals."""

    idle_s: float
    work_s: float
    rms: float
    points: int

    @property
    def rate_max(self) -> float:
        """Saturation rate lambda_max = 1/w, per second."""
        return 1 / self.work_s

    def completed_per_s(self, concurrency: float) -> float:
        return concurrency / (self.idle_s + concurrency * self.work_s)

    def t0_s(self, output_tokens: float) -> float:
        return self.idle_s / output_tokens

    def tpot_s(self, rate: float, output_tokens: float) -> float:
        """Mean time per output token at an open-loop rate; infinite from saturation on."""
        return _tpot(self.t0_s(output_tokens), self.work_s, rate)

    def rate_at(self, tpot_s: float, output_tokens: float) -> float:
        """lambda* = (1 - t0/T) / w on the mean; 0 where even an idle replica is slower."""
        return max(0.0, (1 - self.t0_s(output_tokens) / tpot_s) / self.work_s)


@dataclass(frozen=True, slots=True)
class OpenLoop:
    """1/TPOT = (1 - rate x work_s) / t0_s."""

    t0_s: float
    work_s: float
    rms: float
    points: int

    @property
    def rate_max(self) -> float:
        return 1 / self.work_s

    def tpot_s(self, rate: float) -> float:
        return _tpot(self.t0_s, self.work_s, rate)

    def rate_at(self, tpot_s: float) -> float:
        return max(0.0, (1 - self.t0_s / tpot_s) / self.work_s)


def closed_loop(points: Sequence[SweepPoint]) -> ClosedLoop:
    """From points with a concurrency, at least two different ones. Raises NoFit."""
    used = [(point.concurrency, point.completed_per_s) for point in points if point.concurrency and point.completed_per_s > 0]
    intercept, slope, rms = _line([1 / clients for clients, _done in used], [1 / done for _clients, done in used])
    if intercept <= 0:
        raise NoFit("no_saturation_seen", "throughput grows in proportion to the load or faster: measure at higher loads")
    if slope <= 0:
        raise NoFit("no_rise_seen", "throughput does not grow with the load: measure at lower loads")
    return ClosedLoop(slope, intercept, rms, len(used))


def open_loop(points: Sequence[SweepPoint]) -> OpenLoop:
    """From points with a mean TPOT, at least two different rates. The completed rate is the load that was carried."""
    used = [(point.completed_per_s, point.tpot_mean_s) for point in points if point.tpot_mean_s and point.completed_per_s > 0]
    intercept, slope, rms = _line([done for done, _tpot_s in used], [1 / tpot for _done, tpot in used])
    if slope >= 0:
        raise NoFit("no_saturation_seen", "the time per token does not grow with the rate: measure at higher rates")
    if intercept <= 0:
        raise NoFit("no_rise_seen", "the points admit no idle step time: measure at lower rates")
    return OpenLoop(1 / intercept, -slope / intercept, rms, len(used))


def _tpot(t0_s: float, work_s: float, rate: float) -> float:
    free = 1 - rate * work_s
    return t0_s / free if free > 0 else float("inf")


def _line(x: Sequence[float], y: Sequence[float]) -> tuple[float, float, float]:
    """y = a + b x minimising the squares of the relative residuals; rms over the degrees of freedom left (0 for two points)."""
    if len(set(x)) < 2:
        raise NoFit("too_few_points", f"the law has two unknowns and needs points at two different loads, got {len(set(x))}")
    xs, ys = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    rows = np.column_stack((1 / ys, xs / ys))
    solution = np.linalg.lstsq(rows, np.ones(len(ys)), rcond=None)[0]
    residual = rows @ solution - 1
    free = len(ys) - 2
    rms = float(np.sqrt(np.sum(residual**2) / free)) if free else 0.0
    return float(solution[0]), float(solution[1]), rms


class Standing(StrEnum):
    """What a rate read off a sweep is worth."""

    INSIDE = "inside"  # between two measured points
    AT_LEAST = "at_least"  # every measured point meets the target: more may be possible, nobody measured it
    NONE_MEETS = "none_meets"  # the lightest measured load misses the target: what lies below was not measured
    NOT_MEASURED = "not_measured"  # no point has this percentile or a higher one


@dataclass(frozen=True, slots=True)
class RateAt:
    """`rate` per second is None unless the standing is INSIDE or AT_LEAST. `percentile` is the one that was read."""

    rate: float | None
    standing: Standing
    percentile: float
    text: str


def rate_at(points: Sequence[SweepPoint], target_s: float, percentile: float, *, of: Literal["tpot", "ttft"] = "tpot") -> RateAt:
    """The highest completed rate up to which every measured point meets the target, interpolated to the first that misses it.

    Never extrapolates. Reads the asked percentile, else the lowest measured one above it (which is on the safe side). TPOT is
    interpolated as 1/TPOT, straight in the rate by law 8; TTFT as it is, which errs to the safe side as it bends upward.
    """
    used = min((point.percentile for point in points if _read(point, of) and point.percentile >= percentile), default=None)
    if used is None:
        text = f"p{percentile * 100:g} {of.upper()} was not measured at any point"
        return RateAt(None, Standing.NOT_MEASURED, percentile, text)
    curve = sorted((p.completed_per_s, value) for p in points if p.percentile == used and (value := _read(p, of)) is not None)
    name = f"p{used * 100:g} {of.upper()}"
    met: tuple[float, float] | None = None
    for done, value in curve:
        if value > target_s:
            return _crossing(met, (done, value), target_s, used, name, reciprocal=of == "tpot")
        met = done, value
    top = curve[-1][0]
    return RateAt(
        top, Standing.AT_LEAST, used, f"{name} meets {target_s:g} s at every measured point, the highest at {top:.4g}/s"
    )


def _crossing(
    met: tuple[float, float] | None, missed: tuple[float, float], target_s: float, used: float, name: str, *, reciprocal: bool
) -> RateAt:
    if met is None:
        text = f"{name} is {missed[1]:.4g} s at the lightest measured load ({missed[0]:.4g}/s), above {target_s:g} s"
        return RateAt(None, Standing.NONE_MEETS, used, text)
    below, above, target = (1 / met[1], 1 / missed[1], 1 / target_s) if reciprocal else (met[1], missed[1], target_s)
    rate = met[0] + (missed[0] - met[0]) * (target - below) / (above - below)
    text = (
        f"{name} = {target_s:g} s between {met[0]:.4g}/s ({met[1]:.4g} s) and {missed[0]:.4g}/s ({missed[1]:.4g} s): {rate:.4g}/s"
    )
    return RateAt(rate, Standing.INSIDE, used, text)


def _read(point: SweepPoint, of: str) -> float | None:
    return point.tpot_p_s if of == "tpot" else point.ttft_p_s
