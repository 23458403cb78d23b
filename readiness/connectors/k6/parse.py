"""A k6 summary as a run of HTTP requests. Latencies are of the expected responses; where failures are in them, a label says so.

A failed threshold says that a target was missed, not that the measurement is wrong: it is kept in the environment. Virtual users
are an upper limit of the requests in flight. Other protocols are not read. The machine-readable shape is read by k6's source: no
binary that writes it has been run here yet.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

from readiness.connectors import validity
from readiness.connectors.collector import Collector
from readiness.connectors.contract import Environment, Flaw, Kind, Load, Run, Statistic
from readiness.connectors.document import Document
from readiness.connectors.errors import Fatal
from readiness.connectors.identity import run_key
from readiness.connectors.importer import Importer, Sight
from readiness.connectors.k6 import shapes
from readiness.connectors.k6.shapes import Metric, Summary
from readiness.connectors.payload import parse_json
from readiness.connectors.redaction import tidy
from readiness.connectors.values import positive, whole

TOOL = "k6"
_EXPECTED = {"expected_response": "true"}
_PLAIN = {
    "avg": (Statistic.MEAN, None),
    "med": (Statistic.PERCENTILE, 0.5),
    "min": (Statistic.MIN, None),
    "max": (Statistic.MAX, None),
}
_READ = frozenset({"http_req_duration", "http_req_failed", "http_reqs"})


def recognise(sight: Sight) -> str:
    return shapes.shape(sight.outline.keys)


def read(document: Document, form: str) -> Iterator[Run]:
    record = parse_json(document.read())
    if not isinstance(record, Mapping):
        raise Fatal("a k6 summary is a JSON object")
    told = shapes.summary(record, form)
    load = _load(told)
    collector = Collector()
    _add_rates(collector, told, load)
    _add_latencies(collector, told, load)
    ended = _moment(told.written_at)
    yield Run(
        kind=Kind.BENCHMARK,
        tool=TOOL,
        format=form,
        place="",
        key=_key(told, load),
        readings=collector.readings,
        tool_version=told.version,
        name=told.script,
        started_at=ended - timedelta(seconds=min(told.duration_s, 1e8)) if ended and told.duration_s else None,
        ended_at=ended,
        duration_s=told.duration_s,
        load=load,
        environment=_environment(told),
        flaws=validity.flaws(*_checks(told, load, collector), *collector.flaws),
        unread=_unread(told, collector),
        unproven=form == shapes.MACHINE,
    )


def _load(told: Summary) -> Load:
    """`http_req_failed` is true for a failure: its matches are the failures."""
    requests, failures, users = told.get("http_reqs"), told.get("http_req_failed"), told.get("vus")
    started = _most(requests.count if requests else None, failures.total if failures else None)
    failed = failures.matches(started) if failures else None
    completed = started - failed if started is not None and failed is not None and failed <= started else None
    achieved = completed / told.duration_s if completed is not None and told.duration_s else None
    concurrency = positive(users.values.get("max")) if users else None
    return Load(concurrency=concurrency, achieved_per_s=achieved, started=started, completed=completed, failed=failed)


def _most(*counts: int | None) -> int | None:
    known = [one for one in counts if one is not None]
    return max(known) if known else None


def _add_rates(collector: Collector, told: Summary, load: Load) -> None:
    name = "(http_reqs - http_req_failed) / duration"
    collector.add("throughput", load.achieved_per_s, "1/s", Statistic.MEAN, name=name, samples=load.completed)
    share = validity.failed_share(load)
    collector.add("error_ratio", share, "share", Statistic.MEAN, name="http_req_failed", samples=load.started)


def _add_latencies(collector: Collector, told: Summary, load: Load) -> None:
    """Of expected responses without a label; of all requests only where none failed, else labelled."""
    for one in told.metrics:
        if one.name == "http_req_duration":
            labels = {key: value for key, value in one.tags.items() if key != "expected_response"}
            if "expected_response" not in one.tags and load.failed != 0:
                labels["includes"] = "failures"
            if one.tags.get("expected_response", "true") == "true":
                samples = load.completed if dict(one.tags) == _EXPECTED else load.started if not one.tags else None
                _add_trend(collector, one, tidy(labels), samples)


def _add_trend(collector: Collector, metric: Metric, labels: Mapping[str, str], samples: int | None) -> None:
    name = metric.full_name
    if metric.in_time is False:
        collector.doubt(name, "the file says that it contains no time")
        return
    wanted = {**_PLAIN, **{key: (Statistic.PERCENTILE, share) for key, share in metric.percentiles()}}
    for key, (statistic, percentile) in wanted.items():
        collector.add(
            "latency",
            metric.values.get(key),
            "ms",
            statistic,
            name=f"{name}.{key}",
            percentile=percentile,
            samples=samples,
            labels=labels,
        )


def _checks(told: Summary, load: Load, collector: Collector) -> Iterator[validity.Found]:
    yield validity.all_failed(load)
    yield validity.error_ratio(load)
    yield validity.uncounted(load)
    yield validity.too_few(load)
    yield _failed_checks(told)
    yield _dropped(told)
    yield validity.littles_law(load.achieved_per_s, collector.get("latency"), load.concurrency, limit_only=True)


def _failed_checks(told: Summary) -> validity.Found:
    """A wrong answer is no answer, however fast; `checks` counts what passed, `checks_failed` what did not."""
    passed, failed = told.get("checks"), told.get("checks_failed")
    metric = failed or passed
    if metric is None or metric.total is None:
        return (Flaw.INCOMPLETE, "the checks are not counted") if metric else None
    wrong = failed.matches(failed.total) if failed else _fails(metric)
    if wrong is None or wrong <= validity.ERROR_LIMIT * metric.total:
        return None
    return Flaw.ERROR_RATIO, f"{wrong} of {metric.total} checks of the answers failed"


def _fails(checks: Metric) -> int | None:
    return whole(checks.values.get("fails"))


def _dropped(told: Summary) -> validity.Found:
    """Iterations that k6 could not start for want of virtual users."""
    dropped, done = told.get("dropped_iterations"), told.get("iterations")
    if dropped is None or not dropped.count or done is None or done.count is None or not told.duration_s:
        return None
    return validity.generator_saturated((done.count + dropped.count) / told.duration_s, done.count / told.duration_s)


def _key(told: Summary, load: Load) -> str:
    """From what all three shapes tell."""
    duration, received = told.get("http_req_duration"), told.get("data_received")
    figures = [duration.values.get(key) for key in ("avg", "min", "med", "max")] if duration else []
    return run_key(TOOL, load.started, load.failed, received.count if received else None, *figures)


def _environment(told: Summary) -> Environment:
    outcomes = {
        f"{one.full_name} {expression}": "passed" if passed else "failed"
        for one in told.metrics
        for expression, passed in one.thresholds.items()
    }
    return Environment(users_real=False, extra=tidy({"thresholds": outcomes}) if outcomes else {})


def _unread(told: Summary, collector: Collector) -> dict[str, object]:
    others = {one.full_name: one.values for one in told.metrics if one.name not in _READ}
    return tidy(others | ({"refused": collector.refused} if collector.refused else {}))


def _moment(written: str) -> datetime | None:
    try:
        read = datetime.fromisoformat(written)
    except ValueError:
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)


IMPORTER = Importer(
    tool=TOOL,
    label="k6",
    looks_for="the JSON of --summary-export, of handleSummary or of --new-machine-readable-summary",
    recognise=recognise,
    read=read,
)
