"""A metric as AIPerf and its predecessor print it: a unit beside averages and percentiles. The unit given counts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from readiness.connectors.collector import Collector
from readiness.connectors.contract import Load, Statistic
from readiness.connectors.metrics import METRICS
from readiness.connectors.values import number, positive, table, text, whole

MEASURED = {
    "request_throughput": "throughput",
    "output_token_throughput": "token_throughput",
    "total_token_throughput": "total_token_throughput",
    "input_token_throughput": "input_token_throughput",
    "request_latency": "latency",
    "time_to_first_token": "ttft",
    "inter_token_latency": "tpot",  # per request: (latency - TTFT) / (output tokens - 1)
    "inter_chunk_latency": "itl",
    "effective_concurrency": "concurrency",
    "credit_to_start_latency": "schedule_delay",
}
ACCELERATORS = {"gpu_utilization": "accelerator_use", "gpu_memory_used": "accelerator_memory", "gpu_power_usage": "power"}
COUNTS = ("request_count", "error_request_count", "completed_request_count", "benchmark_duration", "request_error_rate")
LENGTHS = ("input_sequence_length", "output_sequence_length")
_PERCENTILE = re.compile(r"p(\d{1,2}(?:\.\d{1,3})?)")
_PLAIN = {"avg": Statistic.MEAN, "min": Statistic.MIN, "max": Statistic.MAX}


@dataclass(frozen=True, slots=True)
class Block:
    """`stats` by the tool's names: avg, min, max, p50, count; a single number stands in `avg`."""

    unit: str
    stats: Mapping[str, Any] = field(default_factory=dict)

    @property
    def average(self) -> float | None:
        return number(self.stats.get("avg"))


def blocks(record: Mapping[str, Any]) -> dict[str, Block]:
    """Every entry that looks like a metric, by its tag."""
    found = {}
    for tag, entry in record.items():
        content = table(entry)
        if "unit" in content and isinstance(content["unit"], str):
            found[str(tag)] = Block(text(content["unit"]), content)
    return found


def add(
    collector: Collector, metric: str, tag: str, block: Block, samples: int | None = None, labels: Mapping[str, str] | None = None
) -> None:
    """Average, extremes and percentiles of one metric."""
    count = whole(block.stats.get("count")) or samples
    percentiles = METRICS[metric].percentiles
    for name, raw in block.stats.items():
        statistic, percentile = _PLAIN.get(name), None
        found = _PERCENTILE.fullmatch(str(name))
        if found and percentiles and float(found[1]) > 0:
            statistic, percentile = Statistic.PERCENTILE, round(float(found[1]) / 100, 6)
        if statistic is not None:
            raw_name = f"{tag}.{name}"
            collector.add(metric, raw, block.unit, statistic, name=raw_name, percentile=percentile, samples=count, labels=labels)


def add_measured(collector: Collector, found: Mapping[str, Block], samples: int | None) -> None:
    """What is known of it; no error-adjusted figure, no rate per user."""
    for tag, metric in MEASURED.items():
        if tag in found:
            add(collector, metric, tag, found[tag], samples)


def load(found: Mapping[str, Block], *, failures: int | None = None, concurrency: object = None, rate: object = None) -> Load:
    """Failed requests are as many as any of the places that count them says; a count that is no count is not known."""
    completed = _count(found, "request_count")
    ended = _count(found, "completed_request_count")
    failed = _most(failures, _count(found, "error_request_count"), _by_rate(found, completed))
    if ended is not None and completed is not None:
        failed = _most(failed, ended - completed)
    started = _most(ended, None if completed is None or failed is None else completed + failed)
    throughput = found.get("request_throughput")
    return Load(
        concurrency=positive(concurrency),
        requested_per_s=positive(rate),
        achieved_per_s=throughput.average if throughput and throughput.unit == "requests/sec" else None,
        started=started,
        completed=completed,
        failed=failed,
        input_tokens=_length(found, "input_sequence_length"),
        output_tokens=_length(found, "output_sequence_length"),
    )


def seconds(found: Mapping[str, Block], tag: str) -> float | None:
    """A duration that says that it is one of seconds or milliseconds."""
    block = found.get(tag)
    factor = {"sec": 1.0, "s": 1.0, "seconds": 1.0, "ms": 1e-3}.get(block.unit) if block else None
    value = positive(block.stats.get("avg")) if block else None
    return None if factor is None or value is None else value * factor


def _count(found: Mapping[str, Block], tag: str) -> int | None:
    block = found.get(tag)
    return whole(block.stats.get("avg")) if block and block.unit in ("requests", "count") else None


def _by_rate(found: Mapping[str, Block], completed: int | None) -> int | None:
    """Failures from the share of them, for a file whose counts were lost."""
    block = found.get("request_error_rate")
    share = block.average if block and block.unit == "%" else None
    if share is None or completed is None or not 0 <= share < 100:
        return None
    return round(completed * share / (100 - share))


def _length(found: Mapping[str, Block], tag: str) -> float | None:
    block = found.get(tag)
    return positive(block.stats.get("avg")) if block and block.unit == "tokens" else None


def _most(*counts: int | None) -> int | None:
    known = [one for one in counts if one is not None]
    return max(known) if known else None
