"""Starting points of a workload: their numbers are our own working assumptions, marked as assumed until confirmed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from readiness.core.sizing.inputs import Task, WorkloadClass
from readiness.workloads.choices import Experience
from readiness.workloads.rules.fields import BY_NAME, asked

PACK = Path(__file__).parent.parent / "packs" / "templates.yaml"


@dataclass(frozen=True, slots=True)
class Template:
    """`values` {field: (low, likely, high)}; `not_applicable` fields do not count for such a workload.

    `percentiles` belong to the targets among the values and are no question of their own.
    """

    key: str
    name: str
    text: str
    task: Task
    workload_class: WorkloadClass
    experience: Experience
    values: Mapping[str, tuple[float, float, float]]
    percentiles: Mapping[str, float]
    not_applicable: tuple[str, ...] = ()


class BadTemplate(ValueError):
    """The shipped file is wrong at the named template; correct it."""


@cache
def templates() -> Mapping[str, Template]:
    """The shipped templates by key, in the order in which they are offered. Raises BadTemplate."""
    data = yaml.safe_load(PACK.read_text(encoding="utf-8"))
    return {key: _template(key, one) for key, one in data["templates"].items()}


@cache
def origin_text() -> str:
    """Where the numbers come from, for the page that offers them."""
    return str(yaml.safe_load(PACK.read_text(encoding="utf-8"))["where_from"]).strip()


def _template(key: str, one: Mapping[str, Any]) -> Template:
    task, workload_class = Task(one["task"]), WorkloadClass(one["class"])
    values = {name: _range(key, name, numbers) for name, numbers in one["values"].items()}
    percentiles = {name: float(share) for name, share in one.get("percentiles", {}).items()}
    absent = tuple(one.get("not_applicable", ()))
    counted = {field.name for field in asked(task, workload_class)}
    if foreign := {*values, *percentiles, *absent} - counted:
        raise BadTemplate(f"{key}: {', '.join(sorted(foreign))} not asked of a {task} {workload_class} workload")
    if refused := [name for name in absent if BY_NAME[name].required]:
        raise BadTemplate(f"{key}: {', '.join(refused)} is required")
    return Template(
        key, one["name"], one["text"].strip(), task, workload_class, Experience(one["experience"]), values, percentiles, absent
    )


def _range(key: str, name: str, numbers: Any) -> tuple[float, float, float]:
    low, likely, high = (float(number) for number in numbers)
    one = BY_NAME.get(name)
    if one is None or not one.least <= low <= likely <= high <= one.most:
        raise BadTemplate(f"{key}: {name} wants {one and one.least} <= low <= likely <= high, got {numbers}")
    return low, likely, high


TEMPLATES: Mapping[str, Template] = templates()
