"""What the tests of judging on the database share: a workload with no requirements but a test's own, evidence, capacity."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import time_machine

from readiness.connectors.contract import Environment, Load, Reading, Run, Statistic
from readiness.evidence.models import Run as RunRow
from readiness.evidence.models import Standing
from readiness.evidence.services.verdicts import evaluate
from readiness.workloads.choices import AllocationState, Metric, PoolKind
from readiness.workloads.models import Accelerator, Allocation, CapacityPool, Requirement, Workload
from readiness.workloads.services.requirements import add_requirement
from tests.people import SYSTEM, Organisation
from tests.readiness.evidence.brought import make_chat, work_off
from tests.readiness.evidence.storing import NOW, Place, benchmark, reading, telemetry

LIVE = {"data_real": True, "users_real": True}


def bare_chat(organisation: Organisation, name: str = "Chat", **facts: Any) -> Workload:
    """A chat without the requirements of its template: those of a test are all there are."""
    row = make_chat(organisation, name=name, **facts)
    Requirement.objects.filter(workload=row).update(retired_at=NOW)
    return row


def require(workload: Workload, metric: Metric = Metric.TTFT, target: float | None = 1.0, **more: Any) -> Requirement:
    more.setdefault("percentile", 0.95 if metric is Metric.TTFT else None)
    return add_requirement(by=SYSTEM, workload=workload, metric=metric, target=target, **more)


def p95(value: float, **more: Any) -> Reading:
    return Reading("ttft", value, Statistic.PERCENTILE, 0.95, samples=5_000, **more)


def live(where: Place, key: str, value: float, hours: float = 1, **more: Any) -> RunRow:
    """One look at the service, `hours` ago."""
    at = NOW - timedelta(hours=hours)
    where.bring(telemetry(key, p95(value), ended_at=at, **more), environment=LIVE)
    return RunRow.objects.get(key=key * 8)


def standing(requirement: Requirement) -> Any:
    """The current verdict and, as `current`, the row that it stands on."""
    return Standing.objects.select_related("current").get(requirement=requirement)


def work_off_jobs() -> None:
    """What a worker does, on the day of these tests."""
    with time_machine.travel(NOW, tick=False):
        work_off("evidence.judge")


def judge(*workloads: Workload, at: Any = NOW, **more: Any) -> int:
    return evaluate([row.pk for row in workloads], by=SYSTEM, now=at, **more)


def hall(organisation: Organisation, unit: str = "Stores", size: float | None = 16, **more: Any) -> CapacityPool:
    accelerator = Accelerator.objects.get(key="h100-sxm")
    values: dict[str, Any] = {"kind": PoolKind.ACCELERATORS, "accelerator": accelerator, "name": f"Hall of {unit}"} | more
    return CapacityPool.objects.create(unit=organisation.units[unit], size=size, **values)


def hold(pool: CapacityPool, workload: Workload, quantity: float, begin: int = 0, end: int | None = None) -> Allocation:
    today = NOW.date()
    return Allocation.objects.create(
        pool=pool, workload=workload, initiative_id=workload.initiative_id, quantity=quantity, state=AllocationState.GRANTED,
        starts_on=today + timedelta(days=begin), ends_on=None if end is None else today + timedelta(days=end),
    )  # fmt: skip


def point(rate: float, clients: int = 32, **more: Any) -> Run:
    """Eight H100 carried so much with so many in flight."""
    readings = (reading("throughput", rate), reading("latency", clients / rate), p95(0.4))
    environment = Environment(accelerator="NVIDIA H100 80GB HBM3", accelerators=8, data_real=True, users_real=True)
    load = Load(concurrency=clients, achieved_per_s=rate, completed=5_000, failed=0, started=5_000)
    return benchmark(more.pop("key", "p"), *readings, duration_s=600.0, environment=environment, load=load, **more)
