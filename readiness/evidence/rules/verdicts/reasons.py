"""Why a requirement is judged as it is, and why a piece of evidence did not decide it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum, StrEnum
from typing import Any, NamedTuple

from readiness.evidence.choices import Verdict

RULES_VERSION = "1"  # raise it when the same inputs may give another answer: standings of another version are judged again


class Reason(StrEnum):
    """Codes kept in RequirementVerdict.reason, in its `others` and in the notes of its evidence. words.py has their sentences."""

    # met
    SHOWN = "shown"
    SHOWN_BY_HIGHER = "shown_by_higher"  # a higher percentile meets the target
    SHOWN_BY_BOUND = "shown_by_bound"  # the edge of a bucket meets it
    GRANTED = "granted"  # what was granted of a pool is enough
    # warning
    EASIER_PLACE = "easier_place"  # users or data are not real, or nobody says so; or it was a PoC
    WITHIN_UNCERTAINTY = "within_uncertainty"
    FEW_SAMPLES = "few_samples"
    PARTS_DIFFER = "parts_differ"
    ENOUGH_IF_GRANTED = "enough_if_granted"
    LEVEL_NOT_MEASURED = "level_not_measured"  # throughput without the latency that it came at
    LEVEL_UNKNOWN = "level_unknown"  # nobody knows the latency that it must come at
    SHARED = "shared"
    # not met
    FAILS = "fails"
    FAILS_WITH_LESS_LOAD = "fails_with_less_load"
    SHORT_OF_CAPACITY = "short_of_capacity"
    BUDGET_SPENT = "budget_spent"  # of an availability window that is not over yet
    # unknown: the requirement
    NO_TARGET = "no_target"
    NOTHING_MEASURED = "nothing_measured"
    # unknown: the evidence there is
    FLAWED = "flawed"
    SET_ASIDE = "set_aside"
    IN_THE_FUTURE = "in_the_future"
    MIXED_LOADS = "mixed_loads"
    MIXED_WITH_FAILURES = "mixed_with_failures"
    PAGE_CACHE = "page_cache"
    STATISTIC_NOT_MEASURED = "statistic_not_measured"
    BOUND_TELLS_NOTHING = "bound_tells_nothing"
    NOT_REPRESENTATIVE = "not_representative"  # venue, accelerator or their number is another, or nobody says which
    TOO_SHORT = "too_short"
    WINDOW_UNKNOWN = "window_unknown"
    COVERAGE_MISSING = "coverage_missing"
    COVERAGE_LOW = "coverage_low"
    DEMAND_UNKNOWN = "demand_unknown"  # nobody knows the load that it must be shown at
    LOAD_NOT_SAID = "load_not_said"
    LESS_LOAD = "less_load"
    FAILS_WITH_MORE_LOAD = "fails_with_more_load"
    LEVEL_VIOLATED = "level_violated"
    DEMAND_NEVER_CAME = "demand_never_came"
    NOT_PUSHED = "not_pushed"
    ACCELERATORS_UNKNOWN = "accelerators_unknown"  # on how many it ran
    ACCELERATOR_UNKNOWN = "accelerator_unknown"  # on which, or the catalogue does not know it for sure
    OTHER_ACCELERATOR = "other_accelerator"
    CAPACITY_UNKNOWN = "capacity_unknown"
    FAILS_AS_GRANTED = "fails_as_granted"
    # stale
    TOO_OLD = "too_old"
    # notes beside any of them
    CONTRADICTED = "contradicted"
    SAMPLES_UNKNOWN = "samples_unknown"
    JOINED_WINDOWS = "joined_windows"
    OLDER = "older"  # something newer decided
    WEAKER = "weaker"  # of the same age or newer, but what decided shows more
    NOT_THE_POINT = "not_the_point"  # of its sweep another point decided


# How far a piece of evidence came before it was stopped: the farthest tells best what is still missing.
_PROGRESS = (
    Reason.FLAWED, Reason.SET_ASIDE, Reason.IN_THE_FUTURE, Reason.MIXED_LOADS, Reason.MIXED_WITH_FAILURES, Reason.PAGE_CACHE,
    Reason.STATISTIC_NOT_MEASURED, Reason.BOUND_TELLS_NOTHING, Reason.NOT_REPRESENTATIVE, Reason.ACCELERATORS_UNKNOWN,
    Reason.ACCELERATOR_UNKNOWN, Reason.WINDOW_UNKNOWN, Reason.COVERAGE_MISSING, Reason.COVERAGE_LOW, Reason.DEMAND_UNKNOWN,
    Reason.LOAD_NOT_SAID, Reason.LESS_LOAD, Reason.FAILS_WITH_MORE_LOAD, Reason.LEVEL_VIOLATED, Reason.DEMAND_NEVER_CAME,
    Reason.NOT_PUSHED, Reason.TOO_SHORT, Reason.SHARED, Reason.OTHER_ACCELERATOR, Reason.FAILS_AS_GRANTED,
    Reason.SHORT_OF_CAPACITY, Reason.CAPACITY_UNKNOWN,
)  # fmt: skip
PROGRESS: Mapping[Reason, int] = {reason: place for place, reason in enumerate(_PROGRESS)}


class Grade(IntEnum):
    """How far the place of the evidence is from the one that is wanted."""

    ELSEWHERE = 0  # other hardware: proves nothing
    EASIER = 1  # simulated or synthetic, or not said: a pass is at most a warning
    FULL = 2


class Note(NamedTuple):
    """A reason with its figures, as JSON keeps it."""

    code: Reason
    facts: Mapping[str, Any] = {}

    def plain(self) -> dict[str, Any]:
        return {"code": self.code.value, **self.facts}


RANK: Mapping[Verdict, int] = {Verdict.NOT_MET: 0, Verdict.UNKNOWN: 1, Verdict.STALE: 1, Verdict.WARNING: 2, Verdict.MET: 3}
