"""The newest values that may decide, of many workloads and pools at once: one statement for all of them, one for what stands
behind a value that may not, one for the windows of an availability that must be put together."""

# ruff: noqa: S608  (every part of the statements is written here)

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

import orjson
from django.db import connection

from readiness.evidence.choices import FUTURE_S, EvidenceKind, Marks
from readiness.evidence.rules.verdicts.evidence import Labels, Reading

MOST = 500  # sound values of a workload and metric, the newest; of those that must not decide a page needs no more than
MOST_UNSOUND = 40
_SLACK_S = 1.0

# The newest word on each run; one that is set aside must not push sound ones out of the newest MOST.
_ASIDE = """
aside AS MATERIALIZED (
    SELECT run_id, reason FROM (
        SELECT DISTINCT ON (run_id) run_id, aside, reason FROM evidence_setaside ORDER BY run_id, id DESC
    ) AS word WHERE aside
)"""
_NEWEST = f"""
WITH {_ASIDE},
asked AS (SELECT * FROM unnest(%(subjects)s::bigint[], %(metrics)s::text[]) AS asked(subject, metric))
SELECT subject, kind, id, metric, statistic, percentile, window_s, labels::text, flawed, observed_at, low, high, marks, samples,
       run_id, reason
FROM (
    SELECT asked.subject, s.kind, s.id, s.metric, s.statistic, s.percentile, s.window_s, s.labels, l.flawed, l.observed_at,
           l.low, l.high, l.marks, l.samples, l.run_id, aside.reason, row_number() OVER (
               PARTITION BY asked.subject, s.metric, l.flawed, aside.run_id IS NULL ORDER BY l.observed_at DESC, s.id DESC
           ) AS place
    FROM asked JOIN evidence_series s ON s.{{column}} = asked.subject AND s.metric = asked.metric
    JOIN evidence_latest l ON l.series_id = s.id
    LEFT JOIN aside ON aside.run_id = l.run_id
) AS placed
WHERE place <= CASE WHEN flawed OR reason IS NOT NULL THEN {MOST_UNSOUND} ELSE {MOST} END
"""
# As Latest would have it, were the runs that are set aside not there.
_BEHIND = f"""
WITH {_ASIDE}
SELECT s.id, newest.at, told.low, told.high, told.marks, told.samples, told.run_id
FROM unnest(%(series)s::bigint[]) AS s(id)
CROSS JOIN LATERAL (
    SELECT o.observed_at AS at FROM evidence_observation o
    WHERE o.series_id = s.id AND o.marks & 4 = 0 AND o.observed_at <= %(until)s
      AND NOT EXISTS (SELECT FROM aside WHERE aside.run_id = o.run_id)
    ORDER BY o.observed_at DESC LIMIT 1
) AS newest
CROSS JOIN LATERAL (
    SELECT min(o.value) AS low, max(o.value) AS high, bit_or(o.marks) AS marks, min(o.samples) AS samples, min(o.run_id) AS run_id
    FROM evidence_observation o
    WHERE o.series_id = s.id AND o.observed_at = newest.at AND o.marks & 4 = 0
      AND NOT EXISTS (SELECT FROM aside WHERE aside.run_id = o.run_id)
) AS told
"""
# One window for each length of it, counted back from the newest: the first that ended no later than the one after it began.
_WINDOWS = f"""
WITH {_ASIDE}
SELECT DISTINCT ON (o.series_id, floor((extract(epoch FROM s.newest - o.observed_at) + {_SLACK_S}) / s.window_s))
       o.series_id, o.observed_at, o.value
FROM unnest(%(series)s::bigint[], %(newest)s::timestamptz[], %(windows)s::float8[], %(spans)s::float8[])
     AS s(id, newest, window_s, span_s)
JOIN evidence_observation o ON o.series_id = s.id AND o.observed_at <= s.newest
     AND o.observed_at > s.newest - make_interval(secs => s.span_s)
WHERE o.marks & 7 = 0 AND NOT EXISTS (SELECT FROM aside WHERE aside.run_id = o.run_id)
ORDER BY o.series_id, floor((extract(epoch FROM s.newest - o.observed_at) + {_SLACK_S}) / s.window_s), o.observed_at DESC, o.value
"""


class Value(NamedTuple):
    """The newest of a series. `subject` is the workload or pool; `aside` the reason of a person who set its run aside."""

    subject: int
    kind: str
    reading: Reading
    flawed: bool
    run: int
    aside: str | None


class Asked(NamedTuple):
    """A series whose windows are wanted back from `newest` as far as `span_s`."""

    series: int
    newest: datetime
    window_s: float
    span_s: float


def newest(column: str, asked: Iterable[tuple[int, str]], now: datetime) -> list[Value]:
    """Of (subject, metric) pairs, by `workload_id` or `pool_id`. Where the newest must not decide, also what stands behind it."""
    pairs = sorted(set(asked))
    if not pairs:
        return []
    rows = _fetch(
        _NEWEST.format(column=column), {"subjects": [pk for pk, _ in pairs], "metrics": [metric for _, metric in pairs]}
    )  # fmt: skip
    values = [_value(row) for row in rows]
    return values + _behind(values, now)


def windows(asked: Collection[Asked]) -> dict[int, list[tuple[datetime, float]]]:
    """`{series: [(end of a window, value)]}` of what is sound and exact; of two values of a time the least."""
    if not asked:
        return {}
    series, newest_, lengths, spans = zip(*asked, strict=True)
    rows = _fetch(
        _WINDOWS, {"series": list(series), "newest": list(newest_), "windows": list(lengths), "spans": list(spans)}
    )  # fmt: skip
    made: dict[int, list[tuple[datetime, float]]] = {}
    for pk, at, value in rows:
        made.setdefault(pk, []).append((at, value))
    return made


def _behind(values: Sequence[Value], now: datetime) -> list[Value]:
    """What a service told before the run that was set aside; a benchmark's series has only its run."""
    until = now + timedelta(seconds=FUTURE_S)
    hidden = {
        one.reading.series: one
        for one in values
        if not one.flawed and one.kind != EvidenceKind.BENCHMARK and (one.aside is not None or one.reading.at > until)
    }
    if not hidden:
        return []
    found = []
    for pk, at, low, high, marks, samples, run in _fetch(_BEHIND, {"series": list(hidden), "until": until}):
        one = hidden[pk]
        told = one.reading._replace(at=at, low=low, high=high, marks=marks, samples=samples)
        found.append(one._replace(reading=told, run=run, aside=None))
    return found


def _value(row: tuple[Any, ...]) -> Value:
    subject, kind, pk, metric, statistic, percentile, window_s, labels, flawed, at, low, high, marks, samples, run, aside = row
    reading = Reading(
        pk, metric, statistic, percentile, low, high, at, marks & ~Marks.FLAWED.value, samples, window_s, _labels(labels)
    )  # fmt: skip
    return Value(subject, kind, reading, flawed, run, aside)


@lru_cache(maxsize=4096)
def _labels(text: str) -> Labels:
    told: Mapping[str, Any] = orjson.loads(text)
    return tuple(sorted((str(name), str(value)) for name, value in told.items()))


def _fetch(statement: str, given: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
