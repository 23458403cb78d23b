"""The shape of an answer of the HTTP API: series of samples, or an error named by what to do next.

A sample is [epoch seconds, "text"]. What is no number is counted and left out: NaN (nothing happened), infinities, native
histograms and the values that DCGM writes for "not supported". An empty result is no zero.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from readiness.connectors.errors import BadConfig, Fatal, Retryable
from readiness.connectors.payload import parse_json
from readiness.connectors.redaction import clean
from readiness.connectors.values import rows, table, text

NEVER = datetime.min.replace(tzinfo=UTC)
MOST_SERIES, MOST_SAMPLES = 10_000, 200_000
NOT_SUPPORTED = 2.0**63 * (1 - 1e-9)  # DCGM: 0x7ffffffffffffff0 and the three after it, as floats
_BLANKS = {2147483632.0 + one for one in range(4)} | {140737488355328.0 + one for one in range(4)}  # DCGM's int32 and float
_LATEST_S = 4e9
_TRY_AGAIN = ("timeout", "canceled", "internal", "unavailable", "too_many_requests")
_WRONG_QUERY = ("bad_data", "execution", "not_acceptable", "422", "400")


@dataclass(frozen=True, slots=True)
class Series:
    """One series: its labels without the metric's name, its samples in their order, and what was left out: (when, why)."""

    name: str
    labels: Mapping[str, str]
    samples: tuple[tuple[datetime, float], ...]
    gaps: tuple[tuple[datetime | None, str], ...] = ()

    @property
    def left_out(self) -> Mapping[str, int]:
        return dict(Counter(why for _, why in self.gaps))


@dataclass(frozen=True, slots=True)
class Answer:
    """`partial`: the server says that something is missing. `shape` is vector, matrix, scalar or string."""

    shape: str
    series: tuple[Series, ...] = ()
    warnings: tuple[str, ...] = ()
    infos: tuple[str, ...] = ()
    partial: bool = False

    @property
    def left_out(self) -> Mapping[str, int]:
        return dict(Counter(why for one in self.series for _, why in one.gaps))


def answer(body: bytes) -> Answer:
    """Of `query` or `query_range`. Retryable, BadConfig (field "query") or Fatal for everything that is no data."""
    record = _successful(body)
    data = table(record.get("data"))
    shape, result = text(data.get("resultType")), data.get("result")
    if shape not in ("vector", "matrix", "scalar", "string") or not isinstance(result, list):
        raise Fatal("this is no answer to a query: resultType and result are missing")
    return Answer(
        shape=shape,
        series=tuple(_series(shape, result)),
        warnings=_texts(record.get("warnings")),
        infos=_texts(record.get("infos")),
        partial=record.get("isPartial") not in (None, False),
    )


def at_each(of: Answer, moments: Iterable[datetime]) -> Iterator[tuple[datetime, Answer]]:
    """An answer for each moment that was asked for, empty ones too; what has another time or none is a gap of every one."""
    found: dict[datetime, list[Series]] = {moment: [] for moment in moments}
    astray: set[str] = set()
    for one in of.series:
        samples, gaps = defaultdict[datetime, list[tuple[datetime, float]]](list), defaultdict[datetime, list[str]](list)
        for at, value in one.samples:
            samples[at].append((at, value))
        for when, why in one.gaps:
            gaps[when or NEVER].append(why)
        for at in samples.keys() | gaps.keys():
            if at in found:
                left = tuple((at, why) for why in gaps[at])
                found[at].append(replace(one, samples=tuple(samples[at]), gaps=left))
            else:
                astray.update(gaps[NEVER] if at == NEVER else ("not of the time asked for",))
    for moment, series in found.items():
        rest = [Series("", {}, (), tuple((moment, why) for why in sorted(astray)))] if astray else []
        yield moment, replace(of, series=(*series, *rest))


def label_values(body: bytes) -> tuple[str, ...]:
    """Of `label/<name>/values`."""
    data = _successful(body).get("data")
    if not isinstance(data, list):
        raise Fatal("this is no list of label values")
    return tuple(text(one) for one in data[:MOST_SERIES] if isinstance(one, str))


def version(body: bytes) -> str:
    """Of `status/buildinfo`; "" where a server does not say (not every one of its kind does)."""
    return text(table(_successful(body).get("data")).get("version"))


def _successful(body: bytes) -> Mapping[str, Any]:
    record = table(_parsed(body))
    if record.get("status") == "success":
        return record
    if record.get("status") != "error":
        raise Fatal("the answer is not of the Prometheus API: a proxy or another service stands at this address")
    kind, said = text(record.get("errorType")), clean(text(record.get("error")))
    if kind in _TRY_AGAIN:
        raise Retryable(f"Prometheus: {kind}: {said}")
    if kind in _WRONG_QUERY:
        raise BadConfig(f"Prometheus refuses the query: {said or kind}", "query")
    raise Fatal(f"Prometheus: {clean(kind)}: {said}")


def _parsed(body: bytes) -> object:
    if body.lstrip()[:1] == b"<":
        raise Fatal("the answer is a web page, not JSON: a proxy or a sign-in page stands before the server")
    return parse_json(body)


def _texts(raw: object) -> tuple[str, ...]:
    return tuple(clean(text(one)) for one in rows(raw)[:20])


def _series(shape: str, result: list[Any]) -> Iterator[Series]:
    if len(result) > MOST_SERIES:
        raise Fatal(f"more than {MOST_SERIES} series: aggregate in the query")
    if shape == "string":
        return
    if shape == "scalar":
        yield _one({}, [result])
        return
    budget = MOST_SAMPLES
    for entry in map(table, result):
        samples = list(rows(entry.get("values"))) or ([entry["value"]] if "value" in entry else [])
        budget -= len(samples)
        if budget < 0:
            raise Fatal(f"more than {MOST_SAMPLES} samples: ask for a longer step")
        yield _one(table(entry.get("metric")), samples, native="histogram" in entry or "histograms" in entry)


def _one(metric: Mapping[str, Any], samples: list[Any], *, native: bool = False) -> Series:
    kept, gaps = list[tuple[datetime, float]](), list[tuple[datetime | None, str]]()
    if native:
        gaps.append((None, "native histogram"))
    name = text(metric.get("__name__"))
    for sample in samples:
        at, value, why = _sample(sample, name)
        if at is not None and value is not None:
            kept.append((at, value))
        else:
            gaps.append((at, why))
    labels = {clean(str(key)): clean(text(one)) for key, one in list(metric.items())[:60] if key != "__name__"}
    return Series(name, labels, tuple(kept), tuple(gaps))


def _sample(raw: object, name: str) -> tuple[datetime | None, float | None, str]:
    """(time, value, "") or why there is no value. The text of a value is Go's, which Python's float reads."""
    pair = rows(raw)
    if len(pair) != 2 or not isinstance(pair[1], str) or isinstance(pair[0], bool) or not isinstance(pair[0], int | float):
        return None, None, "no sample"
    if not 0 < pair[0] < _LATEST_S:
        return None, None, "no time"
    at = datetime.fromtimestamp(round(float(pair[0]), 3), tz=UTC)
    try:
        value = float(pair[1]) if "_" not in pair[1] else math.nan
    except ValueError:
        return at, None, "no number"
    if not math.isfinite(value):
        return at, None, "NaN" if math.isnan(value) else "infinite"
    if value >= NOT_SUPPORTED or (name.startswith("DCGM_") and value in _BLANKS):
        return at, None, "not supported by the device"
    return at, value, ""
