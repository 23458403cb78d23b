"""The words of sizing. Grades and constraints are the core's own (readiness/core/sizing)."""

from enum import StrEnum


class Approach(StrEnum):
    """What kind of candidate an option is: each has its own facts."""

    SELF_HOSTED = "self_hosted"
    WORKERS = "workers"
    API = "api"
