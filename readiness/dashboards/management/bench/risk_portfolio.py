"""The Portfolio page over two stores of evidence, ten times as many observations in the one as in the other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import psycopg
from django.db import connection, transaction
from django.urls import reverse

from readiness.dashboards.management.bench.anchors import Replay
from readiness.dashboards.management.bench.databases import Databases
from readiness.dashboards.management.bench.evidence_store import Store, copy_in, make_store, observations
from readiness.dashboards.management.bench.figures import Bar, Line, paired
from readiness.dashboards.management.bench.serving import Browser, Page, program_manager, session_cookie, sizes, web
from readiness.dashboards.management.bench.statements import statements_of
from readiness.evidence.models import Observation, Series
from readiness.evidence.services.ingest import history

TIMES = 10
BATCH, LEAST = 100_000, 1_000
MOST = 10  # statements


def portfolio_lines(databases: Databases, *, initiatives: int, points: int, rounds: int, log: Path) -> Iterator[Line]:
    """Both databases are served at once and asked in turn, so that a busy machine slows both pages."""
    few = databases.load(initiatives)
    person, batch = program_manager(), min(BATCH, max(LEAST, points // TIMES))
    batches = max(TIMES, points // batch)
    store = _mixed(make_store(batch))
    _fill(databases, few, store, range(batches // TIMES), batches)
    many = databases.twin(few, "much")
    _fill(databases, many, store, range(batches // TIMES, batches), batches)
    counted = (batches // TIMES * batch, batches * batch)
    page = Page("portfolio page", reverse("portfolio"), {})
    databases.use(many)
    cookie, statements = session_cookie(person), statements_of(person, page)
    databases.use(few)
    other = session_cookie(person)
    with ExitStack() as stack:
        much = _browser(stack, databases, many, cookie, log)
        little = _browser(stack, databases, few, other, log)
        replay = stack.enter_context(closing(Replay(databases.url("DATABASE_URL", many), statements)))
        pair = paired(lambda: much.get(page), replay.all, rounds)
        told = f"{initiatives:,} initiatives, {counted[1]:,} observations; {sizes(much.get(page))}"
        notes = (*pair.notes("page", f"its {len(statements)} statements"), told)
        label = "portfolio page over much evidence p50 / sum of its SQL"
        yield Line("risk portfolio", label, pair.ratio, "x", Bar(2.5, 1.5), notes, {"pair": pair})
        yield Line("risk portfolio statements", "SQL statements of that page", len(statements), "", Bar(MOST, 6))
        pair = paired(lambda: much.get(page), lambda: little.get(page), rounds)
    notes = (
        *pair.notes(f"{counted[1]:,} observations", f"{counted[0]:,}"),
        f"least of each {pair.ours.least / pair.anchor.least:.2f}",
    )
    label = f"portfolio page, {TIMES} times the observations / the same page"
    yield Line("risk portfolio growth", label, pair.ratio, "x", Bar(1.2), notes, {"pair": pair, "counted": counted})


def _browser(stack: ExitStack, databases: Databases, name: str, cookie: str, log: Path) -> Browser:
    databases.use(name)
    return stack.enter_context(closing(Browser(stack.enter_context(web(1, log)), cookie)))


def _mixed(store: Store) -> Store:
    """A tenth of the series are the demo's own, so that much of the history is of what its pages are about."""
    known = np.array(Series.objects.exclude(source=store.source).order_by("id").values_list("id", flat=True), dtype=np.int64)
    series = store.series.copy()
    if len(known):
        series[: len(series) // TIMES] = np.resize(known, len(series) // TIMES)
    return replace(store, series=series)


def _fill(databases: Databases, name: str, store: Store, numbers: range, of: int) -> None:
    """Those batches of `of`, by COPY."""
    databases.use(name)
    for number in numbers:
        rows = store.batch(number, of).in_order()
        with transaction.atomic(), connection.cursor() as cursor:
            history.prepare(cursor, rows)
            copy_in(cursor, Observation._meta.db_table, observations(rows))
    with psycopg.connect(databases.url("DATABASE_OWNER_URL", name), autocommit=True) as owner:
        owner.execute("VACUUM (ANALYZE)")
