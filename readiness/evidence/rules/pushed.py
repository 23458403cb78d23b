"""Pushed observations as columns: what a hundred thousand rows share is read once, what differs is converted together.

The quick way takes rows whose value, time and samples are plainly a number, a time and a count. Every other row, and every row
that must be refused, goes through `rules.normal.normal`, which says why: both ways give the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import nan
from operator import itemgetter
from typing import Any, NamedTuple, cast

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
from readiness.evidence.rules.normal import Normal, Problem, labels_of, normal
from readiness.evidence.rules.telling import MOST_RAW, OLDEST

Row = Normal | Mapping[str, Any]  # a row as it stands in the body is read the quick way
_WORDS = ("metric", "unit", "statistic", "percentile", "window_s", "bound")  # what rows share beside their labels
_WINDOW = _WORDS.index("window_s")
_PROBE = {"value": 1, "observed_at": "2026-01-01T00:00:00Z", "labels": {"currency": "EUR"}}  # can be, of every metric
Shape = tuple[Any, ...]  # words and, last, labels
Labels = tuple[tuple[str, Any], ...] | None
Taken = tuple[int, int, float, int, int]  # head, at, value, samples, place
_MICROSECOND = timedelta(microseconds=1)
_EXACT = 2**53
_MILLISECONDS = 1e11  # what looks like them is no number of seconds
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


class Part(NamedTuple):
    """Columns of some rows, as Table has them."""

    head: NDArray[np.int64]
    at: NDArray[np.int64]
    value: NDArray[np.float64]
    samples: NDArray[np.int64]
    place: NDArray[np.int64]

    def taken(self, mask: NDArray[np.bool_]) -> Part:
        return Part(self.head[mask], self.at[mask], self.value[mask], self.samples[mask], self.place[mask])


def table(rows: Iterable[Row], kind: Kind | None = None) -> Table:
    """The rows that can be taken; the others are in `refused`. Rows are of known words (rules.normal.wrong_words)."""
    return _Reader(rows if isinstance(rows, Sequence) else list(rows), kind).table()


class _Reader:
    """`_slow` are (head, at, value, samples, place) of the rows that went through the rules of one row."""

    def __init__(self, rows: Sequence[Row], kind: Kind | None) -> None:
        self._rows, self._kind = rows, kind
        self._heads: dict[Head, int] = {}
        self._patterns: dict[Shape, Normal | None] = {}
        self._slow: list[Taken] = []
        self._refused: list[tuple[int, Problem]] = []

    def table(self) -> Table:
        quick = self._quickly()
        if quick is None:
            quick = _columns([])
            for place, row in enumerate(self._rows):
                self._slowly(row, place)
        slow = _columns(self._slow)
        order = np.argsort(np.concatenate((quick.place, slow.place)))
        both = Part(*(np.concatenate(pair)[order] for pair in zip(quick, slow, strict=True)))
        refused = [problem for _, problem in sorted(self._refused, key=lambda one: one[0])]
        return Table(self._rows, list(self._heads), both.head, both.at, both.value, both.samples, both.place, refused)

    def _quickly(self) -> Part | None:
        """The plain rows together, the others one by one; None where rows are too strange to be looked at together."""
        if not all(type(row) is dict for row in self._rows):
            return None
        rows = cast("Sequence[dict[str, Any]]", self._rows)
        try:
            words = [_column(rows, name) for name in _WORDS]
            if bool in set(map(type, words[_WINDOW])):  # True is no 1, though it looks up alike
                return None
            labels = [None if one is None else tuple(one.items()) for one in _column(rows, "labels")]
            heads = self._heads_of([*words, labels])
            at = _times(_column(rows, "observed_at"))
        except (AttributeError, TypeError):  # a list where a word belongs
            return None
        whole = Part(np.array(heads, dtype=np.int64), at, _values(rows), _samples(rows), np.arange(len(rows)))
        plain = whole.taken((whole.head >= 0) & (at > 0) & np.isfinite(whole.value) & (whole.samples >= UNKNOWN))
        taken = self._possible(plain)
        left = np.ones(len(rows), dtype=bool)
        left[taken.place] = False
        for place in np.flatnonzero(left).tolist():
            self._slowly(rows[place], place)
        return taken

    def _heads_of(self, columns: list[list[Any]]) -> list[int]:
        """The head of each row, -1 where a row of that shape can never be taken. `columns`: _WORDS and, last, labels.

        Most columns are of one word, so that only the others are looked up row by row. Raises TypeError.
        """
        varying = [place for place, column in enumerate(columns) if len(set(column)) > 1]
        shape = [column[0] if column else None for column in columns]
        known: dict[Shape, int] = {}
        shapes = list(zip(*(columns[place] for place in varying), strict=True)) or [()] * len(columns[0])
        for one in dict.fromkeys(shapes):
            for place, word in zip(varying, one, strict=True):
                shape[place] = word
            known[one] = self._head(tuple(shape[:-1]), shape[-1])
        return list(map(known.__getitem__, shapes))

    def _head(self, words: Shape, labels: Labels) -> int:
        if words not in self._patterns:
            self._patterns[words] = self._pattern(words)
        pattern = self._patterns[words]
        try:
            return -1 if pattern is None else self._number(pattern, labels_of(pattern.metric, dict(labels or ()), ""))
        except SkipRecord:
            return -1

    def _pattern(self, words: Shape) -> Normal | None:
        """What a row of these words says beside its labels, value, time and samples; None if it must be refused whatever they
        are."""
        try:
            return normal(dict(zip(_WORDS, words, strict=True)) | _PROBE, 0, self._kind)
        except SkipRecord:
            return None

    def _slowly(self, row: Row, place: int) -> None:
        """By the rules of one row."""
        try:
            one = row if isinstance(row, Normal) else normal(row, place, self._kind)
        except SkipRecord as skipped:
            self._refused.append((place, Problem(skipped.place, skipped.text)))
            return
        samples = UNKNOWN if one.samples is None else one.samples
        self._slow.append((self._number(one, one.labels), (one.at - OLDEST) // _MICROSECOND, one.value, samples, place))

    def _number(self, one: Normal, labels: tuple[tuple[str, str], ...]) -> int:
        mark = int(MARK_OF_BOUND[one.bound])
        head = Head(str(one.kind), one.metric, str(one.statistic), one.percentile, one.window_s, labels, mark, one.raw_unit)
        return self._heads.setdefault(head, len(self._heads))

    def _possible(self, rows: Part) -> Part:
        """Those whose value, converted, can be; as rules.normal has it."""
        metrics = [one.metric for one in self._heads]
        factor = np.array([canonical(one.metric, 1.0, one.raw_unit) for one in self._heads], dtype=np.float64)[rows.head]
        share = np.array([METRICS[one].unit == "share" for one in metrics], dtype=bool)[rows.head]
        signed = np.array([one in MAY_BE_NEGATIVE for one in metrics], dtype=bool)[rows.head]
        zero = np.array([one not in NEVER_ZERO for one in metrics], dtype=bool)[rows.head]
        with np.errstate(over="ignore"):
            value = rows.value * factor
        possible = np.isfinite(value) & ((value >= 0) | signed) & ((value != 0) | zero)
        possible &= ~share | ((value >= 0) & (value <= 1 + 1e-9))
        return rows._replace(value=value).taken(possible)


def _column(rows: Sequence[dict[str, Any]], name: str) -> list[Any]:
    """What the rows say under a name; None where they say nothing."""
    try:
        return list(map(itemgetter(name), rows))
    except KeyError:
        return [row.get(name) for row in rows]


def _times(column: list[Any]) -> NDArray[np.int64]:
    """Microseconds since 2000 of texts with their zone and of seconds since 1970; 0 for all that is to be looked at more closely.

    Raises TypeError.
    """
    known = {one: _time(one) for one in set(column)}
    return np.array([known[one] for one in column], dtype=np.int64)


def _time(written: Any) -> int:
    try:
        if type(written) is str:
            at = datetime.fromisoformat(written)
        elif type(written) in (int, float) and 0 <= written < _MILLISECONDS:
            at = datetime.fromtimestamp(written, UTC)
        else:
            return 0
        since = (at - OLDEST) // _MICROSECOND if at.utcoffset() is not None else 0
    except (ValueError, OverflowError):
        return 0
    return since if 0 < since < _FAR else 0


def _values(rows: Sequence[dict[str, Any]]) -> NDArray[np.float64]:
    """The numbers; NaN for what is none as it stands."""
    column = _column(rows, "value")
    if set(map(type, column)) != {float}:
        column = [one if type(one) is float or (type(one) is int and -_EXACT < one < _EXACT) else nan for one in column]
    return np.array(column, dtype=np.float64)


def _samples(rows: Sequence[dict[str, Any]]) -> NDArray[np.int64]:
    """The counts; UNKNOWN where nobody says, less for what is no count as it stands."""
    column = _column(rows, "samples")
    if set(map(type, column)) == {type(None)}:
        return np.full(len(column), UNKNOWN, dtype=np.int64)
    odd = UNKNOWN - 1
    return np.array(
        [UNKNOWN if one is None else one if type(one) is int and 0 <= one < _EXACT else odd for one in column], dtype=np.int64
    )


def _columns(rows: list[Taken]) -> Part:
    head, at, value, samples, place = zip(*rows, strict=True) if rows else ((),) * 5
    heads, times, counts, places = (np.array(one, dtype=np.int64) for one in (head, at, samples, place))
    return Part(heads, times, np.array(value, dtype=np.float64), counts, places)


def _raw(row: Row, head: Head) -> list[Any]:
    written = row.raw_value if isinstance(row, Normal) else text(row.get("value"), 40)
    return [head.metric, head.statistic, head.percentile, head.metric, written, head.raw_unit]
