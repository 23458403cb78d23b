"""The words of assessments (DOMAIN.md)."""

from enum import StrEnum


class Dimension(StrEnum):
    COMPUTE = "compute"
    MEMORY = "memory"
    NETWORK = "network"
    STORAGE = "storage"
    ORCHESTRATION = "orchestration"
    DATA = "data"
    MLOPS = "mlops_platform"
    INTEGRATION = "integration"
    GOVERNANCE = "security_and_governance"
    TEAM = "team_and_operations"


DIMENSION_LABELS = {
    Dimension.COMPUTE: "Compute",
    Dimension.MEMORY: "Memory",
    Dimension.NETWORK: "Network",
    Dimension.STORAGE: "Storage",
    Dimension.ORCHESTRATION: "Orchestration",
    Dimension.DATA: "Data",
    Dimension.MLOPS: "MLOps platform",
    Dimension.INTEGRATION: "Integration",
    Dimension.GOVERNANCE: "Security and governance",
    Dimension.TEAM: "Team and operations",
}


class Reply(StrEnum):
    YES = "yes"
    PARTLY = "partly"
    NO = "no"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"


class Phase(StrEnum):
    """For which part of the way a question counts, whatever a lifecycle template calls its stages."""

    POC = "poc"
    PILOT = "pilot"
    SCALE_UP = "scale_up"
    PRODUCTION = "production"


PHASE_LABELS = {Phase.POC: "PoC", Phase.PILOT: "Pilot", Phase.SCALE_UP: "Scale-up", Phase.PRODUCTION: "Production"}


class BankState(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    RETIRED = "retired"


class Component(StrEnum):
    """The component checklist of the articles."""

    ACCELERATORS = "accelerators"
    HIGH_PERFORMANCE_STORAGE = "high_performance_storage"
    DATA_MANAGEMENT = "data_management"
    MLOPS_PLATFORM = "mlops_platform"
    CONTAINERS = "containers"
    KUBERNETES = "kubernetes"
    LOW_LATENCY_NETWORK = "low_latency_network"
    OBSERVABILITY = "observability"


class Presence(StrEnum):
    PRESENT = "present"
    PLANNED = "planned"
    MISSING = "missing"
    UNKNOWN = "unknown"


COMPONENT_LABELS = {
    Component.ACCELERATORS: "Accelerators (GPUs)",
    Component.HIGH_PERFORMANCE_STORAGE: "High-performance storage",
    Component.DATA_MANAGEMENT: "Data management",
    Component.MLOPS_PLATFORM: "MLOps platform",
    Component.CONTAINERS: "Containers and registry",
    Component.KUBERNETES: "Kubernetes or another orchestrator",
    Component.LOW_LATENCY_NETWORK: "Low-latency network",
    Component.OBSERVABILITY: "Observability",
}


class UnknownKind(StrEnum):
    """Where something unknown stands: in a workload profile, an assessment, the component checklist, or the register."""

    VALUE = "value"
    ANSWER = "answer"
    COMPONENT = "component"
    FACT = "fact"


class Fact(StrEnum):
    """What the register itself may not know of an initiative."""

    STAGE = "stage"
    ASSESSMENT = "assessment"
    VENUE_STORAGE = "venue_storage"
    VENUE_TRAINING = "venue_training"
    VENUE_INFERENCE = "venue_inference"


FACT_LABELS = {
    Fact.STAGE: "Which stage it is in",
    Fact.ASSESSMENT: "How ready its infrastructure is: never assessed",
    Fact.VENUE_STORAGE: "Where its data are stored",
    Fact.VENUE_TRAINING: "Where it is trained",
    Fact.VENUE_INFERENCE: "Where it runs (inference)",
}
# Only these can be given to somebody with a day; facts of the register are its owner's to state.
ASSIGNABLE = (UnknownKind.VALUE, UnknownKind.ANSWER, UnknownKind.COMPONENT)
