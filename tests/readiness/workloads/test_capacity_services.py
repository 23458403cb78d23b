"""Promises of capacity: who may make them, that each is kept, and that the same part is never promised twice."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from portfolio.activity.models import AuditEntry
from portfolio.outbox.models import Event
from readiness.workloads.choices import AllocationState, PoolKind
from readiness.workloads.models import Allocation
from readiness.workloads.queries.capacity import free_over, pool_rows, pools_for, totals, visible_pools, with_lowest
from readiness.workloads.queries.orders import Need, order_by_for, order_by_rows
from readiness.workloads.services.capacity import (
    StalePool,
    change_pool,
    create_pool,
    grant,
    refuse,
    release,
    request_capacity,
)
from readiness.workloads.services.profiles import retire_workload
from tests.people import SYSTEM, Organisation
from tests.readiness.workloads.pools import TODAY, ask, later, make_pool, make_workload

pytestmark = pytest.mark.django_db


def objections(error: pytest.ExceptionInfo[ValidationError]) -> dict[str, list[str]]:
    return dict(error.value.message_dict)


def test_a_grant_that_does_not_fit_says_by_how_much_when_and_who_holds_it(organisation: Organisation) -> None:
    pool, chat = make_pool(organisation, committed=1), make_workload(organisation, "Chat")
    grant(by=SYSTEM, allocation=ask(pool, chat, 5, 0, 30))
    second = ask(pool, make_workload(organisation, "Search"), 4)
    with pytest.raises(ValidationError) as refused:
        grant(by=organisation.actor("Iris"), allocation=second)
    (text,) = objections(refused)["quantity"]
    assert "lacks 2 accelerators" in text and "Chat (5 accelerators" in text and "1 accelerators committed elsewhere" in text
    assert f"{later(30).day} {later(30):%b %Y}" in text
    second.refresh_from_db()
    assert second.state == AllocationState.REQUESTED
    assert grant(by=SYSTEM, allocation=ask(pool, second.workload, 4, 31)).state == AllocationState.GRANTED


def test_who_holds_it_is_not_named_to_people_of_other_units(organisation: Organisation) -> None:
    pool = make_pool(organisation)
    grant(by=SYSTEM, allocation=ask(pool, make_workload(organisation, "Secret routing", "Logistics"), 6))
    with pytest.raises(ValidationError) as refused:
        grant(by=organisation.actor("Iris"), allocation=ask(pool, make_workload(organisation), 4))
    (text,) = objections(refused)["quantity"]
    assert "another unit (6 accelerators" in text and "Secret" not in text


def test_nothing_is_granted_of_a_size_that_nobody_knows(organisation: Organisation) -> None:
    waiting = ask(make_pool(organisation, size=None), make_workload(organisation), 1)
    with pytest.raises(ValidationError, match="Nobody knows the size of Hall 2; say it first"):
        grant(by=SYSTEM, allocation=waiting)


@pytest.mark.parametrize(("name", "may"), [("Iris", True), ("Ada", True), ("Paula", False), ("Vera", False), ("Lars", False)])
def test_who_looks_after_the_pool_grants_refuses_and_changes(organisation: Organisation, name: str, may: bool) -> None:
    pool, by = make_pool(organisation), organisation.actor(name)
    first, second = ask(pool, make_workload(organisation), 1), ask(pool, make_workload(organisation, "Two"), 1)
    acts: list[Any] = [
        lambda: grant(by=by, allocation=first),
        lambda: refuse(by=by, allocation=second, reason="Another project comes first."),
        lambda: change_pool(by=by, pool=pool, changes={"size": 9.0}),
        lambda: create_pool(by=by, unit=organisation.units["Retail"], name="New", kind=PoolKind.STORAGE),
    ]
    for act in acts:
        if may:
            act()
        else:
            with pytest.raises(PermissionDenied):
                act()
    assert Allocation.objects.filter(state=AllocationState.REQUESTED).count() == (0 if may else 2)


@pytest.mark.parametrize(
    ("name", "may"), [("Paula", True), ("Iris", True), ("Otto", True), ("Vera", False), ("Finn", False), ("Lars", False)]
)
def test_those_who_answer_for_the_workload_ask_and_give_back(organisation: Organisation, name: str, may: bool) -> None:
    pool = make_pool(organisation, unit="Stores")
    workload, by = make_workload(organisation, unit="Stores", owner="Otto"), organisation.actor(name)
    if not may:
        with pytest.raises(PermissionDenied):
            request_capacity(by=by, pool=pool, workload=workload, quantity=1, starts_on=TODAY)
        with pytest.raises(PermissionDenied):
            release(by=by, allocation=ask(pool, workload, 1))
        return
    asked = request_capacity(by=by, pool=pool, workload=workload, quantity=1, starts_on=TODAY)
    assert asked.asked_by == organisation.people[name] and asked.initiative == workload.initiative
    assert release(by=by, allocation=asked).state == AllocationState.RELEASED


def test_a_pool_of_a_unit_that_one_does_not_see_cannot_be_asked(organisation: Organisation) -> None:
    pool, workload = make_pool(organisation), make_workload(organisation, unit="Logistics")
    with pytest.raises(PermissionDenied):
        request_capacity(by=organisation.actor("Lars"), pool=pool, workload=workload, quantity=1, starts_on=TODAY)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"quantity": 0}, "quantity"),
        ({"quantity": -1}, "quantity"),
        ({"quantity": float("nan")}, "quantity"),
        ({"quantity": float("inf")}, "quantity"),
        ({"ends_on": later(-1)}, "ends_on"),
        ({"note": "x" * 501}, "note"),
    ],
)
def test_a_request_that_makes_no_sense_is_not_taken(organisation: Organisation, values: dict[str, Any], field: str) -> None:
    pool, workload = make_pool(organisation), make_workload(organisation)
    given: dict[str, Any] = {"quantity": 1.0, "starts_on": TODAY} | values
    with pytest.raises(ValidationError) as refused:
        request_capacity(by=SYSTEM, pool=pool, workload=workload, **given)
    assert field in objections(refused)
    assert not Allocation.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"size": 5.0}, "size"),
        ({"committed": 3.0}, "size"),
        ({"kind": PoolKind.STORAGE}, "kind"),
        ({"size": float("nan")}, "size"),
        ({"ordered": 4.0}, "arrives_on"),
        ({"lead_time_days": 10**6}, "lead_time_days"),
        ({"cost_per_month": 5}, "cost_currency"),
        ({"name": "Hall 1"}, "name"),
        ({"name": " "}, "name"),
        ({"demo": True}, "demo"),
    ],
)
def test_a_pool_never_shrinks_below_what_was_promised_nor_takes_nonsense(
    organisation: Organisation, changes: dict[str, Any], field: str
) -> None:
    make_pool(organisation, "Hall 1")
    pool = make_pool(organisation)
    grant(by=SYSTEM, allocation=ask(pool, make_workload(organisation), 6, 40))
    with pytest.raises(ValidationError) as refused:
        change_pool(by=SYSTEM, pool=pool, changes=changes)
    assert field in objections(refused)
    pool.refresh_from_db()
    assert (pool.size, pool.committed, pool.kind, pool.version) == (8, 0, "accelerators", 1)
    assert change_pool(by=SYSTEM, pool=pool, changes={"size": 6.0}).version == 2


def test_a_stale_change_of_a_pool_is_refused(organisation: Organisation) -> None:
    pool = make_pool(organisation)
    change_pool(by=SYSTEM, pool=pool, changes={"size": 9.0}, version=1)
    with pytest.raises(StalePool):
        change_pool(by=SYSTEM, pool=pool, changes={"size": 10.0}, version=1)


def test_amounts_are_written_by_those_who_see_them(organisation: Organisation) -> None:
    pool, cost = make_pool(organisation), {"cost_per_month": 1000, "cost_currency": "EUR"}
    with pytest.raises(PermissionDenied):
        change_pool(by=organisation.actor("Iris"), pool=pool, changes=cost)
    assert change_pool(by=organisation.actor("Ada"), pool=pool, changes=cost).cost_per_month == 1000


def test_releasing_frees_now_or_on_a_day_to_come(organisation: Organisation) -> None:
    pool, workload = make_pool(organisation), make_workload(organisation)
    first = grant(by=SYSTEM, allocation=ask(pool, workload, 8, -10))
    shortened = release(by=SYSTEM, allocation=first, on=later(20))
    assert (shortened.state, shortened.ends_on) == (AllocationState.GRANTED, later(20))
    with pytest.raises(ValidationError):
        grant(by=SYSTEM, allocation=ask(pool, workload, 1, 20))
    assert release(by=SYSTEM, allocation=first).ends_on == TODAY
    with pytest.raises(ValidationError):
        release(by=SYSTEM, allocation=first)
    assert free_over([pool.pk], TODAY)[pool.pk].free == 8


def test_a_refusal_carries_its_reason_to_those_who_asked(organisation: Organisation) -> None:
    asked = ask(make_pool(organisation), make_workload(organisation), 3)
    with pytest.raises(ValidationError):
        refuse(by=SYSTEM, allocation=asked, reason="  ")
    refused = refuse(by=SYSTEM, allocation=asked, reason="Fraud detection comes first.")
    assert refused.state == AllocationState.REFUSED and "Fraud detection comes first." in refused.note
    with pytest.raises(ValidationError):
        grant(by=SYSTEM, allocation=asked)
    with pytest.raises(ValidationError):
        release(by=SYSTEM, allocation=asked)


def test_a_retired_workload_neither_asks_nor_is_granted(organisation: Organisation) -> None:
    pool, workload = make_pool(organisation), make_workload(organisation)
    asked = ask(pool, workload, 1)
    retire_workload(by=SYSTEM, workload=workload)
    with pytest.raises(ValidationError, match="answered this request already"):
        grant(by=SYSTEM, allocation=asked)
    with pytest.raises(ValidationError, match="retired"):
        ask(pool, workload, 1)
    assert order_by_rows(SYSTEM, TODAY) == []


def test_a_retired_workload_gives_back_what_it_holds_from_today_on_and_asks_for_nothing(organisation: Organisation) -> None:
    hall, discs = make_pool(organisation, size=96), make_pool(organisation, "Discs", kind=PoolKind.STORAGE, size=50)
    workload, other = make_workload(organisation), make_workload(organisation, "Stays")
    over = grant(by=SYSTEM, allocation=ask(hall, workload, 1, -20, -10))
    running = grant(by=SYSTEM, allocation=ask(hall, workload, 8, -5))
    to_come = grant(by=SYSTEM, allocation=ask(discs, workload, 20, 30, 60))
    asked = ask(hall, workload, 4, 10)
    kept = grant(by=SYSTEM, allocation=ask(hall, other, 16))
    refused = refuse(by=SYSTEM, allocation=ask(hall, workload, 2), reason="No.")
    retire_workload(by=organisation.actor("Paula"), workload=workload)
    now = {row.pk: row for row in Allocation.objects.all()}
    assert {now[row.pk].state for row in (running, to_come, asked)} == {AllocationState.RELEASED}
    assert (now[running.pk].ends_on, now[to_come.pk].ends_on, now[asked.pk].ends_on) == (TODAY, later(60), None)
    assert [(now[row.pk].state, now[row.pk].ends_on) for row in (over, kept, refused)] == [
        (AllocationState.GRANTED, later(-10)), (AllocationState.GRANTED, None), (AllocationState.REFUSED, None),
    ]  # fmt: skip
    assert free_over([hall.pk], TODAY)[hall.pk].free == 80
    entries = AuditEntry.objects.filter(object_type="workloads_allocation", action="change", actor="Paula Test")
    assert {int(entry.object_id) for entry in entries} == {running.pk, to_come.pk, asked.pk}
    assert {entry.initiative_id for entry in entries} == {workload.initiative_id}
    assert Event.objects.filter(kind="capacity.changed").latest("id").payload == {"pool_ids": sorted([hall.pk, discs.pk])}
    before = Event.objects.count()
    retire_workload(by=organisation.actor("Paula"), workload=workload)
    assert Event.objects.count() == before


def test_who_may_not_retire_a_workload_gives_nothing_back(organisation: Organisation) -> None:
    workload = make_workload(organisation)
    held = grant(by=SYSTEM, allocation=ask(make_pool(organisation), workload, 8))
    with pytest.raises(PermissionDenied):
        retire_workload(by=organisation.actor("Vera"), workload=workload)
    held.refresh_from_db()
    assert held.state == AllocationState.GRANTED


def test_every_promise_is_in_the_initiatives_history_and_told_to_sizing(organisation: Organisation) -> None:
    workload = make_workload(organisation)
    asked = ask(make_pool(organisation), workload, 2)
    grant(by=organisation.actor("Iris"), allocation=asked)
    entries = AuditEntry.objects.filter(object_type="workloads_allocation", initiative_id=workload.initiative_id)
    assert [(entry.after or {})["state"] for entry in entries.order_by("id")] == ["requested", "granted"]
    assert entries.latest("id").actor == "Iris Test"
    assert Event.objects.filter(kind="capacity.changed").latest("id").payload == {"pool_ids": [asked.pool_id]}


def test_free_over_a_span_is_that_of_its_tightest_day(organisation: Organisation) -> None:
    pool, workload = make_pool(organisation, ordered=8, arrives_on=later(50), committed=1), make_workload(organisation)
    unknown = make_pool(organisation, "Nobody counted", size=None)
    grant(by=SYSTEM, allocation=ask(pool, workload, 5, 10, 20))
    ask(pool, workload, 7, 15)
    ask(pool, workload, 9, 200)
    found = free_over([pool.pk, unknown.pk], TODAY, later(100))
    assert (found[pool.pk].free, found[pool.pk].allocated, found[pool.pk].queued) == (2, 5, 7)
    assert (found[unknown.pk].size, found[unknown.pk].free) == (None, None)
    assert free_over([pool.pk], later(60))[pool.pk].free == 15


def test_rows_and_totals_tell_what_is_free_now_later_and_unknown(organisation: Organisation) -> None:
    pool, workload = make_pool(organisation, size=96), make_workload(organisation)
    make_pool(organisation, "Nobody counted", size=None)
    make_pool(organisation, "Trucks", "Logistics", size=50)
    grant(by=SYSTEM, allocation=ask(pool, workload, 84, -5, 5))
    grant(by=SYSTEM, allocation=ask(pool, workload, 90, 30, 40))
    ask(pool, workload, 24, 60)
    iris = organisation.actor("Iris")
    rows = {row["name"]: row for row in with_lowest(list(pool_rows(iris)), TODAY)}
    assert set(rows) == {"Hall 2", "Nobody counted"}
    hall = rows["Hall 2"]
    assert (hall["allocated"], hall["free"], hall["free_lowest"], hall["lowest_on"]) == (84, 12, 6, later(30))
    assert (hall["queued"], hall["queue"]) == (24, 1)
    assert (rows["Nobody counted"]["free"], rows["Nobody counted"]["free_lowest"]) == (None, None)
    told = totals(visible_pools(iris), TODAY)[PoolKind.ACCELERATORS]
    assert (told.size, told.free, told.queued, told.workloads, told.unknown) == (96, 12, 24, 1, 1)


def test_pools_for_a_sizing_are_of_the_kind_and_visible(organisation: Organisation) -> None:
    pool = make_pool(organisation)
    make_pool(organisation, "Discs", kind=PoolKind.STORAGE)
    make_pool(organisation, "Trucks", "Logistics")
    assert pools_for(organisation.actor("Iris"), PoolKind.ACCELERATORS) == [pool]
    assert pools_for(organisation.actor("Iris"), PoolKind.ACCELERATORS, accelerator_id=1) == []


def test_what_is_asked_and_not_free_must_be_ordered_in_time(organisation: Organisation) -> None:
    pool = make_pool(organisation, lead_time_days=90)
    soon, then = make_workload(organisation, "Soon", needed_on=later(30)), make_workload(organisation, "Then")
    ask(pool, soon, 6, 0)
    ask(pool, then, 6, 200)
    ask(make_pool(organisation, "No lead time"), then, 10, 10)
    dated, undated = order_by_rows(organisation.actor("Iris"), TODAY)
    assert (dated.workload_name, dated.missing, dated.order_by, dated.late_days) == ("Then", 4, later(110), 0)
    assert (undated.pool_name, undated.missing, undated.order_by) == ("No lead time", 2, None)
    ask(pool, soon, 8, 20)
    worst = order_by_rows(organisation.actor("Iris"), TODAY)[0]
    assert (worst.workload_name, worst.needed_on, worst.order_by, worst.late_days) == ("Soon", later(30), later(-60), 60)
    assert order_by_rows(organisation.actor("Lars"), TODAY) == []


def test_a_computed_need_counts_what_the_workload_already_holds(organisation: Organisation) -> None:
    pool, workload = make_pool(organisation, lead_time_days=10), make_workload(organisation)
    grant(by=SYSTEM, allocation=ask(pool, workload, 6))
    by = organisation.actor("Iris")

    def missing(quantity: float) -> list[float | None]:
        return [row.missing for row in order_by_for(by, [Need(pool.pk, workload.pk, quantity, later(5))], TODAY)]

    assert (missing(6), missing(8), missing(9)) == ([], [], [1])
    assert order_by_for(organisation.actor("Lars"), [Need(pool.pk, workload.pk, 99, later(5))], TODAY) == []


def test_the_dates_of_the_calendars_end_are_no_error(organisation: Organisation) -> None:
    pool, workload = make_pool(organisation, lead_time_days=3000), make_workload(organisation)
    asked = request_capacity(
        by=SYSTEM, pool=pool, workload=workload, quantity=9, starts_on=date(1, 1, 1), ends_on=date(9999, 12, 31)
    )  # fmt: skip
    with pytest.raises(ValidationError):
        grant(by=SYSTEM, allocation=asked)
    assert order_by_rows(SYSTEM, TODAY)[0].order_by == date(1, 1, 1)
