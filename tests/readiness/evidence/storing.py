"""Deliveries for the store, and the whole state of the store as one hash without row ids."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection

from portfolio.accounts.models import BusinessUnit
from portfolio.kit import clock
from readiness.connectors.contract import Bound, Environment, Flaw, Kind, Reading, Run, Statistic
from readiness.connectors.live import Payload
from readiness.evidence.choices import SourceKind, Way
from readiness.evidence.models import Delivery, Source
from readiness.evidence.services.ingest import Arrived, Counts, Subject, ingest, ingest_observations
from readiness.workloads.models import CapacityPool, Workload

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)


@dataclass
class Place:
    """A source and what its evidence is about. Deliveries come at its `now`: NOW, or the clock's time where it has none.

    Evidence dated by the clock must come by the clock: at a fixed time it would lie ahead as soon as that time is past.
    """

    source: Source
    subject: Subject
    now: datetime | None = NOW

    def bring(
        self, *runs: Run, environment: Mapping[str, Any] | None = None, now: datetime | None = None,
        name: str = "answer.json", body: bytes = b"{}",
    ) -> Counts:  # fmt: skip
        return self.bring_all([Arrived(runs, Payload(name, body))], environment=environment, now=now)

    def bring_all(
        self, batches: Iterable[Arrived], *, environment: Mapping[str, Any] | None = None, now: datetime | None = None
    ) -> Counts:  # fmt: skip
        return ingest(
            delivery=self.delivery(), batches=batches, subject=self.subject, environment=environment or {},
            now=now or self.now or clock.now(),
        )  # fmt: skip

    def push(
        self, *rows: Mapping[str, Any], environment: Mapping[str, Any] | None = None, now: datetime | None = None, **more: Any
    ) -> Counts:  # fmt: skip
        return ingest_observations(
            delivery=self.delivery(), rows=rows, subject=self.subject, environment=environment or {},
            now=now or self.now or clock.now(), **more,
        )  # fmt: skip

    def delivery(self) -> Delivery:
        return Delivery.objects.create(source=self.source, unit=self.subject.unit, way=Way.UPLOAD)


def place(
    unit: BusinessUnit, *, workload: Workload | None = None, pool: CapacityPool | None = None, name: str = "Cluster",
    now: datetime | None = NOW,
) -> Place:  # fmt: skip
    source = Source.objects.create(unit=unit, name=name, kind=SourceKind.PROMETHEUS)
    return Place(source, Subject(unit, workload, pool), now)


def place_today(
    unit: BusinessUnit, *, workload: Workload | None = None, pool: CapacityPool | None = None, name: str = "Cluster"
) -> Place:  # fmt: skip
    """For what reads the clock itself, as pages do."""
    return place(unit, workload=workload, pool=pool, name=name, now=None)


def benchmark(key: str = "a", *readings: Reading, **more: Any) -> Run:
    """One point of a benchmark that ended an hour ago; a mean TTFT of half a second where no readings are given."""
    fields: dict[str, Any] = {
        "kind": Kind.BENCHMARK, "tool": "vllm_bench", "format": "0.10", "place": f"runs[{key}]", "key": key * 8,
        "readings": readings or (reading("ttft", 0.5),), "ended_at": NOW - timedelta(hours=1), "duration_s": 60.0,
    }  # fmt: skip
    return Run(**(fields | more))


def telemetry(key: str = "t", *readings: Reading, **more: Any) -> Run:
    return benchmark(key, *readings, **({"kind": Kind.TELEMETRY, "tool": "prometheus", "duration_s": 300.0} | more))


def reading(metric: str = "ttft", value: float = 0.5, **more: Any) -> Reading:
    return Reading(metric, value, more.pop("statistic", Statistic.MEAN), **more)


def row(value: Any = 12.5, at: Any = "2026-11-29T10:00:00Z", **more: Any) -> dict[str, Any]:
    return {"metric": "latency", "unit": "ms", "value": value, "observed_at": at} | more


_STATE = {
    "observations": """
        SELECT s.digest, o.observed_at::text, o.value, o.marks, o.samples
        FROM evidence_observation o JOIN evidence_series s ON s.id = o.series_id""",
    "latest": """
        SELECT s.digest, l.flawed, l.observed_at::text, l.low, l.high, l.marks, l.samples
        FROM evidence_latest l JOIN evidence_series s ON s.id = l.series_id""",
    "runs": """
        SELECT digest, key, kind, tool, observed_at::text, local_time, environment::text, environment_digest, flawed,
               (SELECT array_agg(one->>0 ORDER BY one->>0)::text FROM jsonb_array_elements(flaws) AS one)
        FROM evidence_run""",
    "series": """
        SELECT digest, kind, metric, statistic, percentile, window_s, labels::text, environment::text, run_key
        FROM evidence_series""",
}

# What the latest should say, from nothing but history: the newest time of each series, sound and flawed apart.
_FROM_HISTORY = """
SELECT o.series_id, o.marks & 4 <> 0, o.observed_at, min(o.value), max(o.value), bit_or(o.marks & 3)::int, min(o.samples),
       min(o.run_id)
FROM evidence_observation o JOIN (
    SELECT DISTINCT ON (series_id, marks & 4) series_id, marks & 4 AS flawed, observed_at FROM evidence_observation
    ORDER BY series_id, marks & 4, observed_at DESC
) newest ON newest.series_id = o.series_id AND newest.flawed = o.marks & 4 AND newest.observed_at = o.observed_at
GROUP BY 1, 2, 3 ORDER BY 1, 2
"""
_LATEST = "SELECT series_id, flawed, observed_at, low, high, marks::int, samples, run_id FROM evidence_latest ORDER BY 1, 2"


def state() -> dict[str, list[Any]]:
    """Observations, latest, runs and series in words, each sorted; no number of a row is in it."""
    return {name: sorted(map(_text, _rows(query))) for name, query in _STATE.items()}


def fingerprint() -> str:
    return hashlib.sha256(json.dumps(state()).encode()).hexdigest()


def latest_follows_from_history() -> bool:
    return _rows(_LATEST) == _rows(_FROM_HISTORY)


def _text(one: Sequence[Any]) -> str:
    return json.dumps(one, default=str)


def _rows(query: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())


__all__ = [
    "NOW", "Arrived", "Bound", "Counts", "Environment", "Flaw", "Kind", "Place", "Reading", "Run", "Statistic", "benchmark",
    "fingerprint", "latest_follows_from_history", "place", "place_today", "reading", "row", "state", "telemetry",
]  # fmt: skip
