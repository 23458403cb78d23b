"""SGLang's bench_serving: JSON lines, one run a line. Looks like vLLM's file and is none: other names, Infinity unquoted.

Printed latencies are milliseconds; `concurrency` is measured (sum of latencies / duration). Old versions do not say how many
requests were started, so that failures are not counted unless errors were saved. Written from the tool's source: no real file
has been read yet.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from readiness.connectors import validity
from readiness.connectors.collector import Collector
from readiness.connectors.contract import Environment, Flaw, Kind, Load, Run, Statistic
from readiness.connectors.document import Document
from readiness.connectors.identity import run_key
from readiness.connectors.importer import Importer, Sight
from readiness.connectors.payload import json_records
from readiness.connectors.redaction import tidy
from readiness.connectors.values import number, positive, rows, table, text, whole

TOOL = "sglang_bench"
FORMAT = "serving"

_LATENCY = re.compile(r"(mean|median|min|max|p\d{1,2}(?:\.\d+)?)_(ttft|tpot|itl|e2e_latency)_ms")
_RATES = {
    "request_throughput": ("throughput", "req/s", Statistic.MEAN),
    "input_throughput": ("input_token_throughput", "tok/s", Statistic.MEAN),
    "output_throughput": ("token_throughput", "tok/s", Statistic.MEAN),
    "total_throughput": ("total_token_throughput", "tok/s", Statistic.MEAN),
    "max_output_tokens_per_s": ("token_throughput", "tok/s", Statistic.MAX),
    "concurrency": ("concurrency", "requests", Statistic.MEAN),
    "max_concurrent_requests": ("concurrency", "requests", Statistic.MAX),
}
_SAID = ("duration", "completed", "request_rate", "max_concurrency", "total_input_tokens", "total_output_tokens", "num_prompts")
_KEPT = ("backend", "dataset_name", "tag", "random_input_len", "random_output_len", "random_range_ratio", "sharegpt_output_len")
_ARRAYS = frozenset({"input_lens", "output_lens", "ttfts", "itls", "generated_texts", "errors"})


def recognise(sight: Sight) -> str:
    seen = sight.outline
    marks = ("total_output_tokens_retokenized", "mean_e2e_latency_ms", "output_throughput_retokenized")
    return FORMAT if seen.has("completed", "request_throughput") and any(one in seen.keys for one in marks) else ""


def read(document: Document, form: str) -> Iterator[Run]:
    for position, record in json_records(document.read()):
        place = f"[{position}]"
        if isinstance(record, Mapping):
            yield _run(record, place)
        else:
            flaw = (Flaw.INCOMPLETE, "this entry is no JSON object: cut off or damaged")
            yield Run(Kind.BENCHMARK, TOOL, form, place, run_key(TOOL, "unreadable", place), (), flaws=(flaw,), unproven=True)


def _run(record: Mapping[str, Any], place: str) -> Run:
    load = _load(record)
    collector = Collector(samples=load.completed)
    _add(collector, record, load)
    printed = sorted(str(key) for key in record if _LATENCY.fullmatch(str(key)))
    server = table(record.get("server_info"))
    used = {one.raw_name for one in collector.readings} | set(_SAID) | set(_KEPT) | _ARRAYS
    return Run(
        kind=Kind.BENCHMARK,
        tool=TOOL,
        format=FORMAT,
        place=place,
        key=run_key(TOOL, *(record.get(key) for key in (*_SAID, *_RATES)), *(f"{key}={number(record[key])}" for key in printed)),
        readings=collector.readings,
        name=text(record.get("tag")),
        duration_s=positive(record.get("duration")),
        load=load,
        environment=Environment(
            model=text(server.get("model_path")),
            software="SGLang" if server else "",
            software_version=text(server.get("version")),
            users_real=False,
            extra=tidy({key: record[key] for key in _KEPT if record.get(key) is not None}),
        ),
        flaws=validity.flaws(*_checks(record, load, collector), *collector.flaws),
        unread=tidy(record, frozenset(used)) | ({"refused": tidy(collector.refused)} if collector.refused else {}),
        unproven=True,
    )


def _load(record: Mapping[str, Any]) -> Load:
    completed, started = whole(record.get("completed")), whole(record.get("num_prompts"))
    errors = rows(record.get("errors"))
    counts = [sum(1 for one in errors if one)] if errors else []
    if started is not None and completed is not None:
        counts.append(max(0, started - completed))
    return Load(
        concurrency=positive(record.get("max_concurrency")),
        requested_per_s=positive(record.get("request_rate")),  # Infinity: all at once
        achieved_per_s=number(record.get("request_throughput")),
        started=started if started is not None else len(errors) or None,
        completed=completed,
        failed=max(counts) if counts else None,
        input_tokens=_each(record.get("total_input_tokens"), completed),
        output_tokens=_each(record.get("total_output_tokens"), completed),
    )


def _each(total: object, of: int | None) -> float | None:
    counted = number(total)
    return counted / of if counted is not None and counted >= 0 and of else None


def _add(collector: Collector, record: Mapping[str, Any], load: Load) -> None:
    for key, (metric, unit, statistic) in _RATES.items():
        collector.add(metric, record.get(key), unit, statistic, name=key)
    for key, raw in record.items():
        found = _LATENCY.fullmatch(str(key))
        if found:
            word, metric = found[1], found[2].replace("e2e_latency", "latency")
            share = 0.5 if word == "median" else round(float(word[1:]) / 100, 6) if word.startswith("p") else None
            statistic = Statistic(word) if share is None else Statistic.PERCENTILE
            collector.add(metric, raw, "ms", statistic, percentile=share, name=str(key))
    share = validity.failed_share(load)
    collector.add("error_ratio", share, "share", Statistic.MEAN, name="failed / started", samples=load.started)


def _checks(record: Mapping[str, Any], load: Load, collector: Collector) -> Iterator[validity.Found]:
    yield validity.all_failed(load)
    yield validity.error_ratio(load)
    yield validity.uncounted(load)
    counts, positives = ("completed", "num_prompts"), ("max_concurrency", "duration", "concurrency")
    yield validity.unusable(record, counts=counts, positives=positives)
    yield validity.too_few(load)
    lengths = rows(record.get("output_lens"))
    yield validity.empty_answers(sum(1 for one in lengths if one == 0) - (load.failed or 0), load)
    latency, measured = collector.get("latency"), positive(record.get("concurrency"))
    yield validity.littles_law(load.achieved_per_s, latency, measured)
    yield validity.littles_law(load.achieved_per_s, latency, load.concurrency, limit_only=load.requested_per_s is not None)
    if load.concurrency is not None:  # the client's own limit holds requests back
        yield validity.generator_saturated(load.requested_per_s, load.achieved_per_s)


IMPORTER = Importer(
    tool=TOOL,
    label="SGLang bench_serving",
    looks_for="JSON lines with request_throughput, completed and mean_e2e_latency_ms",
    recognise=recognise,
    read=read,
    unproven=True,
)
