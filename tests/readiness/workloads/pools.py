"""What the tests of capacity and venues share: a workload, a pool, a request, many of them at once."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from portfolio.initiatives.models import Initiative
from portfolio.kit import clock
from readiness.core.sizing.inputs import Task, WorkloadClass
from readiness.workloads.choices import AllocationState, Experience, PoolKind
from readiness.workloads.models import Allocation, CapacityPool, Workload
from readiness.workloads.services.capacity import create_pool, request_capacity
from readiness.workloads.services.profiles import create_workload
from tests.people import SYSTEM, Organisation
from tests.portfolio.initiatives.pages import make

TODAY = clock.today()
KIND: dict[str, Any] = {"task": Task.GENERATE, "workload_class": WorkloadClass.ONLINE, "experience": Experience.INTERACTIVE}


def later(days: int) -> date:
    return TODAY + timedelta(days=days)


def make_workload(organisation: Organisation, name: str = "Chat", unit: str = "Retail", **values: Any) -> Workload:
    """A workload of a new initiative of that unit."""
    people = {role: values.pop(role) for role in ("owner", "sponsor") if role in values}
    initiative = make(organisation, f"{name} initiative", unit, **people)
    return create_workload(by=SYSTEM, initiative=initiative, name=name, **KIND, **values)


def make_pool(organisation: Organisation, name: str = "Hall 2", unit: str = "Retail", **values: Any) -> CapacityPool:
    """A pool of eight accelerators, unless `values` say something else."""
    given: dict[str, Any] = {"kind": PoolKind.ACCELERATORS, "size": 8.0} | values
    return create_pool(by=SYSTEM, unit=organisation.units[unit], name=name, **given)


def ask(pool: CapacityPool, workload: Workload, quantity: float, begin: int = 0, end: int | None = None) -> Allocation:
    """A request that begins `begin` days from today and ends after `end` days, or never."""
    ends_on = None if end is None else later(end)
    return request_capacity(
        by=SYSTEM, pool=pool, workload=workload, quantity=quantity, starts_on=later(begin), ends_on=ends_on
    )  # fmt: skip


def make_many(organisation: Organisation, count: int) -> tuple[Initiative, list[CapacityPool], Workload]:
    """`count` pools, a third of them offered by another unit, and as many allocations in the first one, in a few statements."""
    workload, units = make_workload(organisation), organisation.units
    pools = CapacityPool.objects.bulk_create(
        CapacityPool(
            unit=units["Logistics" if n % 3 == 2 else "Retail"], offered_to=units["Group"] if n % 3 == 2 else None,
            name=f"Pool {n:04}", kind="accelerators", size=None if n % 9 == 8 else 5000 + n,
        )
        for n in range(count)
    )  # fmt: skip
    states = [*AllocationState]
    Allocation.objects.bulk_create(
        Allocation(
            pool=pool, workload=workload, initiative=workload.initiative, quantity=1, starts_on=later(-n % 50),
            ends_on=later(60 + n) if n % 2 else None, state=states[n % len(states)],
        )
        for n in range(count)
        for pool in (pools[0], pools[n])
    )  # fmt: skip
    return workload.initiative, pools, workload
