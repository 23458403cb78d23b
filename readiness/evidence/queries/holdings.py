"""What workloads can count on in pools: granted to them on the day they need it, free beside it, and when that changes next.

The day is the one on which the capacity is needed, never in the past (as sizing looks for it). Free is the pool's tightest day
from then on, with what is granted to the workload itself counted in.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from portfolio.kit.scope import at_or_above, within
from readiness.evidence.rules.verdicts.holdings import Holding
from readiness.workloads.choices import AllocationState, PoolKind
from readiness.workloads.models import Allocation, CapacityPool
from readiness.workloads.rules import capacity as ledger

_DAY = timedelta(days=1)
_OPEN = (AllocationState.GRANTED, AllocationState.REQUESTED)
_POOL = (
    "id", "kind", "name", "venue", "size", "committed", "ordered", "arrives_on", "updated_at", "demo", "accelerator__key",
    "unit__path", "offered_to__path",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Holder:
    """A workload as its holdings see it."""

    pk: int
    unit_path: str
    demo: bool
    needed_on: date | None


@dataclass(frozen=True, slots=True)
class _Line:
    workload: int
    pool: int
    state: str
    span: ledger.Span


class Holdings:
    """Of many workloads, in three statements. A pool is within reach of a workload that has a line in it, and of those of the
    units whose people see it: its owner's, and those that it is offered to (CapacityPoolQuerySet.within_reach)."""

    def __init__(self, holders: Iterable[Holder], today: date) -> None:
        self._holders = {one.pk: one for one in holders}
        self._today = today
        own = _lines(Q(workload__in=list(self._holders)), today)
        self._pools = _pools({one.unit_path for one in self._holders.values()}, {line.pool for line in own})
        self._held: dict[int, list[_Line]] = defaultdict(list)
        for line in _lines(Q(pool__in=list(self._pools), state=AllocationState.GRANTED), today):
            self._held[line.pool].append(line)
        self._own: dict[int, dict[int, list[_Line]]] = defaultdict(lambda: defaultdict(list))
        for line in own:
            self._own[line.workload][line.pool].append(line)
        self._reach: dict[tuple[str, bool], list[int]] = {}
        self._tight: dict[tuple[int, date, int | None], float | None] = {}

    def of(self, workload: int) -> list[Holding]:
        holder = self._holders[workload]
        return [self._holding(holder, pool) for pool in self._within(holder)]

    def holders_of(self) -> dict[int, list[int]]:
        """`{pool: workloads that something of it is granted to}` on their days."""
        made: dict[int, list[int]] = defaultdict(list)
        for workload, by_pool in self._own.items():
            day = self._day(self._holders[workload])
            for pool, lines in by_pool.items():
                if any(_granted(line, day) for line in lines):
                    made[pool].append(workload)
        return made

    def change_at(self, workload: int) -> datetime | None:
        """The first moment at which what it can count on is another, if nobody does anything: midnight where people are."""
        holder = self._holders[workload]
        pools, after = self._within(holder), self._day(holder)
        days = {day for pool in pools for line in self._lines_of(workload, pool) for day in _ends(line.span)}
        days |= {self._pools[pool]["arrives_on"] for pool in pools if self._pools[pool]["ordered"]} - {None}
        later = [day for day in days if day > after]
        return timezone.make_aware(datetime.combine(min(later), time())) if later else None

    def _lines_of(self, workload: int, pool: int) -> list[_Line]:
        return [*self._held[pool], *self._own[workload][pool]]

    def _day(self, holder: Holder) -> date:
        return max(holder.needed_on or self._today, self._today)

    def _within(self, holder: Holder) -> list[int]:
        key = holder.unit_path, holder.demo
        if key not in self._reach:
            self._reach[key] = [pk for pk, pool in self._pools.items() if pool["demo"] == holder.demo and _reaches(pool, key[0])]
        return sorted({*self._reach[key], *self._own[holder.pk]})

    def _holding(self, holder: Holder, pk: int) -> Holding:
        pool, day, lines = self._pools[pk], self._day(holder), self._own[holder.pk][pk]
        granted = sum(line.span.quantity for line in lines if _granted(line, day))
        asked = sum(line.span.quantity for line in lines if line.state == AllocationState.REQUESTED)
        counted = self._for_it(pk, day, holder.pk if lines else None)
        shared = any(line.workload != holder.pk and _granted(line, day) for line in self._held[pk])
        return Holding(
            pk, PoolKind(pool["kind"]), granted, None if counted is None else counted - granted, pool["accelerator__key"],
            pool["venue"], pool["name"], shared, asked, pool["updated_at"],
        )  # fmt: skip

    def _for_it(self, pk: int, day: date, own: int | None) -> float | None:
        """What of the pool is not held by others from that day on; None where nobody knows its size."""
        key = pk, day, own
        if key not in self._tight:
            spans = [line.span for line in self._held[pk] if line.workload != own]
            self._tight[key] = ledger.tightest(_Supply(**{name: self._pools[pk][name] for name in _SUPPLY}), spans, day).free
        return self._tight[key]


@dataclass(frozen=True, slots=True)
class _Supply:
    size: float | None
    committed: float
    ordered: float
    arrives_on: date | None


_SUPPLY = ("size", "committed", "ordered", "arrives_on")


def reaching(pools: Collection[Mapping[str, Any]]) -> Q:
    """Workloads whose verdicts may count on one of these pools (rows of `unit__path`, `offered_to__path`)."""
    found = Q(pk__in=())
    for pool in pools:
        for path in filter(None, (pool["unit__path"], pool["offered_to__path"])):
            found |= Q(initiative__unit__path__in=at_or_above((path,)))
        if pool["offered_to__path"]:
            found |= Q(initiative__unit__path__startswith=pool["offered_to__path"])
    return found


def _pools(paths: Collection[str], named: Collection[int]) -> dict[int, dict[str, Any]]:
    near = Q(pk__in=named)
    if paths:
        of = tuple(sorted(paths))
        near |= within("unit__path", of) | within("offered_to__path", of) | Q(offered_to__path__in=at_or_above(of))
    return {row["id"]: row for row in CapacityPool.objects.filter(near).order_by("id").values(*_POOL)}


def _reaches(pool: Mapping[str, Any], path: str) -> bool:
    offered = pool["offered_to__path"]
    return bool(pool["unit__path"].startswith(path)) or bool(offered and (offered.startswith(path) or path.startswith(offered)))


def _lines(which: Q, today: date) -> list[_Line]:
    rows = Allocation.objects.filter(which, state__in=_OPEN).exclude(ends_on__lt=today).order_by("id")
    found = rows.values_list("workload_id", "pool_id", "state", "quantity", "starts_on", "ends_on")
    return [_Line(workload, pool, state, ledger.Span(much, first, last)) for workload, pool, state, much, first, last in found]


def _granted(line: _Line, day: date) -> bool:
    if line.state != AllocationState.GRANTED:
        return False
    return line.span.starts_on <= day and (line.span.ends_on is None or line.span.ends_on >= day)


def _ends(span: ledger.Span) -> list[date]:
    return [span.starts_on] + ([span.ends_on + _DAY] if span.ends_on is not None and span.ends_on < date.max else [])
