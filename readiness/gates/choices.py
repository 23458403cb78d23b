"""The words of gates (DOMAIN.md). Plain enums, so that pure code may use them; verdicts are evidence's own words."""

from enum import StrEnum


class CriterionKind(StrEnum):
    """Readiness: is the deliverable there? Must-meet: knock-out. Should-meet: scored. Info is shown and never counts."""

    READINESS = "readiness"
    MUST_MEET = "must_meet"
    SHOULD_MEET = "should_meet"
    INFO = "info"


class CriterionDimension(StrEnum):
    """Under which heading a criterion is read: the ten of assessments, and what lies around them."""

    DEMAND = "demand"
    SIZING = "sizing"
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
    VENUE = "venue"
    BUDGET = "budget"
    PROCUREMENT = "procurement"
    VALUE = "value"


class RuleKind(StrEnum):
    """What a criterion is judged by."""

    REQUIREMENT = "requirement"
    REPRESENTATIVENESS = "representativeness"
    WORKLOAD = "workload"
    UNKNOWNS = "unknowns"
    ASSESSMENT = "assessment"
    OPERATIONS = "operations"
    SIZING = "sizing"
    CAPACITY = "capacity"
    VENUES = "venues"
    SEQUENCE = "sequence"
    TEAM = "team"
    CONTAINERS = "containers"
    JUDGEMENT = "judgement"
    BUDGET_SHARE = "budget_share"
    PURCHASES = "purchases"
    FINDINGS = "findings"


class UnknownCount(StrEnum):
    """Which unknowns a criterion counts."""

    ALL = "all"
    UNOWNED = "unowned"
    OVERDUE = "overdue"


class BudgetBasis(StrEnum):
    PLANNED = "planned"
    ACTUAL = "actual"


class PurchaseBasis(StrEnum):
    COUNT = "count"
    AMOUNT = "amount"


class FindingCount(StrEnum):
    """Which silo findings a criterion counts."""

    OPEN = "open"  # nobody has said anything to them
    UNSETTLED = "unsettled"  # the accepted as well: agreed to, not done


class TemplateState(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    RETIRED = "retired"


class Outcome(StrEnum):
    """Of a decision, a recommendation and a vote; from the most favourable to the least."""

    GO = "go"
    CONDITIONAL_GO = "conditional_go"
    HOLD = "hold"
    RECYCLE = "recycle"
    KILL = "kill"


OUTCOMES = tuple(Outcome)  # in the order of favour
ADVANCING = frozenset({Outcome.GO, Outcome.CONDITIONAL_GO})
OUTCOME_LABELS = {
    Outcome.GO: "Go",
    Outcome.CONDITIONAL_GO: "Conditional Go",
    Outcome.HOLD: "Hold",
    Outcome.RECYCLE: "Recycle",
    Outcome.KILL: "Kill",
}


class Ballot(StrEnum):
    """What a gatekeeper may say in a vote."""

    GO = "go"
    CONDITIONAL = "conditional"
    HOLD = "hold"
    RECYCLE = "recycle"
    KILL = "kill"
    ABSTAIN = "abstain"
    RECUSE = "recuse"


OUTCOME_OF = {
    Ballot.GO: Outcome.GO,
    Ballot.CONDITIONAL: Outcome.CONDITIONAL_GO,
    Ballot.HOLD: Outcome.HOLD,
    Ballot.RECYCLE: Outcome.RECYCLE,
    Ballot.KILL: Outcome.KILL,
}


class GateFunction(StrEnum):
    """What a gatekeeper stands for."""

    IT_OPERATIONS = "it_operations"
    DATA_SCIENCE = "data_science"
    BUSINESS = "business"
    FINANCE = "finance"
    SECURITY = "security"


FUNCTION_LABELS = {
    GateFunction.IT_OPERATIONS: "IT operations",
    GateFunction.DATA_SCIENCE: "Data science",
    GateFunction.BUSINESS: "Business",
    GateFunction.FINANCE: "Finance",
    GateFunction.SECURITY: "Security",
}


class Majority(StrEnum):
    """How large a share of the votes an advance needs; everything else needs more than half."""

    MAJORITY = "majority"
    TWO_THIRDS = "two_thirds"
    UNANIMOUS = "unanimous"


class TieRule(StrEnum):
    """Where exactly half of the votes would have it: the less favourable, the more favourable, or what the chair voted."""

    STRICTER = "stricter"
    MILDER = "milder"
    CHAIR = "chair"


class Mode(StrEnum):
    """How a vote is held: attendance counts in a meeting, votes cast count in writing."""

    MEETING = "meeting"
    WRITTEN = "written"


class ReviewState(StrEnum):
    """*Ready* is derived and no state."""

    PLANNED = "planned"
    SCHEDULED = "scheduled"
    IN_REVIEW = "in_review"
    PROPOSED = "proposed"
    DECIDED = "decided"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"


class ReviewStep(StrEnum):
    """What moves a review."""

    SCHEDULE = "schedule"
    UNSCHEDULE = "unschedule"
    OPEN = "open"
    PROPOSE = "propose"
    LAPSE = "lapse"  # a window in writing closed without a quorum
    REOPEN = "reopen"
    DECIDE = "decide"
    CORRECT = "correct"  # a later decision of the same round supersedes the earlier one
    CLOSE = "close"
    AGAIN = "again"  # another round after Hold or Recycle
    WITHDRAW = "withdraw"
    SUPERSEDE = "supersede"  # another review takes its place


class WaiverState(StrEnum):
    PROPOSED = "proposed"
    UNDER_REVIEW = "under_review"
    APPROVED = "approved"  # and not in force yet
    REJECTED = "rejected"
    ACTIVE = "active"
    EXPIRED = "expired"
    REVOKED = "revoked"


class WaiverStep(StrEnum):
    """An event row of a waiver; that it came into force or expired follows from the time."""

    PROPOSE = "propose"
    REVIEW = "review"
    APPROVE = "approve"
    REJECT = "reject"
    EXTEND = "extend"
    REVOKE = "revoke"


class ConditionState(StrEnum):
    OPEN = "open"
    OVERDUE = "overdue"
    PROVEN = "proven"
    LAPSED = "lapsed"  # the decision that set it was superseded


class ProofKind(StrEnum):
    """How a condition is proven: a criterion or a requirement turns met, or a person shows it."""

    CRITERION = "criterion"
    REQUIREMENT = "requirement"
    PERSON = "person"
