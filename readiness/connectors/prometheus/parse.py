"""From an answer to readings: the question says what was asked for, in which unit; nothing of it is guessed from names.

Warnings and partial answers never become values. Remarks (`infos`) are kept and are no reason to distrust: PromQL remarks on
every rate of a counter whose name does not end in _total.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from readiness.connectors import validity
from readiness.connectors.collector import MAY_BE_NEGATIVE, NEVER_ZERO
from readiness.connectors.contract import Bound, Environment, Flaw, Kind, Reading, Run, Statistic
from readiness.connectors.errors import BadConfig
from readiness.connectors.identity import run_key
from readiness.connectors.metrics import METRICS
from readiness.connectors.prometheus.answers import Answer
from readiness.connectors.prometheus.buckets import bounded
from readiness.connectors.redaction import tidy
from readiness.connectors.units import UnitUncertain, canonical

TOOL, LONGEST_NAME = "prometheus", 200
_MOST_PLAUSIBLE = {
    "bytes": 1e18,
    "bytes/s": 1e15,
    "bit/s": 1e16,
    "W": 1e9,
    "J": 1e18,
    "s": 1e9,
    "accelerators": 1e9,
    "requests": 1e12,
}


@dataclass(frozen=True, slots=True)
class Question:
    """A query and what its answer means. `unit` as in units.py; `edges` of the histograms behind a percentile, in that unit."""

    metric: str
    query: str
    unit: str
    statistic: Statistic = Statistic.POINT
    percentile: float | None = None
    edges: tuple[tuple[float, ...], ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    window_s: float | None = None

    def check(self) -> None:
        """BadConfig where the question cannot be answered by a reading."""
        if self.metric not in METRICS:
            raise BadConfig(f"{self.metric} is no metric", "metric")
        try:
            canonical(self.metric, 1.0, self.unit)
        except UnitUncertain as uncertain:
            raise BadConfig(str(uncertain), "unit") from uncertain
        is_share = self.percentile is not None and 0 < self.percentile < 1
        if (self.statistic is Statistic.PERCENTILE) != is_share:
            raise BadConfig("a percentile needs a share between 0 and 1, and only a percentile has one", "percentile")
        if is_share and not METRICS[self.metric].percentiles:
            raise BadConfig(f"{self.metric} has no percentiles", "percentile")


def run(answer: Answer, question: Question, *, source: str, started_at: datetime, ended_at: datetime, version: str = "") -> Run:
    """One run per question and window; `source` tells servers apart in its key. Raises BadConfig for an impossible question."""
    question.check()
    refused: dict[str, int] = dict(answer.left_out)
    is_told = not answer.warnings and not answer.partial
    readings = tuple(_readings(answer, question, refused)) if is_told else ()
    said = {"infos": list(answer.infos), "warnings": list(answer.warnings), "left out": refused, "query": question.query}
    return Run(
        kind=Kind.TELEMETRY,
        tool=TOOL,
        format=answer.shape,
        place=question.metric,
        key=_key(question, source, started_at, ended_at, readings),
        readings=readings,
        tool_version=version,
        name=question.metric,
        started_at=started_at,
        ended_at=ended_at,
        duration_s=max(0.0, (ended_at - started_at).total_seconds()) if question.window_s is None else question.window_s,
        environment=Environment(data_real=None, users_real=None),
        flaws=validity.flaws(*_flaws(answer, readings, refused)),
        unread=tidy({key: value for key, value in said.items() if value}),
    )


def _readings(answer: Answer, question: Question, refused: dict[str, int]) -> Iterator[Reading]:
    seen: set[tuple[object, ...]] = set()
    name = question.query[:LONGEST_NAME]
    for series in answer.series:
        labels = {**series.labels, **question.labels} if question.labels else series.labels
        for at, raw in series.samples:
            reading = _reading(question, name, labels, at, raw)
            if isinstance(reading, str):
                refused[reading] = refused.get(reading, 0) + 1
                continue
            place = (at, *sorted(labels.items()))
            if place not in seen:
                seen.add(place)
                yield reading


def _reading(question: Question, name: str, labels: Mapping[str, str], at: datetime, raw: float) -> Reading | str:
    """The reading, or why the value is none."""
    told, bound = raw, Bound.EXACT
    for edges in question.edges if question.percentile is not None else ():
        told, bound = bounded(raw, question.percentile or 0, edges)
        if bound is not Bound.EXACT:  # of several histograms nobody tells which one has answered
            break
    value = canonical(question.metric, told, question.unit)
    metric = METRICS[question.metric]
    if metric.unit == "share" and not 0 <= value <= 1 + 1e-9:
        return "no share of 0 to 1"
    if value < 0 and question.metric not in MAY_BE_NEGATIVE:
        return "negative"
    if abs(value) > _MOST_PLAUSIBLE.get(metric.unit, 1e300):
        return "beyond what is possible"
    if value == 0 and question.metric in NEVER_ZERO:
        return "zero: not measured"
    return Reading(
        question.metric,
        value,
        question.statistic,
        question.percentile,
        raw_name=name,
        raw_value=repr(raw),
        raw_unit=question.unit,
        bound=bound,
        labels=labels,
        at=at,
    )


def _flaws(answer: Answer, readings: tuple[Reading, ...], refused: Mapping[str, int]) -> Iterator[validity.Found]:
    if answer.partial:
        yield Flaw.INCOMPLETE, "the server says that its answer is partial"
    if answer.warnings:
        yield Flaw.INCOMPLETE, f"the server warns: {answer.warnings[0]}"
    if refused.get("no share of 0 to 1"):
        yield Flaw.UNIT_UNCERTAIN, "values beyond a share of 0 to 1: per cent or ratio is not certain"
    if readings or answer.partial or answer.warnings:
        return
    if answer.shape == "string":
        yield Flaw.INCOMPLETE, "the query answers with a text"
    elif not answer.series:
        yield Flaw.INCOMPLETE, "no data: the query found no series"
    else:
        yield (
            Flaw.INCOMPLETE,
            f"no usable value: {', '.join(f'{count} x {why}' for why, count in refused.items()) or 'no sample'}",
        )


def _key(question: Question, source: str, started_at: datetime, ended_at: datetime, readings: tuple[Reading, ...]) -> str:
    asked = (source, question.metric, question.query, question.unit, question.statistic, question.percentile)
    told = (f"{sorted(one.labels.items())} {one.at} {one.value:.9g}" for one in readings[:5000])
    return run_key(TOOL, *asked, started_at.isoformat(), ended_at.isoformat(), *told)
