"""The canonical metrics: one unit each, which direction is better, what a percentile and the window of it mean.

Latencies are seconds, shares 0..1, sizes bytes, money per unit in the currency that the reading's label `currency` names.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Better(StrEnum):
    HIGHER = "higher"
    LOWER = "lower"
    NEITHER = "neither"


class Nature(StrEnum):
    """What an observed value proves.

    CAPABILITY is how much can be carried: production below a target may only mean that nobody asked for more. QUALITY is how
    well each one was served, good or bad at any load. STATE is what is there or in use.
    """

    CAPABILITY = "capability"
    QUALITY = "quality"
    STATE = "state"


class Area(StrEnum):
    SERVING = "serving"
    ACCELERATORS = "accelerators"
    COST = "cost"
    STORAGE = "storage"
    NETWORK = "network"
    INVENTORY = "inventory"
    MEASUREMENT = "measurement"


@dataclass(frozen=True, slots=True)
class Metric:
    """`percentiles`: whether it has any; `of_percentile` and `of_window` say what they are taken over, or why there is none.

    `counts` is what a bare 1 counts in a unit of it ("1/s"), "" where nothing is counted (units.py). A `money` metric shows only
    to those who may see amounts, and its readings bear the labels `currency` and `basis`.
    """

    key: str
    label: str
    unit: str
    better: Better
    nature: Nature
    area: Area
    meaning: str
    of_percentile: str
    of_window: str
    percentiles: bool = False
    counts: str = ""
    money: bool = False


_HIGH, _LOW, _EITHER = Better.HIGHER, Better.LOWER, Better.NEITHER
_CAPABILITY, _QUALITY, _STATE = Nature.CAPABILITY, Nature.QUALITY, Nature.STATE

_NO_RATE = "None: a rate is one figure for its window; a tool's percentiles of its momentary rate are not read."
_NO_SHARE = "None: a share is one figure for its window."
_NO_COUNT = "None: the mean, or the least and greatest seen; a percentile over time is not one over requests and is not read."
_NO_MONEY = "None: an amount is one figure for its window."
_RATE = "Completed within the window, divided by its length."
_SERVED = "Requests that completed within the window; one that failed has no latency."
_SEEN = "What was seen at the times of sampling within the window."
_MOMENT = "The moment at which it was looked at."
_CHARGED = "The window that was allocated or billed, from its start to its end."


def _of(what: str) -> str:
    return f"Over {what}: p99 is the time within which 99 % of them came."


_SERVING = (
    Metric(
        "throughput", "Requests per second", "1/s", _HIGH, _CAPABILITY, Area.SERVING, counts="request",
        meaning="Completed requests; failures are not counted.", of_percentile=_NO_RATE, of_window=_RATE,
    ),
    Metric(
        "token_throughput", "Output tokens per second", "tokens/s", _HIGH, _CAPABILITY, Area.SERVING,
        meaning="Generated tokens of completed requests.", of_percentile=_NO_RATE, of_window=_RATE,
    ),
    Metric(
        "total_token_throughput", "Input and output tokens per second", "tokens/s", _HIGH, _CAPABILITY, Area.SERVING,
        meaning="Prompt and generated tokens of completed requests together.", of_percentile=_NO_RATE, of_window=_RATE,
    ),
    Metric(
        "input_token_throughput", "Input tokens per second", "tokens/s", _HIGH, _CAPABILITY, Area.SERVING,
        meaning="Prompt tokens of completed requests.", of_percentile=_NO_RATE, of_window=_RATE,
    ),
    Metric(
        "sample_throughput", "Samples per second", "1/s", _HIGH, _CAPABILITY, Area.SERVING, counts="item",
        meaning="Samples, images or sequences worked off; one request may hold several.", of_percentile=_NO_RATE, of_window=_RATE,
    ),
    Metric(
        "item_throughput", "Items per hour", "1/h", _HIGH, _CAPABILITY, Area.SERVING, counts="item",
        meaning="Items of a batch worked off, pauses included.", of_percentile=_NO_RATE,
        of_window="The whole batch window, from its start to its end.",
    ),
    Metric(
        "concurrency", "Requests in flight", "requests", _HIGH, _CAPABILITY, Area.SERVING, counts="request",
        meaning="Requests that the service holds at once.", of_percentile=_NO_COUNT, of_window=_SEEN,
    ),
    Metric(
        "ttft", "Time to first token", "s", _LOW, _QUALITY, Area.SERVING, percentiles=True,
        meaning="From sending a request to its first token. Without streaming there is none.",
        of_percentile=_of("the completed requests"), of_window=_SERVED,
    ),
    Metric(
        "tpot", "Time per output token", "s", _LOW, _QUALITY, Area.SERVING, percentiles=True,
        meaning="Per request: (latency - TTFT) / (output tokens - 1). An answer of one token has none.",
        of_percentile=_of("the completed requests"), of_window=_SERVED,
    ),
    Metric(
        "itl", "Inter-token latency", "s", _LOW, _QUALITY, Area.SERVING, percentiles=True,
        meaning="Per gap between two tokens or chunks: a long answer has many, which is why it is not the TPOT.",
        of_percentile=_of("the gaps of all answers together"), of_window=_SERVED,
    ),
    Metric(
        "latency", "End-to-end latency", "s", _LOW, _QUALITY, Area.SERVING, percentiles=True,
        meaning="From sending a request to the end of its answer, as the caller sees it.",
        of_percentile=_of("the completed requests"), of_window=_SERVED,
    ),
    Metric(
        "queue_time", "Queue time", "s", _LOW, _QUALITY, Area.SERVING, percentiles=True,
        meaning="What a request waits in the service before it is worked on.",
        of_percentile=_of("the requests that were taken up"), of_window="Requests that were taken up within the window.",
    ),
    Metric(
        "jitter", "Jitter between tokens", "s", _LOW, _QUALITY, Area.SERVING, percentiles=True,
        meaning="How much the gaps between an answer's tokens differ from one to the next.",
        of_percentile=_of("the completed requests"), of_window=_SERVED,
    ),
    Metric(
        "error_ratio", "Share of failed requests", "share", _LOW, _QUALITY, Area.SERVING,
        meaning="Failed by all that ended; given up by the caller counts as the source says.", of_percentile=_NO_SHARE,
        of_window="Requests that ended within the window.",
    ),
    Metric(
        "availability", "Availability", "share", _HIGH, _QUALITY, Area.SERVING,
        meaning="Share of the looks at the service that found it up. Says nothing without its coverage.",
        of_percentile=_NO_SHARE, of_window="Looks within the window; those that are missing lower the coverage, not this.",
    ),
    Metric(
        "queue_length", "Requests waiting", "requests", _LOW, _STATE, Area.SERVING, counts="request",
        meaning="Requests in the service that nobody works on yet.", of_percentile=_NO_COUNT, of_window=_SEEN,
    ),
    Metric(
        "kv_cache_use", "KV cache in use", "share", _LOW, _STATE, Area.SERVING,
        meaning="Share of the cache blocks that hold a running request; at 1 requests are put back.",
        of_percentile=_NO_SHARE, of_window=_SEEN,
    ),
)  # fmt: skip

_ACCELERATORS = (
    Metric(
        "accelerator_use", "Accelerator in use", "share", _EITHER, _STATE, Area.ACCELERATORS,
        meaning="Share of time in which a kernel ran (duty), not of the peak that could be computed.",
        of_percentile=_NO_SHARE, of_window="The time within the window.",
    ),
    Metric(
        "accelerator_allocated", "Accelerators allocated", "share", _EITHER, _STATE, Area.ACCELERATORS,
        meaning="Share of what can be asked for that somebody asked for and got, whether it is used or not.",
        of_percentile=_NO_SHARE, of_window=_MOMENT,
    ),
    Metric(
        "accelerator_memory", "Accelerator memory in use", "bytes", _EITHER, _STATE, Area.ACCELERATORS,
        meaning="Bytes held; a serving engine takes most of it at the start, whatever the load.",
        of_percentile=_NO_COUNT, of_window=_SEEN,
    ),
    Metric(
        "accelerator_memory_use", "Share of accelerator memory in use", "share", _LOW, _STATE, Area.ACCELERATORS,
        meaning="Bytes held by bytes built in, of the fullest accelerator where there are several.",
        of_percentile=_NO_SHARE, of_window=_SEEN,
    ),
    Metric(
        "power", "Power", "W", _LOW, _STATE, Area.ACCELERATORS,
        meaning="Drawn on average; the label `scope` tells a whole system from an accelerator.",
        of_percentile=_NO_COUNT, of_window="The time within the window.",
    ),
    Metric(
        "energy", "Energy", "J", _LOW, _STATE, Area.ACCELERATORS,
        meaning="Drawn altogether, as a counter says at its start and its end.", of_percentile=_NO_COUNT,
        of_window="From the start to the end of the window.",
    ),
)  # fmt: skip

_COST = (
    Metric(
        "cost_per_million_tokens", "Cost per million tokens", "money/1e6 tokens", _LOW, _QUALITY, Area.COST, money=True,
        meaning="Cost of the window by the tokens of its completed requests.", of_percentile=_NO_MONEY, of_window=_CHARGED,
    ),
    Metric(
        "cost_per_hour", "Cost per hour", "money/h", _LOW, _STATE, Area.COST, money=True,
        meaning="Cost of the window by its hours; the label `basis` tells an allocation from a bill.",
        of_percentile=_NO_MONEY, of_window=_CHARGED,
    ),
    Metric(
        "cost_total", "Cost of the window", "money", _LOW, _STATE, Area.COST, money=True,
        meaning="Allocation or usage, as the label `basis` says. Amounts of two bases are never added.",
        of_percentile=_NO_MONEY, of_window=_CHARGED,
    ),
)  # fmt: skip

_STORAGE = (
    Metric(
        "storage_bandwidth", "Storage bandwidth", "bytes/s", _HIGH, _CAPABILITY, Area.STORAGE,
        meaning="Bytes read or written, as the label `operation` says; `buffered` means through the page cache.",
        of_percentile=_NO_RATE, of_window=_RATE,
    ),
    Metric(
        "storage_iops", "Storage operations per second", "1/s", _HIGH, _CAPABILITY, Area.STORAGE, counts="operation",
        meaning="Operations of the block size of the run.", of_percentile=_NO_RATE, of_window=_RATE,
    ),
    Metric(
        "storage_latency", "Storage latency", "s", _LOW, _QUALITY, Area.STORAGE, percentiles=True,
        meaning="Of one operation; the label `part` tells submission and completion from the whole.",
        of_percentile=_of("the operations"), of_window="Operations that ended within the window.",
    ),
    Metric(
        "storage_capacity", "Storage capacity", "bytes", _HIGH, _STATE, Area.STORAGE,
        meaning="Bytes that can be held.", of_percentile=_NO_COUNT, of_window=_MOMENT,
    ),
)  # fmt: skip

_NETWORK = (
    Metric(
        "network_bandwidth", "Network bandwidth", "bit/s", _HIGH, _CAPABILITY, Area.NETWORK,
        meaning="What arrived, in the direction of the label.", of_percentile=_NO_RATE, of_window=_RATE,
    ),
    Metric(
        "network_latency", "Network latency", "s", _LOW, _QUALITY, Area.NETWORK, percentiles=True,
        meaning="Round trip; the label `under` says whether under load.", of_percentile=_of("the round trips"),
        of_window="Round trips within the window.",
    ),
    Metric(
        "network_jitter", "Network jitter", "s", _LOW, _QUALITY, Area.NETWORK,
        meaning="How much the travel times of packets differ from one to the next (RFC 3550).",
        of_percentile="None: it is a running mean.", of_window="Packets that arrived within the window.",
    ),
    Metric(
        "packet_loss", "Packets lost", "share", _LOW, _QUALITY, Area.NETWORK,
        meaning="Of a UDP stream: sent and not arrived.", of_percentile=_NO_SHARE, of_window="Packets sent within the window.",
    ),
    Metric(
        "collective_bandwidth", "Collective bus bandwidth", "bytes/s", _HIGH, _CAPABILITY, Area.NETWORK,
        meaning="Between accelerators in a collective operation, as nccl-tests counts it (busbw).",
        of_percentile=_NO_RATE, of_window="The iterations of one message size.",
    ),
)  # fmt: skip

_INVENTORY = (
    Metric(
        "accelerator_count", "Accelerators", "accelerators", _HIGH, _STATE, Area.INVENTORY, counts="accelerator",
        meaning="The label `quantity` tells capacity, allocatable and held; slices are counted as slices under their profile.",
        of_percentile=_NO_COUNT, of_window=_MOMENT,
    ),
    Metric(
        "node_count", "Nodes", "nodes", _HIGH, _STATE, Area.INVENTORY, counts="node",
        meaning="Nodes of a cluster or of a measured system.", of_percentile=_NO_COUNT, of_window=_MOMENT,
    ),
)  # fmt: skip

_MEASUREMENT = (
    Metric(
        "coverage", "Coverage", "share", _HIGH, _STATE, Area.MEASUREMENT,
        meaning="Share of the window for which there are samples: what lies outside is not known.",
        of_percentile=_NO_SHARE, of_window="The whole window that was asked for.",
    ),
    Metric(
        "schedule_delay", "Delay of the load generator", "s", _LOW, _QUALITY, Area.MEASUREMENT, percentiles=True,
        meaning="How late requests were sent. A late client measures itself.", of_percentile=_of("the requests sent"),
        of_window="Requests sent within the window.",
    ),
)  # fmt: skip

METRICS: dict[str, Metric] = {
    one.key: one for one in (*_SERVING, *_ACCELERATORS, *_COST, *_STORAGE, *_NETWORK, *_INVENTORY, *_MEASUREMENT)
}
MONEY: frozenset[str] = frozenset(one.key for one in METRICS.values() if one.money)
