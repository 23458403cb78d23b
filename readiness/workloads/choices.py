"""The words of workloads, requirements, capacity and venues (DOMAIN.md). Plain enums, so that pure code may use them."""

from enum import StrEnum


class Knowledge(StrEnum):
    """What stands behind a value: "we do not know" is an answer with an owner and a due date, never zero and never met."""

    KNOWN = "known"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"


class Origin(StrEnum):
    """Where a value comes from. A template's number is a working assumption: its knowledge stays unknown until confirmed."""

    STATED = "stated"
    TEMPLATE = "template"
    TRACE = "trace"
    DERIVED = "derived"
    IMPORT = "import"


class Experience(StrEnum):
    """How long a user is willing to wait."""

    INSTANT = "instant"
    CONVERSATIONAL = "conversational"
    INTERACTIVE = "interactive"
    DEFERRED = "deferred"
    BATCH = "batch"


class Metric(StrEnum):
    """Canonical metrics that a requirement may name; their units and directions are in rules/metrics.py."""

    THROUGHPUT = "throughput"
    TOKEN_THROUGHPUT = "token_throughput"  # noqa: S105
    TTFT = "ttft"
    TPOT = "tpot"
    LATENCY = "latency"
    QUEUE_TIME = "queue_time"
    JITTER = "jitter"
    ERROR_RATIO = "error_ratio"
    AVAILABILITY = "availability"
    CONCURRENCY = "concurrency"
    ACCELERATOR_MEMORY = "accelerator_memory"
    ITEM_THROUGHPUT = "item_throughput"
    STORAGE_CAPACITY = "storage_capacity"
    STORAGE_BANDWIDTH = "storage_bandwidth"
    NETWORK_BANDWIDTH = "network_bandwidth"


class Comparator(StrEnum):
    AT_LEAST = "at_least"
    AT_MOST = "at_most"


class Function(StrEnum):
    """What a venue is chosen for."""

    STORAGE = "storage"
    TRAINING = "training"
    INFERENCE = "inference"


class OptionState(StrEnum):
    CANDIDATE = "candidate"
    CHOSEN = "chosen"
    REJECTED = "rejected"


class PoolKind(StrEnum):
    ACCELERATORS = "accelerators"
    STORAGE = "storage"
    NETWORK = "network"


POOL_UNITS = {PoolKind.ACCELERATORS: "accelerators", PoolKind.STORAGE: "TB", PoolKind.NETWORK: "Gbit/s"}


class AllocationState(StrEnum):
    """Asked for and not granted is a queue."""

    REQUESTED = "requested"
    GRANTED = "granted"
    RELEASED = "released"
    REFUSED = "refused"


class ModelSource(StrEnum):
    SELF_HOSTED = "self_hosted"
    API = "api"


class Precision(StrEnum):
    BF16 = "bf16"
    FP8 = "fp8"
    INT4 = "int4"


BYTES_PER_PARAMETER = {Precision.BF16: 2.0, Precision.FP8: 1.0, Precision.INT4: 0.5}


class TraceState(StrEnum):
    UPLOADED = "uploaded"
    READY = "ready"
    ACCEPTED = "accepted"
    DISCARDED = "discarded"
    FAILED = "failed"
