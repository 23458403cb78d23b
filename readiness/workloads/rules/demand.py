"""From the values of a profile to the demand that the core sizes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

from readiness.core.sizing.inputs import Demand, Task, WorkloadClass
from readiness.core.sizing.quantity import Quantity
from readiness.workloads.choices import Knowledge, Origin
from readiness.workloads.rules.fields import BY_NAME, asked

_SECONDS_PER_HOUR = 3_600
_LOAD = ("users", "requests_per_user_day", "busy_hours_per_day")
_PERCENTILES = frozenset(name for name in BY_NAME if name.endswith("_percentile"))
_OF_DEMAND = frozenset(one.name for one in fields(Demand))


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a profile as stored; None in `value` of an unknown means that the plausible range stands for it."""

    knowledge: Knowledge
    value: float | None = None
    low: float | None = None
    high: float | None = None
    origin: Origin = Origin.STATED


NOT_ASKED_YET = Value(Knowledge.UNKNOWN)


def quantity(name: str, value: Value) -> Quantity | None:
    """The range that `value` of field `name` stands for; None where it is not applicable."""
    if value.knowledge == Knowledge.NOT_APPLICABLE:
        return None
    known = value.knowledge == Knowledge.KNOWN
    low, likely, high = BY_NAME[name].plausible
    if value.value is None:
        return Quantity.unknown(low, likely, high)
    if value.low is not None and value.high is not None:
        return Quantity(value.value, value.low, value.high, known)
    if known:
        return Quantity.exactly(value.value)
    return Quantity.unknown(min(low, value.value), value.value, max(high, value.value))


def demand_of(task: Task, workload_class: WorkloadClass, values: Mapping[str, Value]) -> Demand:
    """The demand of a profile. A field that nobody answered yet is unknown; users x requests stand in for an unknown rate.

    A rate is the mean of the hours in which requests come, but for one read off a log, which is the mean of all of its hours.
    """
    found: dict[str, Quantity | float] = {}
    for one in asked(task, workload_class):
        if one.name not in _OF_DEMAND:
            continue
        reading = quantity(one.name, values.get(one.name, NOT_ASKED_YET))
        if reading is None:
            continue
        found[one.name] = _percentile(reading, said=one.name in values) if one.name in _PERCENTILES else reading
    rate = found.get("arrival_per_s")
    if isinstance(rate, Quantity) and not rate.known and (derived := arrival_from_users(values)) is not None:
        found["arrival_per_s"] = derived
    elif values.get("arrival_per_s", NOT_ASKED_YET).origin == Origin.TRACE:
        found.pop("busy_hours_per_day", None)
    return Demand(task=task, workload_class=workload_class, **found)  # type: ignore[arg-type]


def _percentile(reading: Quantity, *, said: bool) -> float:
    """The share of requests that a target is meant for; the strictest plausible one where somebody says that nobody knows it."""
    return reading.likely if reading.known or not said else reading.high


def arrival_from_users(values: Mapping[str, Value]) -> Quantity | None:
    """Requests/s = users x requests per day / busy seconds; known only if all three are. None until `users` is answered."""
    users = values.get("users", NOT_ASKED_YET)
    if users.value is None or users.knowledge != Knowledge.KNOWN:
        return None
    parts = [quantity(name, values.get(name, NOT_ASKED_YET)) for name in _LOAD]
    if any(part is None for part in parts):
        return None
    people, daily, hours = (part for part in parts if part is not None)
    return Quantity(
        likely=people.likely * daily.likely / (hours.likely * _SECONDS_PER_HOUR),
        low=people.low * daily.low / (hours.high * _SECONDS_PER_HOUR),
        high=people.high * daily.high / (hours.low * _SECONDS_PER_HOUR),
        known=people.known and daily.known and hours.known,
    )
