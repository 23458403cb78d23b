"""Observations of a span of time across series: page by page from the newest, or all of them as a stream.

A page asks each series for so many values as the page has room, by the index of its partitions, and merges them: what it costs
grows with the number of series and not with the length of history.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from portfolio.accounts.rules import Actor
from readiness.evidence.choices import Marks
from readiness.evidence.models import Observation, Series
from readiness.evidence.queries.observations import COLUMNS, readable
from readiness.evidence.queries.shown import NAMES, masked, names

SERIES_AT_ONCE, CHUNK = 200, 5000

_PAGE = """
WITH asked AS MATERIALIZED ({series})
SELECT o.observed_at, asked.id, o.value, o.marks, coalesce(o.samples, -1), o.run_id
FROM asked CROSS JOIN LATERAL (
    SELECT observed_at, value, marks, samples, run_id FROM evidence_observation
    WHERE series_id = asked.id AND observed_at > %s AND observed_at <= %s {more}
    ORDER BY observed_at DESC, value DESC, marks DESC, samples DESC LIMIT %s) AS o
ORDER BY 1 DESC, 2 DESC, 3 DESC, 4 DESC, 5 DESC LIMIT %s
"""
_AFTER = "AND (observed_at, asked.id, value, marks, coalesce(samples, -1)) < (%s, %s, %s, %s, %s)"


class Place(NamedTuple):
    """Where a row stands among all of them; two rows never stand at one place. `samples` -1: nobody says."""

    observed_at: datetime
    series_id: int
    value: float
    marks: int
    samples: int


class Value(NamedTuple):
    place: Place
    run_id: int


class Wanted(NamedTuple):
    """Observed after `since` and not after `until`. `flawed` None: either."""

    since: datetime
    until: datetime
    flawed: bool | None = None
    run: int | None = None


def series_in(actor: Actor) -> QuerySet[Series]:
    """Readable series with `queries.shown.NAMES`, to be filtered."""
    return readable(actor).annotate(**names(actor))


def page(rows: QuerySet[Series], wanted: Wanted, *, after: Place | None, size: int) -> list[Value]:
    """At most `size` values of these series, the newest first, from behind `after`."""
    until = min(wanted.until, after.observed_at) if after else wanted.until
    try:
        series, given = _reaching(rows, wanted).query.sql_with_params()
    except EmptyResultSet:
        return []
    more, asked = _conditions(wanted)
    if after:
        more, asked = f"{more} {_AFTER}", [*asked, *after]
    with connection.cursor() as cursor:
        cursor.execute(_PAGE.format(series=series, more=more), [*given, wanted.since, until, *asked, size, size])
        return [Value(Place(*row[:5]), row[5]) for row in cursor.fetchall()]


def about(actor: Actor, series_pks: set[int]) -> dict[int, dict[str, Any]]:
    """`{series: its columns and names}`, without what the actor may not see."""
    rows = series_in(actor).filter(pk__in=series_pks).values(*COLUMNS, *NAMES)
    return {row["id"]: masked(row) for row in rows}


def stream(actor: Actor, rows: QuerySet[Series], wanted: Wanted) -> Iterator[tuple[dict[str, Any], Value]]:
    """(series as in `about`, value) by series and time, read piece by piece."""
    ids = iter(_reaching(rows, wanted).order_by("pk").values_list("pk", flat=True).iterator(chunk_size=CHUNK))
    while some := list(islice(ids, SERIES_AT_ONCE)):
        told = about(actor, set(some))
        found = Observation.objects.filter(series__in=some, observed_at__gt=wanted.since, observed_at__lte=wanted.until)
        if wanted.run is not None:
            found = found.filter(run=wanted.run)
        columns = found.order_by("series", "observed_at", "value").values_list(
            "observed_at", "series_id", "value", "marks", "samples", "run_id"
        )
        for at, series, value, marks, samples, run in columns.iterator(chunk_size=CHUNK):
            if wanted.flawed is None or bool(marks & Marks.FLAWED) == wanted.flawed:
                yield told[series], Value(Place(at, series, value, marks, -1 if samples is None else samples), run)


def _reaching(rows: QuerySet[Series], wanted: Wanted) -> QuerySet[Series, Any]:
    """Ids of the series whose newest value is not older than the span."""
    newest = Series.objects.filter(latest__observed_at__gt=wanted.since).values("pk")
    shown: QuerySet[Series, Any] = rows.order_by().filter(pk__in=newest).values("id")
    return shown


def _conditions(wanted: Wanted) -> tuple[str, list[Any]]:
    conditions, asked = [], []
    if wanted.flawed is not None:
        conditions.append("AND (marks & %s <> 0) = %s")
        asked += [int(Marks.FLAWED), wanted.flawed]
    if wanted.run is not None:
        conditions.append("AND run_id = %s")
        asked.append(wanted.run)
    return " ".join(conditions), asked
