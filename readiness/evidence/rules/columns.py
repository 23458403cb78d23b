"""Observations as columns: put in order, freed of repetitions, and the newest of each series taken out of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from readiness.evidence.choices import Marks

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Shorts = NDArray[np.int16]
UNKNOWN = -1  # how many samples, where nobody says
_MOST = np.iinfo(np.int64).max


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
        """The rows at these places, or where a mask is true."""
        return Columns(
            self.series[places], self.at[places], self.value[places], self.marks[places], self.samples[places], self.run[places]
        )

    def in_order(self) -> Columns:
        """Sorted by their identity, each once; of equal ones the run with the least id stays."""
        keys = [one for one in (self.run, self.samples, self.marks, self.value, self.at, self.series) if _varies(one)]
        rows = self.taken(np.lexsort(keys)) if keys else self
        first = _first(rows.series, rows.at, rows.value, rows.marks, rows.samples)
        return rows if first.all() else rows.taken(first)


@dataclass(frozen=True)
class Newest:
    """The newest time of each series in a batch, sound and flawed apart, as Latest has it; `since` is the oldest."""

    series: Ints
    flawed: Shorts
    since: Ints
    at: Ints
    low: Floats
    high: Floats
    marks: Shorts
    samples: Ints
    run: Ints


def newest(rows: Columns) -> Newest:
    """Of rows in order (`Columns.in_order`), of which there is at least one."""
    flawed = rows.marks & np.int16(Marks.FLAWED)
    if flawed.any() and not flawed.all():
        order = np.lexsort((rows.at, flawed, rows.series))
        rows, flawed = rows.taken(order), flawed[order]
    starts = np.flatnonzero(_first(rows.series, flawed))
    ends = np.append(starts[1:], len(rows)) - 1
    since = rows.at[starts]
    if len(starts) < len(rows):
        last = rows.at == np.repeat(rows.at[ends], ends - starts + 1)
        rows, flawed = rows.taken(last), flawed[last]
        starts = np.flatnonzero(_first(rows.series, flawed))
    fewest = np.minimum.reduceat(np.where(rows.samples == UNKNOWN, _MOST, rows.samples), starts)
    return Newest(
        rows.series[starts],
        flawed[starts],
        since,
        rows.at[starts],
        np.minimum.reduceat(rows.value, starts),
        np.maximum.reduceat(rows.value, starts),
        np.bitwise_or.reduceat(rows.marks & ~np.int16(Marks.FLAWED), starts),
        np.where(fewest == _MOST, UNKNOWN, fewest),
        np.minimum.reduceat(rows.run, starts),
    )


def months(at: Ints) -> list[str]:
    """The months, "2026-11", that the times lie in."""
    numbers = (at.astype("timedelta64[us]") + np.datetime64("2000-01-01", "us")).astype("datetime64[M]").astype(np.int64)
    found = np.flatnonzero(np.bincount(numbers - numbers.min())) + numbers.min()
    return [str(month) for month in found.astype("datetime64[M]")]


def _varies(column: NDArray[Any]) -> bool:
    return len(column) > 0 and bool((column != column[0]).any())


def _first(*columns: NDArray[Any]) -> NDArray[np.bool_]:
    """Where a row differs from the one before it."""
    differs = np.ones(len(columns[0]), dtype=bool)
    if len(differs):
        differs[1:] = np.logical_or.reduce([column[1:] != column[:-1] for column in columns])
    return differs
