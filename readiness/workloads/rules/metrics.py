"""The catalogue of metrics: one unit each, which direction is better, whether a percentile belongs to it."""

from __future__ import annotations

from dataclasses import dataclass

from readiness.workloads.choices import Comparator, Metric


@dataclass(frozen=True, slots=True)
class MetricFacts:
    """`comparator` is what a target of this metric usually says, so `AT_LEAST` means that more is better."""

    label: str
    unit: str
    comparator: Comparator
    has_percentile: bool = False
    most: float | None = None  # a share ends at 1
    about: str = ""

    @property
    def more_is_better(self) -> bool:
        return self.comparator == Comparator.AT_LEAST


_LEAST, _MOST = Comparator.AT_LEAST, Comparator.AT_MOST

# fmt: off
METRICS: dict[Metric, MetricFacts] = {
    Metric.THROUGHPUT: MetricFacts("Requests completed", "1/s", _LEAST, about="Sustained in the busiest minutes."),
    Metric.TOKEN_THROUGHPUT: MetricFacts(
        "Tokens", "tokens/s", _LEAST, about="Output tokens; input tokens where nothing is put out (embedding, training).",
    ),
    Metric.TTFT: MetricFacts("Time to the first token", "s", _MOST, has_percentile=True),
    Metric.TPOT: MetricFacts("Time per output token", "s", _MOST, has_percentile=True),
    Metric.LATENCY: MetricFacts("Whole answer", "s", _MOST, has_percentile=True, about="End to end, as the caller sees it."),
    Metric.QUEUE_TIME: MetricFacts("Time in the queue", "s", _MOST, has_percentile=True),
    Metric.JITTER: MetricFacts("Jitter between tokens", "s", _MOST, has_percentile=True),
    Metric.ERROR_RATIO: MetricFacts("Failed requests", "share", _MOST, most=1),
    Metric.AVAILABILITY: MetricFacts("Availability", "share", _LEAST, most=1),
    Metric.CONCURRENCY: MetricFacts("Requests carried at once", "requests", _LEAST),
    Metric.ACCELERATOR_MEMORY: MetricFacts("Accelerator memory in use", "share", _MOST, most=1),
    Metric.ITEM_THROUGHPUT: MetricFacts("Items worked off", "items/s", _LEAST, about="Over the whole window, pauses included."),
    Metric.STORAGE_CAPACITY: MetricFacts("Storage", "GB", _LEAST),
    Metric.STORAGE_BANDWIDTH: MetricFacts("Storage bandwidth", "GB/s", _LEAST),
    Metric.NETWORK_BANDWIDTH: MetricFacts("Network", "Gbit/s", _LEAST),
}
# fmt: on
