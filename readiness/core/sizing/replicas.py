"""From a rate that one replica was shown to carry to the number of them (SIZING.md 10)."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, exp, sqrt

from readiness.core.sizing.availability import n_for_availability
from readiness.core.sizing.inputs import Grade

Z_PLAN = 1.2815515655446004  # nine in ten, one-sided: what to plan with
BATCH_UTILISATION = 0.95  # of saturation; the rest is the start and the tail of a run, an assumption
ROUNDING = 1e-9  # relative; 4.000000001 replicas are four

SIGMA = {Grade.SWEEP: 0.06, Grade.TWO_POINTS: 0.10, Grade.SATURATION: 0.15, Grade.NOTHING: 0.50}
SIGMA_SATURATION_TIGHT = 0.25  # where the target per token is near the idle step time


@dataclass(frozen=True, slots=True)
class Replicas:
    """`needed` carry the load, `total` keep that many up; None where no number reaches the availability."""

    peak_per_s: float
    safe_per_s: float
    needed: int
    total: int | None


def peak_rate(arrival_per_s: float, peak_factor: float, growth_per_year: float, horizon_months: float) -> float:
    """Requests per second of the busiest minutes at the horizon: mean x peak factor x growth^(months / 12)."""
    return float(arrival_per_s * peak_factor * growth_per_year ** (horizon_months / 12))


def safe_rate(measured_per_s: float, derate: float, sigma: float, z: float, utilisation: float) -> float:
    """What to count on per replica, per second: x derate e^{-z sigma} util."""
    return measured_per_s * derate * exp(-z * sigma) * utilisation


def whole(count: float) -> int:
    """The next whole number, at least 1; rounding error of the floating-point kind is no replica."""
    return max(1, ceil(count * (1 - ROUNDING)))


def replicas(peak_per_s: float, safe_per_s: float, each: float, target: float) -> Replicas:
    """k = ceil(peak / safe), n = the smallest number of which k are up with probability `target` (0: n = k).

    Raises ValueError unless the safe rate is above 0.
    """
    if not safe_per_s > 0:
        raise ValueError(f"a replica that carries {safe_per_s:g} requests per second cannot be multiplied")
    needed = whole(peak_per_s / safe_per_s)
    return Replicas(peak_per_s, safe_per_s, needed, n_for_availability(needed, each, target))


def combined_sigma(*parts: float) -> float:
    """Independent relative errors add up as squares: sqrt(run^2 + fit^2 + workload^2 + transfer^2)."""
    return sqrt(sum(part * part for part in parts))
