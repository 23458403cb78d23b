"""The words of risk. Plain enums, so that pure code may use them."""

from enum import StrEnum


class DriverDimension(StrEnum):
    """Under which heading a driver is read."""

    DEMAND = "demand"
    EVIDENCE = "evidence"
    CAPACITY = "capacity"
    PLATFORM = "platform"
    PROCUREMENT = "procurement"
    BUDGET = "budget"
    PEOPLE = "people"
    GOVERNANCE = "governance"
    PROGRESS = "progress"


DIMENSION_LABELS = {
    DriverDimension.DEMAND: "Demand",
    DriverDimension.EVIDENCE: "Evidence",
    DriverDimension.CAPACITY: "Capacity",
    DriverDimension.PLATFORM: "Platform and tools",
    DriverDimension.PROCUREMENT: "Procurement",
    DriverDimension.BUDGET: "Budget",
    DriverDimension.PEOPLE: "People",
    DriverDimension.GOVERNANCE: "Gates and governance",
    DriverDimension.PROGRESS: "Progress",
}


class DriverState(StrEnum):
    """An answer in a word: 0 is no, 1 yes, what lies between partly, and NaN unknown."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"
    UNKNOWN = "unknown"


class Occasion(StrEnum):
    """Where a figure is put before those who decide."""

    REVIEW = "review"
    PACK = "pack"
    ROOM = "room"


OCCASION_LABELS = {Occasion.REVIEW: "Gate review", Occasion.PACK: "Pack", Occasion.ROOM: "Room"}
