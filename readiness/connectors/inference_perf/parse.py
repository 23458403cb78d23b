"""inference-perf: what the client measured in a stage or over all of them, and what the server's metrics say of the same time.

All times are seconds. A stage's number stands in the file's name alone. In the server's file a zero is what the tool writes for
a query without an answer, and counts and rates are sums over whatever was scraped (twice the client's in real files): unread.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from readiness.connectors import validity
from readiness.connectors.collector import Collector
from readiness.connectors.contract import Environment, Flaw, Kind, Load, Run, Statistic
from readiness.connectors.document import Document
from readiness.connectors.errors import Fatal
from readiness.connectors.identity import content_key
from readiness.connectors.importer import Importer, Sight
from readiness.connectors.payload import parse_json
from readiness.connectors.redaction import tidy
from readiness.connectors.values import number, positive, table, whole, within

TOOL = "inference_perf"
LIFECYCLE, SERVER = "lifecycle", "server metrics"

_PERCENTILE = re.compile(r"p(\d{1,2}(?:\.\d+)?)")
_CLIENT = {
    "request_latency": "latency",
    "time_to_first_token": "ttft",
    "time_per_output_token": "tpot",
    "inter_token_latency": "itl",
}
_RATES = {
    "requests_per_sec": ("throughput", "requests/sec"),
    "input_tokens_per_sec": ("input_token_throughput", "tokens/sec"),
    "output_tokens_per_sec": ("token_throughput", "tokens/sec"),
    "total_tokens_per_sec": ("total_token_throughput", "tokens/sec"),
}
_SERVER = {
    "request_latency": ("latency", "s"),
    "time_to_first_token": ("ttft", "s"),
    "inter_token_latency": ("itl", "s"),
    "request_queue_time": ("queue_time", "s"),
    "queue_len": ("queue_length", "requests"),
    "kv_cache_usage_percentage": ("kv_cache_use", "share"),  # 0 to 1, whatever it is called
}
_SERVER_TPOT = "time_per_output_token"
_SERVER_SIDE = {"side": "server"}


def recognise(sight: Sight) -> str:
    seen = sight.outline
    if not seen.has("load_summary", "successes"):
        return ""
    return SERVER if seen.has("successes.rate") or seen.has("successes.queue_len") else LIFECYCLE


def read(document: Document, form: str) -> Iterator[Run]:
    report = parse_json(document.read())
    if not isinstance(report, Mapping):
        raise Fatal("a report of inference-perf is a JSON object")
    yield _server(report, document) if form == SERVER else _client(report, document)


def _client(report: Mapping[str, Any], document: Document) -> Run:
    load = _load(report)
    collector = Collector(samples=load.completed)
    for name, metric in _CLIENT.items():
        _add(collector, metric, "s", table(within(report, "successes", "latency", name)), name, {})
    for name, (metric, unit) in _RATES.items():
        collector.add(metric, within(report, "successes", "throughput", name), unit, Statistic.MEAN, name=name)
    if load.concurrency is None:  # in a closed loop nothing is scheduled
        delay = table(within(report, "load_summary", "schedule_delay"))
        _add(collector, "schedule_delay", "s", delay, "schedule_delay", {}, samples=load.started)
    share = validity.failed_share(load)
    collector.add("error_ratio", share, "share", Statistic.MEAN, name="failures / count", samples=load.started)
    return Run(
        kind=Kind.BENCHMARK,
        tool=TOOL,
        format=LIFECYCLE,
        place="",
        key=content_key(TOOL, LIFECYCLE, report),
        readings=collector.readings,
        name=_name(document),
        duration_s=positive(report.get("benchmark_time_seconds")),
        load=load,
        environment=Environment(users_real=False, extra={"scope": "stage" if _is_stage(report) else "all stages"}),
        flaws=validity.flaws(*_checks(report, load, collector), *collector.flaws),
        unread=_unread(report, collector),
    )


def _is_stage(report: Mapping[str, Any]) -> bool:
    return within(report, "load_summary", "send_duration") is not None


def _name(document: Document) -> str:
    """ "stage_3" of "stage_3_lifecycle_metrics.json"; for people only."""
    return re.sub(r"_(lifecycle|prometheus)_metrics.*", "", document.base)[:100]


def _load(report: Mapping[str, Any]) -> Load:
    summary, successes = table(report.get("load_summary")), table(report.get("successes"))
    closed = positive(summary.get("concurrency"))
    completed, failed = whole(successes.get("count")), whole(within(report, "failures", "count"))
    started = whole(summary.get("count"))
    if started is not None and completed is not None:
        failed = max(failed or 0, started - completed)
    return Load(
        concurrency=closed,
        requested_per_s=None if closed else positive(summary.get("requested_rate")),
        achieved_per_s=number(within(successes, "throughput", "requests_per_sec")),
        started=started,
        completed=completed,
        failed=failed,
        input_tokens=positive(within(successes, "prompt_len", "mean")),
        output_tokens=positive(within(successes, "output_len", "mean")),
    )


def _add(
    collector: Collector,
    metric: str,
    unit: str,
    values: Mapping[str, Any],
    name: str,
    labels: Mapping[str, str],
    *,
    samples: int | None = None,
    zero_is_none: bool = False,
) -> None:
    for key, raw in values.items():
        found = _statistic(str(key))
        if found is None or (zero_is_none and number(raw) == 0):
            continue
        collector.add(metric, raw, unit, found[0], percentile=found[1], name=f"{name}.{key}", labels=labels, samples=samples)


def _statistic(key: str) -> tuple[Statistic, float | None] | None:
    if key in ("mean", "min", "max"):
        return Statistic(key), None
    if key == "median":
        return Statistic.PERCENTILE, 0.5
    found = _PERCENTILE.fullmatch(key)
    return (Statistic.PERCENTILE, round(float(found[1]) / 100, 6)) if found else None


def _checks(report: Mapping[str, Any], load: Load, collector: Collector) -> Iterator[validity.Found]:
    yield validity.all_failed(load)
    yield validity.error_ratio(load)
    yield validity.uncounted(load)
    yield validity.too_few(load)
    summary, latency = table(report.get("load_summary")), collector.get("latency")
    yield validity.unusable(summary, counts=("count",), positives=("concurrency",))
    yield validity.littles_law(load.achieved_per_s, latency, load.concurrency)
    if load.concurrency is not None:
        return
    late, requested = collector.get("schedule_delay", Statistic.PERCENTILE, 0.99), load.requested_per_s
    if late is None or (_is_stage(report) and requested is None):
        yield Flaw.INCOMPLETE, "whether the client sent its requests in time is not said"
    yield validity.sent_late(late, latency)
    if requested is not None:
        sent = number(summary.get("achieved_rate"))
        yield validity.generator_saturated(requested, sent or load.achieved_per_s)


def _unread(report: Mapping[str, Any], collector: Collector) -> dict[str, Any]:
    """What no reading took: everything but the figures that became readings."""
    used = {one.raw_name for one in collector.readings}
    latency = table(within(report, "successes", "latency"))
    left = {key: value for key, value in latency.items() if key not in _CLIENT}
    kept = tidy({"successes.latency": left, "failures": report.get("failures"), "load_summary": _plain(report, used)})
    others = tidy({key: value for key, value in report.items() if key not in ("load_summary", "successes", "failures")})
    return kept | others | ({"refused": tidy(collector.refused)} if collector.refused else {})


def _plain(report: Mapping[str, Any], used: set[str]) -> dict[str, Any]:
    return {key: value for key, value in table(report.get("load_summary")).items() if f"{key}.mean" not in used}


def _server(report: Mapping[str, Any], document: Document) -> Run:
    successes = table(report.get("successes"))
    collector = Collector(labels=_SERVER_SIDE)
    for name, (metric, unit) in _SERVER.items():
        _add(collector, metric, unit, table(successes.get(name)), name, {}, zero_is_none=True)
    own = "tpot" if "inter_token_latency" in successes else "itl"  # vLLM's metric of this name was the time between tokens
    _add(collector, own, "s", table(successes.get(_SERVER_TPOT)), _SERVER_TPOT, {}, zero_is_none=True)
    nothing = (Flaw.INCOMPLETE, "no query of the server's metrics had an answer")
    read_of = {one.raw_name.rsplit(".", 1)[0] for one in collector.readings}
    return Run(
        kind=Kind.TELEMETRY,
        tool=TOOL,
        format=SERVER,
        place="",
        key=content_key(TOOL, SERVER, report),
        readings=collector.readings,
        name=_name(document),
        environment=Environment(users_real=False),
        flaws=validity.flaws(None if collector.readings else nothing, *collector.flaws),
        unread=tidy(successes, frozenset(read_of)) | ({"refused": tidy(collector.refused)} if collector.refused else {}),
    )


IMPORTER = Importer(
    tool=TOOL,
    label="inference-perf",
    looks_for="JSON with load_summary and successes",
    recognise=recognise,
    read=read,
)
