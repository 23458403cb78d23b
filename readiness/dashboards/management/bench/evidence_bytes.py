"""A pushed body from its bytes to the commit, beside COPY of the same rows into a primary key and beside Django's own upsert."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import numpy as np
import orjson
import psycopg
from django.db import transaction

from readiness.dashboards.management.bench.evidence_store import SPAN, Store
from readiness.dashboards.management.bench.figures import Bar, Line, NotMeasured, Spread
from readiness.evidence.models import Observation
from readiness.evidence.rules.columns import UNKNOWN, Columns
from readiness.evidence.rules.telling import OLDEST
from readiness.evidence.services.ingest import ingest_observations
from readiness.evidence.services.ingest.binary import HEADER, TRAILER, encoded

POINTS, PODS = 100_000, 1_000
ROUNDS, UPSERTS = 5, 3
_IDENTITY = ["series", "observed_at", "value", "marks", "samples"]
_MICROSECOND = timedelta(microseconds=1)
_PK = "CREATE TABLE bench_pk (series_id bigint, observed_at timestamptz, value float8, PRIMARY KEY (series_id, observed_at))"


def bytes_lines(store: Store, owner: psycopg.Connection[Any], *, points: int) -> Iterator[Line]:
    """Bodies of so many new values, each beside COPY of the same rows; then the same by bulk_create, model instances included."""
    ours: list[float] = []
    copies: list[float] = []
    for number in range(ROUNDS):
        body, rows = _body(store, number, points)
        ours.append(_pushed(store, body, points))
        copies.append(_copied(owner, rows))
    pushed, copied = (Spread.of([points / one for one in found]) for found in (ours, copies))
    upserts = Spread.of([points / _upserted(store, number, points) for number in range(UPSERTS)])
    first = (
        f"n {pushed.n}, {points:,} points of {PODS:,} series a body: JSON, units, refusals, run, series, latest, event, commit"
    )
    told = f"{_rate(pushed)}; COPY {_rate(copied)}"
    data = {"ours": pushed, "copy": copied, "upsert": upserts}
    label = "pushed bytes to commit / COPY binary into a primary key"
    yield Line("bytes", label, pushed.p50 / copied.p50, "x", Bar(0.15, 0.24, at_least=True), (first, told), data)
    note = f"n {upserts.n}: bulk_create with update_conflicts {_rate(upserts)}, into the same history"
    label = "pushed bytes to commit / Django bulk_create, update_conflicts"
    yield Line("bytes upsert", label, pushed.p50 / upserts.p50, "x", Bar(3, 6, at_least=True), (note,), data)


def _body(store: Store, number: int, points: int) -> tuple[bytes, Columns]:
    """A body as a tool would send it, and its rows in order of their key."""
    dice = np.random.default_rng(number)
    values = dice.random(points) * 1000 + 1
    steps = points // PODS
    moments = [store.now - timedelta(hours=12, minutes=steps * (ROUNDS - number) - step) for step in range(steps)]
    rows = [
        {
            "metric": "queue_time", "value": float(values[place]), "unit": "ms", "labels": {"pod": f"pod-{place % PODS}"},
            "observed_at": moments[place // PODS].isoformat(),
        }
        for place in range(points)
    ]  # fmt: skip
    at = np.array([(one - OLDEST) // _MICROSECOND for one in moments], dtype=np.int64)
    columns = Columns(
        np.tile(np.arange(PODS, dtype=np.int64), steps), np.repeat(at, PODS), values, np.zeros(points, np.int16),
        np.full(points, UNKNOWN, np.int64), np.zeros(points, np.int64),
    )  # fmt: skip
    return orjson.dumps(rows), columns.in_order()


def _pushed(store: Store, body: bytes, points: int) -> float:
    delivery = store.delivery()
    gc.collect()
    started = time.perf_counter()
    with transaction.atomic():
        counts = ingest_observations(
            delivery=delivery, rows=orjson.loads(body), subject=store.subject, environment={"venue": "cloud"}, now=store.now
        )
    took = time.perf_counter() - started
    if (counts.runs, counts.observations, counts.refused) != (1, points, 0):
        raise NotMeasured(f"the push gave {counts}")
    return took


def _copied(owner: psycopg.Connection[Any], rows: Columns) -> float:
    owner.execute(_PK)
    data = HEADER + encoded(rows.series, rows.at, rows.value) + TRAILER
    started = time.perf_counter()
    with owner.cursor() as cursor, cursor.copy("COPY bench_pk FROM STDIN (FORMAT BINARY)") as stream:
        stream.write(data)
    took = time.perf_counter() - started
    owner.execute("DROP TABLE bench_pk")
    return took


def _upserted(store: Store, number: int, points: int) -> float:
    """As the owner, for the application may not update history."""
    at = store.now - SPAN / 2 - timedelta(minutes=number)  # between batches that are there
    dice = np.random.default_rng(number)
    values = dice.random(points)
    count = len(store.series)
    told = [
        (int(store.series[place % count]), at - timedelta(microseconds=place // count), float(values[place]))
        for place in range(points)
    ]
    gc.collect()
    started = time.perf_counter()
    rows = [Observation(series_id=series, observed_at=moment, value=value, marks=0, run_id=1) for series, moment, value in told]
    with transaction.atomic(using="owner"):
        Observation.objects.using("owner").bulk_create(
            rows, batch_size=1000, update_conflicts=True, unique_fields=_IDENTITY, update_fields=["run"]
        )
    return time.perf_counter() - started


def _rate(spread: Spread) -> str:
    return f"{spread.p50 / 1e3:,.0f} k rows/s ({spread.least / 1e3:,.0f} to {spread.most / 1e3:,.0f})"
