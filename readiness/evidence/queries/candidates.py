"""What the requirements of workloads are judged with, for many workloads at once: evidence, holdings, the service level."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import F, Q, QuerySet, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from portfolio.kit.scope import at_or_above
from readiness.core.sizing.inputs import Task
from readiness.evidence.choices import EvidenceKind, Marks
from readiness.evidence.models import Latest, Observation, Run, SetAside
from readiness.evidence.rules.verdicts.accelerators import Catalogue
from readiness.evidence.rules.verdicts.evidence import Evidence, Reading
from readiness.evidence.rules.verdicts.holdings import Holding
from readiness.evidence.rules.verdicts.wanted import Setting, Wanted
from readiness.workloads.choices import AllocationState, Comparator, Metric, PoolKind
from readiness.workloads.models import Accelerator, Allocation, CapacityPool, Requirement, Workload
from readiness.workloads.queries.capacity import free_over

MOST = 500  # newest values a workload and metric; older ones cannot decide before them
_WORKLOAD = ("id", "initiative_id", "task", "initiative__unit__path", "initiative__demo")
_WANTED = ("id", "workload_id", "metric", "target", "comparator", "percentile", "window_s", "environment", "max_age_days")
_VALUES = (
    "series_id", "series__workload_id", "series__pool_id", "series__metric", "series__statistic", "series__percentile",
    "series__window_s", "series__labels", "low", "high", "observed_at", "marks", "samples", "run_id",
)  # fmt: skip
_RUN = ("id", "source_id", "kind", "observed_at", "tool", "name", "duration_s", "load", "environment", "flaws")


@dataclass
class Judged:
    """One workload with everything that judging its standing requirements takes."""

    workload: int
    initiative: int
    setting: Setting
    evidence: list[Evidence] = field(default_factory=list)


def to_judge(workload_ids: Collection[int], now: datetime) -> list[Judged]:
    """Workloads in use among those named, in the order of their ids; a constant number of statements."""
    found: QuerySet[Workload, Any] = Workload.objects.filter(pk__in=workload_ids, retired_at=None).order_by("id")
    rows: list[dict[str, Any]] = list(found.values(*_WORKLOAD))
    ids = [row["id"] for row in rows]
    wanted, held = _wanted(ids), _Held(rows, timezone.localdate(now))
    catalogue, evidence = _catalogue(), _evidence(ids, held.granted)
    return [
        Judged(
            row["id"], row["initiative_id"],
            Setting(Task(row["task"]), wanted.get(row["id"], []), catalogue, held.of(row["id"]), held.change_at.get(row["id"])),
            evidence.get(row["id"], []),
        )
        for row in rows
    ]  # fmt: skip


def _wanted(ids: Collection[int]) -> dict[int, list[Wanted]]:
    made: dict[int, list[Wanted]] = defaultdict(list)
    for row in Requirement.objects.filter(workload__in=ids, retired_at=None).order_by("id").values(*_WANTED):
        made[row["workload_id"]].append(
            Wanted(
                Metric(row["metric"]), row["target"], Comparator(row["comparator"]), row["percentile"], row["window_s"],
                row["environment"], row["max_age_days"], row["id"],
            )
        )  # fmt: skip
    return made


def _catalogue() -> Catalogue:
    rows = Accelerator.objects.values_list("key", "name", "aliases")
    return Catalogue({key: (name, *aliases) for key, name, aliases in rows})


class _Held:
    """What pools granted to each workload today, what is free there for it, and when that next changes."""

    def __init__(self, rows: list[dict[str, Any]], today: date) -> None:
        self._today = today
        ids = [row["id"] for row in rows]
        spans = list(
            Allocation.objects.filter(workload__in=ids, state__in=[AllocationState.GRANTED, AllocationState.REQUESTED])
            .exclude(ends_on__lt=today).values_list("workload_id", "pool_id", "state", "quantity", "starts_on", "ends_on")
        )  # fmt: skip
        self._amounts: dict[tuple[int, int, str], float] = defaultdict(float)
        self.change_at: dict[int, datetime] = {}
        for workload, pool, state, quantity, starts, ends in spans:
            if starts <= today or state == AllocationState.REQUESTED:
                self._amounts[workload, pool, state] += quantity
            self._note_change(workload, starts, ends)
        self._pools = self._reach(rows, {pool for _, pool, *_ in spans})
        self.granted = {(workload, pool) for workload, pool, state in self._amounts if state == AllocationState.GRANTED}
        self._shared = self._held_by_others()

    def of(self, workload: int) -> list[Holding]:
        return [self._holding(workload, pool) for pool in self._within.get(workload, ())]

    def _note_change(self, workload: int, starts: date, ends: date | None) -> None:
        days = [starts] + ([ends + timedelta(days=1)] if ends is not None else [])
        for day in days:
            if day > self._today:
                at = timezone.make_aware(datetime.combine(day, time()))
                self.change_at[workload] = min(at, self.change_at.get(workload, at))

    def _reach(self, rows: list[dict[str, Any]], named: set[int]) -> dict[int, CapacityPool]:
        """Pools that a workload has a line in, and those of its unit, of units above it, and offered to one of them."""
        above = {path for row in rows for path in at_or_above((row["initiative__unit__path"],))}
        near = Q(unit__path__in=above) | Q(offered_to__path__in=above)
        pools = CapacityPool.objects.filter(Q(pk__in=named) | near).select_related("unit", "offered_to", "accelerator")
        found = {pool.pk: pool for pool in pools}
        self._within: dict[int, list[CapacityPool]] = {}
        lines = {(workload, pool) for workload, pool, _ in self._amounts}
        for row in rows:
            path, demo = row["initiative__unit__path"], row["initiative__demo"]
            self._within[row["id"]] = [
                pool for pool in found.values()
                if (row["id"], pool.pk) in lines or (pool.demo == demo and _reaches(pool, path))
            ]  # fmt: skip
        self._free = free_over(list(found), self._today)
        return found

    def _held_by_others(self) -> dict[int, int]:
        rows = Allocation.objects.filter(pool__in=list(self._pools), state=AllocationState.GRANTED, starts_on__lte=self._today)
        counted: dict[int, set[int]] = defaultdict(set)
        for pool, workload in rows.exclude(ends_on__lt=self._today).values_list("pool_id", "workload_id"):
            counted[pool].add(workload)
        return {pool: len(workloads) for pool, workloads in counted.items()}

    def _holding(self, workload: int, pool: CapacityPool) -> Holding:
        granted = self._amounts.get((workload, pool.pk, AllocationState.GRANTED.value), 0.0)
        others = self._shared.get(pool.pk, 0) - (1 if granted else 0)
        return Holding(
            pool.pk, PoolKind(pool.kind), granted, self._free[pool.pk].free, pool.accelerator.key if pool.accelerator else None,
            pool.venue, pool.name, others > 0, self._amounts.get((workload, pool.pk, AllocationState.REQUESTED.value), 0.0),
            pool.updated_at,
        )  # fmt: skip


def _reaches(pool: CapacityPool, path: str) -> bool:
    return path.startswith(pool.unit.path) or (pool.offered_to is not None and path.startswith(pool.offered_to.path))


def _evidence(ids: Collection[int], held: Iterable[tuple[int, int]]) -> dict[int, list[Evidence]]:
    """By workload: evidence of it, and of the pools that granted it something."""
    of_pool: dict[int | None, list[int]] = defaultdict(list)
    for holder, lent in held:
        of_pool[lent].append(holder)
    newest = Window(
        RowNumber(), partition_by=[F("series__workload"), F("series__pool"), F("series__metric"), F("flawed")],
        order_by=F("observed_at").desc(),
    )  # fmt: skip
    rows = Latest.objects.filter(Q(series__workload__in=ids) | Q(series__pool__in=list(of_pool))).annotate(place=newest)
    values = list(rows.filter(place__lte=MOST).order_by("series_id", "flawed").values_list(*_VALUES, named=True))
    aside = _aside({row.run_id for row in values})
    readings: dict[tuple[int, int | None, int | None], list[Reading]] = defaultdict(list)
    for row in values:
        readings[row.run_id, row.series__workload_id, row.series__pool_id].append(_reading(row))
    for row, value in _behind(values, aside):
        readings[value.run_id, row.series__workload_id, row.series__pool_id].append(_reading(row, value))
    runs = _runs({run for run, _, _ in readings})
    made: dict[int, list[Evidence]] = defaultdict(list)
    for (run, workload, pool), told in readings.items():
        one = _one(runs[run], told, aside.get(run, ""), pool)
        for owner in [workload] if workload is not None else of_pool.get(pool, []):
            made[owner].append(one)
    return made


def _reading(row: Any, value: Observation | None = None) -> Reading:
    """The newest value of a series, or an older one of it where that was set aside."""
    low, high, at, marks, samples = (
        (row.low, row.high, row.observed_at, row.marks, row.samples)
        if value is None
        else (value.value, value.value, value.observed_at, value.marks, value.samples)
    )
    return Reading(
        row.series_id, row.series__metric, row.series__statistic, row.series__percentile, low, high, at, marks & ~Marks.FLAWED,
        samples, row.series__window_s, tuple(sorted((str(name), str(text)) for name, text in row.series__labels.items())),
    )  # fmt: skip


def _behind(values: Iterable[Any], aside: Mapping[int, str]) -> list[tuple[Any, Observation]]:
    """The newest sound value behind one that was set aside. A benchmark's series has only its run."""
    hidden = {row.series_id: row for row in values if row.run_id in aside and not row.marks & Marks.FLAWED}
    if not hidden:
        return []
    rows = Observation.objects.filter(series__in=list(hidden), marks__lt=Marks.FLAWED.value).exclude(run__in=list(aside))
    newest = rows.order_by("series_id", "-observed_at", "value").distinct("series_id")
    return [(hidden[one.series_id], one) for one in newest]


def _aside(run_ids: Collection[int]) -> dict[int, str]:
    """The reasons of runs that are set aside now; the newest word of a run holds."""
    rows = SetAside.objects.filter(run__in=run_ids).order_by("run_id", "-id").distinct("run_id")
    return {run: reason or "-" for run, aside, reason in rows.values_list("run_id", "aside", "reason") if aside}


def _runs(ids: Collection[int]) -> dict[int, Any]:
    return {row.id: row for row in Run.objects.filter(pk__in=ids).values_list(*_RUN, named=True)}


def _one(run: Any, readings: Iterable[Reading], aside: str, pool: int | None) -> Evidence:
    return Evidence(
        run.id, run.source_id, EvidenceKind(run.kind), run.observed_at, tuple(readings), run.tool, run.name, run.duration_s,
        run.load, run.environment, tuple((code, text) for code, text in run.flaws), aside, pool,
    )  # fmt: skip
