"""The words of evidence (DOMAIN.md): where it comes from, how it arrived, what may decide, what was judged."""

from enum import IntFlag, StrEnum

from readiness.connectors.contract import Bound


class SourceKind(StrEnum):
    """The kinds of readiness.connectors.registry, and three that people and tools bring."""

    PROMETHEUS = "prometheus"
    MLFLOW = "mlflow"
    OPENCOST = "opencost"
    KUBERNETES = "kubernetes"
    HTTP_FILE = "http_file"
    FOLDER = "folder"
    UPLOAD = "upload"
    PUSH = "push"
    ATTESTED = "attested"


BROUGHT = frozenset({SourceKind.UPLOAD, SourceKind.PUSH, SourceKind.ATTESTED})  # one such source a unit, made when needed
FILES = frozenset({SourceKind.HTTP_FILE, SourceKind.FOLDER})  # large, read by processes of their own


class TrialKind(StrEnum):
    """What is tried: the source as it is, what a feed would find, or what there is to choose from for a feed."""

    SOURCE = "source"
    ASK = "ask"
    DISCOVER = "discover"


class EvidenceKind(StrEnum):
    """Of a run: the connectors' kinds, and what a person vouches for."""

    BENCHMARK = "benchmark"
    TELEMETRY = "telemetry"
    COST = "cost"
    INVENTORY = "inventory"
    ATTESTED = "attested"


class Way(StrEnum):
    """How a delivery came."""

    PULL = "pull"
    UPLOAD = "upload"
    PUSH = "push"
    ATTESTATION = "attestation"


class DeliveryState(StrEnum):
    """`PARTLY`: some feeds of a pull, or some files of an archive, failed; what succeeded counts."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    PARTLY = "partly"
    FAILED = "failed"
    DROPPED = "dropped"  # its source was paused or retired before it ran


OPEN_DELIVERIES = frozenset({DeliveryState.QUEUED, DeliveryState.RUNNING})


class Failure(StrEnum):
    """Why a delivery failed, named by what to do next: wait, mend the source, or look at the other side."""

    RETRY = "retry"
    MEND = "mend"
    LOOK = "look"
    TOO_LONG = "too_long"  # the source's budget of time or bytes is used up
    BROKEN = "broken"  # the worker died over it in every attempt


class Health(StrEnum):
    """Of a source, derived; `NEVER` and `LATE` are states of their own, not blanks."""

    NEVER = "never"
    HEALTHY = "healthy"
    LATE = "late"  # nothing came for longer than twice the interval
    FAILING = "failing"
    STOPPED = "stopped"  # the circuit is open: not asked again before a time
    PAUSED = "paused"


class Verdict(StrEnum):
    """Of a requirement or criterion."""

    MET = "met"
    WARNING = "warning"
    NOT_MET = "not_met"
    UNKNOWN = "unknown"
    STALE = "stale"
    WAIVED = "waived"
    NOT_APPLICABLE = "not_applicable"


class Marks(IntFlag):
    """Facts of an observation that belong to its identity: the same value, measured soundly or not, is two observations.

    Bits 0 and 1 are a bound (contract.Bound), bit 2 says that its run is flawed.
    """

    NONE = 0
    AT_LEAST = 1
    AT_MOST = 2
    FLAWED = 4


MARK_OF_BOUND = {Bound.EXACT: Marks.NONE, Bound.AT_LEAST: Marks.AT_LEAST, Bound.AT_MOST: Marks.AT_MOST}

# Amounts: shown to those who hold money for the unit, nowhere else.
MONEY_METRICS = frozenset({"cost_per_hour", "cost_per_million_tokens", "cost_total"})

FUTURE_S = 300  # evidence from further ahead than this is kept and decides nothing
