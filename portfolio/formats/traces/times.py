"""Numbers that stand for times: which unit, and which of them belong to another."""

from __future__ import annotations

import numpy as np

from portfolio.formats.errors import FormatError
from portfolio.formats.traces.columns import unit_in
from portfolio.formats.traces.trace import Floats, Unit

EPOCH = (1e9, 4.2e9)  # seconds since 1970: from 2001 to 2103
_LONGEST_S = 100 * 366 * 86_400.0


class AmbiguousUnit(FormatError):
    """Say the unit of the times, and read the file again."""


def unit_of(values: Floats, header: str, given: Unit | None) -> Unit:
    """The unit given; else the one in which nearly all values are dates of this century; else the one the header names.

    Raises AmbiguousUnit: relative times look alike in every unit.
    """
    if given is not None:
        return given
    low, high = (float(q) for q in np.quantile(values, (0.01, 0.99), method="nearest"))
    for unit in Unit:
        if EPOCH[0] <= low / unit.per_second and high / unit.per_second <= EPOCH[1]:
            return unit
    named = unit_in(header)
    if named is not None:
        return named
    spans = ", ".join(f"{_span((high - low) / unit.per_second)} in {unit}" for unit in Unit)
    raise AmbiguousUnit(
        f'"{header}" holds numbers from {low:g} to {high:g} and no dates, so their unit is not known',
        where="Times",
        advice=f"Say the unit: the log lasts {spans}",
    )


def is_epoch(values: Floats, unit: Unit) -> bool:
    """Whether most of them are dates and not times since some start."""
    return EPOCH[0] <= float(np.median(values)) / unit.per_second <= EPOCH[1]


def strange(seconds: Floats, *, epoch: bool) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Those that cannot be of the same unit as the rest; NaN is not strange."""
    if epoch:
        return np.asarray((seconds < EPOCH[0]) | (seconds > EPOCH[1]), dtype=np.bool_)
    return np.asarray(np.abs(seconds) > _LONGEST_S, dtype=np.bool_)


def _span(seconds: float) -> str:
    for name, size in (("days", 86_400.0), ("hours", 3600.0), ("minutes", 60.0)):
        if seconds >= 2 * size:
            return f"{seconds / size:.3g} {name}"
    return f"{seconds:.3g} seconds"
