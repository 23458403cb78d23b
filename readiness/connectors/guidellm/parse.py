"""GuideLLM: one report is many benchmarks, each its own run.

Only `successful` counts: `total` mixes failed and cut-off requests in as zero. Only the mean of a rate counts: its percentiles
are of instants. `request_latency` is seconds, every `*_ms` milliseconds. Counts come from `request_totals`: those of the
scheduler include what was cancelled. The tool's inter-token latency is (latency - TTFT) / (tokens - 1) of a request, which is
our TPOT; its own TPOT divides otherwise in every version, from 0.5 with the first token in it: unread.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from readiness.connectors import validity
from readiness.connectors.collector import Collector
from readiness.connectors.contract import Environment, Flaw, Kind, Load, Run, Statistic
from readiness.connectors.document import Document
from readiness.connectors.errors import Fatal
from readiness.connectors.guidellm.layouts import PERCENTILES, Point, csv_points, points
from readiness.connectors.identity import run_key
from readiness.connectors.importer import Importer, Sight
from readiness.connectors.payload import parse_csv, parse_json, parse_yaml
from readiness.connectors.redaction import tidy
from readiness.connectors.values import number, positive, table, text, whole

TOOL = "guidellm"
JSON, YAML, CSV = "report JSON", "report YAML", "report CSV"

_LATENCIES = {
    "request_latency": ("latency", "s"),
    "time_to_first_token_ms": ("ttft", "ms"),
    "inter_token_latency_ms": ("tpot", "ms"),
    "request_dispatch_delay": ("schedule_delay", "s"),
}
_RATES = {
    "requests_per_second": ("throughput", "1/s"),
    "request_concurrency": ("concurrency", "requests"),
    "prompt_tokens_per_second": ("input_token_throughput", "tokens/s"),
    "output_tokens_per_second": ("token_throughput", "tokens/s"),
    "tokens_per_second": ("total_token_throughput", "tokens/s"),
}
_PARTS = {  # a rate of tokens is the rate of requests times these
    "prompt_tokens_per_second": ("prompt_token_count",),
    "output_tokens_per_second": ("output_token_count",),
    "tokens_per_second": ("prompt_token_count", "output_token_count"),
}
_AGREE = 0.10


def recognise(sight: Sight) -> str:
    if sight.outline.has("benchmarks") and any(
        one in sight.outline.keys for one in ("benchmarks.type_", "benchmarks.metrics", "metadata.guidellm_version")
    ):
        return JSON
    head = sight.head.removeprefix(b"\xef\xbb\xbf")[:65536]
    if head.startswith((b"Run Info,", b"Benchmark,")) and b"Run ID" in head and b"Request Latency" in head:
        return CSV
    if (
        head[:1] not in (b"{", b"[")
        and b"benchmarks:" in head
        and (b"type_: generative_benchmark" in head or b"guidellm" in head)
    ):
        return YAML
    return ""


def read(document: Document, form: str) -> Iterator[Run]:
    content = document.read()
    if form == CSV:
        found: Iterator[Point | None] = csv_points(parse_csv(content))
    else:
        report = parse_json(content) if form == JSON else parse_yaml(content)
        if not isinstance(report, Mapping):
            raise Fatal("a report of GuideLLM is a mapping with benchmarks")
        found = points(report)
    for position, point in enumerate(found):
        place = f"benchmarks[{position}]"
        if point is None:
            flaw = (Flaw.INCOMPLETE, "this entry is no benchmark: cut off or damaged")
            yield Run(Kind.BENCHMARK, TOOL, form, place, run_key(TOOL, "unreadable", place), (), flaws=(flaw,))
        else:
            yield _run(point, form, place)


def _run(point: Point, form: str, place: str) -> Run:
    load = _load(point)
    collector = Collector(samples=load.completed)
    _add(collector, point, load)
    started, ended, local = _moments(point, form)
    key = (point.id, point.run_id, load.completed, load.failed)
    figures = (_mean(point, name) for name in (*_RATES, *_LATENCIES))
    return Run(
        kind=Kind.BENCHMARK,
        tool=TOOL,
        format=form,
        place=place,
        key=run_key(TOOL, *key, *figures),
        readings=collector.readings,
        tool_version=point.version,
        name=f"{point.strategy} {point.rate_per_s or point.streams or ''}".strip(),
        started_at=started,
        ended_at=ended,
        local_time=local,
        duration_s=positive(point.duration),
        load=load,
        environment=_environment(point),
        flaws=validity.flaws(*_checks(point, load, collector), *collector.flaws),
        unread=tidy(point.raw) | ({"refused": tidy(collector.refused)} if collector.refused else {}),
    )


def _mean(point: Point, name: str) -> float | None:
    return number(table(point.metrics.get(name)).get("mean"))


def _load(point: Point) -> Load:
    """What was cut off at the end of the window (`incomplete`) neither succeeded nor failed."""
    completed, failed = whole(point.totals.get("successful")), whole(point.totals.get("errored"))
    total, cut_off = whole(point.totals.get("total")), whole(point.totals.get("incomplete"))
    if None not in (completed, failed, total, cut_off):  # errors are as many as either way of counting says
        failed = max(failed or 0, (total or 0) - (completed or 0) - (cut_off or 0))
    return Load(
        concurrency=point.streams,
        requested_per_s=point.rate_per_s,
        achieved_per_s=_mean(point, "requests_per_second"),
        started=completed + failed if completed is not None and failed is not None else None,
        completed=completed,
        failed=failed,
        input_tokens=_mean(point, "prompt_token_count"),
        output_tokens=_mean(point, "output_token_count"),
    )


def _add(collector: Collector, point: Point, load: Load) -> None:
    for name, (metric, unit) in _LATENCIES.items():
        _add_distribution(collector, metric, unit, name, table(point.metrics.get(name)))
    for key, (rate, per_s) in _RATES.items():
        contradicted = _contradicted(point, key)
        if contradicted:
            collector.refused[key] = contradicted
        else:
            collector.add(rate, _mean(point, key), per_s, Statistic.MEAN, name=f"{key}.mean")
    late = "request_targeted_start_delay_avg"
    if point.rate_per_s is not None:
        collector.add("schedule_delay", point.late_mean_s, "s", Statistic.MEAN, name=late)
    share = validity.failed_share(load)
    collector.add("error_ratio", share, "share", Statistic.MEAN, name="errored / (successful + errored)", samples=load.started)


def _add_distribution(collector: Collector, metric: str, unit: str, name: str, values: Mapping[str, Any]) -> None:
    count, shares = whole(values.get("count")), table(values.get("percentiles"))
    for word in ("mean", "min", "max"):
        collector.add(metric, values.get(word), unit, Statistic(word), name=f"{name}.{word}", samples=count)
    listed: dict[str, tuple[float, object]] = {word: (share, shares.get(word)) for word, share in PERCENTILES.items()}
    for word, (share, raw) in {**listed, "median": (0.5, values.get("median"))}.items():
        collector.add(metric, raw, unit, Statistic.PERCENTILE, percentile=share, name=f"{name}.{word}", samples=count)


def _contradicted(point: Point, name: str) -> str:
    """Up to 0.4 the rate of all tokens was wrong by two thirds: a rate must agree with requests times their tokens."""
    rate, requests = _mean(point, name), _mean(point, "requests_per_second")
    parts = [_mean(point, part) for part in _PARTS.get(name, ())]
    if rate is None or requests is None or not parts or any(part is None for part in parts):
        return ""
    expected = requests * sum(part or 0.0 for part in parts)
    if expected <= 0 or abs(rate / expected - 1) <= _AGREE:
        return ""
    return f"{rate:.4g}/s, but {requests:.4g} requests/s times their tokens are {expected:.4g}/s"


def _moments(point: Point, form: str) -> tuple[datetime | None, datetime | None, bool]:
    """Start, end, and whether they lack a zone (the CSV's do)."""
    if form != CSV:
        return _epoch(point.started), _epoch(point.ended), False
    started, ended = _written(point.started), _written(point.ended)
    return started, ended, started is not None or ended is not None


def _epoch(raw: object) -> datetime | None:
    value = positive(raw)
    return datetime.fromtimestamp(value, UTC) if value is not None and value < 4e9 else None


def _written(raw: object) -> datetime | None:
    try:
        return datetime.strptime(text(raw), "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        return None


def _environment(point: Point) -> Environment:
    synthetic = "prompt_tokens=" in point.data or "synthetic" in point.data
    totals = {"incomplete": whole(point.totals.get("incomplete")), "strategy": point.strategy}
    extra = tidy({key: value for key, value in totals.items() if value not in (None, "")})
    return Environment(model=point.model, data_real=False if synthetic else None, users_real=False, extra=extra)


def _checks(point: Point, load: Load, collector: Collector) -> Iterator[validity.Found]:
    yield validity.all_failed(load)
    yield validity.error_ratio(load)
    yield validity.uncounted(load)
    if load.failed is None:
        yield Flaw.INCOMPLETE, "the number of failed requests is not said"
    yield validity.unusable(point.totals, counts=("successful", "errored", "incomplete", "total"))
    yield validity.too_few(load)
    latency = collector.get("latency")
    yield validity.littles_law(load.achieved_per_s, latency, collector.get("concurrency"))
    yield validity.littles_law(load.achieved_per_s, latency, load.concurrency)
    late = collector.get("schedule_delay", Statistic.PERCENTILE, 0.99)
    if load.requested_per_s is None:
        return
    yield validity.sent_late(late, latency)
    if late is None:  # without it a slow server and a slow client look the same
        yield validity.generator_saturated(load.requested_per_s, point.ended_per_s)


IMPORTER = Importer(
    tool=TOOL,
    label="GuideLLM",
    looks_for="JSON or YAML with benchmarks of type generative_benchmark, or CSV with Run ID and Request Latency",
    recognise=recognise,
    read=read,
)
