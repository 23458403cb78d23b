"""By when more capacity must be ordered for those who need it and do not have it: need date - lead time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from django.db.models import QuerySet

from portfolio.accounts.choices import Action
from portfolio.accounts.rules import Actor
from portfolio.initiatives.models import Initiative
from readiness.workloads.choices import AllocationState
from readiness.workloads.models import Allocation, CapacityPool
from readiness.workloads.queries.capacity import held_by_pool, visible_pools
from readiness.workloads.rules import capacity as ledger


@dataclass(frozen=True, slots=True)
class Need:
    """What a workload needs of a pool from a day, until a day or for good."""

    pool_id: int
    workload_id: int
    quantity: float
    needed_on: date
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One need that the free part does not cover. `missing` None: nobody knows, because the pool's size is unknown.

    `order_by` None: nobody knows the lead time. `missing_from` to `missing_until` (None: for good) are the days that lack it.
    Names are empty where the reader may not see whose need it is.
    """

    pool_id: int
    pool_name: str
    kind: str
    workload_id: int | None
    workload_name: str
    initiative_id: int | None
    initiative_key: str
    quantity: float
    missing: float | None
    missing_from: date
    missing_until: date | None
    needed_on: date
    lead_time_days: int | None
    order_by: date | None
    late_days: int


class _Whose(NamedTuple):
    workload: str
    initiative_id: int
    key: str


def order_by_rows(actor: Actor, today: date, pools: QuerySet[CapacityPool] | None = None) -> list[OrderRow]:
    """Requests of visible pools that what is free does not cover, in four statements; the latest first, unknown dates last.

    `pools` are some of the visible ones; of a pool that another unit offers only the reader's own needs are told, because
    ordering is its owner's. The need date is the workload's own; without one the day that the request begins.
    """
    looked_at = visible_pools(actor) if pools is None else pools
    waiting = Allocation.objects.filter(
        state=AllocationState.REQUESTED, pool__in=looked_at.order_by().values("pk"), workload__retired_at=None
    )
    asked = waiting.order_by("starts_on", "id").values_list(
        "pool_id", "workload_id", "quantity", "starts_on", "ends_on", "workload__needed_on"
    )
    needs = [
        Need(pool, workload, quantity, needed or begins, max(ends, needed or begins) if ends else None)
        for pool, workload, quantity, begins, ends, needed in asked
    ]
    return _rows(actor, needs, today)


def order_by_for(actor: Actor, needs: Sequence[Need], today: date) -> list[OrderRow]:
    """The same for needs that somebody computed: what the workload was already granted of the pool counts towards them.

    Needs are served in the order of their dates; pools that the actor may not see are left out.
    """
    seen = set(visible_pools(actor).filter(pk__in=[need.pool_id for need in needs]).values_list("pk", flat=True))
    own = _granted([need for need in needs if need.pool_id in seen])
    left = [
        replace(need, quantity=need.quantity - own.get((need.pool_id, need.workload_id), 0.0))
        for need in sorted(needs, key=lambda need: need.needed_on)
        if need.pool_id in seen
    ]
    return _rows(actor, [need for need in left if need.quantity > 0], today)


def _granted(needs: Iterable[Need]) -> dict[tuple[int, int], float]:
    """What each workload holds of its pool on every day from its need date on: a grant that ends sooner is no cover."""
    wanted = {(need.pool_id, need.workload_id): need for need in needs}
    rows = Allocation.objects.filter(
        state=AllocationState.GRANTED, pool__in={pool for pool, _w in wanted}, workload__in={w for _p, w in wanted}
    ).values_list("pool_id", "workload_id", "quantity", "starts_on", "ends_on")
    made: dict[tuple[int, int], float] = {}
    for pool, workload, quantity, begins, ends in rows:
        need = wanted.get((pool, workload))
        if need is None or begins > need.needed_on:
            continue
        if ends is None or (need.ends_on is not None and ends >= need.ends_on):
            made[pool, workload] = made.get((pool, workload), 0.0) + quantity
    return made


def _rows(actor: Actor, needs: Sequence[Need], today: date) -> list[OrderRow]:
    by_pool: dict[int, list[Need]] = {}
    for need in needs:
        by_pool.setdefault(need.pool_id, []).append(need)
    held = held_by_pool(by_pool)
    short: list[tuple[CapacityPool, Need, ledger.Span | None]] = []
    for pool in CapacityPool.objects.filter(pk__in=by_pool).select_related("unit"):
        queue = [ledger.Span(need.quantity, need.needed_on, need.ends_on) for need in by_pool[pool.pk]]
        answers = ledger.unmet(pool, held.get(pool.pk, []), queue)
        told = zip(by_pool[pool.pk], answers, strict=True)
        short += [(pool, need, answer) for need, answer in told if answer is None or answer.quantity > 0]
    whose = _whose(actor, {need.workload_id for _pool, need, _answer in short})
    made = [
        _row(pool, need, answer, today, whose.get(need.workload_id))
        for pool, need, answer in short
        if need.workload_id in whose or actor.may(Action.VIEW, pool.unit.path)
    ]
    return sorted(made, key=lambda row: (row.order_by or date.max, row.needed_on, row.pool_id))


def _whose(actor: Actor, workloads: set[int]) -> dict[int, _Whose]:
    """By workload, for those that the actor may see; the needs of others keep their figures alone."""
    rows = Initiative.objects.visible_to(actor).filter(workloads__in=workloads)
    return {pk: _Whose(*names) for pk, *names in rows.values_list("workloads__pk", "workloads__name", "pk", "key")}


def _row(pool: CapacityPool, need: Need, answer: ledger.Span | None, today: date, whose: _Whose | None) -> OrderRow:
    when = ledger.order_by(need.needed_on, pool.lead_time_days, today)
    return OrderRow(
        pool.pk, pool.name, pool.kind,
        workload_id=need.workload_id if whose else None,
        workload_name=whose.workload if whose else "",
        initiative_id=whose.initiative_id if whose else None,
        initiative_key=whose.key if whose else "",
        quantity=need.quantity,
        missing=answer.quantity if answer else None,
        missing_from=answer.starts_on if answer else need.needed_on,
        missing_until=answer.ends_on if answer else need.ends_on,
        needed_on=need.needed_on, lead_time_days=pool.lead_time_days, order_by=when.order_by, late_days=when.late_days,
    )  # fmt: skip
