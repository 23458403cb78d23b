"""The words of the register (DOMAIN.md). Plain enums, so that pure code may use them."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any


class Status(StrEnum):
    ACTIVE = "active"
    ON_HOLD = "on_hold"
    CLOSED = "closed"


class StageKind(StrEnum):
    """What a stage means for counting, whatever its template calls it."""

    BEFORE = "before_production"
    PRODUCTION = "production"


class ClosureKind(StrEnum):
    STOPPED = "stopped_by_decision"
    DRIFTED = "drifted"
    ABANDONED_UNKNOWN = "abandoned_unknown"
    RETIRED = "retired"
    MERGED = "merged"
    REPLACED = "replaced"
    OUT_OF_SCOPE = "out_of_scope"
    REORGANISED = "reorganised"


ABANDONMENT = frozenset({ClosureKind.STOPPED, ClosureKind.DRIFTED, ClosureKind.ABANDONED_UNKNOWN})


class ReasonCode(StrEnum):
    INFRASTRUCTURE_MISMATCH = "infrastructure_mismatch"
    SCALABILITY = "scalability"
    PROVIDER_CAPACITY = "provider_capacity"
    INTEGRATION = "integration"
    IT_MISALIGNMENT = "it_misalignment"
    COST = "cost"
    NO_VALUE = "no_value"
    DATA = "data"
    GOVERNANCE = "governance"
    SPONSOR_LOST = "sponsor_lost"
    DUPLICATE = "duplicate"
    OTHER = "other"
    UNKNOWN = "unknown"


class Precision(StrEnum):
    DAY = "day"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    UNKNOWN = "unknown"


class DateKind(StrEnum):
    INITIATED = "initiated"
    DEVELOPMENT_BEGAN = "development_began"
    IMPLEMENTED = "implemented"
    RETIRED = "retired"
    TARGET_PRODUCTION = "target_production"
    ARCHITECTURE_DECIDED = "architecture_decided"
    MODEL_SELECTED = "model_selected"
    INFRASTRUCTURE_COMMITTED = "infrastructure_committed"
    SCALE_START = "scale_start"


class TeamFunction(StrEnum):
    IT_OPERATIONS = "it_operations"
    DATA_SCIENCE = "data_science"
    BUSINESS = "business"


class Venue(StrEnum):
    PUBLIC_CLOUD = "public_cloud"
    ON_PREMISES = "on_premises"
    COLOCATION = "colocation"
    HYBRID = "hybrid"
    EDGE = "edge"
    UNKNOWN = "unknown"


class Answer(StrEnum):
    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class ProcurementRoute(StrEnum):
    IN_PLAN = "in_plan"
    SEPARATE = "separate"
    UNKNOWN = "unknown"


class Developer(StrEnum):
    IN_HOUSE = "in_house"
    CONTRACT = "contract"
    BOTH = "both"
    UNKNOWN = "unknown"


class Rag(StrEnum):
    GREEN = "green"
    AMBER = "amber"
    RED = "red"
    NONE = ""


class RequestState(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    MERGED = "merged"
    DECLINED = "declined"


class DependencyKind(StrEnum):
    NEEDS = "needs"
    SHARES_PLATFORM = "shares_platform"
    FEEDS = "feeds"


class RunState(StrEnum):
    """An import: uploaded -> (mapping) -> staging -> preview -> publishing -> published; or cancelled, failed."""

    UPLOADED = "uploaded"
    STAGING = "staging"
    PREVIEW = "preview"
    PUBLISHING = "publishing"
    PUBLISHED = "published"
    CANCELLED = "cancelled"
    FAILED = "failed"


class RowOutcome(StrEnum):
    PENDING = "pending"
    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REJECTED = "rejected"


class KeyRule(StrEnum):
    EXTERNAL_ID = "external_id"
    UNIT_NAME_ORDINAL = "unit_name_ordinal"


class LinkSearchState(StrEnum):
    WAITING = "waiting"
    SEARCHING = "searching"
    DONE = "done"
    TOO_MANY = "too_many"  # so many rows without a match are a changed key, not a newer snapshot


class LinkVerdict(StrEnum):
    CONFIRMED = "confirmed"
    REFUSED = "refused"


class LinkState(StrEnum):
    """Of a proposal: `open` neither decided nor overtaken by another pair's confirmation."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    REFUSED = "refused"


VENUE_LABELS = {
    Venue.PUBLIC_CLOUD: "Public cloud",
    Venue.ON_PREMISES: "On-premises",
    Venue.COLOCATION: "Colocation",
    Venue.HYBRID: "Hybrid",
    Venue.EDGE: "Edge",
    Venue.UNKNOWN: "Unknown",
}
CLOSURE_LABELS = {
    ClosureKind.STOPPED: "Stopped by decision",
    ClosureKind.DRIFTED: "Drifted",
    ClosureKind.ABANDONED_UNKNOWN: "Abandoned, kind unknown",
    ClosureKind.RETIRED: "Retired after production",
    ClosureKind.MERGED: "Merged",
    ClosureKind.REPLACED: "Replaced by a purchased product",
    ClosureKind.OUT_OF_SCOPE: "Out of scope",
    ClosureKind.REORGANISED: "Reorganised",
}
REASON_LABELS = {
    ReasonCode.INFRASTRUCTURE_MISMATCH: "Infrastructure mismatch",
    ReasonCode.SCALABILITY: "Scalability",
    ReasonCode.PROVIDER_CAPACITY: "Provider capacity not delivered",
    ReasonCode.INTEGRATION: "Integration",
    ReasonCode.IT_MISALIGNMENT: "Misalignment with IT",
    ReasonCode.COST: "Cost",
    ReasonCode.NO_VALUE: "No value",
    ReasonCode.DATA: "Data",
    ReasonCode.GOVERNANCE: "Governance",
    ReasonCode.SPONSOR_LOST: "Sponsor lost",
    ReasonCode.DUPLICATE: "Duplicate",
    ReasonCode.OTHER: "Other",
    ReasonCode.UNKNOWN: "Unknown",
}


def choices_of(enum: type[StrEnum], labels: Mapping[Any, str] | None = None) -> list[tuple[str, str]]:
    """Django choices from an enum; a missing label is the value in words ("on_hold" -> "On hold")."""
    return [
        (
            member.value,
            (labels or {}).get(member, member.value.replace("_", " ").capitalize()),
        )
        for member in enum
    ]


class RiskBand(StrEnum):
    """Whether a figure's interval can be told apart from the portfolio's average. No band says that something is fine."""

    ABOVE = "above"
    AVERAGE = "average"
    BELOW = "below"


RISK_NONE = "none"  # asked for in filters: no figure, because it is closed, in production, or not computed yet
RISK_LABELS = {
    RiskBand.ABOVE: "Above the average",
    RiskBand.AVERAGE: "Not told apart from the average",
    RiskBand.BELOW: "Below the average",
}
