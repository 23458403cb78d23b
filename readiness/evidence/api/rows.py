"""Evidence as JSON: rows of the queries under the names that the API uses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from readiness.connectors.metrics import METRICS
from readiness.evidence.choices import Marks
from readiness.evidence.queries.values import Value

_ABOUT = {
    "source_id": "source_pk", "source_name": "source_name", "source_kind": "source_kind", "initiative_id": "initiative_pk",
    "initiative_key": "initiative_key", "workload_id": "workload_pk", "workload_name": "workload_name", "pool_id": "pool_id",
    "pool_name": "pool_name",
}  # fmt: skip
_SERIES = ("kind", "metric", "statistic", "percentile", "window_s", "labels")
_READING = ("series_id", "metric", "statistic", "percentile", "labels", "observed_at", "value", "samples")
_BOUNDS = ("exact", "at_least", "at_most", "between")  # by the lower two bits of Marks


def about(row: Mapping[str, Any]) -> dict[str, Any]:
    """Whose evidence, of a row with `queries.shown.NAMES`, masked."""
    return {name: row[column] for name, column in _ABOUT.items()}


def bound(marks: int) -> str:
    return _BOUNDS[marks & 3]


def unit_of(metric: str) -> str:
    known = METRICS.get(metric)
    return known.unit if known else ""


def series_row(row: Mapping[str, Any]) -> dict[str, Any]:
    own = {name: row[name] for name in ("id", *_SERIES, "environment", "raw_name", "raw_unit")}
    return own | about(row) | {"unit": unit_of(row["metric"])}


def latest_row(row: Mapping[str, Any]) -> dict[str, Any]:
    newest = {name: row[name] for name in ("low", "high", "flawed", "samples", "run_id", "tool")}
    return series_row(row) | newest | {"observed_at": row["at"], "bound": bound(row["marks"])}


def observation_row(series: Mapping[str, Any], one: Value) -> dict[str, Any]:
    place = one.place
    return about(series) | {name: series[name] for name in _SERIES} | {
        "observed_at": place.observed_at, "value": place.value, "bound": bound(place.marks),
        "flawed": place.marks >= Marks.FLAWED, "samples": None if place.samples < 0 else place.samples, "run_id": one.run_id,
        "series_id": place.series_id, "unit": unit_of(series["metric"]),
    }  # fmt: skip


def reading_row(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in _READING} | {"unit": unit_of(row["metric"]), "bound": bound(row["marks"])}
