"""What a sizing stands on: the demand of a workload, a candidate architecture, what was measured on it.

Names of `Demand` are the keys of a workload profile's values, so that page, API, store and core speak of the same thing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from readiness.core.sizing.quantity import Quantity


class Task(StrEnum):
    """What the model does, which decides the law that sizes it."""

    GENERATE = "generate"  # language models that put out tokens: continuous batching
    EMBED = "embed"  # prefill only
    CLASSIC = "classic"  # one request per worker slot: Erlang C, G/G/c (also image generation, ranking, vision)
    TRAIN = "train"  # floating-point operations over a window


class WorkloadClass(StrEnum):
    ONLINE = "online"
    BATCH = "batch"
    STREAMING = "streaming"


class Grade(StrEnum):
    """How well a candidate's speed is known (SIZING.md "Turning one measurement into replicas"), best first."""

    SWEEP = "full_sweep"
    TWO_POINTS = "two_points"
    SATURATION = "saturation_only"
    NOTHING = "nothing"  # "order of magnitude, do not buy"


@dataclass(frozen=True, slots=True)
class Demand:
    """A workload at its horizon. None is "not applicable"; an unknown is a Quantity with `known=False`.

    Rates are per second, times in seconds, shares and percentiles in 0..1, growth a factor per year (1.25 = +25 %).
    """

    task: Task
    workload_class: WorkloadClass
    arrival_per_s: Quantity | None = None
    busy_hours_per_day: Quantity | None = (
        None  # over which arrival_per_s is the mean; None: round the clock. For the month's cost
    )
    peak_factor: Quantity | None = None  # busiest minutes over the mean: the slow part of burstiness
    dispersion: Quantity | None = None  # ca2, variance over mean of counts in windows of the target's length: the fast part
    growth_per_year: Quantity | None = None
    horizon_months: Quantity | None = None
    input_tokens: Quantity | None = None
    input_tokens_p95: Quantity | None = None
    output_tokens: Quantity | None = None
    output_tokens_p95: Quantity | None = None
    concurrency: Quantity | None = None  # requests in flight that must be carried at once, where stated
    ttft_s: Quantity | None = None
    ttft_percentile: float = 0.95
    tpot_s: Quantity | None = None
    tpot_percentile: float = 0.99
    latency_s: Quantity | None = None  # end to end
    latency_percentile: float = 0.95
    availability: Quantity | None = None
    items_per_run: Quantity | None = None  # batch: items to be worked off within one window
    window_h: Quantity | None = None
    training_tokens: Quantity | None = None
    stored_gb: Quantity | None = None
    ingest_gb_per_day: Quantity | None = None
    retention_months: Quantity | None = None
    copies: Quantity | None = None
    request_kb: Quantity | None = None
    response_kb: Quantity | None = None


@dataclass(frozen=True, slots=True)
class Layers:
    """`count` layers of one kind of attention. MLA: `latent_dim` = kv_lora_rank + rope dim, once per token and layer.

    `window_tokens` bounds what a sliding-window layer keeps; a layer that keeps nothing per token (linear, state space) has
    kv_heads 0.
    """

    count: int
    kv_heads: int = 0
    head_dim: int = 0
    window_tokens: int | None = None
    latent_dim: int | None = None


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """From the model's published config. `active_parameters` < `parameters` for mixtures of experts."""

    parameters: float
    active_parameters: float
    layers: tuple[Layers, ...]
    weight_bytes: float = 2.0  # per parameter at the chosen precision
    kv_bytes: float = 2.0  # per element of the KV cache
    max_context_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class AcceleratorFacts:
    """Of one accelerator: memory in bytes, dense floating-point operations/s at the chosen precision, bytes/s of its memory."""

    memory_bytes: float
    flops: float
    bandwidth: float


@dataclass(frozen=True, slots=True)
class SweepPoint:
    """One measured point of one replica. `percentile` says which one the p-figures are of (0.99 = p99)."""

    completed_per_s: float
    concurrency: float | None = None  # closed loop: clients; open loop: mean in flight, if it was measured
    offered_per_s: float | None = None
    latency_mean_s: float | None = None
    tpot_mean_s: float | None = None
    tpot_p_s: float | None = None
    ttft_mean_s: float | None = None
    ttft_p_s: float | None = None
    percentile: float = 0.99
    failed_share: float = 0.0


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured on one replica of the candidate; `derate_class` names a class of `derates` for grade SATURATION."""

    points: tuple[SweepPoint, ...] = ()
    input_tokens: float | None = None
    output_tokens: float | None = None
    max_num_seqs: int | None = None
    kv_tokens: int | None = None
    same_stack: bool = True  # software of the measurement is the software planned; another stack allows no transfer
    derate_class: str = "llm"
    workload_sigma: float = 0.10  # token mix differs from the one measured; an assumption of SIZING.md


@dataclass(frozen=True, slots=True)
class SelfHosted:
    """One replica = `accelerators` of a kind that together hold one copy of the model."""

    model: ModelFacts
    accelerator: AcceleratorFacts
    accelerators: int = 1
    measured: Measured = field(default_factory=Measured)
    memory_utilisation: float = 0.9
    overhead_bytes: float = 9.37 * 2**30  # activation peak per accelerator, vLLM issue 12330; not small
    max_num_seqs: int = 256
    utilisation: float = 0.8  # never promise latency above about 80 % of saturation
    replica_availability: float = 0.995
    mfu: Quantity = field(default_factory=lambda: Quantity.unknown(0.3, 0.4, 0.5))
    mbu: Quantity = field(default_factory=lambda: Quantity.unknown(0.5, 0.65, 0.8))


@dataclass(frozen=True, slots=True)
class Workers:
    """Classic models: a replica has `slots` that each serve one request in `service_s` with squared variation `service_cv2`."""

    service_s: Quantity
    service_cv2: Quantity = field(default_factory=lambda: Quantity.unknown(0.0, 1.0, 4.0))
    slots: int = 1
    accelerators: int = 1
    utilisation: float = 0.8
    replica_availability: float = 0.995
    grade: Grade = Grade.NOTHING


@dataclass(frozen=True, slots=True)
class ModelApi:
    """A model behind a provider's API: what binds is its quota; None means that the quota is not known."""

    requests_per_minute: float | None = None
    tokens_per_minute: float | None = None
    input_tokens_per_minute: float | None = None
    output_tokens_per_minute: float | None = None
    ttft_p_s: float | None = None
    tpot_p_s: float | None = None
    availability: float | None = None


Candidate = SelfHosted | Workers | ModelApi


@dataclass(frozen=True, slots=True)
class Price:
    """In one currency. `per_accelerator_hour` for hosted candidates, the token prices (per million) for an API."""

    per_accelerator_hour: Quantity | None = None
    per_month: Quantity | None = None  # fixed part, e.g. a support contract
    per_million_input: Quantity | None = None
    per_million_output: Quantity | None = None
