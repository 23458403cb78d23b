"""The benchmark runs of a workload as points of curves, in three statements however many there are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet

from portfolio.accounts.rules import Actor
from readiness.connectors.metrics import METRICS, Better, Nature
from readiness.evidence.choices import EvidenceKind
from readiness.evidence.queries.observations import LATEST, aside, readable
from readiness.evidence.queries.runs import visible_runs
from readiness.evidence.rules.curve import LATENCIES, Point, Reading, Refusal

MOST_RUNS = 500
_READ = (*LATENCIES, "throughput", "error_ratio")
_SETUP = ("venue", "accelerator", "accelerators", "nodes", "model", "precision", "software", "software_version")
_COLUMNS = ("id", "observed_at", "source_id", "delivery_id", "tool", "tool_version", "name", "load", "environment", "flaws")


def points(actor: Actor, workload_pk: int) -> list[Point]:
    """The newest MOST_RUNS benchmark runs that the actor may read, each with its latencies."""
    runs = visible_runs(actor).filter(workload=workload_pk, kind=EvidenceKind.BENCHMARK).order_by("-observed_at", "-id")
    rows: Sequence[dict[str, Any]] = list(runs.values(*_COLUMNS)[:MOST_RUNS])
    if not rows:
        return []
    readings = _readings(actor, workload_pk, [row["id"] for row in rows])
    out = aside(row["id"] for row in rows)
    return [_point(row, readings.get(row["id"], []), out.get(row["id"])) for row in rows]


def _readings(actor: Actor, workload_pk: int, run_pks: Sequence[int]) -> dict[int, list[Reading]]:
    series: QuerySet[Any, Any] = readable(actor).filter(workload=workload_pk, kind=EvidenceKind.BENCHMARK, metric__in=_READ)
    found: dict[int, list[Reading]] = {}
    told = series.annotate(**LATEST).filter(Q(run_id__in=run_pks)).order_by("id")
    names = ("run_id", "metric", "statistic", "percentile", "low", "high", "marks", "id")
    for run, metric, statistic, percentile, low, high, marks, pk in told.values_list(*names):
        better = METRICS[metric].better
        value = high if better is Better.LOWER and METRICS[metric].nature is Nature.QUALITY else low  # of two values the worse
        found.setdefault(run, []).append(Reading(metric, statistic, percentile, value, marks, pk))
    return found


def _point(row: dict[str, Any], readings: list[Reading], out: dict[str, Any] | None) -> Point:
    place = row["environment"]
    setup = (row["source_id"], row["tool"], *(place.get(name) for name in _SETUP))
    return Point(
        run=row["id"], at=row["observed_at"], setup=setup, delivery=row["delivery_id"], load=row["load"],
        readings=tuple(readings), flaws=tuple(Refusal(code, text) for code, text in row["flaws"]),
        aside=out["reason"] if out else "", name=row["name"], tool=_tool(row), environment=place,
    )  # fmt: skip


def _tool(row: dict[str, Any]) -> str:
    return " ".join(filter(None, (row["tool"], row["tool_version"])))


def has_runs(actor: Actor, workload_pk: int) -> bool:
    """Whether there is any benchmark run of the workload that the actor may read."""
    rows = visible_runs(actor).filter(workload=workload_pk, kind=EvidenceKind.BENCHMARK)
    return bool(rows.exists())
