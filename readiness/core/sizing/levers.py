"""What somebody could decide about any workload so that it takes less: a looser target, a calmer load, a measurement."""

from __future__ import annotations

from collections.abc import Iterator

from readiness.core.sizing.inputs import Grade
from readiness.core.sizing.replicas import SIGMA, combined_sigma
from readiness.core.sizing.sizer import Change, Sizer

LOOSER = 1.5
MORE_DOWNTIME = 10
NOTABLE_AVAILABILITY = 0.99


def scaled(sizer: Sizer, name: str, factor: float) -> Iterator[Change]:
    """One input times a factor, where it applies."""
    if name in sizer.quantities:
        value = sizer.quantities[name].likely * factor
        yield Change(f"{name} x{factor:g}", name, value, sizer, {name: value})


def looser(sizer: Sizer, *names: str) -> Iterator[Change]:
    for name in names:
        yield from scaled(sizer, name, LOOSER)


def calmer(sizer: Sizer) -> Iterator[Change]:
    """Half of what the peak has over the mean, shifted to other hours; ten times the downtime."""
    peak, available = sizer.quantities.get("peak_factor"), sizer.quantities.get("availability")
    if peak is not None and peak.likely > 1:
        value = 1 + (peak.likely - 1) / 2
        yield Change(f"peak_factor {value:.3g}", "peak_factor", value, sizer, {"peak_factor": value})
    if available is not None and available.likely > NOTABLE_AVAILABILITY:
        value = 1 - MORE_DOWNTIME * (1 - available.likely)
        yield Change(f"availability {value:.4g}", "availability", value, sizer, {"availability": value})


def measured(sizer: Sizer, workload_sigma: float) -> Iterator[Change]:
    """The same speed, known from a full sweep: what not measuring costs."""
    if sizer.grade is not Grade.SWEEP:
        sigma = combined_sigma(SIGMA[Grade.SWEEP], workload_sigma)
        yield Change("measurement", "measured", sigma, sizer, {}, sigma)
