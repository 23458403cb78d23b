"""From means to percentiles, and from calm arrivals to bursty ones: what is left of a rate (SIZING.md, law 8 against simulation).

The rates that met p99 TPOT <= 40 ms were .87 (fixed lengths), .81 (lognormal lengths, cv 1) and .67 (bursty, ca2 = 4) of what
the mean formula says.
"""

from __future__ import annotations

from collections.abc import Mapping

from readiness.core.sizing.quantity import Quantity
from readiness.core.sizing.replicas import SIGMA_SATURATION_TIGHT
from readiness.core.sizing.sizer import Edge, Values

FIXED_LENGTHS = 0.87
VARIED_LENGTHS = 0.81
BURSTY = 0.67
BURSTY_CA2 = 4.0
FIXED_WITHIN = 1.05  # p95 over mean up to which lengths count as fixed

TIGHT_FREE, TIGHT_LEFT = 0.7, 0.57  # target 3.3 t0: 1 - t0/T, and what is left of a saturation rate there
LOOSE_FREE = 0.9  # target 10 t0, from where the derate of MLPerf's targets is taken as it is; an assumption


def burst(ca2: float) -> float:
    """What bursts leave of a rate: 1 for Poisson arrivals, .67/.81 from ca2 = 4 on, a straight line between (an assumption)."""
    if ca2 <= 1:
        return 1.0
    return 1 - (1 - BURSTY / VARIED_LENGTHS) * min(1.0, (ca2 - 1) / (BURSTY_CA2 - 1))


def lengths_derate(quantities: Mapping[str, Quantity], at: Values, edge: Edge, percentile: float) -> float:
    """.87 where prompts and answers have one length, else .81; 1 for a target on the median or below.

    At an edge the kinder (or unkinder) of what the ranges of means and p95s allow. Percentiles between .5 and .99 get the
    figure of .99, which is on the safe side.
    """
    if percentile <= 0.5:
        return 1.0
    for name in ("input_tokens", "output_tokens"):
        mean, high = quantities.get(name), quantities.get(f"{name}_p95")
        if mean is None or high is None:
            return VARIED_LENGTHS
        if edge is Edge.KIND:
            longest, typical = high.low, mean.high
        elif edge is Edge.UNKIND:
            longest, typical = high.high, mean.low
        else:
            longest, typical = at[f"{name}_p95"], at[name]
        if longest > FIXED_WITHIN * typical:
            return VARIED_LENGTHS
    return FIXED_LENGTHS


def tightness(free: float, derate: float, sigma: float) -> tuple[float, float]:
    """What a target per token leaves of a saturation rate, and the relative error of that figure; `free` = 1 - t0/T.

    The class's `derate` and `sigma` from T = 10 t0 on, .57 and 25 % near 3 t0 (SIZING.md c), straight lines in 1 - t0/T
    between, and from .57 down to nothing at T = t0.
    """
    tight = min(TIGHT_LEFT, derate)
    if free >= LOOSE_FREE:
        return derate, sigma
    if free <= TIGHT_FREE:
        return tight * max(0.0, free) / TIGHT_FREE, SIGMA_SATURATION_TIGHT
    way = (free - TIGHT_FREE) / (LOOSE_FREE - TIGHT_FREE)
    return tight + (derate - tight) * way, SIGMA_SATURATION_TIGHT + (sigma - SIGMA_SATURATION_TIGHT) * way
