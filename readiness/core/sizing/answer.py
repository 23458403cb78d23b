"""What a sizing says: how many, how sure, what binds, what would change it, and every step on the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from readiness.core.sizing.inputs import Grade
from readiness.core.sizing.quantity import Quantity


class Constraint(StrEnum):
    """What binds: loosen this and the count falls."""

    TPOT = "tpot"
    TTFT = "ttft"
    LATENCY = "latency"
    QUEUE = "queue"
    COMPUTE = "compute"
    MEMORY_BANDWIDTH = "memory_bandwidth"
    KV_CACHE = "kv_cache"
    BATCH_CAP = "batch_cap"
    SATURATION = "saturation"
    WINDOW = "window"
    AVAILABILITY = "availability"
    QUOTA = "quota"
    QUOTA_UNKNOWN = "quota_unknown"
    WEIGHTS_DO_NOT_FIT = "weights_do_not_fit"
    CONTEXT_TOO_LONG = "context_too_long"
    MEMORY = "memory"  # a training state that must be spread over this many
    TARGET_OUT_OF_REACH = "target_out_of_reach"  # even an idle replica is slower than the target


@dataclass(frozen=True, slots=True)
class Count:
    """A whole number with its hull over everything that is not known."""

    low: int
    likely: int
    high: int


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the calculation. `formula` is readable text with the numbers in it; `source` the paper or section."""

    name: str
    value: float
    unit: str
    formula: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Influence:
    """One unknown (or measured interval): how many replicas at the ends of its range with all else at its likely value.

    0 where no number suffices. "measurement" is the margin for how well the speed is known: slow end (z = 1.28) and z = 0.
    """

    name: str  # a field of Demand or of the candidate ("mfu", "service_s", "measurement")
    at_low: int
    at_high: int
    known: bool


@dataclass(frozen=True, slots=True)
class Lever:
    """A change that somebody could decide, and the likely count after it."""

    name: str  # e.g. "tpot_s x1.5", "kv_bytes 1", "accelerators 2"
    field: str
    value: float
    replicas: int


@dataclass(frozen=True, slots=True)
class Answer:
    """`replicas` is None when no number of them can meet the demand; `constraint` then says why.

    `replicas.likely` is the count at likely inputs and z = 1.28 (what to plan with); `unsafe` the same at z = 0, so that the
    buyer sees what not measuring costs. `replicas.low..high` is the hull: z = 0 with every unknown at its kind end, z = 1.28
    with every unknown at its unkind end. `figures` are named by metric (tpot_s, ttft_s, in_flight, peak_per_s,
    per_replica_per_s, kv_share, storage_gb, storage_read_gb_per_s, network_gbit_per_s, ...).
    """

    grade: Grade
    constraint: Constraint
    replicas: Count | None
    unsafe: int | None
    accelerators: Count | None
    figures: Mapping[str, Quantity] = field(default_factory=dict)
    influences: tuple[Influence, ...] = ()  # widest first
    levers: tuple[Lever, ...] = ()  # best first
    steps: tuple[Step, ...] = ()  # of the likely case
    notes: tuple[str, ...] = ()  # stable codes, e.g. "order_of_magnitude", "other_stack", "allen_cunneen_corrected"
    refused: tuple[tuple[int, str], ...] = ()  # measured points left out: their place and the reason
    unbounded: bool = False  # at the unkind end no number suffices; `replicas.high` is then the most that was found finite


@dataclass(frozen=True, slots=True)
class Cost:
    """In the price's currency; None where the price or the load that it needs is not known."""

    per_month: Quantity | None
    per_million_tokens: Quantity | None
    per_request: Quantity | None
