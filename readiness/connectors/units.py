"""Units as the tools write them, each with its one canonical unit and factor. What is not listed is not guessed."""

from __future__ import annotations

from readiness.connectors.metrics import METRICS

_TIME = {
    "s": 1.0, "sec": 1.0, "seconds": 1.0, "ms": 1e-3, "milliseconds": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9,
    "nanoseconds": 1e-9, "min": 60.0, "h": 3600.0,
}  # fmt: skip
_PER_SECOND = {"1/s": 1.0, "req/s": 1.0, "requests/sec": 1.0, "samples/s": 1.0, "queries/s": 1.0, "1/min": 1 / 60}
_BYTES = {
    "bytes": 1.0, "B": 1.0, "kB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12,
    "KiB": 1024.0, "MiB": 1024.0**2, "GiB": 1024.0**3, "TiB": 1024.0**4,
}  # fmt: skip

CONVERSIONS: dict[str, dict[str, float]] = {
    "s": _TIME,
    "1/s": _PER_SECOND,
    "1/h": {"1/h": 1.0, "1/s": 3600.0, "1/min": 60.0},
    "tokens/s": {"tokens/s": 1.0, "tok/s": 1.0, "token/s": 1.0, "tokens/sec": 1.0},
    "share": {"share": 1.0, "ratio": 1.0, "%": 0.01, "percent": 0.01},
    "bytes": _BYTES,
    "bytes/s": {f"{unit}/s": factor for unit, factor in _BYTES.items()},
    "bit/s": {"bit/s": 1.0, "bits_per_second": 1.0, "kbit/s": 1e3, "Mbit/s": 1e6, "Gbit/s": 1e9, "bytes/s": 8.0},
    "requests": {"requests": 1.0},
    "accelerators": {"accelerators": 1.0},
    "nodes": {"nodes": 1.0},
    "W": {"W": 1.0, "Watts": 1.0, "mW": 1e-3, "kW": 1e3},
    "J": {"J": 1.0, "mJ": 1e-3, "millijoules": 1e-3, "kWh": 3.6e6, "Wh": 3600.0},
    "money": {"money": 1.0},
    "money/h": {"money/h": 1.0},
    "money/1e6 tokens": {"money/1e6 tokens": 1.0},
}


class UnitUncertain(ValueError):
    """The unit is unknown, or does not measure this metric: there is no reading."""


def canonical(metric: str, value: float, unit: str) -> float:
    """`value` in the canonical unit of `metric`; raises UnitUncertain."""
    known = METRICS.get(metric)
    factor = CONVERSIONS[known.unit].get(unit) if known else None
    if factor is None:
        raise UnitUncertain(f"{unit or 'no unit'} is no unit of {metric}")
    return value * factor
