"""Two transactions at once on the real database: one history, whoever judges, and nobody waits in a circle."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connections, transaction

from portfolio.outbox.models import Event
from readiness.connectors.contract import Reading, Statistic
from readiness.evidence.models import RequirementVerdict, Standing
from readiness.evidence.services.verdicts import evaluate
from readiness.workloads.choices import Metric
from readiness.workloads.models import Requirement, Workload
from readiness.workloads.services.requirements import add_requirement, change_requirement
from tests.people import SYSTEM, Organisation, make_organisation
from tests.readiness.evidence.brought import make_chat
from tests.readiness.evidence.storing import NOW, place, telemetry


@pytest.fixture
def world(committed_db: str) -> tuple[Organisation, Workload, Requirement]:
    organisation = make_organisation()
    workload = make_chat(organisation)
    Requirement.objects.filter(workload=workload).update(retired_at=NOW)
    requirement = add_requirement(by=SYSTEM, workload=workload, metric=Metric.TTFT, target=1.0, percentile=0.95)
    return organisation, workload, requirement


def at_once(*works: Callable[[], object]) -> list[BaseException]:
    """Each in a thread and connection of its own, started together."""
    start, failures = threading.Barrier(len(works)), list[BaseException]()

    def go(work: Callable[[], object]) -> None:
        try:
            start.wait(10)
            work()
        except Exception as error:  # noqa: BLE001  (told to the test)
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=go, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return failures


def bring(organisation: Organisation, workload: Workload, value: float) -> None:
    reading = Reading("ttft", value, Statistic.PERCENTILE, 0.95, samples=5_000)
    where = place(organisation.units["Stores"], workload=workload, name=f"Cluster {value}")
    where.bring(telemetry("a", reading), environment={"data_real": True, "users_real": True})


def test_several_who_judge_the_same_at_once_give_one_history(world: tuple[Organisation, Workload, Requirement]) -> None:
    organisation, workload, requirement = world
    bring(organisation, workload, 0.4)
    told = Event.objects.filter(kind="verdict.changed").count()
    assert at_once(*[lambda: evaluate([workload.pk], by=SYSTEM, now=NOW)] * 6) == []
    assert [row.verdict for row in RequirementVerdict.objects.filter(requirement=requirement)] == ["met"]
    assert Standing.objects.get(requirement=requirement).verdict == "met"
    assert Event.objects.filter(kind="verdict.changed").count() == told + 1


def test_who_judges_waits_for_who_writes_and_sees_what_was_written(world: tuple[Organisation, Workload, Requirement]) -> None:
    organisation, workload, requirement = world
    bring(organisation, workload, 0.4)
    written, done = threading.Event(), list[str]()

    def judge() -> None:
        written.wait(10)
        evaluate([workload.pk], by=SYSTEM, now=NOW)
        done.append(Standing.objects.get(requirement=requirement).verdict)
        connections.close_all()

    thread = threading.Thread(target=judge)
    thread.start()
    with transaction.atomic():
        change_requirement(by=SYSTEM, requirement=requirement, changes={"target": 0.1})
        written.set()
        thread.join(0.5)
        assert thread.is_alive() and done == []
    thread.join(30)
    assert done == ["not_met"]


def test_judging_and_writing_at_once_never_wait_in_a_circle(world: tuple[Organisation, Workload, Requirement]) -> None:
    organisation, workload, requirement = world
    others = [make_chat(organisation, name=f"Chat {number}") for number in range(3)]
    ids = [workload.pk, *(row.pk for row in others)]
    bring(organisation, workload, 0.4)

    def judge() -> None:
        for step in range(8):
            evaluate(ids if step % 2 else ids[::-1], by=SYSTEM, now=NOW + timedelta(minutes=step))

    def write() -> None:
        for step in range(8):
            change_requirement(by=SYSTEM, requirement=requirement, changes={"target": 0.1 if step % 2 else 2.0})

    assert at_once(judge, judge, write) == []
    evaluate(ids, by=SYSTEM, now=NOW)
    history = RequirementVerdict.objects.filter(requirement=requirement).order_by("id").values_list("digest", flat=True)
    assert all(one != other for one, other in itertools.pairwise(history))
    assert Standing.objects.get(requirement=requirement).verdict == "not_met"
