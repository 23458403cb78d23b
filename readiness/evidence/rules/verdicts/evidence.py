"""What is judged with: runs and the newest values that they gave, in canonical units; and what two of them have in common."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, NamedTuple

from readiness.connectors.contract import Statistic
from readiness.evidence.choices import EvidenceKind
from readiness.evidence.rules.merging import COMPARABLE

Labels = tuple[tuple[str, str], ...]
Setup = tuple[Any, ...]
_AT_ONCE = timedelta(seconds=60)
_OF_WINDOW = 0.01
_MOST_LOAD, _MOST_COUNTED = 1e15, 1_000_000
_COUNTS = frozenset({"accelerators", "nodes"})
_TRUTHS = frozenset({"data_real", "users_real"})


class Reading(NamedTuple):
    """The newest value of a series. `low` and `high` differ where two values came for that time; `marks` as choices.Marks.

    `joined`: of how many windows of its series, one after the other, this one is made.
    """

    series: int
    metric: str
    statistic: str
    percentile: float | None
    low: float
    high: float
    at: datetime
    marks: int = 0
    samples: int | None = None
    window_s: float | None = None
    labels: Labels = ()
    joined: int = 1


@dataclass(frozen=True)
class Evidence:
    """One run. `load` has the members of contract.Load that are told, `environment` is Run.environment. `aside`: why a person
    set it aside. `pool` is set where it is evidence of a capacity pool."""

    run: int
    source: int
    kind: EvidenceKind
    at: datetime
    readings: tuple[Reading, ...] = ()
    tool: str = ""
    name: str = ""
    duration_s: float | None = None
    load: Mapping[str, Any] = field(default_factory=dict)
    environment: Mapping[str, Any] = field(default_factory=dict)
    flaws: tuple[tuple[str, str], ...] = ()
    aside: str = ""
    pool: int | None = None

    @cached_property
    def by_metric(self) -> dict[str, list[Reading]]:
        """In the order of their series, so that of equal ones the same is named whatever the order of arrival."""
        found: dict[str, list[Reading]] = {}
        for one in sorted(self.readings):
            found.setdefault(one.metric, []).append(one)
        return found

    @cached_property
    def told_before(self) -> dict[Any, Any]:
        """What was worked out of it, for claims.py to keep."""
        return {}

    @cached_property
    def place(self) -> dict[str, Any]:
        """What the environment says of the place, as far as it is of the kind that it must be: anything else is not said."""
        return {name: value for name in COMPARABLE if _can_be(name, value := self.environment.get(name))}

    @cached_property
    def setup(self) -> Setup:
        """What must not differ between the points of one sweep, or between two looks at one service."""
        return (self.source, self.tool, *(self.place.get(name) for name in COMPARABLE))

    @property
    def is_benchmark(self) -> bool:
        return self.kind is EvidenceKind.BENCHMARK

    @property
    def mixes_loads(self) -> bool:
        """A summary over stages of different loads is no point of any of them."""
        extra = self.environment.get("extra")
        return isinstance(extra, Mapping) and extra.get("scope") == "all stages"

    def value(self, metric: str, *statistics: Statistic) -> float | None:
        """The least of the plain values of a metric with one of these statistics."""
        found = [one.low for one in self.by_metric.get(metric, ()) if one.statistic in statistics and not one.marks & 3]
        return min(found, default=None)

    def told(self, name: str) -> float | None:
        """A member of the load that is a number."""
        value = self.load.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        return float(value) if 0 <= value < _MOST_LOAD else None

    def length_s(self, reading: Reading) -> float | None:
        """How long it was looked at."""
        return reading.window_s if reading.window_s is not None else self.duration_s


def _can_be(name: str, value: Any) -> bool:
    if name in _COUNTS:
        return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MOST_COUNTED
    return isinstance(value, bool if name in _TRUTHS else str)


class Siblings:
    """What the same source told of the same place at the same time in other runs: a query's coverage, the load it came at."""

    def __init__(self, evidence: Iterable[Evidence]) -> None:
        self._found: dict[tuple[Setup, str], list[Reading]] = {}
        for one in evidence:
            if not one.is_benchmark:
                for reading in one.readings:
                    self._found.setdefault((one.setup, reading.metric), []).append(reading)

    def of(self, one: Evidence, metric: str, beside: Reading) -> list[Reading]:
        """In its own run, and in others of the same setup, of the same moment."""
        near = max(_AT_ONCE, timedelta(seconds=_OF_WINDOW * (beside.window_s or 0)))
        rows = self._found.get((one.setup, metric), ()) if not one.is_benchmark else one.by_metric.get(metric, ())
        return [reading for reading in rows if abs(reading.at - beside.at) <= near]
