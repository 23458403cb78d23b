"""The per-request arrays of a result: percentiles that the tool did not print, and a check of the means that it did."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from readiness.connectors.collector import Collector
from readiness.connectors.contract import Statistic
from readiness.connectors.values import rows

ARRAYS = frozenset(
    {"input_lens", "output_lens", "ttfts", "itls", "latencies", "errors", "generated_texts", "start_times", "queue_times"}
)
PERCENTILES = (0.5, 0.9, 0.95, 0.99)
AGREE = 0.01

Floats = NDArray[np.float64]


def failures(record: Mapping[str, Any]) -> int | None:
    """Requests with an error text; None where no errors were saved."""
    errors = rows(record.get("errors"))
    return sum(1 for one in errors if one) if errors else None


def empty_answers(record: Mapping[str, Any]) -> int:
    """Requests that count as completed although not one token came back: their TTFT of zero is in the printed figures."""
    errors = rows(record.get("errors"))
    return sum(1 for length in _kept(rows(record.get("output_lens")), errors) if length == 0)


def measured(record: Mapping[str, Any]) -> dict[str, Floats]:
    """Seconds per successful request (ttft, latency; zero where no token came) or per gap between tokens (itl)."""
    errors = rows(record.get("errors"))
    found = {"ttft": _floats(_kept(rows(record.get("ttfts")), errors))}
    found["latency"] = _floats(_kept(rows(record.get("latencies")), errors))
    gaps = [one for one in (_floats(gap) for gap in _kept(rows(record.get("itls")), errors)) if one is not None]
    found["itl"] = np.concatenate(gaps) if gaps else None
    return {metric: values for metric, values in found.items() if values is not None and float(values.max()) > 0}


def add_percentiles(collector: Collector, arrays: Mapping[str, Floats]) -> None:
    """Fill in what was measured and not printed; take back a metric whose printed mean the arrays contradict."""
    for metric, values in arrays.items():
        raw, printed = f"{metric} per request", collector.get(metric)
        mean = float(values.mean())  # as the tool does it, with the zeros
        if printed is not None and abs(printed / mean - 1) > AGREE:
            collector.drop(metric, "contradicted by the values per request")
            collector.doubt(raw, f"the printed mean is {printed / mean:.3g} times that of the values per request")
            continue
        answered = values if metric == "itl" else values[values > 0]
        labels = {} if answered.size == values.size else {"of": "requests with a first token"}
        _add(collector, metric, answered, raw, labels)


def _add(collector: Collector, metric: str, values: Floats, raw: str, labels: dict[str, str]) -> None:
    count = int(values.size)
    collector.add(metric, float(values.mean()), "s", Statistic.MEAN, name=raw, samples=count, labels=labels)
    for share, value in zip(PERCENTILES, np.quantile(values, PERCENTILES), strict=True):
        written = float(value)
        collector.add(metric, written, "s", Statistic.PERCENTILE, percentile=share, name=raw, samples=count, labels=labels)


def sent_per_s(record: Mapping[str, Any]) -> float | None:
    """Rate at which requests left the client, from their start times (seconds of one clock)."""
    starts = _floats(rows(record.get("start_times")))
    if starts is None or starts.size < 10:
        return None
    span = float(starts.max() - starts.min())
    return (starts.size - 1) / span if span > 0 else None


def _kept(values: Any, errors: Any) -> list[Any]:
    if len(errors) != len(values):
        return list(values)
    return [value for value, error in zip(values, errors, strict=True) if not error]


def _floats(values: Any) -> Floats | None:
    """None if there is nothing, or anything that is no finite number."""
    if not isinstance(values, list | tuple) or not values or any(isinstance(one, str | bool) for one in values):
        return None
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        return None
    return array if array.ndim == 1 and bool(np.isfinite(array).all()) else None
