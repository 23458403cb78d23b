"""The initiatives that are asked for, with what several kinds of facts stand on: workloads, their values, options, venues."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from portfolio.initiatives.models import Initiative
from readiness.core.sizing.inputs import Task, WorkloadClass
from readiness.sizing.models import SizingOption
from readiness.workloads.choices import Function, Knowledge, OptionState
from readiness.workloads.models import ProfileValue, VenueOption, Workload
from readiness.workloads.rules.fields import asked
from readiness.workloads.rules.values import unknown_names

Row = Mapping[str, Any]
_INITIATIVE = (
    "id", "owner_id", "stage_id", "venue_storage", "venue_training", "venue_inference", "containerised", "orchestrator",
)  # fmt: skip
_OPTION = (
    "id", "workload_id", "approach", "chosen", "accelerator__key", "pool__venue", "venue_option__venue", "result_id",
    "result__grade", "result__constraint", "result__computed_at", "result__inputs_digest", "result__replicas_low",
    "result__replicas_high", "result__accelerators_low", "result__accelerators_likely", "result__accelerators_high",
    "result__replicas_likely", "measurement_id", "measurement__observed_on",
)  # fmt: skip
_VENUE = (
    "id", "initiative_id", "function", "venue", "state", "accelerator__key", "quota_requested", "quota_granted", "lead_time_days",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class One:
    """A workload in use. `said`: its values by name, each {knowledge, owner_id, due}. `option`: what its sizing speaks of."""

    id: int
    initiative: int
    name: str
    task: Task
    workload_class: WorkloadClass
    needed_on: Any
    said: Mapping[str, Row]
    option: Row | None

    @property
    def asked(self) -> frozenset[str]:
        return frozenset(one.name for one in asked(self.task, self.workload_class))

    @property
    def unknown(self) -> list[str]:
        known = {name: Knowledge(row["knowledge"]) for name, row in self.said.items()}
        return unknown_names(self.task, self.workload_class, known)

    @property
    def function(self) -> Function:
        """What a venue is chosen for where this runs."""
        return Function.TRAINING if self.task is Task.TRAIN else Function.INFERENCE


@dataclass(frozen=True, slots=True)
class Subjects:
    """`initiatives` by id, in their order; `workloads` and `venues` (all options) by initiative."""

    initiatives: Mapping[int, Row]
    workloads: Mapping[int, list[One]]
    venues: Mapping[int, list[Row]]

    @property
    def ids(self) -> list[int]:
        return list(self.initiatives)

    @property
    def every_workload(self) -> list[One]:
        return [one for rows in self.workloads.values() for one in rows]

    def chosen_venue(self, initiative: int, function: Function) -> Row | None:
        rows = self.venues.get(initiative, ())
        return next((row for row in rows if row["function"] == function and row["state"] == OptionState.CHOSEN), None)


def gather(initiative_ids: Collection[int]) -> Subjects:
    """Five statements."""
    rows = Initiative.objects.filter(pk__in=set(initiative_ids)).order_by("id").values(*_INITIATIVE)
    initiatives = {row["id"]: row for row in rows}
    if not initiatives:
        return Subjects({}, {}, {})
    venues: dict[int, list[Row]] = defaultdict(list)
    for row in VenueOption.objects.filter(initiative__in=initiatives).order_by("id").values(*_VENUE):
        venues[row["initiative_id"]].append(row)
    return Subjects(initiatives, _workloads(initiatives), venues)


def _workloads(initiatives: Collection[int]) -> dict[int, list[One]]:
    names = ("id", "initiative_id", "name", "task", "workload_class", "needed_on")
    rows = list(Workload.objects.filter(initiative__in=initiatives, retired_at=None).order_by("id").values(*names))
    ids = [row["id"] for row in rows]
    said, options = _said(ids), _options(ids)
    made: dict[int, list[One]] = {pk: [] for pk in initiatives}
    for row in rows:
        made[row["initiative_id"]].append(
            One(
                row["id"], row["initiative_id"], row["name"], Task(row["task"]), WorkloadClass(row["workload_class"]),
                row["needed_on"], said.get(row["id"], {}), options.get(row["id"]),
            )
        )  # fmt: skip
    return made


def _said(workloads: Collection[int]) -> dict[int, dict[str, Row]]:
    made: dict[int, dict[str, Row]] = defaultdict(dict)
    rows = ProfileValue.objects.filter(workload__in=workloads)
    for row in rows.values("workload_id", "name", "knowledge", "owner_id", "due"):
        made[row["workload_id"]][row["name"]] = row
    return made


def _options(workloads: Collection[int]) -> dict[int, Row]:
    """By workload the chosen option; where none is chosen, the one that asks least of what is sized at all."""
    held: dict[int, list[Row]] = defaultdict(list)
    rows = SizingOption.objects.filter(workload__in=workloads, retired_at=None).order_by("workload_id", "id")
    for row in rows.values(*_OPTION):
        held[row["workload_id"]].append(row)
    return {workload: min(rows, key=_rank) for workload, rows in held.items()}


def _rank(row: Row) -> tuple[bool, bool, bool, float, int]:
    """As the pages of sizing rank them, but for what is free: a gate asks what is granted."""
    likely = row["result__accelerators_likely"]
    return (
        not row["chosen"], row["result_id"] is None, row["result__replicas_low"] is None,
        float("inf") if likely is None else likely, row["id"],
    )  # fmt: skip
