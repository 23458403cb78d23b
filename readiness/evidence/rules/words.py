"""From the canonical unit of a metric to the one that a person reads, one for a whole table column or chart."""

from __future__ import annotations

from math import isfinite
from typing import NamedTuple

from readiness.connectors.metrics import METRICS


class Scale(NamedTuple):
    """Shown = value x `factor`, in `unit`; `of` is the canonical unit, which decides how many digits are kept."""

    factor: float
    unit: str
    of: str

    def __call__(self, value: float) -> float:
        return value * self.factor


# (from this size on, factor, unit), the largest first; the last one takes what is smaller.
_Steps = tuple[tuple[float, float, str], ...]
_SECONDS: _Steps = ((7200, 1 / 3600, "h"), (120, 1 / 60, "min"), (1, 1, "s"), (1e-3, 1e3, "ms"), (0, 1e6, "µs"))
_BYTES: _Steps = ((1e12, 1e-12, "TB"), (1e9, 1e-9, "GB"), (1e6, 1e-6, "MB"), (1e3, 1e-3, "kB"), (0, 1, "B"))
_HELD: _Steps = (
    (2**40, 2**-40, "TiB"), (2**30, 2**-30, "GiB"), (2**20, 2**-20, "MiB"), (2**10, 2**-10, "KiB"), (0, 1, "B"),
)  # fmt: skip
_BITS: _Steps = ((1e9, 1e-9, "Gbit/s"), (1e6, 1e-6, "Mbit/s"), (1e3, 1e-3, "kbit/s"), (0, 1, "bit/s"))
_STEPS: dict[str, _Steps] = {
    "s": _SECONDS,
    "bytes": _BYTES,
    "bytes/s": tuple((size, factor, f"{unit}/s") for size, factor, unit in _BYTES),
    "bit/s": _BITS,
    "W": ((1e6, 1e-6, "MW"), (1e3, 1e-3, "kW"), (0, 1, "W")),
    "J": ((3.6e6, 1 / 3.6e6, "kWh"), (1e3, 1e-3, "kJ"), (0, 1, "J")),
    "share": ((0, 100, "%"),),
}
_PLAIN = {"1/s": "/s", "1/h": "/h", "tokens/s": "tokens/s", "requests": "", "accelerators": "", "nodes": ""}
_MONEY = {"money": "", "money/h": "/h", "money/1e6 tokens": " / 1 M tokens"}
_BINARY = frozenset({"accelerator_memory"})  # sold and named in powers of two


def scale(metric: str, size: float, currency: str = "") -> Scale:
    """The unit in which values of `metric` as large as `size` (canonical) are read; an unknown metric keeps its numbers."""
    known = METRICS.get(metric)
    unit = known.unit if known else ""
    if unit in _MONEY:
        return Scale(1.0, f"{currency}{_MONEY[unit]}".strip(), unit)
    steps = _HELD if metric in _BINARY else _STEPS.get(unit)
    if steps is None:
        return Scale(1.0, _PLAIN.get(unit, unit), unit)
    length = abs(size) if isfinite(size) else 0.0
    fits = (step for step in steps if (length >= step[0] if length else step[1] == 1))
    _least, factor, text = next(fits, steps[-1])
    return Scale(factor, text, unit)


def percentile(share: float | None) -> str:
    """`p99`, `p99.9`, `p50`; "" for none."""
    return "" if share is None else f"p{share * 100:.6g}"


def statistic(name: str, share: float | None) -> str:
    """The short word of what a value is of its distribution: `p95`, `mean`; "" for a single observation."""
    if name == "percentile":
        return percentile(share)
    return "" if name == "point" else name


def bound(marks: int) -> str:
    """The sign before a value that is only a bound (choices.Marks): `≥`, `≤`, both where a moment has one of each."""
    return ("≥" if marks & 1 else "") + ("≤" if marks & 2 else "")
