"""What every importer and connector yields: runs of readings with their environment, counts, validity and place.

A reading is in the canonical unit of its metric (metrics.py); what the source wrote is kept beside it. What was not measured
is absent: never zero, never derived from another percentile.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Statistic(StrEnum):
    """What the value is of its distribution; `POINT` is a single observation, `TOTAL` a sum over the window."""

    MEAN = "mean"
    PERCENTILE = "percentile"
    MIN = "min"
    MAX = "max"
    TOTAL = "total"
    POINT = "point"


class Bound(StrEnum):
    """A histogram's bucket edge tells only on which side the value lies."""

    EXACT = ""
    AT_LEAST = "at_least"
    AT_MOST = "at_most"


class Kind(StrEnum):
    BENCHMARK = "benchmark"
    TELEMETRY = "telemetry"
    COST = "cost"
    INVENTORY = "inventory"


class Flaw(StrEnum):
    """Why a run must not decide anything. It is kept and shown all the same."""

    ALL_FAILED = "all_failed"
    ERROR_RATIO = "error_ratio"
    GENERATOR_SATURATED = "generator_saturated"
    LITTLES_LAW = "littles_law"
    NOT_A_RESULT = "not_a_result"  # calibration or accuracy runs, declared INVALID by their own tool
    DUPLICATE = "duplicate"
    UNIT_UNCERTAIN = "unit_uncertain"
    INCOMPLETE = "incomplete"  # partial answers, too few samples, coverage
    FUTURE_DATED = "future_dated"  # told from further ahead than clocks differ; found on arrival, not by a connector


@dataclass(frozen=True, slots=True)
class Reading:
    """One canonical value. `percentile` in 0..1 where `statistic` is PERCENTILE; `labels` tell series apart."""

    metric: str
    value: float
    statistic: Statistic
    percentile: float | None = None
    raw_name: str = ""
    raw_value: str = ""
    raw_unit: str = ""
    bound: Bound = Bound.EXACT
    samples: int | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    at: datetime | None = None  # end of the reading's own window, where it differs from the run's


@dataclass(frozen=True, slots=True)
class Environment:
    """Where it was measured; None and "" are "not said". Names are the source's own words."""

    venue: str = ""
    accelerator: str = ""
    accelerators: int | None = None
    nodes: int | None = None
    model: str = ""
    precision: str = ""
    software: str = ""
    software_version: str = ""
    data_real: bool | None = None
    users_real: bool | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Load:
    """What was offered and what came of it. Rates per second, times in seconds."""

    concurrency: float | None = None
    requested_per_s: float | None = None
    achieved_per_s: float | None = None
    started: int | None = None
    completed: int | None = None
    failed: int | None = None
    input_tokens: float | None = None  # mean per request
    output_tokens: float | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """One benchmark point or one telemetry window. `place` finds it in its file ("benchmarks[3]"), `key` names it for ever:
    the same measurement read twice, from whatever copy, has the same key."""

    kind: Kind
    tool: str
    format: str
    place: str
    key: str
    readings: tuple[Reading, ...]
    tool_version: str = ""
    name: str = ""
    started_at: datetime | None = None
    ended_at: datetime | None = None
    local_time: bool = False  # the source's times carry no zone
    duration_s: float | None = None
    load: Load = field(default_factory=Load)
    environment: Environment = field(default_factory=Environment)
    flaws: tuple[tuple[Flaw, str], ...] = ()
    unread: Mapping[str, Any] = field(default_factory=dict)  # keys that nobody here understands, kept
    unproven: bool = False  # read by documentation only: no real file of this format has been seen

    @property
    def valid(self) -> bool:
        return not self.flaws
