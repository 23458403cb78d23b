"""Pages of runs/search, with a mapping of metric names to canonical metrics and units: MLflow knows no units, so none is guessed.

An empty page is `{}`; the last page has no next_page_token. Times are epoch milliseconds. NaN comes as text, infinity as the
largest float: neither is a value. A run that failed or still runs has metrics as well: it is kept and flawed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from readiness.connectors import validity
from readiness.connectors.collector import Collector
from readiness.connectors.contract import Environment, Flaw, Kind, Reading, Run, Statistic
from readiness.connectors.errors import BadConfig, Fatal, Retryable
from readiness.connectors.identity import run_key
from readiness.connectors.metrics import METRICS
from readiness.connectors.mlflow import about as told_about
from readiness.connectors.payload import parse_json
from readiness.connectors.redaction import clean, tidy
from readiness.connectors.units import UnitUncertain, canonical
from readiness.connectors.values import number, positive, rows, table, text, whole

TOOL = "mlflow"
RUNS = "runs_search"
INFINITE = 1.7e308  # MLflow stores infinity as the largest float
LATEST_MS = 4e12
_MOST_PAIRS = 500
LONGEST_TOKEN = 8000
_BUSY = ("TEMPORARILY_UNAVAILABLE", "REQUEST_LIMIT_EXCEEDED", "INTERNAL_ERROR", "DEADLINE_EXCEEDED", "RESOURCE_EXHAUSTED")
_ACCESS = ("PERMISSION_DENIED", "UNAUTHENTICATED", "CUSTOMER_UNAUTHORIZED")


@dataclass(frozen=True, slots=True)
class Mapped:
    """What a metric of theirs means: `unit` as in units.py, `statistic` and `percentile` as in the contract."""

    metric: str
    unit: str
    statistic: Statistic = Statistic.MEAN
    percentile: float | None = None
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Page:
    """Some runs, newest first, and the token of the next page, "" on the last one."""

    runs: tuple[Run, ...]
    next_page_token: str = ""


def check(mapping: Mapping[str, Mapped]) -> None:
    """BadConfig for a mapping that could never give a reading; its `field` is the name of the metric."""
    for name, one in mapping.items():
        try:
            canonical(one.metric, 1.0, one.unit)
        except UnitUncertain as uncertain:
            raise BadConfig(f"{name}: {uncertain}", name) from uncertain
        is_share = one.percentile is not None and 0 < one.percentile < 1
        if (one.statistic is Statistic.PERCENTILE) != is_share or (is_share and not METRICS[one.metric].percentiles):
            raise BadConfig(f"{name}: a percentile needs a share between 0 and 1, and only a percentile has one", name)


def page(body: bytes, mapping: Mapping[str, Mapped], *, about: Mapping[str, str] | None = None, source: str = "") -> Page:
    """Of runs/search. `about`: where environment and load stand (about.py); `source` tells servers apart in the keys."""
    check(mapping)
    record = answered(body)
    return Page(runs_of(record, mapping, about or {}, source=source), text(record.get("next_page_token"), LONGEST_TOKEN))


def runs_of(
    record: Mapping[str, Any], mapping: Mapping[str, Mapped], about: Mapping[str, str], *, source: str = ""
) -> tuple[Run, ...]:
    """Of an answered() page and a checked mapping, in its order."""
    listed = map(table, rows(record.get("runs")))
    return tuple(_run(one, f"runs[{position}]", mapping, about, source) for position, one in enumerate(listed))


def history(body: bytes, mapped: Mapped) -> tuple[Reading, ...]:
    """Of metrics/get-history: each step of one metric as a reading with its time. runs/search has the latest step alone."""
    readings = []
    for point in map(table, rows(answered(body).get("metrics"))):
        step = text(point.get("step"))
        collector = Collector()
        _add(collector, point, mapped, f"{text(point.get('key'))} at step {step}", {"step": step})
        readings += [replace(one, at=_moment(point.get("timestamp"))) for one in collector.readings]
    return tuple(readings)


def experiments(body: bytes) -> tuple[dict[str, str], str]:
    """Of experiments/search: id -> name of the living ones, and the token of the next page."""
    record = answered(body)
    living = [one for one in map(table, rows(record.get("experiments"))) if one.get("lifecycle_stage") != "deleted"]
    return {text(one.get("experiment_id")): clean(text(one.get("name"))) for one in living}, text(
        record.get("next_page_token"), LONGEST_TOKEN
    )


def answered(body: bytes) -> Mapping[str, Any]:
    """The object of an answer, or the error it says."""
    if body.lstrip()[:1] == b"<":
        raise Fatal("the answer is a web page, not JSON: a proxy or a sign-in page stands before the server")
    record = parse_json(body)
    if not isinstance(record, Mapping):
        raise Fatal("the answer is not of the MLflow API")
    code, said = text(record.get("error_code")), clean(text(record.get("message")))
    if not code:
        return record
    if code in _BUSY:
        raise Retryable(f"MLflow: {code}")
    if code in _ACCESS:
        raise BadConfig(f"MLflow: {code}: {said}", "token")
    if code in ("INVALID_PARAMETER_VALUE", "BAD_REQUEST"):
        raise BadConfig(f"MLflow refuses the search: {said}", "filter")
    if code in ("RESOURCE_DOES_NOT_EXIST", "NOT_FOUND"):
        raise BadConfig(f"MLflow: {said or code}", "experiments")
    raise Fatal(f"MLflow: {clean(code)}: {said}")


def _run(record: Mapping[str, Any], place: str, mapping: Mapping[str, Mapped], about: Mapping[str, str], source: str) -> Run:
    info, data = table(record.get("info")), table(record.get("data"))
    metrics = [table(one) for one in rows(data.get("metrics"))]
    collector = Collector()
    for one in metrics:
        if mapped := mapping.get(text(one.get("key"), 500)):
            _add(collector, one, mapped, text(one.get("key"), 500), {})
    started, ended = _moment(info.get("start_time")), _moment(info.get("end_time"))
    spent = (ended - started).total_seconds() if started and ended and ended > started else None
    params, tags = _pairs(data.get("params")), _pairs(data.get("tags"))
    told = {"params": params, "tags": tags, "metrics": {text(one.get("key"), 500): one.get("value") for one in metrics}}
    load = told_about.load(about, told)
    return Run(
        kind=Kind.BENCHMARK,
        tool=TOOL,
        format=RUNS,
        place=place,
        key=_key(info, metrics, source),
        readings=collector.readings,
        name=clean(text(info.get("run_name")) or text(tags.get("mlflow.runName"))),
        started_at=started,
        ended_at=ended,
        duration_s=spent,
        load=load,
        environment=Environment(
            **told_about.environment(about, told),
            extra=tidy({"params": params, "tags": tags, "experiment": text(info.get("experiment_id"))}),
        ),
        flaws=validity.flaws(*_flaws(info, metrics, mapping), *told_about.flaws(load), *collector.flaws),
        unread=_unread(metrics, mapping, collector),
    )


def _add(collector: Collector, point: Mapping[str, Any], mapped: Mapped, name: str, labels: Mapping[str, str]) -> None:
    value = number(point.get("value"))
    if value is None or abs(value) >= INFINITE:
        collector.refused[name] = "NaN, infinite or no number"
        return
    collector.add(
        mapped.metric,
        value,
        mapped.unit,
        mapped.statistic,
        name=name,
        percentile=mapped.percentile,
        labels={**mapped.labels, **labels},
    )


def _flaws(info: Mapping[str, Any], metrics: list[Mapping[str, Any]], mapping: Mapping[str, Mapped]) -> Iterator[validity.Found]:
    status = text(info.get("status"))
    if status != "FINISHED":
        yield Flaw.INCOMPLETE, f"the run is {clean(status).lower() or 'of no known status'}, not finished"
    if info.get("lifecycle_stage") not in (None, "active"):
        yield Flaw.NOT_A_RESULT, "the run was deleted"
    if not text(info.get("run_id")) and not text(info.get("run_uuid")):
        yield Flaw.INCOMPLETE, "the run has no id"
    if not any(text(one.get("key"), 500) in mapping for one in metrics):
        yield Flaw.INCOMPLETE, "none of its metrics is mapped"


def _pairs(raw: object) -> dict[str, Any]:
    return {text(table(one).get("key")): table(one).get("value") for one in rows(raw)[:_MOST_PAIRS]}


def _key(info: Mapping[str, Any], metrics: list[Mapping[str, Any]], source: str) -> str:
    """A run whose metrics or status changed since is another state of it."""
    told = sorted(f"{text(one.get('key'), 500)} {one.get('value')} {whole(one.get('step'))}" for one in metrics)
    return run_key(TOOL, source, text(info.get("run_id")) or text(info.get("run_uuid")), text(info.get("status")), *told[:2000])


def _unread(metrics: list[Mapping[str, Any]], mapping: Mapping[str, Mapped], collector: Collector) -> dict[str, Any]:
    """Metrics that nobody mapped, so that one can see what could be."""
    others = {text(one.get("key")): one.get("value") for one in metrics if text(one.get("key"), 500) not in mapping}
    return tidy({"not mapped": others, "refused": collector.refused})


def _moment(raw: object) -> datetime | None:
    ms = positive(raw)
    return datetime.fromtimestamp(ms / 1000, tz=UTC) if ms is not None and ms < LATEST_MS else None
