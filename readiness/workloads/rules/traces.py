"""What the summary of a request log offers to a profile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from readiness.core.sizing.inputs import Task, WorkloadClass
from readiness.workloads.rules.demand import Value
from readiness.workloads.rules.fields import Field, asked

# the latency target whose length is the window of the fast burstiness, the one that binds first in front
TARGETS = ("ttft_s", "latency_s")
USUAL_TARGET_S = 1.0  # where the workload has no latency target at all (a batch)


@dataclass(frozen=True, slots=True)
class Offer:
    """One value that a log can give. `known` False: the log is too short to know it, the number is an assumption."""

    name: str
    label: str
    unit: str
    value: float
    low: float
    high: float
    known: bool


def target_s(task: Task, workload_class: WorkloadClass, values: Mapping[str, Value]) -> float:
    """The length in which bursts hurt: the first latency target that counts, known or assumed, else what is plausible."""
    counted = {one.name: one for one in asked(task, workload_class)}
    for name in TARGETS:
        if name in counted:
            stored = values.get(name)
            return stored.value if stored and stored.value else counted[name].plausible[1]
    return USUAL_TARGET_S


def offered(task: Task, workload_class: WorkloadClass, summary: Mapping[str, Any] | None) -> dict[str, Offer]:
    """What `summary` (of TraceUpload) offers such a workload, in the order in which the profile asks."""
    found = (summary or {}).get("quantities", {})
    return {one.name: _offer(one, found[one.name]) for one in asked(task, workload_class) if one.name in found}


def _offer(one: Field, quantity: Mapping[str, Any]) -> Offer:
    low, value, high = (min(max(float(quantity[end]), one.least), one.most) for end in ("low", "likely", "high"))
    return Offer(one.name, one.label, one.unit, value, low, high, bool(quantity["known"]))
