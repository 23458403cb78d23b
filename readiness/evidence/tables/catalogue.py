"""The canonical metrics as people read about them: unit, direction, what a percentile and a window mean, which tools give it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from django.urls import reverse

from readiness.connectors.metrics import METRICS, Area, Metric
from readiness.connectors.prometheus.templates import packs
from readiness.connectors.registry import IMPORTERS
from readiness.evidence.tables.labels import AREAS, BETTER, NATURES, translated, unit_words

# Which importers yield a metric; tests/readiness/evidence/test_pages_catalogue.py reads their sample files and compares.
GIVEN: Mapping[str, tuple[str, ...]] = {
    "throughput": (
        "vllm_bench", "sglang_bench", "guidellm", "aiperf", "genai_perf", "inference_perf", "llmperf", "k6", "locust", "mlperf",
    ),
    "token_throughput": (
        "vllm_bench", "sglang_bench", "guidellm", "aiperf", "genai_perf", "inference_perf", "llmperf", "mlperf",
    ),
    "total_token_throughput": ("vllm_bench", "guidellm", "inference_perf"),
    "input_token_throughput": ("sglang_bench", "inference_perf"),
    "sample_throughput": ("mlperf", "vllm_bench"),
    "concurrency": ("vllm_bench", "sglang_bench", "guidellm"),
    "ttft": ("vllm_bench", "sglang_bench", "guidellm", "aiperf", "genai_perf", "inference_perf", "llmperf", "mlperf"),
    "tpot": ("vllm_bench", "sglang_bench", "guidellm", "aiperf", "genai_perf", "inference_perf", "mlperf"),
    "itl": ("vllm_bench", "sglang_bench", "aiperf", "inference_perf"),
    "latency": (
        "vllm_bench", "sglang_bench", "guidellm", "aiperf", "genai_perf", "inference_perf", "llmperf", "k6", "locust", "mlperf",
    ),
    "error_ratio": ("vllm_bench", "sglang_bench", "guidellm", "aiperf", "inference_perf", "llmperf", "k6", "locust", "mlperf"),
    "accelerator_use": ("aiperf", "genai_perf"),
    "accelerator_memory": ("aiperf", "genai_perf"),
    "power": ("aiperf", "genai_perf", "mlperf"),
    "accelerator_allocated": ("kubernetes",),
    "accelerator_count": ("kubernetes", "mlperf"),
    "node_count": ("kubernetes", "mlperf"),
    "storage_bandwidth": ("fio",),
    "storage_iops": ("fio",),
    "storage_latency": ("fio",),
    "network_bandwidth": ("iperf3",),
    "network_latency": ("iperf3",),
    "network_jitter": ("iperf3",),
    "packet_loss": ("iperf3",),
    "collective_bandwidth": ("nccl_tests",),
    "schedule_delay": ("guidellm", "inference_perf"),
}  # fmt: skip
_OPENCOST = frozenset({"cost_total", "cost_per_hour", "accelerator_count"})


def areas(counts: Mapping[str, int]) -> list[dict[str, Any]]:
    """Metrics by area, in the catalogue's order; `counts` are how many series of each the reader sees."""
    return [
        {
            "key": area.value,
            "label": AREAS[area],
            "rows": [_row(one, counts.get(one.key, 0)) for one in METRICS.values() if one.area == area],
        }
        for area in Area
    ]


def _row(one: Metric, count: int) -> dict[str, Any]:
    return {
        "key": one.key,
        "label": translated(one.label),
        "unit": unit_words(one.unit),
        "better": str(BETTER[one.better]),
        "nature": str(NATURES[one.nature]),
        "meaning": translated(one.meaning),
        "of_percentile": translated(one.of_percentile),
        "of_window": translated(one.of_window),
        "percentiles": one.percentiles,
        "money": one.money,
        "tools": tools(one.key),
        "count": count,
        "url": f"{reverse('evidence:observations')}?metric={one.key}",
    }


def tools(metric: str) -> list[str]:
    """Names of what gives it: importers of files, then what is asked live."""
    labels = {one.tool: one.label for one in IMPORTERS}
    named = [labels[tool] for tool in GIVEN.get(metric, ())]
    queried = [f"Prometheus ({name})" for name in _queried().get(metric, ())]
    return [*named, *queried, *(["OpenCost"] if metric in _OPENCOST else [])]


@cache
def _queried() -> dict[str, list[str]]:
    """Which query packs of Prometheus ask for a metric."""
    found: dict[str, list[str]] = {}
    for pack in packs():
        for metric in dict.fromkeys(str(query["metric"]) for query in pack.queries):
            found.setdefault(metric, []).append(pack.name)
    return found
