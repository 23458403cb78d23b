"""The canonical metrics: one unit each, which direction is better, what a percentile of it means.

Latencies are seconds, shares 0..1, sizes bytes, money per unit in the currency that the reading's label `currency` names.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Better(StrEnum):
    HIGHER = "higher"
    LOWER = "lower"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True)
class Metric:
    """`dimension` is what a unit must convert to; `percentiles` says whether one makes sense."""

    key: str
    label: str
    unit: str
    better: Better
    percentiles: bool = False
    meaning: str = ""


_H, _L, _N = Better.HIGHER, Better.LOWER, Better.NEITHER
METRICS: dict[str, Metric] = {
    one.key: one
    for one in (
        Metric("throughput", "Requests per second", "1/s", _H, meaning="completed requests, failures not counted"),
        Metric("token_throughput", "Output tokens per second", "tokens/s", _H, meaning="generated tokens of completed requests"),
        Metric("total_token_throughput", "Input and output tokens per second", "tokens/s", _H),
        Metric("input_token_throughput", "Input tokens per second", "tokens/s", _H),
        Metric("sample_throughput", "Samples per second", "1/s", _H, meaning="MLPerf samples, images, items"),
        Metric("ttft", "Time to first token", "s", _L, True),
        Metric("tpot", "Time per output token", "s", _L, True, "per request: (latency - TTFT) / (output tokens - 1)"),
        Metric("itl", "Inter-token latency", "s", _L, True, "per gap between two tokens or chunks"),
        Metric("latency", "End-to-end latency", "s", _L, True),
        Metric("queue_time", "Queue time", "s", _L, True),
        Metric("jitter", "Jitter", "s", _L, True),
        Metric("schedule_delay", "Delay of the load generator", "s", _L, True, "how late requests were sent"),
        Metric("error_ratio", "Share of failed requests", "share", _L),
        Metric("availability", "Availability", "share", _H, meaning="over the window; only together with its coverage"),
        Metric("coverage", "Coverage", "share", _H, meaning="share of the window for which there are samples"),
        Metric("concurrency", "Requests in flight", "requests", _H),
        Metric("queue_length", "Requests waiting", "requests", _L),
        Metric("kv_cache_use", "KV cache in use", "share", _L),
        Metric("accelerator_use", "Accelerator in use", "share", _N, meaning="share of time a kernel ran (duty), not of peak"),
        Metric("accelerator_allocated", "Accelerators allocated", "share", _N),
        Metric("accelerator_memory", "Accelerator memory in use", "bytes", _N),
        Metric("accelerator_count", "Accelerators", "accelerators", _H),
        Metric("node_count", "Nodes", "nodes", _H),
        Metric("power", "Power", "W", _L),
        Metric("energy", "Energy", "J", _L),
        Metric("cost_per_hour", "Cost per hour", "money/h", _L),
        Metric("cost_per_million_tokens", "Cost per million tokens", "money/1e6 tokens", _L),
        Metric("cost_total", "Cost of the window", "money", _L, meaning="allocation or usage, the label `basis` says which"),
        Metric("storage_bandwidth", "Storage bandwidth", "bytes/s", _H),
        Metric("storage_iops", "Storage operations per second", "1/s", _H),
        Metric("storage_latency", "Storage latency", "s", _L, True),
        Metric("storage_capacity", "Storage capacity", "bytes", _H),
        Metric("network_bandwidth", "Network bandwidth", "bit/s", _H),
        Metric("network_latency", "Network latency", "s", _L, True),
        Metric("packet_loss", "Packets lost", "share", _L, meaning="of a UDP stream"),
        Metric("collective_bandwidth", "Collective bus bandwidth", "bytes/s", _H, meaning="nccl-tests busbw"),
        Metric("item_throughput", "Items per hour", "1/h", _H),
    )
}
