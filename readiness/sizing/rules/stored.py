"""The core's inputs and answers as JSON that PostgreSQL keeps, and back; the digest that tells whether inputs changed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import StrEnum
from math import inf, isfinite
from typing import Any

import orjson

from readiness.core.sizing.answer import Answer, Constraint, Count, Influence, Lever, Step
from readiness.core.sizing.inputs import Candidate, Demand, Grade, Task, WorkloadClass
from readiness.core.sizing.quantity import Quantity

# Raise it when the same inputs may give another answer: results of another version are computed anew.
CORE_VERSION = "2"


def plain(value: Any) -> Any:
    """A dataclass of the core as JSON values: quantities and tuples by member, None where a number is not finite."""
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    if isinstance(value, StrEnum):
        return value.value
    return None if isinstance(value, float) and not isfinite(value) else value


def inputs_of(demand: Demand, candidate: Candidate) -> dict[str, Any]:
    """What a result stands on; the kind of candidate is named by its class."""
    return {"demand": plain(demand), "candidate": {"kind": type(candidate).__name__, **plain(candidate)}}


def digest(inputs: Mapping[str, Any]) -> str:
    """SHA-256 of the inputs and the core's version: the same inputs are one result."""
    text = orjson.dumps([CORE_VERSION, inputs], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(text).hexdigest()


def answer_from(data: Mapping[str, Any]) -> Answer:
    """The Answer that `plain` made `data` of. Raises KeyError or ValueError for anything else."""
    return Answer(
        grade=Grade(data["grade"]),
        constraint=Constraint(data["constraint"]),
        replicas=_count(data["replicas"]),
        unsafe=data["unsafe"],
        accelerators=_count(data["accelerators"]),
        figures={name: Quantity(**one) for name, one in data["figures"].items()},
        influences=tuple(Influence(**one) for one in data["influences"]),
        levers=tuple(Lever(**one) for one in data["levers"]),
        steps=tuple(Step(**(one | {"value": inf if one["value"] is None else one["value"]})) for one in data["steps"]),
        notes=tuple(data["notes"]),
        refused=tuple((place, reason) for place, reason in data["refused"]),
        unbounded=data["unbounded"],
    )


def demand_from(data: Mapping[str, Any]) -> Demand:
    """The Demand that `plain` made `data` of."""
    made: dict[str, Any] = {name: Quantity(**one) if isinstance(one, Mapping) else one for name, one in data.items()}
    made |= {"task": Task(made["task"]), "workload_class": WorkloadClass(made["workload_class"])}
    return Demand(**made)


def _count(data: Mapping[str, int] | None) -> Count | None:
    return None if data is None else Count(**data)
