"""What changed between two states of a profile, field by field, in words and numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from readiness.workloads.choices import Knowledge, Metric
from readiness.workloads.rules.fields import BY_NAME, FIELDS
from readiness.workloads.rules.metrics import METRICS

_ORDER = {one.name: place for place, one in enumerate(FIELDS)}


@dataclass(frozen=True, slots=True)
class State:
    """A profile as JSON: `workload` {task, workload_class, ...}, `values` {field: {knowledge, value, ...}}, requirements."""

    workload: Mapping[str, Any] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    requirements: tuple[Mapping[str, Any], ...] = ()


class Kind(StrEnum):
    """What a change is about."""

    WORKLOAD = "workload"
    VALUE = "value"
    REQUIREMENT = "requirement"


@dataclass(frozen=True, slots=True)
class Change:
    """`before` and `after` in words ("unknown", "4 x", "4 x (2 to 10)"), "" where there was nothing; the numbers beside them.

    `factor` = after / before where both are known and not zero.
    """

    kind: Kind
    name: str
    label: str
    unit: str
    before: str
    after: str
    before_value: float | None = None
    after_value: float | None = None

    @property
    def factor(self) -> float | None:
        return self.after_value / self.before_value if self.before_value and self.after_value else None

    @property
    def learnt(self) -> bool:
        """Whether an unknown became known."""
        return self.before_value is None and self.after_value is not None


def compare(old: State, new: State) -> list[Change]:
    """Changes from `old` to `new`: the workload's own words, then values in the order asked, then requirements."""
    return [*_workload(old.workload, new.workload), *_values(old.values, new.values), *_requirements(old, new)]


def _workload(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    for name in dict.fromkeys([*old, *new]):
        before, after = old.get(name), new.get(name)
        if before != after:
            label = name.replace("_", " ").capitalize()
            yield Change(Kind.WORKLOAD, name, label, "", str(before or ""), str(after or ""))


def _values(old: Mapping[str, Mapping[str, Any]], new: Mapping[str, Mapping[str, Any]]) -> Iterator[Change]:
    for name in sorted({*old, *new}, key=lambda one: (_ORDER.get(one, len(_ORDER)), one)):
        before, after = old.get(name), new.get(name)
        if before == after:
            continue
        known = BY_NAME.get(name)
        label, unit = (known.label, known.unit) if known else (name, "")
        yield Change(Kind.VALUE, name, label, unit, words(before, unit), words(after, unit), _number(before), _number(after))


def _requirements(old: State, new: State) -> Iterator[Change]:
    here = {_key(row): row for row in old.requirements}
    there = {_key(row): row for row in new.requirements}
    for key in dict.fromkeys([*here, *there]):
        before, after = here.get(key), there.get(key)
        if before == after:
            continue
        row = after or before or {}
        metric = METRICS[Metric(row["metric"])]
        yield Change(
            Kind.REQUIREMENT, str(row["metric"]), metric.label, metric.unit, _target(before), _target(after),
            before.get("target") if before else None, after.get("target") if after else None,
        )  # fmt: skip


def words(value: Mapping[str, Any] | None, unit: str) -> str:
    """One stored value in words, what is beside the number included."""
    if value is None:
        return ""
    stands = Knowledge(value["knowledge"])
    number = value.get("value")
    said = "not applicable" if stands == Knowledge.NOT_APPLICABLE else "unknown" if stands == Knowledge.UNKNOWN else ""
    if number is not None and stands != Knowledge.NOT_APPLICABLE:
        low, high = value.get("low"), value.get("high")
        between = f" ({low:.6g} to {high:.6g})" if low is not None and high is not None and low != high else ""
        said = f"{f'{said}, assumed ' if said else ''}{number:.6g} {unit}{between}"
    beside = [
        value.get("due") and f"due {value['due']}",
        value.get("origin") != "stated" and value.get("origin"),
        value.get("note"),
    ]
    return "; ".join([said, *(str(part) for part in beside if part)])


def _number(value: Mapping[str, Any] | None) -> float | None:
    return value.get("value") if value and value["knowledge"] == Knowledge.KNOWN else None


def _key(row: Mapping[str, Any]) -> str:
    """Derived rows are the same by the field they follow, hand-made ones by their id."""
    return str(row.get("derived_from") or f"#{row.get('id')}")


def _target(row: Mapping[str, Any] | None) -> str:
    if row is None:
        return ""
    sign = "at least" if row["comparator"] == "at_least" else "at most"
    target = row.get("target")
    said = f"{sign} {'unknown' if target is None else f'{target:.6g}'} {row['unit']}"
    percentile = row.get("percentile")
    said += f", p{percentile * 100:g}" if percentile else ""
    environment = ", ".join(f"{name} {value}" for name, value in sorted((row.get("environment") or {}).items()))
    return f"{said} ({environment})" if environment else said
