"""Two transactions at once on the real database: the same part of a pool is promised once."""

from __future__ import annotations

import threading

from django.core.exceptions import ValidationError
from django.db import connections, transaction

from readiness.workloads.choices import AllocationState
from readiness.workloads.models import Allocation, CapacityPool
from readiness.workloads.services.capacity import change_pool, grant
from readiness.workloads.services.profiles import retire_workload
from tests.people import SYSTEM, make_organisation
from tests.readiness.workloads.pools import TODAY, ask, make_pool, make_workload


def test_two_grants_at_the_same_moment_never_promise_the_same_part(committed_db: str) -> None:
    organisation = make_organisation()
    pool, workload = make_pool(organisation), make_workload(organisation)
    waiting = [ask(pool, workload, 5), ask(pool, workload, 5)]
    start = threading.Barrier(2)
    outcomes: list[str] = []

    def take(allocation: Allocation) -> None:
        try:
            start.wait(10)
            grant(by=SYSTEM, allocation=allocation)
            outcomes.append("granted")
        except ValidationError as refused:
            outcomes.append("lacks 2 accelerators" if "lacks 2 accelerators" in str(refused) else str(refused))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=take, args=(row,)) for row in waiting]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcomes) == ["granted", "lacks 2 accelerators"]
    assert CapacityPool.objects.get().allocations.filter(state=AllocationState.GRANTED).count() == 1


def test_a_grant_waits_for_a_pool_that_somebody_is_shrinking(committed_db: str) -> None:
    """The slower one is held at the pool's lock until the other commits, and then sees what it did."""
    organisation = make_organisation()
    pool, workload = make_pool(organisation), make_workload(organisation)
    asked = ask(pool, workload, 5)
    locked = threading.Event()
    outcome: list[str] = []

    def take() -> None:
        try:
            locked.wait(10)
            grant(by=SYSTEM, allocation=asked)
            outcome.append("granted")
        except ValidationError:
            outcome.append("refused")
        finally:
            connections.close_all()

    thread = threading.Thread(target=take)
    thread.start()
    with transaction.atomic():
        change_pool(by=SYSTEM, pool=pool, changes={"size": 4.0})
        locked.set()
        thread.join(0.5)
        assert thread.is_alive() and outcome == []
    thread.join(30)
    assert outcome == ["refused"]


def test_a_request_waits_for_a_workload_that_somebody_is_retiring(committed_db: str) -> None:
    """Otherwise it would queue for a workload that gave everything back a moment before."""
    organisation = make_organisation()
    pool, workload = make_pool(organisation), make_workload(organisation)
    retiring = threading.Event()
    outcome: list[str] = []

    def take() -> None:
        try:
            retiring.wait(10)
            ask(pool, workload, 5)
            outcome.append("asked")
        except ValidationError:
            outcome.append("refused")
        finally:
            connections.close_all()

    thread = threading.Thread(target=take)
    thread.start()
    with transaction.atomic():
        retire_workload(by=SYSTEM, workload=workload)
        retiring.set()
        thread.join(0.5)
        assert thread.is_alive() and outcome == []
    thread.join(30)
    assert outcome == ["refused"] and not Allocation.objects.exists()


def test_a_workload_that_retires_gives_back_what_was_granted_a_moment_before(committed_db: str) -> None:
    """Retiring waits for the grant that is under way and finds it."""
    organisation = make_organisation()
    pool, workload = make_pool(organisation), make_workload(organisation)
    asked = ask(pool, workload, 5)
    granting = threading.Event()

    def retire() -> None:
        granting.wait(10)
        retire_workload(by=SYSTEM, workload=workload)
        connections.close_all()

    thread = threading.Thread(target=retire)
    thread.start()
    with transaction.atomic():
        grant(by=SYSTEM, allocation=asked)
        granting.set()
        thread.join(0.5)
        assert thread.is_alive()
    thread.join(30)
    asked.refresh_from_db()
    assert (asked.state, asked.ends_on) == (AllocationState.RELEASED, TODAY)
