"""What a workload can count on, on the real database: granted, free, on which day, in whose pools."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from readiness.connectors.contract import Environment, Statistic
from readiness.evidence.services.verdicts import evaluate
from readiness.workloads.choices import Metric, PoolKind
from readiness.workloads.models import Accelerator, Allocation, CapacityPool, Workload
from readiness.workloads.services.capacity import grant, release, request_capacity
from readiness.workloads.services.catalogue import change_entry
from tests.people import SYSTEM, Organisation
from tests.readiness.evidence.brought import make_chat, work_off
from tests.readiness.evidence.judging_rows import (
    bare_chat,
    hall,
    hold,
    judge,
    point,
    require,
    standing,
    work_off_jobs,
)
from tests.readiness.evidence.storing import NOW, place, reading, telemetry

pytestmark = pytest.mark.django_db


@pytest.fixture
def workload(organisation: Organisation) -> Workload:
    return bare_chat(organisation)


def test_what_is_granted_and_what_is_free_count(organisation: Organisation, workload: Workload) -> None:
    """Twenty a second, ten of each group: one group is granted, then two."""
    environment = {"min_concurrency": 64}
    requirement = require(workload, Metric.THROUGHPUT, 18.0, window_s=300.0, environment=environment)
    place(organisation.units["Stores"], workload=workload).bring(point(10.0, clients=64))
    judge(workload)
    assert (standing(requirement).verdict, standing(requirement).current.reason) == ("unknown", "capacity_unknown")
    pool = hall(organisation)
    line = hold(pool, workload, 8)
    judge(workload)
    row = standing(requirement)
    assert (row.verdict, row.current.reason) == ("warning", "enough_if_granted")
    assert row.current.capacity["groups"] == 1 and row.current.capacity["groups_with_free"] == 2
    assert row.current.missing[0] == {
        "code": "ask_capacity", "who": "pool_owner", "pool_id": pool.pk, "pool": pool.name, "amount": 8, "unit": "accelerators",
    }  # fmt: skip
    hold(pool, workload, 8)
    judge(workload)
    assert (standing(requirement).verdict, standing(requirement).headroom) == ("met", pytest.approx(20 / 18 - 1))
    line.delete()
    hold(pool, make_chat(organisation, name="Other"), 8)
    judge(workload)
    row = standing(requirement)
    assert (row.verdict, row.current.reason) == ("not_met", "short_of_capacity")
    assert row.current.missing[0]["code"] == "find_capacity" and row.current.missing[0]["amount"] == 8


def test_what_is_granted_ends_and_the_sweep_knows_when(organisation: Organisation, workload: Workload) -> None:
    requirement = require(workload, Metric.THROUGHPUT, 9.0, environment={})
    place(organisation.units["Stores"], workload=workload).bring(point(10.0))
    hold(hall(organisation, size=8), workload, 8, end=9)
    judge(workload)
    row = standing(requirement)
    assert row.verdict == "met" and row.recheck_at is not None
    assert timedelta(days=9) < row.recheck_at - NOW < timedelta(days=10)
    judge(workload, at=row.recheck_at)
    assert standing(requirement).verdict == "warning"  # it is free again, and nobody's


def test_capacity_is_looked_at_on_the_day_that_it_is_needed(organisation: Organisation, workload: Workload) -> None:
    Workload.objects.filter(pk=workload.pk).update(needed_on=NOW.date() + timedelta(days=30))
    requirement = require(workload, Metric.THROUGHPUT, 9.0, environment={})
    place(organisation.units["Stores"], workload=workload).bring(point(10.0))
    hold(hall(organisation, size=8), workload, 8, begin=20)
    judge(workload)
    assert standing(requirement).verdict == "met"


def test_a_pool_that_nobody_of_the_unit_sees_is_no_capacity(organisation: Organisation, workload: Workload) -> None:
    requirement = require(workload, Metric.THROUGHPUT, 9.0, environment={})
    place(organisation.units["Stores"], workload=workload).bring(point(10.0))
    pool = hall(organisation, "Group")
    judge(workload)
    assert standing(requirement).current.reason == "capacity_unknown"
    pool.offered_to = organisation.units["Group"]
    pool.save()
    evaluate(pool_ids=[pool.pk], by=SYSTEM, now=NOW)
    assert standing(requirement).current.reason == "enough_if_granted"
    pool.offered_to = None
    pool.save()
    evaluate(pool_ids=[pool.pk], by=SYSTEM, now=NOW)
    assert standing(requirement).current.reason == "capacity_unknown"


def test_another_name_in_the_catalogue_is_judged_again(organisation: Organisation, workload: Workload) -> None:
    requirement = require(workload, Metric.THROUGHPUT, 9.0, environment={})
    run = replace(point(10.0), environment=Environment(accelerator="Reactor 9", accelerators=8, data_real=True))
    place(organisation.units["Stores"], workload=workload).bring(run)
    hold(hall(organisation, size=8), workload, 8)
    judge(workload)
    assert standing(requirement).current.reason == "accelerator_unknown"
    accelerator = Accelerator.objects.get(key="h100-sxm")
    change_entry(by=SYSTEM, entry=accelerator, values={"aliases": ["H100", "Reactor 9"]})
    work_off("evidence.judge_catalogue")
    work_off_jobs()
    assert standing(requirement).verdict == "met"


def test_grants_reach_those_who_count_on_the_pool_by_its_event(organisation: Organisation, workload: Workload) -> None:
    requirement = require(workload, Metric.THROUGHPUT, 9.0, environment={})
    place(organisation.units["Stores"], workload=workload).bring(point(10.0))
    pool, today = hall(organisation, size=8), NOW.date()
    judge(workload)
    assert standing(requirement).verdict == "warning"
    asked = request_capacity(by=SYSTEM, pool=pool, workload=workload, quantity=8, starts_on=today)
    grant(by=SYSTEM, allocation=asked)
    work_off_jobs()
    assert standing(requirement).verdict == "met"
    release(by=SYSTEM, allocation=Allocation.objects.get(pk=asked.pk))
    other = make_chat(organisation, name="Other")
    grant(
        by=SYSTEM,
        allocation=request_capacity(by=SYSTEM, pool=pool, workload=other, quantity=8, starts_on=today + timedelta(days=2)),
    )
    work_off_jobs()
    assert standing(requirement).verdict == "not_met"


def test_evidence_of_a_pool_counts_for_those_who_hold_a_part_of_it(organisation: Organisation, workload: Workload) -> None:
    requirement = require(workload, Metric.STORAGE_CAPACITY, 5_000.0, environment={})
    disks = CapacityPool.objects.create(
        unit=organisation.units["Stores"], name="Disks", kind=PoolKind.STORAGE, size=20, updated_at=NOW
    )
    where = place(organisation.units["Stores"], pool=disks)
    where.bring(telemetry("s", reading("storage_capacity", 4e12, statistic=Statistic.POINT)))
    judge(workload)
    assert standing(requirement).current.reason == "enough_if_granted"  # of the pool's own word, nothing being granted
    hold(disks, workload, 8)
    judge(workload)
    row = standing(requirement)
    assert (row.verdict, row.current.reason, row.current.evidence["kind"]) == ("not_met", "fails", "telemetry")


def test_what_a_pool_granted_stands_where_nothing_was_measured(organisation: Organisation, workload: Workload) -> None:
    requirement = require(workload, Metric.STORAGE_CAPACITY, 5_000.0, environment={})
    disks = CapacityPool.objects.create(
        unit=organisation.units["Stores"], name="Disks", kind=PoolKind.STORAGE, size=20, updated_at=NOW - timedelta(days=10)
    )
    hold(disks, workload, 8)
    judge(workload)
    row = standing(requirement)
    assert (row.verdict, row.current.reason, row.headroom) == ("met", "granted", pytest.approx(0.6))
    assert row.observed_at == NOW - timedelta(days=10)
    judge(workload, at=NOW + timedelta(days=85))
    row = standing(requirement)
    assert (row.verdict, row.current.missing[0]["code"], row.current.missing[0]["pool_id"]) == ("stale", "confirm_pool", disks.pk)
