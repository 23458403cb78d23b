"""What is wanted: one requirement, and of its workload what the others say about the load and the service level."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from readiness.connectors.units import canonical
from readiness.core.sizing.inputs import Task
from readiness.evidence.rules.verdicts.accelerators import Catalogue
from readiness.evidence.rules.verdicts.holdings import Holding
from readiness.workloads.choices import Comparator, Metric
from readiness.workloads.rules.metrics import METRICS

# The connectors' metrics that a requirement's metric may be shown by, the first one first.
_SHOWN_BY: dict[Metric, tuple[str, ...]] = {
    Metric.THROUGHPUT: ("throughput",),
    Metric.TOKEN_THROUGHPUT: ("token_throughput",),
    Metric.TTFT: ("ttft",),
    Metric.TPOT: ("tpot",),
    Metric.LATENCY: ("latency",),
    Metric.QUEUE_TIME: ("queue_time",),
    Metric.JITTER: ("jitter",),
    Metric.ERROR_RATIO: ("error_ratio",),
    Metric.AVAILABILITY: ("availability",),
    Metric.CONCURRENCY: ("concurrency",),
    Metric.ACCELERATOR_MEMORY: ("accelerator_memory_use",),
    Metric.ITEM_THROUGHPUT: ("item_throughput", "sample_throughput"),
    Metric.STORAGE_CAPACITY: ("storage_capacity",),
    Metric.STORAGE_BANDWIDTH: ("storage_bandwidth",),
    Metric.NETWORK_BANDWIDTH: ("network_bandwidth",),
}
# Embedding and training: what is put in is what is worked off.
_WITHOUT_OUTPUT = ("input_token_throughput", "total_token_throughput")
LATENCIES = frozenset({Metric.TTFT, Metric.TPOT, Metric.LATENCY, Metric.QUEUE_TIME, Metric.JITTER})
CAPABILITIES = frozenset({Metric.THROUGHPUT, Metric.TOKEN_THROUGHPUT, Metric.ITEM_THROUGHPUT, Metric.CONCURRENCY})
BANDWIDTHS = frozenset({Metric.STORAGE_BANDWIDTH, Metric.NETWORK_BANDWIDTH})
OF_THE_PLACE = BANDWIDTHS | {Metric.STORAGE_CAPACITY, Metric.ACCELERATOR_MEMORY}  # of what is there, whoever uses it
# Beside what is wanted: the load that it came at, whether a queue stood, how much of a window was looked at.
BESIDE = ("throughput", "concurrency", "coverage", "queue_length", "ttft", "tpot", "latency", "queue_time", "jitter")


@dataclass(frozen=True)
class Wanted:
    """One standing requirement. `target` is in the unit of its metric (rules/metrics.py of workloads); None: nobody knows it."""

    metric: Metric
    target: float | None
    comparator: Comparator = Comparator.AT_LEAST
    percentile: float | None = None
    window_s: float | None = None
    environment: Mapping[str, Any] = field(default_factory=dict)
    max_age_days: int = 90
    pk: int = 0

    @property
    def more_is_better(self) -> bool:
        return self.comparator is Comparator.AT_LEAST

    @property
    def unit(self) -> str:
        return METRICS[self.metric].unit

    @property
    def max_age(self) -> timedelta:
        return timedelta(days=self.max_age_days)

    @property
    def concurrency(self) -> float | None:
        """Requests in flight at which it must be shown, of all groups together."""
        value = self.environment.get("min_concurrency")
        return float(value) if isinstance(value, int | float) and value > 0 else None

    @property
    def is_capability(self) -> bool:
        return self.metric in CAPABILITIES and self.more_is_better

    def shown_by(self, task: Task) -> tuple[str, ...]:
        """Canonical metrics; which tokens count depends on what the model does."""
        if self.metric is Metric.TOKEN_THROUGHPUT and task is not Task.GENERATE:
            return _WITHOUT_OUTPUT
        return _SHOWN_BY[self.metric]

    def plain(self) -> dict[str, Any]:
        """As RequirementVerdict.wanted keeps it."""
        return {
            "metric": self.metric.value, "comparator": self.comparator.value, "target": self.target, "unit": self.unit,
            "percentile": self.percentile, "window_s": self.window_s, "environment": dict(self.environment),
            "max_age_days": self.max_age_days,
        }  # fmt: skip


@dataclass(frozen=True)
class Setting:
    """What the requirements of one workload share. `wanted` are all of its standing requirements, the judged one among them.

    `input_tokens` and `output_tokens` are the mean of a request, where the profile knows it.
    """

    task: Task = Task.GENERATE
    wanted: Sequence[Wanted] = ()
    catalogue: Catalogue = field(default_factory=lambda: Catalogue({}))
    holdings: Sequence[Holding] = ()
    input_tokens: float | None = None
    output_tokens: float | None = None
    holdings_change_at: datetime | None = None  # when an allocation or an order next begins or ends

    def rate(self) -> tuple[bool, float | None]:
        """(whether a rate of requests is asked for, the highest one; None where nobody knows it)."""
        asked = [one for one in self.wanted if one.metric is Metric.THROUGHPUT and one.more_is_better]
        known = [one.target for one in asked if one.target is not None]
        return bool(asked), max(known) if known and len(known) == len(asked) else None

    def levels(self) -> list[Wanted]:
        """The latencies that whatever is carried must come at."""
        return [one for one in self.wanted if one.metric in LATENCIES and not one.more_is_better]


def in_unit_of(metric: Metric, key: str, value: float) -> float:
    """A canonical value of the connectors' metric `key` in the unit of a requirement's metric."""
    return value / _size(key, METRICS[metric].unit)


def canonical_of(metric: Metric, key: str, value: float) -> float:
    """The way back."""
    return value * _size(key, METRICS[metric].unit)


@cache
def _size(key: str, unit: str) -> float:
    """One `unit` in the canonical unit of `key`. A sample is what a batch calls an item."""
    spelled = "items/s" if unit == "items/s" and key != "sample_throughput" else "1/s" if unit == "items/s" else unit
    return canonical(key, 1.0, spelled)


def needed_metrics(wanted: Wanted, task: Task) -> frozenset[str]:
    """Every metric that judging it looks at."""
    return frozenset(wanted.shown_by(task)) | (frozenset(BESIDE) if wanted.metric not in OF_THE_PLACE else frozenset())
