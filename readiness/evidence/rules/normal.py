"""Observations that are pushed in the words of the catalogue: what may be said of one, and in which words.

Two kinds of mistake are told apart. A word that nobody knows (a metric, a unit, a member) is a mistake of whoever wrote the
client: the whole body is refused. A value that cannot be (no number, no time, a share above 1) is a mistake of the measurement:
that row is refused, counted and listed, the others count.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from readiness.connectors.collector import MAY_BE_NEGATIVE, NEVER_ZERO
from readiness.connectors.contract import Bound, Kind, Statistic
from readiness.connectors.errors import SkipRecord
from readiness.connectors.metrics import METRICS, Area
from readiness.connectors.units import UnitUncertain, canonical
from readiness.connectors.values import number, positive, text, whole

MOST_ROWS = 100_000
MOST_LABELS, LONGEST_LABEL = 20, 200
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
MEMBERS = frozenset(
    {"metric", "value", "unit", "observed_at", "statistic", "percentile", "window_s", "samples", "bound", "labels"}
)
_BOUNDS = {"": Bound.EXACT, "exact": Bound.EXACT, Bound.AT_LEAST.value: Bound.AT_LEAST, Bound.AT_MOST.value: Bound.AT_MOST}
_KINDS = {Area.COST: Kind.COST, Area.INVENTORY: Kind.INVENTORY}
_MILLISECONDS = 1e11  # seconds since 1970 reach it in the year 5138
_CURRENCY = re.compile(r"[A-Z]{3}")
_TEXTS = "metric, unit, statistic and bound are texts."


class Normal(NamedTuple):
    """One observation: `value` in the canonical unit of `metric`, `at` the end of its window, `labels` sorted by name.

    `kind` is of the run that it belongs to: what the push says, else what the metric's area is.
    """

    at: datetime
    metric: str
    value: float
    statistic: Statistic
    percentile: float | None
    window_s: float | None
    labels: tuple[tuple[str, str], ...]
    bound: Bound
    samples: int | None
    kind: Kind
    raw_value: str
    raw_unit: str


class Problem(NamedTuple):
    """`pointer` finds it in the body (RFC 6901)."""

    pointer: str
    text: str


def wrong_words(rows: Iterable[object], most: int = 100) -> list[Problem]:
    """At most `most` words that nobody knows, in the order of the body; each row's first one."""
    found: list[Problem] = []
    for index, row in enumerate(rows):
        wrong = _wrong_word(row)
        if wrong is not None:
            found.append(Problem(f"/observations/{index}{wrong[0]}", wrong[1]))
            if len(found) == most:
                break
    return found


def normal(row: Mapping[str, Any], index: int, kind: Kind | None = None) -> Normal:
    """The observation that a row of known words states. Raises SkipRecord, its place a pointer into the body."""
    where = f"/observations/{index}"
    metric, unit = str(row["metric"]), str(row["unit"])
    statistic, percentile = _statistic(row, where)
    return Normal(
        at=_time(row.get("observed_at"), where),
        metric=metric,
        value=_value(metric, row.get("value"), unit, where),
        statistic=statistic,
        percentile=percentile,
        window_s=_window(row.get("window_s"), where),
        labels=labels_of(metric, row.get("labels"), where),
        bound=_BOUNDS[row.get("bound") or ""],
        samples=_samples(row.get("samples"), where),
        kind=kind or _KINDS.get(METRICS[metric].area, Kind.TELEMETRY),
        raw_value=text(row.get("value"), 40),
        raw_unit=unit,
    )


def _wrong_word(row: object) -> tuple[str, str] | None:
    if not isinstance(row, dict):
        return "", "An object is expected: {metric, value, unit, observed_at, ...}."
    if not row.keys() <= MEMBERS:
        name = next(one for one in row if one not in MEMBERS)
        return "", f"There is no member {_short(name)}. Known: {', '.join(sorted(MEMBERS))}."
    say = row.get
    try:
        return _wrong_of(say("metric"), say("unit"), say("statistic"), say("bound"), say("percentile") is not None)
    except TypeError:  # what cannot be looked up is no text
        return "", _TEXTS


@lru_cache(maxsize=4096)
def _wrong_of(metric: Any, unit: Any, statistic: Any, bound: Any, percentile: bool) -> tuple[str, str] | None:
    if any(not isinstance(one, str | None) for one in (metric, unit, statistic, bound)):
        return "", _TEXTS
    known = METRICS.get(metric)
    if known is None:
        return "/metric", f"{_short(metric)} is no metric. See /api/v1/evidence/metrics/."
    try:
        canonical(metric, 1.0, unit if isinstance(unit, str) else "")
    except UnitUncertain:
        return "/unit", f"{_short(unit)} is no unit of {metric}; its own is {known.unit}. See /api/v1/evidence/metrics/."
    if statistic and statistic not in set(Statistic):
        return "/statistic", f"{_short(statistic)} is no statistic. One of {', '.join(Statistic)}."
    if (percentile or statistic == Statistic.PERCENTILE) and not known.percentiles:
        return "/percentile", f"{metric} has no percentiles. {known.of_percentile}"
    if bound and bound not in _BOUNDS:
        return "/bound", f"{_short(bound)} is no bound. One of exact, at_least, at_most."
    return None


def _short(word: object) -> str:
    return '""' if word in (None, "") else repr(str(word)[:60])


def _statistic(row: Mapping[str, Any], where: str) -> tuple[Statistic, float | None]:
    """Without a word: a percentile where one is named, a mean over a window, else a single observation."""
    given, raw = row.get("statistic"), row.get("percentile")
    if raw is None and given != Statistic.PERCENTILE:
        return Statistic(given) if given else Statistic.MEAN if row.get("window_s") is not None else Statistic.POINT, None
    if given and given != Statistic.PERCENTILE:
        raise SkipRecord(f"a {given} has no percentile", f"{where}/percentile")
    share = number(raw)
    if share is None or not 0 < share < 1:
        raise SkipRecord("a percentile is a share between 0 and 1: 0.95 for p95", f"{where}/percentile")
    return Statistic.PERCENTILE, share


def _value(metric: str, raw: object, unit: str, where: str) -> float:
    value = number(raw)
    if value is None:
        raise SkipRecord("no finite number", f"{where}/value")
    value = canonical(metric, value, unit)
    if not abs(value) < float("inf"):
        raise SkipRecord("too large a number", f"{where}/value")
    if METRICS[metric].unit == "share" and not 0 <= value <= 1 + 1e-9:
        raise SkipRecord(f"{value:g} is no share of 0 to 1", f"{where}/value")
    if value < 0 and metric not in MAY_BE_NEGATIVE:
        raise SkipRecord(f"{metric} is never negative", f"{where}/value")
    if value == 0 and metric in NEVER_ZERO:
        raise SkipRecord(f"{metric} is never zero: leave out what was not measured", f"{where}/value")
    return value


def _time(raw: object, where: str) -> datetime:
    """Text with its zone (ISO 8601), or seconds since 1970."""
    place = f"{where}/observed_at"
    if isinstance(raw, str):
        try:
            at = datetime.fromisoformat(raw.strip())
        except ValueError:
            raise SkipRecord("no time: 2026-11-29T08:00:00Z or seconds since 1970 are expected", place) from None
        if at.utcoffset() is None:
            raise SkipRecord("a time without its zone: add Z or an offset", place)
        at = _in_utc(at, place)
    else:
        at = _epoch(number(raw), place)
    if at < EARLIEST:
        raise SkipRecord("before the year 2000", place)
    return at


def _in_utc(at: datetime, place: str) -> datetime:
    try:
        return at.astimezone(UTC)
    except (OverflowError, ValueError):
        raise SkipRecord("no time that there is", place) from None


def _epoch(seconds: float | None, place: str) -> datetime:
    if seconds is None:
        raise SkipRecord("no time: 2026-11-29T08:00:00Z or seconds since 1970 are expected", place)
    if not 0 <= seconds < _MILLISECONDS:
        raise SkipRecord("seconds since 1970 are expected; these look like milliseconds", place)
    return datetime.fromtimestamp(seconds, UTC)


def _window(raw: object, where: str) -> float | None:
    if raw is None:
        return None
    found = positive(raw)
    if found is None:
        raise SkipRecord("a window is a number of seconds above zero", f"{where}/window_s")
    return found


def _samples(raw: object, where: str) -> int | None:
    if raw is None:
        return None
    found = whole(raw)
    if found is None:
        raise SkipRecord("samples are counted: a whole number", f"{where}/samples")
    return found


def labels_of(metric: str, raw: object, where: str) -> tuple[tuple[str, str], ...]:
    """The labels of a row, sorted by name. Raises SkipRecord, its place a pointer into the body."""
    place = f"{where}/labels"
    if not isinstance(raw, Mapping | None):
        raise SkipRecord("labels are an object of texts", place)
    labels = raw or {}
    if len(labels) > MOST_LABELS:
        raise SkipRecord(f"more than {MOST_LABELS} labels", place)
    if not all(map(_is_label, (*labels, *labels.values()))):
        raise SkipRecord(f"labels are printable texts of at most {LONGEST_LABEL} characters", place)
    if METRICS[metric].money and not _CURRENCY.fullmatch(labels.get("currency", "")):
        raise SkipRecord('an amount needs its currency: {"labels": {"currency": "EUR"}}', place)
    return tuple(sorted(labels.items()))


def _is_label(one: object) -> bool:
    return isinstance(one, str) and len(one) <= LONGEST_LABEL and one.isprintable()
