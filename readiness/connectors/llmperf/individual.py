"""A run from its individual requests: the same figures as in the tool's summary, and percentiles that it left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from readiness.connectors.collector import Collector
from readiness.connectors.contract import Load, Statistic
from readiness.connectors.values import number

_PERCENTILES = (0.25, 0.5, 0.75, 0.9, 0.95, 0.99)
_COLUMNS = {"ttft": "ttft_s", "latency": "end_to_end_latency_s"}


def measured(requests: Sequence[Any]) -> tuple[Load, Collector]:
    """Counts and latencies (seconds). An entry that is no request counts as failed."""
    good = [one for one in requests if isinstance(one, Mapping) and not _failed(one)]
    load = Load(
        started=len(requests),
        completed=len(good),
        failed=len(requests) - len(good),
        input_tokens=_mean(good, "number_input_tokens"),
        output_tokens=_mean(good, "number_output_tokens"),
    )
    collector = Collector(samples=len(good))
    for metric, column in _COLUMNS.items():
        values = [value for value in (number(one.get(column)) for one in good) if value is not None]
        if values:
            _add(collector, metric, column, np.asarray(values))
    return load, collector


def _failed(request: Mapping[str, Any]) -> bool:
    return request.get("error_code") is not None or bool(request.get("error_msg")) or number(request.get("ttft_s")) is None


def _mean(good: Sequence[Mapping[str, Any]], column: str) -> float | None:
    values = [value for value in (number(one.get(column)) for one in good) if value is not None and value >= 0]
    return float(np.mean(values)) if values else None


def _add(collector: Collector, metric: str, column: str, values: Any) -> None:
    statistics = {Statistic.MEAN: values.mean(), Statistic.MIN: values.min(), Statistic.MAX: values.max()}
    for statistic, value in statistics.items():
        collector.add(metric, float(value), "s", statistic, name=column, samples=len(values))
    for share, value in zip(_PERCENTILES, np.quantile(values, _PERCENTILES), strict=True):
        collector.add(metric, float(value), "s", Statistic.PERCENTILE, percentile=share, name=column, samples=len(values))
