"""The store of evidence beside what PostgreSQL can do at most: COPY into the same history, and the history read instead of the
latest."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
from django.db import connection
from django.db.backends.utils import CursorWrapper

from readiness.dashboards.management.bench.databases import Databases
from readiness.dashboards.management.bench.evidence_bytes import PODS, POINTS, bytes_lines
from readiness.dashboards.management.bench.evidence_store import Store, Took, copy_in, make_store, observations, timed
from readiness.dashboards.management.bench.figures import Bar, Line, NotMeasured, Spread, milliseconds
from readiness.evidence.rules.columns import Columns
from readiness.evidence.services.ingest import history

NAME = "evidence"
BATCH = 100_000
SMALL = 20_000  # a batch where few rows are asked for
LEAST = 1_000
ROUNDS_AT_LEAST = 3
_READS = 3
_WAYS = ("direct", "merge", "keep", "usual", "late", "again")
_NEW = len(_WAYS) - 1
# The newest value of every series, and what it takes without a table of them.
_LATEST = "SELECT count(*), sum(high) FROM evidence_latest WHERE NOT flawed"
_FROM_HISTORY = """
SELECT count(*), sum(value) FROM (
    SELECT DISTINCT ON (series_id) series_id, value FROM evidence_observation WHERE marks & 4 = 0
    ORDER BY series_id, observed_at DESC) AS newest
"""
Times = dict[str, list[Took]]


def evidence_lines(databases: Databases, *, rows: int) -> Iterator[Line]:
    """Fill a history of `rows` observations in turn by COPY and by the product's ways, then bring bytes, then read."""
    name = databases.copy(NAME)
    batch = BATCH if rows >= 20 * BATCH else max(LEAST, min(SMALL, rows // 20))
    rounds = max(ROUNDS_AT_LEAST, rows // batch // _NEW)
    store = make_store(batch)
    times: Times = {way: [] for way in _WAYS}
    for number in range(rounds):
        for way, took in _round(store, number, rounds):
            times[way].append(took)
    yield from _told(times, batch, rounds)
    with psycopg.connect(databases.url("DATABASE_OWNER_URL", name), autocommit=True) as owner:
        yield from bytes_lines(store, owner, points=min(POINTS, max(PODS, rows // 10 // PODS * PODS)))
        yield _latest(owner, store)


def _round(store: Store, number: int, rounds: int) -> Iterator[tuple[str, Took]]:
    """Five batches that are new, one of them again; which of the first two comes first takes turns."""
    place, of = number * _NEW, rounds * _NEW
    ways = ("direct", "merge") if number % 2 else ("merge", "direct")
    for step, way in enumerate(ways):
        batch = store.batch(place + step, of)
        yield way, _direct(batch) if way == "direct" else _merge(batch)
    usual = store.batch(place + 2, of, values=10)
    yield "usual", _kept(usual, new=len(usual), likely_new=True)
    batch, late = store.batch(place + 3, of), store.batch(place + 3, of, late=True)
    yield "keep", _kept(batch, new=len(batch), likely_new=True)
    yield "late", _kept(late, new=len(late), likely_new=True)
    yield "again", _kept(batch, new=0, likely_new=False)


def _direct(batch: Columns) -> Took:
    """COPY of what is sorted and written out already: nothing but PostgreSQL's own work."""
    rows = batch.in_order()
    timed(lambda cursor: history.prepare(cursor, rows))
    data = observations(rows)
    return timed(lambda cursor: copy_in(cursor, "evidence_observation", data))


def _merge(batch: Columns) -> Took:
    """The idempotent way alone: sorted here, staged, looked up, and what is not there appended."""

    def act(cursor: CursorWrapper) -> None:
        rows = batch.in_order()
        history.prepare(cursor, rows)
        if history.merge(cursor, rows) != len(batch):
            raise NotMeasured("rows that are new were taken for others")

    timed(lambda cursor: history.prepare(cursor, batch))  # the month is made before, for COPY as for this
    return timed(act)


def _kept(batch: Columns, *, new: int, likely_new: bool) -> Took:
    """The product's whole way, the latest maintained."""

    def act(cursor: CursorWrapper) -> None:
        if history.keep(batch, likely_new=likely_new) != (new, len(batch) - new):
            raise NotMeasured("the store did not keep what was brought")

    timed(lambda cursor: history.prepare(cursor, batch))
    return timed(act)


def _told(times: Times, batch: int, rounds: int) -> Iterator[Line]:
    """Rates over the last third of the rounds, when the history is nearly as large as it gets."""
    last = max(ROUNDS_AT_LEAST, rounds // 3)
    rows = rounds * _NEW * batch
    ends = {way: found[-last:] for way, found in times.items()}
    direct = _rates(ends["direct"], batch)
    told = [
        ("ingest", "staged, looked up, appended / COPY into the same history", "merge", Bar(0.45, 0.60, at_least=True)),
        ("ingest latest", "in order, latest maintained, each row another series / COPY", "keep", None),
        ("ingest usual", "in order, latest maintained, ten values a series / COPY", "usual", None),
        ("ingest late", "late, staged, latest maintained / COPY", "late", None),
        ("ingest again", "all of it there already / COPY", "again", Bar(0.80, at_least=True)),
    ]  # fmt: skip
    for name, label, way, bar in told:
        ours = _rates(ends[way], batch)
        notes = (
            f"at {rows:,} rows, {batch:,} a batch; n {ours.n}{_by_processor(ends['direct'], ends[way])}",
            f"{_rate(ours)}; COPY {_rate(direct)}",
        )
        yield Line(name, label, ours.p50 / direct.p50, "x", bar, notes, {"ours": ours, "copy": direct, "took": times[way]})
    yield _growth(times["merge"], batch, rounds)


def _growth(took: list[Took], batch: int, rounds: int) -> Line:
    """The first tenth of the rounds beside the last."""
    some = max(ROUNDS_AT_LEAST, rounds // 10)
    first, end = _rates(took[:some], batch), _rates(took[-some:], batch)
    notes = (
        f"n {end.n} each{_by_processor(took[:some], took[-some:])}",
        f"{_rate(end)} at the end, {_rate(first)} at the start",
    )
    label = f"ingest rate at {rounds * _NEW * batch:,} rows / at {some * _NEW * batch:,}"
    return Line("ingest growth", label, end.p50 / first.p50, "x", Bar(0.85, 0.95, at_least=True), notes, {"took": took})


def _rates(took: list[Took], batch: int) -> Spread:
    return Spread.of([batch / one.wall for one in took])


def _by_processor(anchor: list[Took], ours: list[Took]) -> str:
    """The same ratio by what the processor spent, which others on the machine do not change."""
    spent = [[one.cpu for one in found if one.cpu] for found in (anchor, ours)]
    if not all(spent):
        return ""
    return f"; by processor time {Spread.of(spent[0]).p50 / Spread.of(spent[1]).p50:.2f}"


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
