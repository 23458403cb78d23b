"""Observations into the partitioned history, and the newest of each series beside it: typed columns, binary COPY, two statements.

The columns are sorted and freed of repetitions here, where it is cheap, so that PostgreSQL meets its indexes in their order.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from readiness.evidence.choices import Marks
from readiness.evidence.rules.pushed import UNKNOWN

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Shorts = NDArray[np.int16]

_ARRIVING = "evidence_arriving"
_NEWEST = "evidence_newest"
_STAGES = f"""
CREATE TEMP TABLE IF NOT EXISTS {_ARRIVING} (
    series_id bigint, observed_at timestamptz, value double precision, marks smallint, samples bigint, run_id bigint
) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS {_NEWEST} (
    series_id bigint, flawed smallint, observed_at timestamptz, low double precision, high double precision, marks smallint,
    samples bigint, run_id bigint
) ON COMMIT DELETE ROWS;
TRUNCATE pg_temp.{_ARRIVING}, pg_temp.{_NEWEST}
"""
_PARTITIONS = "SELECT pilotage_evidence_partitions(month, month) FROM unnest(%s::timestamptz[]) AS month ORDER BY month"
_KEEP = f"""
INSERT INTO evidence_observation (series_id, observed_at, value, marks, samples, run_id)
SELECT series_id, observed_at, value, marks, nullif(samples, {UNKNOWN}), run_id FROM pg_temp.{_ARRIVING}
ON CONFLICT DO NOTHING
"""  # noqa: S608 - names of this file
# The join of a semilattice: whatever the order and however often, the same row. At a newer time all is the newer's; at an equal
# one the least and the greatest value, every bound, the fewest samples that were told, the run that came first.
_ADVANCE = f"""
INSERT INTO evidence_latest AS old (series_id, flawed, observed_at, low, high, marks, samples, run_id)
SELECT series_id, flawed <> 0, observed_at, low, high, marks, nullif(samples, {UNKNOWN}), run_id FROM pg_temp.{_NEWEST}
ON CONFLICT (series_id, flawed) DO UPDATE SET
    observed_at = excluded.observed_at,
    low = CASE WHEN excluded.observed_at > old.observed_at THEN excluded.low ELSE least(old.low, excluded.low) END,
    high = CASE WHEN excluded.observed_at > old.observed_at THEN excluded.high ELSE greatest(old.high, excluded.high) END,
    marks = CASE WHEN excluded.observed_at > old.observed_at THEN excluded.marks ELSE old.marks | excluded.marks END,
    samples = CASE WHEN excluded.observed_at > old.observed_at THEN excluded.samples
                   ELSE least(old.samples, excluded.samples) END,
    run_id = CASE WHEN excluded.observed_at > old.observed_at THEN excluded.run_id ELSE least(old.run_id, excluded.run_id) END
WHERE excluded.observed_at >= old.observed_at
"""  # noqa: S608 - names of this file

_HEADER = b"PGCOPY\n\xff\r\n\x00" + struct.pack(">ii", 0, 0)
_TRAILER = struct.pack(">h", -1)


@dataclass(frozen=True)
class Columns:
    """Observations, a column each, all of one length. `at` in microseconds since 2000 (UTC), `samples` UNKNOWN where not told."""

    series: Ints
    at: Ints
    value: Floats
    marks: Shorts
    samples: Ints
    run: Ints

    def __len__(self) -> int:
        return len(self.series)

    def taken(self, places: NDArray[Any]) -> Columns:
        return Columns(
            self.series[places], self.at[places], self.value[places], self.marks[places], self.samples[places], self.run[places]
        )

    def in_order(self) -> Columns:
        """Sorted by their identity, each once; of equal ones the run with the least id stays."""
        rows = self.taken(np.lexsort((self.run, self.samples, self.marks, self.value, self.at, self.series)))
        if not len(rows):
            return rows
        again = np.ones(len(rows) - 1, dtype=bool)
        for column in (rows.series, rows.at, rows.value, rows.marks, rows.samples):
            again &= column[1:] == column[:-1]
        return rows.taken(np.concatenate(([True], ~again))) if again.any() else rows


@dataclass(frozen=True)
class Newest:
    """The newest time of each series in a batch, sound and flawed apart, as Latest has it."""

    series: Ints
    flawed: Shorts
    at: Ints
    low: Floats
    high: Floats
    marks: Shorts
    samples: Ints
    run: Ints


def keep(columns: Columns) -> tuple[int, int]:
    """Write the observations and advance the latest, in the caller's transaction: (how many are new, how many were there)."""
    if not len(columns):
        return 0, 0
    rows = columns.in_order()
    with connection.cursor() as cursor:
        cursor.execute(_STAGES)
        cursor.execute(_PARTITIONS, [[f"{month}-01T00:00:00+00:00" for month in _months(rows.at)]])
        _copy(cursor, _ARRIVING, rows.series, rows.at, rows.value, rows.marks, rows.samples, rows.run)
        cursor.execute(_KEEP)
        new = int(cursor.rowcount)
        if new:
            one = newest(rows)
            _copy(cursor, _NEWEST, one.series, one.flawed, one.at, one.low, one.high, one.marks, one.samples, one.run)
            cursor.execute(_ADVANCE)
    return new, len(columns) - new


def newest(rows: Columns) -> Newest:
    """Of rows in order (`Columns.in_order`)."""
    flawed = (rows.marks & Marks.FLAWED).astype(np.int16)
    order = np.lexsort((rows.at, flawed, rows.series))
    rows, flawed = rows.taken(order), flawed[order]
    last = np.concatenate(((rows.series[1:] != rows.series[:-1]) | (flawed[1:] != flawed[:-1]), [True]))
    ends = np.flatnonzero(last)
    sizes = np.diff(ends, prepend=-1)
    at_end = rows.at == np.repeat(rows.at[ends], sizes)
    rows, flawed = rows.taken(at_end), flawed[at_end]
    starts = np.flatnonzero(np.concatenate(([True], (rows.series[1:] != rows.series[:-1]) | (flawed[1:] != flawed[:-1]))))
    told = np.where(rows.samples == UNKNOWN, np.iinfo(np.int64).max, rows.samples)
    fewest = np.minimum.reduceat(told, starts)
    return Newest(
        rows.series[starts],
        flawed[starts],
        rows.at[starts],
        np.minimum.reduceat(rows.value, starts),
        np.maximum.reduceat(rows.value, starts),
        np.bitwise_or.reduceat(rows.marks & ~np.int16(Marks.FLAWED), starts),
        np.where(fewest == np.iinfo(np.int64).max, UNKNOWN, fewest),
        np.minimum.reduceat(rows.run, starts),
    )


def _months(at: Ints) -> list[str]:
    months = (at.astype("timedelta64[us]") + np.datetime64("2000-01-01", "us")).astype("datetime64[M]")
    return [str(month) for month in np.unique(months)]


def _copy(cursor: Any, table: str, *columns: NDArray[Any]) -> None:
    """Columns of fixed width as the rows of COPY's binary format: a count of fields, then each with its length before it."""
    fields: list[tuple[str, str]] = [("fields", ">i2")]
    for number, column in enumerate(columns):
        fields += [(f"length{number}", ">i4"), (f"field{number}", column.dtype.newbyteorder(">").str)]
    rows = np.empty(len(columns[0]), dtype=fields)
    rows["fields"] = len(columns)
    for number, column in enumerate(columns):
        rows[f"length{number}"] = column.dtype.itemsize
        rows[f"field{number}"] = column
    with cursor.copy(f"COPY pg_temp.{table} FROM STDIN (FORMAT BINARY)") as copy:
        copy.write(_HEADER)
        copy.write(rows.tobytes())
        copy.write(_TRAILER)
