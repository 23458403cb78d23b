"""The three shapes of a k6 summary, brought into one.

flat: `--summary-export`; its thresholds are inverted, true means failed. handle: what `handleSummary(data)` is given. machine:
`--new-machine-readable-summary`, a list of metrics. Trends of time are milliseconds in all of them, whatever the console showed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from readiness.connectors.redaction import clean
from readiness.connectors.values import number, positive, rows, table, text, whole, within

FLAT, HANDLE, MACHINE = "summary_export", "handle_summary", "machine_readable"
_TAGGED = re.compile(r"([^{}]+)(?:\{(.*)\})?", re.DOTALL)
_PERCENTILE = re.compile(r"p\(?(\d{1,2}(?:\.\d{1,4})?)\)?")


@dataclass(frozen=True, slots=True)
class Metric:
    """`tags` of a sub-metric; `thresholds`: expression -> passed; `in_time` is None where the shape does not say."""

    name: str
    tags: Mapping[str, str]
    values: Mapping[str, Any]
    thresholds: Mapping[str, bool] = field(default_factory=dict)
    in_time: bool | None = None

    @property
    def full_name(self) -> str:
        tags = ",".join(f"{key}:{value}" for key, value in self.tags.items())
        return clean(f"{self.name}{{{tags}}}" if tags else self.name)

    @property
    def count(self) -> int | None:
        """Of a counter."""
        return whole(self.values.get("count"))

    def matches(self, of: int | None) -> int | None:
        """How often a rate was true of `of` times, as often as any of its figures says."""
        counted = whole(self.values.get("matches", self.values.get("passes")))
        share = number(self.values.get("rate", self.values.get("value")))
        by_share = round(share * of) if share is not None and of is not None and 0 <= share <= 1 else None
        known = [one for one in (counted, by_share) if one is not None]
        return max(known) if known else None

    @property
    def total(self) -> int | None:
        """How often a rate was asked."""
        counted = whole(self.values.get("total"))
        passes, fails = whole(self.values.get("passes")), whole(self.values.get("fails"))
        return passes + fails if counted is None and passes is not None and fails is not None else counted

    def percentiles(self) -> Iterator[tuple[str, float]]:
        """("p(99.9)", 0.999) for each one printed."""
        for key in self.values:
            found = _PERCENTILE.fullmatch(str(key))
            if found and float(found[1]) > 0:
                yield str(key), round(float(found[1]) / 100, 6)


@dataclass(frozen=True, slots=True)
class Summary:
    metrics: tuple[Metric, ...]
    duration_s: float | None = None
    version: str = ""
    written_at: str = ""
    script: str = ""

    def get(self, name: str, tags: Mapping[str, str] | None = None) -> Metric | None:
        wanted = dict(tags or {})
        return next((one for one in self.metrics if one.name == name and dict(one.tags) == wanted), None)


def shape(keys: frozenset[str]) -> str:
    """From the keys at the top of a file."""
    if {"metadata.k6_version", "results.metrics"} <= keys:
        return MACHINE
    listed = [key.split(".") for key in keys if key.startswith("metrics.")]
    if any(one[-1] == "contains" for one in listed) and any(one[-1] == "values" for one in listed):
        return HANDLE
    is_own = any(one[1].startswith(("http_req", "iteration", "vus")) for one in listed)
    return FLAT if is_own and "root_group" in keys else ""


def summary(record: Mapping[str, Any], form: str) -> Summary:
    if form == MACHINE:
        return _machine(record)
    metrics = tuple(_metric(str(name), table(entry), form) for name, entry in table(record.get("metrics")).items())
    duration = positive(within(record, "state", "testRunDurationMs"))
    return Summary(metrics, duration_s=_spent(metrics) if duration is None else duration / 1000)


def _machine(record: Mapping[str, Any]) -> Summary:
    listed = [*rows(within(record, "results", "metrics")), *rows(within(record, "results", "checks", "metrics"))]
    return Summary(
        tuple(_metric(text(table(one).get("name")), table(one), MACHINE) for one in listed),
        duration_s=positive(within(record, "config", "duration")),
        version=text(within(record, "metadata", "k6_version")),
        written_at=text(within(record, "metadata", "generated_at")),
        script=text(within(record, "config", "script")).replace("\\", "/").rsplit("/", 1)[-1],
    )


def _metric(written: str, entry: Mapping[str, Any], form: str) -> Metric:
    found = _TAGGED.fullmatch(written)
    name, tagged = (found[1], found[2] or "") if found else (written, "")
    tags = dict(one.strip().split(":", 1) for one in tagged.split(",") if ":" in one)
    if form == FLAT:
        return Metric(name, tags, entry, dict(_thresholds(entry, inverted=True)))
    in_time = entry.get("contains") == "time" if "contains" in entry else None
    return Metric(name, tags, table(entry.get("values")), dict(_thresholds(entry, inverted=False)), in_time)


def _thresholds(entry: Mapping[str, Any], *, inverted: bool) -> Iterator[tuple[str, bool]]:
    for expression, outcome in table(entry.get("thresholds")).items():
        told = outcome if inverted else table(outcome).get("ok")
        if isinstance(told, bool):
            yield text(expression), told is not inverted


def _spent(metrics: tuple[Metric, ...]) -> float | None:
    """The flat shape has no duration, but counts and rates of one."""
    for one in metrics:
        count, rate = positive(one.values.get("count")), positive(one.values.get("rate"))
        if one.name in ("iterations", "http_reqs") and not one.tags and count and rate:
            return count / rate
    return None
