"""vLLM's benchmark files of every era: one result, JSON lines of --append-result, the lists of a sweep, throughput, pooling.

Printed latencies are milliseconds, arrays are seconds. `date` is the local time, without a zone, at which the file was saved.
Nothing in these files names an accelerator, a server version or a degree of parallelism: that is for the importer to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from readiness.connectors import validity
from readiness.connectors.collector import Collector
from readiness.connectors.contract import Environment, Flaw, Kind, Load, Run, Statistic
from readiness.connectors.document import Document
from readiness.connectors.errors import SkipRecord
from readiness.connectors.identity import run_key
from readiness.connectors.importer import Importer, Sight
from readiness.connectors.payload import json_records
from readiness.connectors.redaction import tidy
from readiness.connectors.values import number, positive, text, whole
from readiness.connectors.vllm_bench import arrays

TOOL = "vllm_bench"
SERVE, THROUGHPUT, PYTORCH = "serve", "throughput", "pytorch"

_LATENCY = re.compile(r"(mean|median|min|max|p\d{1,2}(?:\.\d+)?)_([a-z0-9_]+)_ms")
_METRICS: dict[str, tuple[str, dict[str, str]]] = {
    "ttft": ("ttft", {}),
    "tpot": ("tpot", {}),  # requests of one token are not in it
    "itl": ("itl", {}),
    "e2el": ("latency", {}),
    "e2el_including_client_queue": ("latency", {"includes": "client queue"}),
    "client_queue_time": ("schedule_delay", {}),
}
_RATES = {
    "request_throughput": ("throughput", "req/s", Statistic.MEAN),
    "output_throughput": ("token_throughput", "tok/s", Statistic.MEAN),
    "total_token_throughput": ("total_token_throughput", "tok/s", Statistic.MEAN),
    "input_throughput": ("input_token_throughput", "tok/s", Statistic.MEAN),  # until 2024
    "input_sequence_throughput": ("sample_throughput", "1/s", Statistic.MEAN),  # pooling
    "max_output_tokens_per_s": ("token_throughput", "tok/s", Statistic.MAX),
    "max_concurrent_requests": ("concurrency", "requests", Statistic.MAX),
}
_SAID = frozenset(
    {"date", "model_id", "label", "num_prompts", "completed", "failed", "duration", "request_rate", "max_concurrency",
     "total_input_tokens", "total_output_tokens"}
)  # fmt: skip
_KEPT = ("backend", "endpoint_type", "tokenizer_id", "burstiness", "run_number")


def recognise(sight: Sight) -> str:
    seen = sight.outline
    if sight.base.removesuffix(".gz").endswith(".pytorch.json") or seen.has("benchmark.name", "model.name", "metric.name"):
        return PYTORCH
    if seen.has("elapsed_time", "requests_per_second"):
        return THROUGHPUT
    is_sglang = any("e2e_latency_ms" in key or "retokenized" in key for key in seen.keys)
    return SERVE if seen.has("request_throughput", "completed") and not is_sglang else ""


def read(document: Document, form: str) -> Iterator[Run]:
    if form == PYTORCH:
        raise SkipRecord("a second view of a vLLM result, written for a dashboard: import its sibling", document.base)
    for position, record in json_records(document.read()):
        place = f"[{position}]"
        if not isinstance(record, Mapping):
            yield _unreadable(place, form, record)
        elif form == THROUGHPUT and "elapsed_time" in record:
            yield _throughput(record, place)
        else:
            yield _served(record, place)


def _unreadable(place: str, form: str, record: object) -> Run:
    flaw = (Flaw.INCOMPLETE, "this entry is no JSON object: cut off or damaged")
    return Run(Kind.BENCHMARK, TOOL, form, place, run_key(TOOL, "unreadable", place, text(record)), (), flaws=(flaw,))


def _served(record: Mapping[str, Any], place: str) -> Run:
    load = _load(record)
    collector = Collector(samples=load.completed)
    _add_printed(collector, record)
    arrays.add_percentiles(collector, arrays.measured(record))
    _add_errors(collector, load)
    duration = positive(record.get("duration"))
    ended = _saved_at(record.get("date"))
    return Run(
        kind=Kind.BENCHMARK,
        tool=TOOL,
        format=SERVE,
        place=place,
        key=_key(record),
        readings=collector.readings,
        name=text(record.get("label")) or text(record.get("model_id")),
        started_at=ended - timedelta(seconds=min(duration, 1e8)) if ended and duration else None,
        ended_at=ended,
        local_time=ended is not None,
        duration_s=duration,
        load=load,
        environment=_environment(record),
        flaws=validity.flaws(*_checks(record, load, collector), *collector.flaws),
        unread=_unread(record, collector),
    )


def _load(record: Mapping[str, Any]) -> Load:
    """Failed requests are counted as many as any of the file's three ways of counting them says."""
    started, completed = whole(record.get("num_prompts")), whole(record.get("completed"))
    counts = [whole(record.get("failed")), arrays.failures(record)]
    if started is not None and completed is not None:
        counts.append(max(0, started - completed))
    known = [one for one in counts if one is not None]
    return Load(
        concurrency=positive(record.get("max_concurrency")),
        requested_per_s=positive(record.get("request_rate")),  # "inf": all at once
        achieved_per_s=number(record.get("request_throughput")),
        started=started,
        completed=completed,
        failed=max(known) if known else None,
        input_tokens=_each(record.get("total_input_tokens"), completed),
        output_tokens=_each(record.get("total_output_tokens"), completed),
    )


def _each(total: object, of: int | None) -> float | None:
    counted = number(total)
    return counted / of if counted is not None and counted >= 0 and of else None


def _add_printed(collector: Collector, record: Mapping[str, Any]) -> None:
    for key, (metric, unit, statistic) in _RATES.items():
        collector.add(metric, record.get(key), unit, statistic, name=key)
    for key, raw in record.items():
        found = _LATENCY.fullmatch(str(key))
        if found and found[2] in _METRICS:
            metric, labels = _METRICS[found[2]]
            statistic, percentile = _statistic(found[1])
            collector.add(metric, raw, "ms", statistic, percentile=percentile, name=str(key), labels=labels)


def _statistic(word: str) -> tuple[Statistic, float | None]:
    if word.startswith("p"):
        return Statistic.PERCENTILE, round(float(word[1:]) / 100, 6)
    if word == "median":
        return Statistic.PERCENTILE, 0.5
    return Statistic(word), None


def _add_errors(collector: Collector, load: Load) -> None:
    share = validity.failed_share(load)
    collector.add("error_ratio", share, "share", Statistic.MEAN, name="failed / started", samples=load.started)


def _checks(record: Mapping[str, Any], load: Load, collector: Collector) -> Iterator[validity.Found]:
    yield validity.all_failed(load)
    yield validity.error_ratio(load)
    yield validity.uncounted(load)
    yield _unusable(record)
    yield validity.empty_answers(arrays.empty_answers(record), load)
    if collector.get("ttft") or collector.get("latency"):
        yield validity.too_few(load)
    open_loop = load.requested_per_s is not None
    latency = _latency_s(load, collector)
    yield validity.littles_law(load.achieved_per_s, latency, load.concurrency, limit_only=open_loop)
    if open_loop and load.concurrency is not None:  # the client's own limit holds requests back
        yield validity.generator_saturated(load.requested_per_s, load.achieved_per_s)
    yield validity.generator_saturated(load.requested_per_s, arrays.sent_per_s(record))
    if open_loop:
        yield validity.sent_late(collector.get("schedule_delay", Statistic.PERCENTILE, 0.99), latency)


def _latency_s(load: Load, collector: Collector) -> float | None:
    """Mean time in the system: measured, else TTFT + (O - 1) TPOT."""
    latency, first, each = collector.get("latency"), collector.get("ttft"), collector.get("tpot")
    if latency is not None or first is None or each is None or load.output_tokens is None:
        return latency
    return first + max(0.0, load.output_tokens - 1) * each


def _unusable(record: Mapping[str, Any]) -> validity.Found:
    counts, positives = ("num_prompts", "completed", "failed"), ("max_concurrency", "duration")
    rate = record.get("request_rate")
    endless = isinstance(rate, float | str) and str(rate).strip().lower() in {"inf", "infinity"}
    if rate is not None and not endless and positive(rate) is None:
        return Flaw.INCOMPLETE, "request_rate is neither a rate nor inf"
    return validity.unusable(record, counts=counts, positives=positives)


def _saved_at(raw: object) -> datetime | None:
    try:
        return datetime.strptime(text(raw), "%Y%m%d-%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None


def _environment(record: Mapping[str, Any]) -> Environment:
    """`backend` is the client's protocol ("openai"), no proof of what served."""
    extra = tidy({key: record[key] for key in _KEPT if record.get(key) is not None})
    return Environment(model=text(record.get("model_id")), users_real=False, extra=extra)


def _key(record: Mapping[str, Any]) -> str:
    printed = sorted(str(key) for key in record if _LATENCY.fullmatch(str(key)))
    said = [record.get(key) for key in sorted(_SAID - {"label"})]
    return run_key(TOOL, *said, *(record.get(key) for key in _RATES), *(f"{key}={number(record[key])}" for key in printed))


def _unread(record: Mapping[str, Any], collector: Collector) -> dict[str, Any]:
    used = {one.raw_name for one in collector.readings} | _SAID | set(_KEPT) | arrays.ARRAYS
    return tidy(record, frozenset(used)) | ({"refused": tidy(collector.refused)} if collector.refused else {})


def _throughput(record: Mapping[str, Any], place: str) -> Run:
    """Everything is submitted at once, without a server: `tokens_per_second` counts input and output."""
    count = whole(record.get("num_requests"))
    load = Load(started=count, completed=count, achieved_per_s=number(record.get("requests_per_second")))
    collector = Collector(samples=count)
    collector.add("throughput", record.get("requests_per_second"), "req/s", Statistic.MEAN, name="requests_per_second")
    collector.add("total_token_throughput", record.get("tokens_per_second"), "tok/s", Statistic.MEAN, name="tokens_per_second")
    keys = ("elapsed_time", "num_requests", "total_num_tokens", "requests_per_second", "tokens_per_second")
    lengths = {"input_tokens": record.get("input"), "output_tokens": record.get("output", record.get("ouput"))}  # sic
    return Run(
        kind=Kind.BENCHMARK,
        tool=TOOL,
        format=THROUGHPUT,
        place=place,
        key=run_key(TOOL, THROUGHPUT, *(record.get(key) for key in keys)),
        readings=collector.readings,
        duration_s=positive(record.get("elapsed_time")),
        load=Load(
            achieved_per_s=load.achieved_per_s,
            started=count,
            completed=count,
            input_tokens=positive(lengths["input_tokens"]),
            output_tokens=positive(lengths["output_tokens"]),
        ),
        environment=Environment(users_real=False),
        flaws=validity.flaws(validity.all_failed(load), validity.uncounted(load), *collector.flaws),
        unread=tidy(record, frozenset((*keys, "input", "output", "ouput"))),
    )


IMPORTER = Importer(
    tool=TOOL,
    label="vLLM bench",
    looks_for="JSON with request_throughput and completed, or with elapsed_time and requests_per_second",
    recognise=recognise,
    read=read,
)
