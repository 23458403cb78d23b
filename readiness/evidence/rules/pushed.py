"""Pushed observations as columns: what a hundred thousand rows share is read once, what differs is converted together.

The quick way takes rows whose value, time and samples are plainly a number, a time and a count. Every other row, and every row
that must be refused, goes through `rules.normal.normal`, which says why: both ways give the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from readiness.connectors.collector import MAY_BE_NEGATIVE, NEVER_ZERO
from readiness.connectors.contract import Kind
from readiness.connectors.errors import SkipRecord
from readiness.connectors.metrics import METRICS
from readiness.connectors.units import canonical
from readiness.connectors.values import text
from readiness.evidence.choices import MARK_OF_BOUND
from readiness.evidence.rules.columns import UNKNOWN
from readiness.evidence.rules.identity import digest
from readiness.evidence.rules.normal import Normal, Problem, normal
from readiness.evidence.rules.telling import MOST_RAW, OLDEST

Row = Normal | Mapping[str, Any]  # a row as it stands in the body is read the quick way
_MICROSECOND = timedelta(microseconds=1)
_EXACT = 2**53
_FAR = 200 * 365 * 86_400 * 1_000_000  # whether there is such a time in UTC is not asked before the year 2199


@dataclass(frozen=True, slots=True)
class Head:
    """What rows have in common. `mark` is their bound as choices.Marks has it."""

    kind: str
    metric: str
    statistic: str
    percentile: float | None
    window_s: float | None
    labels: tuple[tuple[str, str], ...]
    mark: int
    raw_unit: str

    def digest(self) -> str:
        return digest([self.kind, self.metric, self.statistic, self.percentile, self.window_s, self.labels, self.mark])


@dataclass(frozen=True)
class Table:
    """A column each, all of one length, in the order of the body. `head` counts in `heads`, `at` is microseconds since 2000
    (UTC), `value` in the canonical unit, `samples` UNKNOWN where nobody says, `place` of the row in the body `rows`."""

    rows: Sequence[Row]
    heads: list[Head]
    head: NDArray[np.int64]
    at: NDArray[np.int64]
    value: NDArray[np.float64]
    samples: NDArray[np.int64]
    place: NDArray[np.int64]
    refused: list[Problem]

    def raw(self, which: NDArray[np.int64]) -> list[list[Any]]:
        """What was written in some of the rows, as Run.raw keeps it."""
        first = which[:MOST_RAW]
        return [_raw(self.rows[place], self.heads[head]) for place, head in zip(self.place[first], self.head[first], strict=True)]


def table(rows: Iterable[Row], kind: Kind | None = None) -> Table:
    """The rows that can be taken; the others are in `refused`. Rows are of known words (rules.normal.wrong_words)."""
    reader = _Reader(rows if isinstance(rows, Sequence) else list(rows), kind)
    reader.read()
    return reader.table()


class _Reader:
    """`_quick` and `_slow` are (head, at, value, samples, place); the quick ones' values are not converted yet."""

    def __init__(self, rows: Sequence[Row], kind: Kind | None) -> None:
        self._rows, self._kind = rows, kind
        self._heads: dict[Head, int] = {}
        self._factors: list[float] = []
        self._shapes: dict[tuple[Any, ...], int] = {}
        self._times: dict[Any, int] = {}
        self._quick: list[tuple[int, int, float, int, int]] = []
        self._slow: list[tuple[int, int, float, int, int]] = []
        self._refused: list[tuple[int, Problem]] = []

    def read(self) -> None:
        shapes, times, quick = self._shapes, self._times, self._quick
        for place, row in enumerate(self._rows):
            if isinstance(row, Normal):
                self._take(row, place)
                continue
            get = row.get
            written, value, samples = get("observed_at"), get("value"), get("samples")
            try:
                head = shapes.get(_shape(row))
                at = times.get(written) or self._time(written)
            except (AttributeError, TypeError):  # a list where a word belongs
                head = at = None
            plain = type(value) is float or (type(value) is int and -_EXACT < value < _EXACT)
            if head is None or at is None or not plain or not (samples is None or _is_count(samples)):
                self._slowly(row, place)
            else:
                quick.append((head, at, value, UNKNOWN if samples is None else samples, place))  # type: ignore[arg-type]

    def table(self) -> Table:
        head, at, value, samples, place = _columns(self._quick)
        value *= np.array(self._factors, dtype=np.float64)[head] if len(head) else 1.0
        wrong = self._wrong(head, value)
        for number in place[wrong].tolist():
            self._slowly(self._rows[number], number)
        slow = _columns(self._slow)
        order = np.argsort(np.concatenate((place[~wrong], slow[4])), kind="stable")
        head, at, value, samples, place = (
            np.concatenate((one[~wrong], other))[order]
            for one, other in zip((head, at, value, samples, place), slow, strict=True)
        )  # fmt: skip
        refused = [problem for _, problem in sorted(self._refused, key=lambda one: one[0])]
        return Table(self._rows, list(self._heads), head, at, value, samples, place, refused)

    def _slowly(self, row: Row, place: int) -> None:
        """By the rules of one row; its shape is known from then on."""
        assert not isinstance(row, Normal)
        try:
            one = normal(row, place, self._kind)
        except SkipRecord as skipped:
            self._refused.append((place, Problem(skipped.place, skipped.text)))
            return
        self._shapes[_shape(row)] = self._take(one, place)

    def _take(self, one: Normal, place: int) -> int:
        head = Head(
            str(one.kind), one.metric, str(one.statistic), one.percentile, one.window_s, one.labels,
            int(MARK_OF_BOUND[one.bound]), one.raw_unit,
        )  # fmt: skip
        number = self._heads.get(head)
        if number is None:
            number = self._heads[head] = len(self._heads)
            self._factors.append(canonical(one.metric, 1.0, one.raw_unit))
        samples = UNKNOWN if one.samples is None else one.samples
        self._slow.append((number, (one.at - OLDEST) // _MICROSECOND, one.value, samples, place))
        return number

    def _time(self, written: object) -> int | None:
        """Of a text with its zone, since 2000; None for all that is to be looked at more closely."""
        if type(written) is not str:
            return None
        try:
            at = datetime.fromisoformat(written)
            since = (at - OLDEST) // _MICROSECOND if at.utcoffset() is not None else 0
        except (ValueError, OverflowError):
            return None
        if not 0 < since < _FAR:
            return None
        self._times[written] = since
        return since

    def _wrong(self, head: NDArray[np.int64], value: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Values that cannot be, as rules.normal has it."""
        metrics = [one.metric for one in self._heads]
        share = np.array([METRICS[one].unit == "share" for one in metrics], dtype=bool)
        signed = np.array([one in MAY_BE_NEGATIVE for one in metrics], dtype=bool)
        zero = np.array([one not in NEVER_ZERO for one in metrics], dtype=bool)
        if not len(head):
            return np.zeros(0, dtype=bool)
        wrong: NDArray[np.bool_] = ~np.isfinite(value) | ((value < 0) & ~signed[head]) | ((value == 0) & ~zero[head])
        return wrong | (share[head] & ((value < 0) | (value > 1 + 1e-9)))


def _shape(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """Whatever makes two rows alike but for value, time and samples. True is no 1."""
    get = row.get
    labels, window = get("labels"), get("window_s")
    return (
        get("metric"), get("unit"), get("statistic"), get("percentile"), window, window is True, get("bound"),
        tuple(labels.items()) if labels else None,
    )  # fmt: skip


def _is_count(samples: object) -> bool:
    return type(samples) is int and 0 <= samples < _EXACT


def _columns(rows: list[tuple[int, int, float, int, int]]) -> tuple[Any, ...]:
    head, at, value, samples, place = zip(*rows, strict=True) if rows else ((),) * 5
    whole = (np.array(one, dtype=np.int64) for one in (head, at, samples, place))
    heads, times, counts, places = whole
    return heads, times, np.array(value, dtype=np.float64), counts, places


def _raw(row: Row, head: Head) -> list[Any]:
    written = row.raw_value if isinstance(row, Normal) else text(row.get("value"), 40)
    return [head.metric, head.statistic, head.percentile, head.metric, written, head.raw_unit]
