"""Derived requirements follow the profile: updated in place, retired when they no longer apply, revived when they do again."""

from __future__ import annotations

from typing import Any

from portfolio.kit import clock
from readiness.core.sizing.inputs import Task, WorkloadClass
from readiness.workloads.models import Requirement, Workload
from readiness.workloads.queries.profiles import stored_values
from readiness.workloads.rules.requirements import Derived, derive

BY_HAND = frozenset({"venue", "accelerator", "min_accelerators"})  # of the environment, also on derived rows
_FOLLOWS = ("metric", "comparator", "target", "unit", "percentile", "window_s", "environment", "retired_at")


def derive_requirements(workload: Workload) -> None:
    """Bring the derived rows of `workload` into line with its values, inside the caller's transaction and rights.

    What somebody set by hand on such a row stays: the age of evidence, the note, venue and accelerators of the environment.
    """
    wanted = derive(Task(workload.task), WorkloadClass(workload.workload_class), stored_values(workload.pk))
    rows = Requirement.objects.filter(workload=workload).exclude(derived_from="").order_by("retired_at", "id")
    here: dict[str, Requirement] = {}
    for row in rows:
        # a standing row comes first; of retired ones the newest is revived
        if row.derived_from not in here or here[row.derived_from].retired_at is not None:
            here[row.derived_from] = row
    made, differing = [], []
    for one in wanted:
        held = here.pop(one.derived_from, None)
        columns = _columns(one, held)
        if held is None:
            made.append(
                Requirement(
                    workload=workload, initiative_id=workload.initiative_id, derived_from=one.derived_from, **columns
                )
            )  # fmt: skip
        elif any(getattr(held, name) != value for name, value in columns.items()):
            for name, value in columns.items():
                setattr(held, name, value)
            differing.append(held)
    for row in here.values():
        if row.retired_at is None:
            row.retired_at = clock.now()
            differing.append(row)
    Requirement.objects.bulk_create(made)
    Requirement.objects.bulk_update(differing, _FOLLOWS)


def _columns(one: Derived, row: Requirement | None) -> dict[str, Any]:
    by_hand = {name: value for name, value in (row.environment if row else {}).items() if name in BY_HAND}
    return {
        "metric": one.metric, "comparator": one.comparator, "target": one.target, "unit": one.unit,
        "percentile": one.percentile, "window_s": one.window_s, "environment": by_hand | dict(one.environment),
        "retired_at": None,
    }  # fmt: skip
