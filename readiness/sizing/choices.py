"""The words of sizing. Grades and constraints are the core's own (readiness/core/sizing)."""

from enum import StrEnum


class Approach(StrEnum):
    """What kind of candidate an option is: each has its own facts."""

    SELF_HOSTED = "self_hosted"
    WORKERS = "workers"
    API = "api"


class Headroom(StrEnum):
    """Free capacity against the need, in the words of verdicts (DOMAIN.md)."""

    MET = "met"
    WARNING = "warning"
    NOT_MET = "not_met"
    UNKNOWN = "unknown"


class Unread(StrEnum):
    """Why a text of the address is no value."""

    NOT_A_NUMBER = "not_a_number"
    NOT_FINITE = "not_finite"
    NO_SUCH_CHOICE = "no_such_choice"
    OUT_OF_RANGE = "out_of_range"


class PointFault(StrEnum):
    """What is wrong with a line of a table of measured points."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    NO_THROUGHPUT_COLUMN = "no_throughput_column"
    NO_THROUGHPUT = "no_throughput"
    TOO_MANY_CELLS = "too_many_cells"
    NOT_A_NUMBER = "not_a_number"
    NO_SUCH_FIGURE = "no_such_figure"
    NEGATIVE = "negative"
    TOO_HIGH = "too_high"


class PriceOrigin(StrEnum):
    """Where a price comes from: agreed for the option, what our pool costs, the catalogue's list price, or nowhere."""

    OURS = "ours"
    POOL = "pool"
    LISTED = "list"
    UNKNOWN = "unknown"
