"""Observations as plain rows: the newest of each series, and the history of one series."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.db.models import Count, F, Max, Min, Q, QuerySet

from portfolio.accounts.rules import Actor
from portfolio.initiatives.queries.lists import COUNTED_EXACTLY, PAGE_SIZE
from readiness.evidence.choices import Marks
from readiness.evidence.models import Observation, Series, SetAside
from readiness.evidence.queries.shown import NAMES, names, without_hidden_amounts
from readiness.workloads.models import Requirement

COLUMNS = ("id", "kind", "metric", "statistic", "percentile", "window_s", "labels", "environment", "raw_name", "raw_unit")
LATEST = {
    "at": F("latest__observed_at"), "low": F("latest__low"), "high": F("latest__high"), "marks": F("latest__marks"),
    "samples": F("latest__samples"), "flawed": F("latest__flawed"), "run_id": F("latest__run_id"),
}  # fmt: skip
OF_RUN = {"tool": F("latest__run__tool"), "flaws": F("latest__run__flaws")}
SORTABLE = {
    "metric": "metric", "value": "low", "at": "at", "source": "source__name", "workload": "workload__name", "kind": "kind",
}  # fmt: skip


class Page(NamedTuple):
    """One page of `listed` rows; `more` says whether another follows."""

    rows: list[dict[str, Any]]
    number: int
    more: bool

    @property
    def first(self) -> int:
        return (self.number - 1) * PAGE_SIZE + 1

    @property
    def last(self) -> int:
        return (self.number - 1) * PAGE_SIZE + len(self.rows)


class Found(NamedTuple):
    """`total` counts up to COUNTED_EXACTLY + 1 rows, so that counting costs no more than that many."""

    total: int
    flawed: int

    @property
    def exact(self) -> bool:
        return self.total <= COUNTED_EXACTLY


def readable(actor: Actor) -> QuerySet[Series]:
    """Series that the actor may read, amounts only where they are the actor's to see."""
    rows: QuerySet[Series] = Series.objects.visible_to(actor)
    return rows.filter(without_hidden_amounts(actor))


def latest(actor: Actor) -> QuerySet[Series]:
    """One row for each series' newest sound value and one for its newest flawed one, with LATEST and NAMES beside."""
    return readable(actor).annotate(**LATEST, **names(actor)).filter(Q(at__isnull=False))


def listed(rows: QuerySet[Series]) -> QuerySet[Series, dict[str, Any]]:
    """Dict rows of COLUMNS, NAMES, LATEST and OF_RUN of `latest(actor)`; show them through `shown.masked`."""
    shown: QuerySet[Series, dict[str, Any]] = rows.annotate(**OF_RUN).values(*COLUMNS, *NAMES, *LATEST, *OF_RUN)
    return shown


def ordered(rows: QuerySet[Series, Any], sort: str) -> QuerySet[Series, Any]:
    """Sort by one of SORTABLE, `-` in front for descending; otherwise what was observed last comes first."""
    column = SORTABLE.get(sort.removeprefix("-"))
    if column is None:
        return rows.order_by("-at", "-id")
    by = F(column).desc(nulls_last=True) if sort.startswith("-") else F(column).asc(nulls_last=True)
    return rows.order_by(by, "-at", "-id")


def page_of(rows: QuerySet[Series], sort: str, number: int) -> Page:
    """Page `number` (from 1) of `latest` rows, in two statements: which they are, then what they say.

    So names and runs are looked up for the rows of a page alone, not for all that are sorted.
    """
    start = (number - 1) * PAGE_SIZE
    which: QuerySet[Any, Any] = ordered(rows, sort)
    keys = list(which.values_list("pk", "flawed")[start : start + PAGE_SIZE + 1])
    some = rows.filter(pk__in={pk for pk, _flawed in keys})
    told = {(row["id"], row["flawed"]): row for row in listed(some)}
    return Page([told[key] for key in keys[:PAGE_SIZE] if key in told], number, len(keys) > PAGE_SIZE)


def counted(rows: QuerySet[Series]) -> Found:
    """How many values `latest` rows hold, in one statement."""
    some: QuerySet[Any, Any] = rows.order_by()
    flags = list(some.values_list("flawed", flat=True)[: COUNTED_EXACTLY + 1])
    return Found(len(flags), sum(1 for flag in flags if flag))


def max_ages(workload_pks: Iterable[int]) -> dict[tuple[int, str], int]:
    """`{(workload, metric): days}` that evidence may be old at most, the strictest of its requirements; one statement."""
    rows = Requirement.objects.filter(workload__in=set(workload_pks), retired_at=None).order_by()
    found = rows.values_list("workload_id", "metric").annotate(days=Min("max_age_days"))
    return {(workload, metric): days for workload, metric, days in found}


def aside(run_pks: Iterable[int]) -> dict[int, dict[str, Any]]:
    """`{run: {reason, by, at}}` of runs that a person took out and nobody has put back; one statement."""
    rows = SetAside.objects.filter(run__in=set(run_pks)).order_by("run_id", "-id").distinct("run_id")
    found: QuerySet[Any, Any] = rows.values("run_id", "aside", "reason", "at", who=F("by__name"))
    return {row["run_id"]: row for row in found if row["aside"]}


def one_series(actor: Actor, pk: int) -> dict[str, Any] | None:
    """COLUMNS and NAMES of a readable series, with when it was first seen; None for anything else."""
    rows: QuerySet[Any, Any] = readable(actor).filter(pk=pk).annotate(**names(actor))
    return rows.values(*COLUMNS, *NAMES, "run_key", "created_at", "workload_id", "initiative_id").first()


def history(series_pk: int) -> QuerySet[Observation, dict[str, Any]]:
    """Every value of a series, the newest first; the caller has checked that the series may be read."""
    rows = Observation.objects.filter(series=series_pk).order_by("-observed_at", "-value")
    plain: QuerySet[Any, Any] = rows.values("observed_at", "value", "marks", "samples", "run_id")
    return plain


def span_of(series_pk: int) -> dict[str, Any]:
    """`first` and `last` time, `count` (up to COUNTED_EXACTLY + 1) and the `newest` sound value of a series; two statements."""
    some = Observation.objects.filter(series=series_pk).order_by("-observed_at").values("observed_at")[: COUNTED_EXACTLY + 1]
    found = some.aggregate(first=Min("observed_at"), last=Max("observed_at"), count=Count("*"))
    sound = history(series_pk).annotate(unsound=F("marks").bitand(int(Marks.FLAWED))).filter(unsound=0)
    return found | {"newest": sound.first()}
