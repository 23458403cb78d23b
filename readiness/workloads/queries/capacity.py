"""Pools and what they hold, as plain rows: size, committed, allocated, free, and who queues."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Case, Count, Exists, F, FloatField, OuterRef, Q, QuerySet, Subquery, Sum, TextField, Value, When
from django.db.models.functions import Coalesce

from portfolio.accounts.choices import Action
from portfolio.accounts.models import BusinessUnit
from portfolio.accounts.rules import Actor
from portfolio.initiatives.choices import Status
from portfolio.initiatives.models import Initiative
from portfolio.kit import clock
from portfolio.kit.scope import at_or_above, within
from readiness.workloads.choices import AllocationState, PoolKind
from readiness.workloads.models import Allocation, CapacityPool, Workload
from readiness.workloads.rules import capacity as ledger

HORIZON_MONTHS = 18
POOL_COLUMNS = (
    "id", "name", "unit_id", "offered_to_id", "kind", "venue", "provider", "size", "committed", "ordered", "arrives_on",
    "lead_time_days", "version", "updated_at",
)  # fmt: skip
ALLOCATION_COLUMNS = ("id", "pool_id", "workload_id", "quantity", "starts_on", "ends_on", "state", "note", "asked_at")
_OF_WORKLOAD = ("workload_id", "workload_name", "initiative_id", "initiative_key", "initiative_name", "asked_by_name", "retired")
# what exports and the API call the columns that are empty where hidden
SHOWN_AS = {"cost": "cost_per_month", "currency": "cost_currency", "remark": "note"}
# what a person or tool may sort by
SORTABLE = {
    "name": "name", "unit": "unit__name", "kind": "kind", "venue": "venue", "size": "available", "committed": "committed",
    "allocated": "allocated", "free": "free", "queue": "queued", "lead_time": "lead_time_days",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Free:
    """A pool on the tightest day of a span, in its own unit; `size` and `free` None: nobody knows its size.

    `queued` is what is asked for and not granted on any day of the span.
    """

    size: float | None
    committed: float
    allocated: float
    free: float | None
    queued: float


@dataclass(frozen=True, slots=True)
class Totals:
    """All pools of one kind: the sums are over those whose size is known, `unknown` counts the others."""

    kind: PoolKind
    pools: int
    unknown: int
    size: float
    free: float
    queued: float
    workloads: int


def horizon(today: date) -> date:
    """The last day that pages look ahead to."""
    return ledger.months(today, HORIZON_MONTHS + 1)[-1]


def visible_pools(actor: Actor) -> QuerySet[CapacityPool]:
    """Pools of the units that the actor may see, and those offered to one of them."""
    pools: QuerySet[CapacityPool] = CapacityPool.objects.visible_to(actor)
    return pools


def pool_rows(
    actor: Actor, rows: QuerySet[CapacityPool] | None = None, *, today: date | None = None
) -> QuerySet[CapacityPool, dict[str, Any]]:
    """Dict rows of POOL_COLUMNS with `unit_name`, `offered_to_name`, `accelerator_key`, `accelerator_name`, `available` (what
    has arrived), `allocated`, `free`, `queued`, `queue` (workloads that wait) and what `_hidden` keeps from other units.

    One statement. Figures are of `today`; `available` and `free` are None where nobody knows the size.
    """
    day = today or clock.today()
    now = Q(allocations__starts_on__lte=day) & (Q(allocations__ends_on=None) | Q(allocations__ends_on__gte=day))
    waiting = Q(allocations__state=AllocationState.REQUESTED)
    found = visible_pools(actor) if rows is None else rows
    counted = found.annotate(
        allocated=_sum("allocations__quantity", now & Q(allocations__state=AllocationState.GRANTED)),
        queued=_sum("allocations__quantity", waiting),
        queue=Count("allocations__workload", filter=waiting, distinct=True),
        available=F("size") + _arrived(day),
        free=F("size") + _arrived(day) - F("committed") - F("allocated"),
    )
    names = {
        "unit_name": F("unit__name"), "offered_to_name": F("offered_to__name"), "accelerator_key": F("accelerator__key"),
        "accelerator_name": F("accelerator__name"),
    }  # fmt: skip
    hidden = _hidden(actor)
    shown: QuerySet[CapacityPool, dict[str, Any]] = counted.annotate(**names, **hidden).values(
        *POOL_COLUMNS, *names, "available", "allocated", "free", "queued", "queue", *hidden
    )
    return shown


def ordered(rows: QuerySet[Any, Any], sort: str) -> QuerySet[Any, Any]:
    """Sort by one of SORTABLE, `-` in front for descending; unknown values last, ties by name. Otherwise by name."""
    column = SORTABLE.get(sort.removeprefix("-"))
    if column is None:
        return rows.order_by("name", "id")
    expression = F(column).desc(nulls_last=True) if sort.startswith("-") else F(column).asc(nulls_last=True)
    return rows.order_by(expression, "name", "id")


def with_lowest(rows: list[dict[str, Any]], today: date) -> list[dict[str, Any]]:
    """Adds `free_lowest` and `lowest_on`: the tightest day from today to the horizon. One statement."""
    held = held_by_pool([row["id"] for row in rows])
    for row in rows:
        pool = Pool(row["size"], row["committed"], row["ordered"], row["arrives_on"])
        part = ledger.tightest(pool, held.get(row["id"], []), today, horizon(today))
        row["free_lowest"], row["lowest_on"] = part.free, part.starts_on
    return rows


def totals(rows: QuerySet[CapacityPool], today: date) -> dict[PoolKind, Totals]:
    """`{kind: Totals}` of the given pools, in two statements however many there are."""
    known = Q(size__isnull=False)
    pools = rows.order_by().values("kind").annotate(
        pools=Count("pk"), known=Count("pk", filter=known), in_all=_sum("size", known),
        arrived=Coalesce(Sum(_arrived(today), filter=known), 0.0), aside=_sum("committed", known),
    )  # fmt: skip
    now = Q(starts_on__lte=today) & (Q(ends_on=None) | Q(ends_on__gte=today)) & Q(pool__size__isnull=False)
    waiting = Q(state=AllocationState.REQUESTED)
    of_these = Allocation.objects.filter(pool__in=rows.order_by().values("pk")).order_by().values("pool__kind")
    taken = of_these.annotate(
        granted=_sum("quantity", now & Q(state=AllocationState.GRANTED)), queued=_sum("quantity", waiting),
        workloads=Count("workload", filter=waiting, distinct=True),
    )  # fmt: skip
    by_kind = {row["pool__kind"]: row for row in taken}
    nothing = {"granted": 0.0, "queued": 0.0, "workloads": 0}
    made = {}
    for row in pools:
        size, of_kind, kind = row["in_all"] + row["arrived"], by_kind.get(row["kind"], nothing), PoolKind(row["kind"])
        free = size - row["aside"] - of_kind["granted"]
        unknown = row["pools"] - row["known"]
        made[kind] = Totals(kind, row["pools"], unknown, size, free, of_kind["queued"], of_kind["workloads"])
    return made


@dataclass(frozen=True, slots=True)
class Pool:
    """What the ledger needs of a pool."""

    size: float | None
    committed: float
    ordered: float
    arrives_on: date | None


def free_over(
    pool_ids: Collection[int], starts_on: date, ends_on: date | None = None, *, without: int | None = None
) -> dict[int, Free]:  # fmt: skip
    """`{pool id: Free}` for a span; the caller has checked who may see the pools. Three statements.

    `without` a workload: as if nothing were granted to it, which is what it can count on itself.
    """
    held = held_by_pool(pool_ids, without=without)
    waiting = held_by_pool(pool_ids, AllocationState.REQUESTED)
    made = {}
    for pool in CapacityPool.objects.filter(pk__in=pool_ids):
        part = ledger.tightest(pool, held.get(pool.pk, []), starts_on, ends_on)
        span = ledger.Span(0.0, starts_on, ends_on)
        queued = sum(row.quantity for row in ledger.holders(waiting.get(pool.pk, []), [span]))
        made[pool.pk] = Free(part.size, part.committed, part.allocated, part.free, queued)
    return made


def pools_for(actor: Actor, kind: PoolKind, accelerator_id: int | None = None) -> list[CapacityPool]:
    """Visible pools of a kind, and of an accelerator if one is named; with unit and accelerator, by name."""
    rows = visible_pools(actor).filter(kind=kind).select_related("unit", "accelerator")
    return list(rows if accelerator_id is None else rows.filter(accelerator=accelerator_id))


def held_by_pool(
    pool_ids: Collection[int], state: AllocationState = AllocationState.GRANTED, *, without: int | None = None
) -> dict[int, list[ledger.Span]]:  # fmt: skip
    """`{pool id: spans}` of one state in the order of asking, but for one workload's; whose they are is not told."""
    made: dict[int, list[ledger.Span]] = {}
    rows = Allocation.objects.filter(pool__in=list(pool_ids), state=state).order_by("id")
    if without is not None:
        rows = rows.exclude(workload=without)
    for pool, quantity, begins, ends in rows.values_list("pool_id", "quantity", "starts_on", "ends_on"):
        made.setdefault(pool, []).append(ledger.Span(quantity, begins, ends))
    return made


def one_pool(actor: Actor, pk: int) -> CapacityPool | None:
    """A visible pool with its units and accelerator, and with what `_hidden` tells: read cost and note nowhere else."""
    rows = visible_pools(actor).annotate(**_hidden(actor)).select_related("unit", "offered_to", "accelerator")
    return rows.filter(pk=pk).first()


def offerable_units(actor: Actor) -> QuerySet[BusinessUnit]:
    """Units that the actor may offer a pool to, in tree order: those it sees and those above them, up to the whole tree."""
    paths = actor.paths(Action.VIEW)
    seen = within("path", paths)
    return BusinessUnit.objects.filter(seen | Q(path__in=at_or_above(paths)) if seen else seen)


def allocation_rows(actor: Actor, rows: QuerySet[Any]) -> QuerySet[Any, dict[str, Any]]:
    """Dict rows of ALLOCATION_COLUMNS with what tells whose they are, and `seen`; show them through `masked` alone."""
    whose = Initiative.objects.visible_to(actor).filter(pk=OuterRef("initiative"))
    shown: QuerySet[Any, dict[str, Any]] = rows.annotate(
        seen=Exists(whose), workload_name=F("workload__name"), initiative_key=F("initiative__key"),
        initiative_name=F("initiative__name"), asked_by_name=F("asked_by__name"),
        retired=Case(When(workload__retired_at__isnull=True, then=Value(False)), default=Value(True)),
    ).values(*ALLOCATION_COLUMNS, *_OF_WORKLOAD[1:], "seen")  # fmt: skip
    return shown


def masked(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows of other units lose their names and texts: quantity, span and state are the pool's own facts."""
    blank = dict.fromkeys(_OF_WORKLOAD) | {"note": ""}
    return [row if row["seen"] else row | blank for row in rows]


def allocations_of_workload(actor: Actor, workload_pk: int) -> list[dict[str, Any]]:
    """What a visible workload holds and asks for; a pool that the reader may not see has neither id nor name."""
    pools = visible_pools(actor).filter(pk=OuterRef("pool"))
    rows = Allocation.objects.visible_to(actor).filter(workload=workload_pk).annotate(
        pool_seen=Exists(pools), pool_name=F("pool__name"), pool_kind=F("pool__kind")
    )  # fmt: skip
    found = rows.values(*ALLOCATION_COLUMNS, "pool_seen", "pool_name", "pool_kind")
    return [row if row["pool_seen"] else row | {"pool_id": None, "pool_name": None} for row in found]


def open_allocations(workload_pk: int, today: date) -> QuerySet[Allocation]:
    """What a workload asks for, and what it holds today or will hold; the caller has checked who may know."""
    held = Q(state=AllocationState.GRANTED) & (Q(ends_on=None) | Q(ends_on__gte=today))
    return Allocation.objects.filter(Q(state=AllocationState.REQUESTED) | held, workload=workload_pk)


def open_rows(actor: Actor, workload_pk: int, today: date) -> list[dict[str, Any]]:
    """`pool_name` (None where the actor may not see the pool), `pool_kind`, `state` and `quantity`, the sum of each in use."""
    names = visible_pools(actor).filter(pk=OuterRef("pool")).values("name")
    rows = open_allocations(workload_pk, today).order_by("state", "pool").values("state", "pool")
    summed = rows.annotate(quantity=Sum("quantity"), pool_name=Subquery(names), pool_kind=F("pool__kind"))
    return list(summed.values("state", "quantity", "pool_name", "pool_kind"))


def requestable_workloads(actor: Actor) -> QuerySet[Workload]:
    """Workloads in use, of initiatives that run, for which the actor may ask for capacity."""
    may = within("initiative__unit__path", actor.paths(Action.WORKLOAD))
    if may and actor.user_id is not None and actor.scopes is None:
        may |= Q(initiative__owner=actor.user_id) | Q(initiative__sponsor=actor.user_id)
    rows: QuerySet[Workload] = Workload.objects.visible_to(actor).filter(may, retired_at=None)
    rows = rows.exclude(initiative__status=Status.CLOSED)
    return rows.select_related("initiative__unit").order_by("initiative__name", "name", "id")


def _sum(column: str, only: Q) -> Coalesce:
    return Coalesce(Sum(column, filter=only), 0.0, output_field=FloatField())


def _arrived(day: date) -> Case:
    return Case(When(arrives_on__lte=day, then=F("ordered")), default=Value(0.0), output_field=FloatField())


def _hidden(actor: Actor) -> dict[str, Any]:
    """`cost`, `currency` and `remark`, empty where hidden, with `cost_hidden` and `offered`.

    Amounts are for those with money on the pool's unit, its note for the people of that unit: `offered` marks a pool of others.
    """
    money, own = (within("unit__path", actor.paths(action)) for action in (Action.MONEY, Action.VIEW))
    return {
        "cost": Case(When(money, then=F("cost_per_month"))) if money else F("cost_per_month"),
        "currency": Case(When(money, then=F("cost_currency")), default=Value("")) if money else F("cost_currency"),
        "cost_hidden": Case(When(money, then=Value(False)), default=Value(True)) if money else Value(False),
        "remark": Case(When(own, then=F("note")), default=Value("", TextField())) if own else F("note"),
        "offered": Case(When(own, then=Value(False)), default=Value(True)) if own else Value(False),
    }
