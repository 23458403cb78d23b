"""Observations into the partitioned history, and the newest of each series beside it: typed columns, binary COPY.

What is newer than all there is of its series cannot be there already; that is told by advancing the latest, which has to be done
anyway. Of everything else it is asked which of it is there. What is not goes into the history by COPY, which costs half of what
INSERT with ON CONFLICT does. Both need the source's lock (landing.lock): nobody else writes these series meanwhile.
"""

from __future__ import annotations

from datetime import timedelta

import numpy as np
from django.db import connection
from django.db.backends.utils import CursorWrapper
from psycopg import sql

from readiness.evidence.rules.columns import UNKNOWN, Columns, Newest, months, newest
from readiness.evidence.rules.telling import OLDEST
from readiness.evidence.services.ingest.binary import copy, numbers

_STAGES = """
CREATE TEMP TABLE IF NOT EXISTS evidence_arriving (
    place bigint, series_id bigint, observed_at timestamptz, value double precision, marks smallint, samples bigint
) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS evidence_newest (
    series_id bigint, flawed smallint, since timestamptz, observed_at timestamptz, low double precision, high double precision,
    marks smallint, samples bigint, run_id bigint
) ON COMMIT DELETE ROWS
"""
_USED = "SELECT EXISTS (SELECT FROM pg_temp.evidence_newest) OR EXISTS (SELECT FROM pg_temp.evidence_arriving)"
_EMPTY = "TRUNCATE pg_temp.evidence_arriving, pg_temp.evidence_newest"
_PARTITIONS = "SELECT pilotage_evidence_partitions(month, month) FROM unnest(%s::timestamptz[]) AS month ORDER BY month"
# One look into the index for each row, whatever the planner believes about a month that was never analysed: OFFSET 0 keeps it
# from turning this into a join. The span as a constant: partitions beyond it are not even planned for.
_THERE = """
SELECT new.place AS number FROM pg_temp.evidence_arriving AS new WHERE EXISTS (
    SELECT FROM evidence_observation AS old
    WHERE old.series_id = new.series_id AND old.observed_at = new.observed_at AND old.value = new.value AND old.marks = new.marks
    AND old.samples IS NOT DISTINCT FROM nullif(new.samples, {unknown}) AND old.observed_at BETWEEN {first} AND {last} OFFSET 0)
"""
_PAIR = "old.series_id = new.series_id AND old.flawed = (new.flawed <> 0)"
_AHEAD = f"""
UPDATE evidence_latest AS old SET
    observed_at = new.observed_at, low = new.low, high = new.high, marks = new.marks, samples = nullif(new.samples, {UNKNOWN}),
    run_id = new.run_id
FROM pg_temp.evidence_newest AS new WHERE {_PAIR} AND new.since > old.observed_at
"""  # noqa: S608 - names of ours
# The join of a semilattice: whatever the order and however often, the same row. At a newer time all is the newer's; at the same
# time the least and the greatest value, every bound, the fewest samples that were told, the run that came first.
_JOIN = f"""
UPDATE evidence_latest AS old SET
    observed_at = new.observed_at,
    low = CASE WHEN new.observed_at > old.observed_at THEN new.low ELSE least(old.low, new.low) END,
    high = CASE WHEN new.observed_at > old.observed_at THEN new.high ELSE greatest(old.high, new.high) END,
    marks = CASE WHEN new.observed_at > old.observed_at THEN new.marks ELSE old.marks | new.marks END,
    samples = CASE WHEN new.observed_at > old.observed_at THEN nullif(new.samples, {UNKNOWN})
                   ELSE least(old.samples, nullif(new.samples, {UNKNOWN})) END,
    run_id = CASE WHEN new.observed_at > old.observed_at THEN new.run_id ELSE least(old.run_id, new.run_id) END
FROM pg_temp.evidence_newest AS new WHERE {_PAIR} AND (
    new.observed_at > old.observed_at OR new.observed_at = old.observed_at AND (
        least(old.low, new.low), greatest(old.high, new.high), old.marks | new.marks,
        least(old.samples, nullif(new.samples, {UNKNOWN})), least(old.run_id, new.run_id)
    ) IS DISTINCT FROM (old.low, old.high, old.marks, old.samples, old.run_id)
)
"""  # noqa: S608 - names of ours
_MISSING = f"""
INSERT INTO evidence_latest (series_id, flawed, observed_at, low, high, marks, samples, run_id)
SELECT series_id, flawed <> 0, observed_at, low, high, marks, nullif(samples, {UNKNOWN}), run_id
FROM pg_temp.evidence_newest AS new WHERE NOT EXISTS (SELECT FROM evidence_latest AS old WHERE {_PAIR})
"""  # noqa: S608 - names of ours


def keep(columns: Columns, *, likely_new: bool = True) -> tuple[int, int]:
    """Write the observations and advance the latest, in the caller's transaction: (how many are new, how many were there).

    `likely_new` is a hint: of what comes again it is quicker to ask at once. The result is the same.
    """
    if not len(columns):
        return 0, 0
    rows = columns.in_order()
    with connection.cursor() as cursor:
        prepare(cursor, rows)
        told = newest(rows)
        if likely_new and _all_ahead(cursor, told):
            append(cursor, rows)
            new = len(rows)
        else:
            new = merge(cursor, rows)
            if new:
                _advance(cursor, told, is_staged=likely_new)
    return new, len(columns) - new


def append(cursor: CursorWrapper, rows: Columns) -> None:
    """Rows that cannot be there already; a repetition is an IntegrityError. A column without a value is left out of its rows."""
    told = rows.samples != UNKNOWN
    for part, with_samples in ((rows.taken(told), True), (rows.taken(~told), False)):
        if len(part):
            named = {"samples": part.samples} if with_samples else {}
            copy(
                cursor, "evidence_observation", series_id=part.series, observed_at=part.at, value=part.value, marks=part.marks,
                run_id=part.run, **named,
            )  # fmt: skip


def merge(cursor: CursorWrapper, rows: Columns) -> int:
    """Append those rows that are not there; how many that are."""
    copy(
        cursor, "evidence_arriving", place=np.arange(len(rows)), series_id=rows.series, observed_at=rows.at, value=rows.value,
        marks=rows.marks, samples=rows.samples,
    )  # fmt: skip
    first, last = (sql.Literal(OLDEST + timedelta(microseconds=int(at))) for at in (rows.at.min(), rows.at.max()))
    missing = np.ones(len(rows), dtype=bool)
    missing[numbers(cursor, sql.SQL(_THERE).format(unknown=sql.Literal(UNKNOWN), first=first, last=last))] = False
    append(cursor, rows.taken(missing))
    return int(missing.sum())


def prepare(cursor: CursorWrapper, rows: Columns) -> None:
    """Empty stages, and the partitions that the rows need."""
    cursor.execute(_STAGES)
    cursor.execute(_USED)
    if cursor.fetchone() == (True,):
        cursor.execute(_EMPTY)
    cursor.execute(_PARTITIONS, [[f"{month}-01T00:00:00+00:00" for month in months(rows.at)]])


def _all_ahead(cursor: CursorWrapper, told: Newest) -> bool:
    """Advance each pair of series and soundness whose rows are all newer than what is there; whether that was every pair."""
    _stage(cursor, told)
    cursor.execute(_AHEAD)
    advanced = cursor.rowcount
    if advanced < len(told.series):
        cursor.execute(_MISSING)
        advanced += cursor.rowcount
    return int(advanced) == len(told.series)


def _advance(cursor: CursorWrapper, told: Newest, *, is_staged: bool) -> None:
    """Join what came into what is there; `is_staged`: `_all_ahead` has done what it could."""
    if not is_staged:
        _stage(cursor, told)
        cursor.execute(_MISSING)
    cursor.execute(_JOIN)


def _stage(cursor: CursorWrapper, told: Newest) -> None:
    copy(
        cursor, "evidence_newest", series_id=told.series, flawed=told.flawed, since=told.since, observed_at=told.at, low=told.low,
        high=told.high, marks=told.marks, samples=told.samples, run_id=told.run,
    )  # fmt: skip
