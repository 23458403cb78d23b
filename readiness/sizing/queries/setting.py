"""Everything that the sizing of one workload stands on, read in a constant number of statements."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from portfolio.accounts.choices import Action
from portfolio.accounts.rules import Actor, may_see_money
from readiness.core.sizing.inputs import Task, WorkloadClass
from readiness.sizing.queries.options import ACCELERATOR, MODEL, drafts_of, visible_options
from readiness.sizing.rules.drafts import Draft
from readiness.workloads.choices import PoolKind
from readiness.workloads.models import CapacityPool, Workload
from readiness.workloads.queries.capacity import free_over
from readiness.workloads.queries.catalogue import accelerators, models
from readiness.workloads.queries.profiles import stored_values, visible_workloads
from readiness.workloads.rules.demand import Value

POOL = ("id", "name", "accelerator_id", "size", "venue", "lead_time_days", "cost_per_month", "cost_currency", "unit__path")


@dataclass(frozen=True, slots=True)
class Setting:
    """One workload with its values and options beside the catalogue and the pools of accelerators that the reader sees.

    Pools have `free` (None: unknown), which counts in what is granted to this workload already.
    """

    workload: Workload
    values: dict[str, Value]
    drafts: list[Draft]
    accelerators: list[dict[str, Any]] = field(default_factory=list)
    models: list[dict[str, Any]] = field(default_factory=list)
    pools: dict[int, dict[str, Any]] = field(default_factory=dict)
    money: bool = False

    @property
    def task(self) -> Task:
        return Task(self.workload.task)

    @property
    def workload_class(self) -> WorkloadClass:
        return WorkloadClass(self.workload.workload_class)


def setting(actor: Actor, pk: int, today: date) -> Setting | None:
    """None if the workload is not visible or retired. Six statements."""
    workload = visible_workloads(actor).select_related("initiative__unit").filter(pk=pk).first()
    if workload is None:
        return None
    pools = pools_with_free(actor, workload, today)
    initiative = workload.initiative
    return Setting(
        workload=workload,
        values=stored_values(pk),
        drafts=drafts_of(visible_options(actor).filter(workload=pk), pools).get(pk, []),
        accelerators=list(accelerators().values(*ACCELERATOR)),
        models=list(models().values(*MODEL)),
        pools=pools,
        money=may_see_money(
            actor, unit_path=initiative.unit.path, owner_id=initiative.owner_id, sponsor_id=initiative.sponsor_id
        ),
    )


def accelerator_pools(actor: Actor) -> dict[int, dict[str, Any]]:
    """Visible pools of accelerators by id; what they cost only where the actor sees amounts of the pool's unit."""
    rows = CapacityPool.objects.visible_to(actor).filter(kind=PoolKind.ACCELERATORS).order_by("name", "id").values(*POOL)
    pools = {}
    for row in rows:
        if not actor.may(Action.MONEY, row["unit__path"]):
            row |= {"cost_per_month": None, "cost_currency": ""}
        pools[row["id"]] = row
    return pools


def pools_with_free(actor: Actor, workload: Workload, today: date) -> dict[int, dict[str, Any]]:
    """The pools with what is free for `workload` from the day that it needs its capacity.

    Its own grants are taken out of the ledger, not added to what is left: one that begins later would count against it, and
    one that ends would hide who holds the pool afterwards.
    """
    pools, start = accelerator_pools(actor), start_of(workload.needed_on, today)
    free = free_over(list(pools), start, without=workload.pk) if pools else {}
    for pk, pool in pools.items():
        pool["free"] = free[pk].free if pk in free else None
    return pools


def start_of(needed_on: date | None, today: date) -> date:
    """The day from which capacity is looked for: when it is needed, never in the past."""
    return max(needed_on or today, today)
