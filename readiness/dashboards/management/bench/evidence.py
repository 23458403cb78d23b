"""The store of evidence beside what PostgreSQL can do at most: COPY into the same history, and the history read instead of the
latest."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
from django.db import connection
from django.db.backends.utils import CursorWrapper

from readiness.dashboards.management.bench.databases import Databases
from readiness.dashboards.management.bench.evidence_bytes import bytes_lines
from readiness.dashboards.management.bench.evidence_store import Store, copy_in, make_store, observations, seconds
from readiness.dashboards.management.bench.figures import Bar, Line, NotMeasured, Spread, milliseconds
from readiness.evidence.rules.columns import Columns
from readiness.evidence.services.ingest import history

NAME = "evidence"
BATCH = 100_000
SMALL = 20_000  # a batch where few rows are asked for
ROUNDS_AT_LEAST = 3
_READS = 3
_WAYS = ("direct", "merge", "keep", "late", "again")
# The newest value of every series, and what it takes without a table of them.
_LATEST = "SELECT count(*), sum(high) FROM evidence_latest WHERE NOT flawed"
_FROM_HISTORY = """
SELECT count(*), sum(value) FROM (
    SELECT DISTINCT ON (series_id) series_id, value FROM evidence_observation WHERE marks & 4 = 0
    ORDER BY series_id, observed_at DESC) AS newest
"""
Times = dict[str, list[float]]


def evidence_lines(databases: Databases, *, rows: int) -> Iterator[Line]:
    """Fill a history of `rows` observations in turn by COPY and by the product's ways, then bring bytes, then read."""
    name = databases.copy(NAME)
    batch = BATCH if rows >= 20 * BATCH else SMALL
    rounds = max(ROUNDS_AT_LEAST, rows // batch // 4)
    store = make_store(batch)
    times: Times = {way: [] for way in _WAYS}
    for number in range(rounds):
        for way, took in _round(store, number, rounds):
            times[way].append(took)
    yield from _told(times, batch, rounds)
    with psycopg.connect(databases.url("DATABASE_OWNER_URL", name), autocommit=True) as owner:
        yield from bytes_lines(store, owner)
        yield _latest(owner, store)


def _round(store: Store, number: int, rounds: int) -> Iterator[tuple[str, float]]:
    """Four batches that are new, one of them again; which comes first takes turns, so that a busy machine hits each."""
    place = number * 4
    shift = number % 2
    ways = ("direct", "merge") if shift else ("merge", "direct")
    for step, way in enumerate(ways):
        batch = store.batch(place + step, rounds * 4)
        yield way, _direct(batch) if way == "direct" else _merge(batch)
    batch, late = store.batch(place + 2, rounds * 4), store.batch(place + 2, rounds * 4, late=True)
    yield "keep", _kept(batch, new=len(batch), likely_new=True)
    yield "late", _kept(late, new=len(late), likely_new=True)
    yield "again", _kept(batch, new=0, likely_new=False)


def _direct(batch: Columns) -> float:
    """COPY of what is sorted and written out already: nothing but PostgreSQL's own work."""
    rows = batch.in_order()
    seconds(lambda cursor: history.prepare(cursor, rows))
    data = observations(rows)
    return seconds(lambda cursor: copy_in(cursor, "evidence_observation", data))


def _merge(batch: Columns) -> float:
    """The idempotent way alone: sorted here, staged, looked up, and what is not there appended."""

    def act(cursor: CursorWrapper) -> None:
        rows = batch.in_order()
        history.prepare(cursor, rows)
        if history.merge(cursor, rows) != len(batch):
            raise NotMeasured("rows that are new were taken for others")

    seconds(lambda cursor: history.prepare(cursor, batch))  # the month is made before, for COPY as for this
    return seconds(act)


def _kept(batch: Columns, *, new: int, likely_new: bool) -> float:
    """The product's whole way, the latest maintained."""

    def act(cursor: CursorWrapper) -> None:
        if history.keep(batch, likely_new=likely_new) != (new, len(batch) - new):
            raise NotMeasured("the store did not keep what was brought")

    seconds(lambda cursor: history.prepare(cursor, batch))
    return seconds(act)


def _told(times: Times, batch: int, rounds: int) -> Iterator[Line]:
    """Rates over the last third of the rounds, when the history is nearly as large as it gets."""
    last = max(ROUNDS_AT_LEAST, rounds // 3)
    rows = rounds * 4 * batch
    rates = {way: Spread.of([batch / one for one in found[-last:]]) for way, found in times.items()}
    first = Spread.of([batch / one for one in times["merge"][: max(ROUNDS_AT_LEAST, rounds // 10)]])
    end = Spread.of([batch / one for one in times["merge"][-max(ROUNDS_AT_LEAST, rounds // 10) :]])
    direct = rates["direct"].p50
    told = [
        ("ingest", "staged, looked up, appended / COPY into the same history", "merge", Bar(0.45, 0.60, at_least=True)),
        ("ingest latest", "in order of time, latest maintained / COPY", "keep", None),
        ("ingest late", "late, staged, latest maintained / COPY", "late", None),
        ("ingest again", "all of it there already / COPY", "again", Bar(0.80, at_least=True)),
    ]  # fmt: skip
    for name, label, way, bar in told:
        notes = (
            f"at {rows:,} rows, {batch:,} a batch, each row another series; n {rates[way].n}",
            f"{_rate(rates[way])}; COPY {_rate(rates['direct'])}",
        )
        data = {"ours": rates[way], "copy": rates["direct"], "seconds": times[way]}
        yield Line(name, label, rates[way].p50 / direct, "x", bar, notes, data)
    note = f"{_rate(end)} at the end, {_rate(first)} at the start, n {end.n} each"
    label = f"ingest rate at {rows:,} rows / at {len(times['merge'][: first.n]) * 4 * batch:,}"
    yield Line("ingest growth", label, end.p50 / first.p50, "x", Bar(0.85, 0.95, at_least=True), (note,), {"times": times})


def _latest(owner: psycopg.Connection[Any], store: Store) -> Line:
    """Both read in turn, with the statistics that autovacuum would have made some time later."""
    for table in ("evidence_observation", "evidence_latest"):
        owner.execute(f"VACUUM (ANALYZE) {table}")
    answers = {_answer(_LATEST), _answer(_FROM_HISTORY)}
    if len(answers) != 1:
        raise NotMeasured(f"the latest is not what history says: {answers}")
    latest, from_history = [], []
    for _ in range(_READS):
        from_history.append(milliseconds(lambda: _answer(_FROM_HISTORY)))
        latest.append(milliseconds(lambda: _answer(_LATEST)))
    one, other = Spread.of(latest), Spread.of(from_history)
    note = f"n {one.n}; {len(store.series):,} series: {one.p50:.1f} ms ({one.least:.1f} to {one.most:.1f})"
    note += f", DISTINCT ON {other.p50:,.0f} ms ({other.least:,.0f} to {other.most:,.0f})"
    label = "newest values: DISTINCT ON over history / table of the latest"
    return Line("latest", label, other.p50 / one.p50, "x", Bar(100, 500, at_least=True), (note,), {"ours": one, "anchor": other})


def _answer(query: str) -> tuple[int, float]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        count, total = cursor.fetchone()
    return int(count), round(float(total), 6)


def _rate(spread: Spread) -> str:
    return f"{spread.p50 / 1e3:,.0f} k rows/s ({spread.least / 1e3:,.0f} to {spread.most / 1e3:,.0f})"
