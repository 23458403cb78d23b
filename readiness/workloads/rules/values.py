"""What may be said about a value of a profile, and which values nobody knows yet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from enum import StrEnum
from math import isfinite
from typing import NamedTuple, Protocol

from readiness.core.sizing.inputs import Task, WorkloadClass
from readiness.workloads.choices import Knowledge
from readiness.workloads.rules.demand import Value, arrival_from_users
from readiness.workloads.rules.fields import BY_NAME, Field, asked

PERCENTILE_OF = {"ttft_s": "ttft_percentile", "tpot_s": "tpot_percentile", "latency_s": "latency_percentile"}
TARGET_OF = {percentile: target for target, percentile in PERCENTILE_OF.items()}


class Answered(Protocol):
    """What somebody says about one value; `owner` is whoever finds an unknown out by `due`."""

    @property
    def knowledge(self) -> Knowledge: ...
    @property
    def value(self) -> float | None: ...
    @property
    def low(self) -> float | None: ...
    @property
    def high(self) -> float | None: ...
    @property
    def owner(self) -> object | None: ...
    @property
    def due(self) -> date | None: ...


class Code(StrEnum):
    """Why an answer cannot be taken."""

    NO_SUCH_FIELD = "no_such_field"
    NOT_ASKED = "not_asked"
    REQUIRED = "required"
    VALUE_MISSING = "value_missing"
    HALF_A_RANGE = "half_a_range"
    RANGE_WITHOUT_VALUE = "range_without_value"
    RANGE_ORDER = "range_order"
    NOT_FINITE = "not_finite"
    TOO_LOW = "too_low"
    TOO_HIGH = "too_high"
    NOT_WHOLE = "not_whole"
    DUE_WITHOUT_OWNER = "due_without_owner"
    UNIT_MISSING = "unit_missing"


class Fault(NamedTuple):
    """`values` fill the message of `code`."""

    code: Code
    values: Mapping[str, object] = {}


def faults(task: Task, workload_class: WorkloadClass, answers: Mapping[str, Answered]) -> dict[str, list[Fault]]:
    """Everything that is wrong with `answers`, by field; empty if they can be taken."""
    wanted = {one.name for one in asked(task, workload_class)}
    found = {name: list(_faults(name, answer, wanted)) for name, answer in answers.items()}
    return {name: wrong for name, wrong in found.items() if wrong}


def _faults(name: str, answer: Answered, wanted: set[str]) -> Iterator[Fault]:
    one = BY_NAME.get(name)
    if one is None:
        yield Fault(Code.NO_SUCH_FIELD)
        return
    if name not in wanted:
        yield Fault(Code.NOT_ASKED, {"label": one.label})
    if answer.due is not None and answer.owner is None:
        yield Fault(Code.DUE_WITHOUT_OWNER)
    if answer.knowledge == Knowledge.NOT_APPLICABLE:
        if one.required:
            yield Fault(Code.REQUIRED, {"label": one.label})
        return
    if answer.knowledge == Knowledge.KNOWN and answer.value is None:
        yield Fault(Code.VALUE_MISSING)
    yield from _range_faults(answer)
    yield from _bound_faults(one, (answer.value, answer.low, answer.high))


def _range_faults(answer: Answered) -> Iterator[Fault]:
    if (answer.low is None) != (answer.high is None):
        yield Fault(Code.HALF_A_RANGE)
    elif answer.low is not None and answer.high is not None:
        if answer.value is None:
            if answer.knowledge == Knowledge.UNKNOWN:
                yield Fault(Code.RANGE_WITHOUT_VALUE)
        elif not answer.low <= answer.value <= answer.high:
            yield Fault(Code.RANGE_ORDER)


def _bound_faults(one: Field, numbers: Iterable[float | None]) -> Iterator[Fault]:
    given = [number for number in numbers if number is not None]
    if not all(isfinite(number) for number in given):
        yield Fault(Code.NOT_FINITE)
        return
    if any(number < one.least for number in given):
        yield Fault(Code.TOO_LOW, {"least": f"{one.least:,.10g}", "unit": one.unit})
    if any(number > one.most for number in given):
        yield Fault(Code.TOO_HIGH, {"most": f"{one.most:,.10g}", "unit": one.unit})
    if one.whole and any(number != int(number) for number in given):
        yield Fault(Code.NOT_WHOLE, {"unit": one.unit})


def unknown_names(task: Task, workload_class: WorkloadClass, knowledge: Mapping[str, Knowledge]) -> list[str]:
    """Names of values that nobody knows, in the order asked: said to be unknown, or required and not answered at all.

    A percentile is no question of its own while its target is unknown or not applicable, and the arrival rate is none where
    the number of people, their requests and their hours are known.
    """
    return [one.name for one in asked(task, workload_class) if _is_unknown(one, knowledge)]


def _is_unknown(one: Field, knowledge: Mapping[str, Knowledge]) -> bool:
    stands = knowledge.get(one.name)
    if stands not in (None, Knowledge.UNKNOWN) or (stands is None and not one.required):
        return False
    if one.name == "arrival_per_s":
        return any(knowledge.get(name) != Knowledge.KNOWN for name in ("users", "requests_per_user_day", "busy_hours_per_day"))
    target = TARGET_OF.get(one.name)
    return target is None or knowledge.get(target) == Knowledge.KNOWN


def rate_is_derived(values: Mapping[str, Value]) -> bool:
    """Whether the arrival rate follows from known people, requests and hours because nobody measured it."""
    rate = values.get("arrival_per_s")
    if rate is not None and rate.knowledge != Knowledge.UNKNOWN:
        return False
    derived = arrival_from_users(values)
    return derived is not None and derived.known


def class_fault(task: Task, workload_class: WorkloadClass) -> bool:
    """A training run is no service: it has a window, not an arrival rate."""
    return task == Task.TRAIN and workload_class != WorkloadClass.BATCH
