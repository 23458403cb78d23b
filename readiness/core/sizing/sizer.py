"""What every kind of sizing has in common: named inputs at one point of their ranges, and the count there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from math import inf
from typing import NamedTuple, Protocol

from readiness.core.sizing.answer import Constraint, Step
from readiness.core.sizing.availability import n_for_availability
from readiness.core.sizing.inputs import Demand, Grade
from readiness.core.sizing.quantity import Quantity
from readiness.core.sizing.refusals import MissingInput

Values = Mapping[str, float]

MOST_REPLICAS = 10_000_000

# Inputs that change how much is asked for and not what one replica carries.
LOAD = ("arrival_per_s", "peak_factor", "growth_per_year", "horizon_months", "concurrency", "availability")

# 1: more of it never needs fewer replicas, -1: more of it never needs more.
DIRECTIONS: Mapping[str, int] = {
    "arrival_per_s": 1,
    "peak_factor": 1,
    "growth_per_year": 1,
    "horizon_months": 1,  # -1 where the load shrinks, see `corner`
    "dispersion": 1,
    "input_tokens": 1,
    "input_tokens_p95": 1,
    "output_tokens": 1,
    "output_tokens_p95": 1,
    "concurrency": 1,
    "ttft_s": -1,
    "tpot_s": -1,
    "latency_s": -1,
    "availability": 1,
    "items_per_run": 1,
    "window_h": -1,
    "training_tokens": 1,
    "mfu": -1,
    "mbu": -1,
    "service_s": 1,
    "service_cv2": 1,
}

# What stands for a field that is not applicable: no limit, no growth, Poisson arrivals.
NOT_APPLICABLE: Values = {
    "arrival_per_s": 0.0,
    "peak_factor": 1.0,
    "growth_per_year": 1.0,
    "horizon_months": 0.0,
    "dispersion": 1.0,
    "input_tokens": 0.0,
    "input_tokens_p95": 0.0,
    "output_tokens": 0.0,
    "output_tokens_p95": 0.0,
    "concurrency": 0.0,
    "ttft_s": inf,
    "tpot_s": inf,
    "latency_s": inf,
    "availability": 0.0,  # needed is enough
}


class Edge(IntEnum):
    """Which end of what is not known a calculation stands at, where one value cannot be at both of its bad ends at once."""

    KIND = -1
    LIKELY = 0
    UNKIND = 1


class Capability(NamedTuple):
    """What one replica carries, before the margin for how well it is known. `rate` 0: out of reach, `constraint` says why.

    `flight` requests can be in flight at the targets, of which `seats` is the hard limit (memory, batch). `overlap` is that of
    `queueing.peakedness`, for workers.
    """

    rate: float
    constraint: Constraint
    sigma: float = 0.0
    seats: float = inf
    flight: float = inf
    seats_constraint: Constraint = Constraint.KV_CACHE
    overlap: float = 1.0


class Outcome(NamedTuple):
    """`replicas` 0: no number suffices. `needed` of them carry the load, each `safe` of the `peak` per second."""

    replicas: int
    constraint: Constraint
    needed: int = 0
    peak: float = 0.0
    safe: float = 0.0


class Sizer(Protocol):
    """One demand on one candidate. `quantities` are the inputs that the count depends on, by their names."""

    @property
    def grade(self) -> Grade: ...

    @property
    def accelerators(self) -> int | None: ...  # per replica

    @property
    def refused(self) -> tuple[tuple[int, str], ...]: ...

    @property
    def quantities(self) -> Mapping[str, Quantity]: ...

    def remarks(self, at: Values, found: Outcome) -> tuple[str, ...]: ...

    def capability(self, at: Values, edge: Edge) -> Capability: ...

    def count(self, at: Values, can: Capability, z: float) -> Outcome: ...

    def figures(self, at: Values, found: Outcome, edge: Edge) -> Mapping[str, float]: ...

    def steps(self, at: Values, can: Capability, found: Outcome) -> tuple[Step, ...]: ...

    def changes(self) -> Iterator[Change]: ...


@dataclass(frozen=True, slots=True)
class Change:
    """Something that could be decided: another value of a field, on the same sizer or on one made for it."""

    name: str
    field: str
    value: float
    sizer: Sizer
    at: Values  # what differs from the likely values
    sigma: float | None = None  # a better measurement's


def quantities_of(demand: Demand, *names: str) -> dict[str, Quantity]:
    """The named fields of the demand that are applicable. Raises MissingInput for growth without a horizon."""
    if demand.growth_per_year is not None and demand.horizon_months is None and "growth_per_year" in names:
        raise MissingInput("horizon_months", "a growth needs the month that is sized for")
    found = ((name, getattr(demand, name)) for name in names)
    return {name: value for name, value in found if value is not None}


def required(demand: Demand, why: str, *names: str) -> None:
    """Raises MissingInput for the first of the fields that is None."""
    for name in names:
        if getattr(demand, name) is None:
            raise MissingInput(name, why)


def corner(quantities: Mapping[str, Quantity], edge: Edge) -> dict[str, float]:
    """Every input at its kind or unkind end. A longer horizon is unkind where the load grows and kind where it shrinks."""
    at = dict(NOT_APPLICABLE)
    for name, known in quantities.items():
        at[name] = known.high if DIRECTIONS[name] * edge > 0 else known.low
    horizon = quantities.get("horizon_months")
    if horizon is not None and at["growth_per_year"] < 1:
        at["horizon_months"] = horizon.low if edge is Edge.UNKIND else horizon.high
    return at


def likely(quantities: Mapping[str, Quantity]) -> dict[str, float]:
    at = dict(NOT_APPLICABLE)
    at.update((name, known.likely) for name, known in quantities.items())
    return at


def with_spares(needed: int, each: float, target: float, constraint: Constraint, peak: float, safe: float) -> Outcome:
    """Replicas that keep `needed` of them up. With one needed and more held, availability is what binds.

    More than MOST_REPLICAS come of a target missed by a hair and are no number to buy.
    """
    if needed > MOST_REPLICAS:
        return Outcome(0, Constraint.TARGET_OUT_OF_REACH, needed, peak, safe)
    total = n_for_availability(needed, each, target) if target > 0 else needed
    if total is None:
        return Outcome(0, Constraint.AVAILABILITY, needed, peak, safe)
    binds = Constraint.AVAILABILITY if needed == 1 and total > 1 else constraint
    return Outcome(total, binds, needed, peak, safe)
