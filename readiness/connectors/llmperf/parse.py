"""LLMPerf: a flat summary, units in the names (`_s`, `token_per_s`, `per_min`), or the list of its individual requests.

The list says neither duration nor concurrency, so it can show a distribution and decide nothing: the summary is the result.
`inter_token_latency_s` is defined by the tool alone (times the tokens it is neither the latency nor the latency after the first
token), and throughput per request is no throughput of the server: both stay unread.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from readiness.connectors import validity
from readiness.connectors.collector import Collector
from readiness.connectors.contract import Environment, Flaw, Kind, Load, Run, Statistic
from readiness.connectors.document import Document
from readiness.connectors.errors import Fatal
from readiness.connectors.identity import run_key
from readiness.connectors.importer import Importer, Sight
from readiness.connectors.llmperf import individual
from readiness.connectors.payload import parse_json
from readiness.connectors.redaction import tidy
from readiness.connectors.values import number, positive, table, text, whole

TOOL = "llmperf"
SUMMARY, INDIVIDUAL = "summary", "individual"

_STATISTIC = re.compile(r"results_(ttft_s|end_to_end_latency_s)_(quantiles_p\d{1,2}(?:\.\d+)?|mean|min|max)")
_METRICS = {"ttft_s": "ttft", "end_to_end_latency_s": "latency"}
_COUNTS = ("results_num_requests_started", "results_num_completed_requests", "results_number_errors")
_SAID = frozenset(
    {"version", "name", "model", "num_concurrent_requests", "timestamp", "results_error_rate", "results_error_code_frequency",
     "results_number_input_tokens_mean", "results_number_output_tokens_mean", *_COUNTS}
)  # fmt: skip
_KEPT = ("framework", "api", "mean_input_tokens", "mean_output_tokens")


def recognise(sight: Sight) -> str:
    seen = sight.outline
    if seen.has("end_to_end_latency_s", "ttft_s", "error_code"):
        return INDIVIDUAL
    return SUMMARY if any(_STATISTIC.fullmatch(key) for key in seen.keys) or seen.has(_COUNTS[0], _COUNTS[1]) else ""


def read(document: Document, form: str) -> Iterator[Run]:
    content = parse_json(document.read())
    if form == INDIVIDUAL:
        if not isinstance(content, Sequence) or isinstance(content, str):
            raise Fatal("a list of individual requests was expected")
        yield _individual(content)
        return
    records = content if isinstance(content, list) else [content]
    for position, record in enumerate(records):
        flat = {**table(record), **table(table(record).get("results"))}  # some versions nest the results
        yield _summary(flat, f"[{position}]")


def _summary(record: Mapping[str, Any], place: str) -> Run:
    load = _load(record)
    collector = Collector(samples=load.completed)
    for key, raw in record.items():
        found = _STATISTIC.fullmatch(str(key))
        if found:
            share = round(float(found[2].removeprefix("quantiles_p")) / 100, 6) if found[2].startswith("q") else None
            statistic = Statistic(found[2]) if share is None else Statistic.PERCENTILE
            collector.add(_METRICS[found[1]], raw, "s", statistic, percentile=share, name=str(key))
    rate, tokens = "results_num_completed_requests_per_min", "results_mean_output_throughput_token_per_s"
    collector.add("throughput", record.get(rate), "1/min", Statistic.MEAN, name=rate)
    collector.add("token_throughput", record.get(tokens), "token/s", Statistic.MEAN, name=tokens)
    return _run(SUMMARY, place, record, load, collector)


def _load(record: Mapping[str, Any]) -> Load:
    """Errors are as many as any of the file's four ways of counting them says."""
    started, completed = whole(record.get(_COUNTS[0])), whole(record.get(_COUNTS[1]))
    counts = [whole(record.get(_COUNTS[2])), _errors(record.get("results_error_code_frequency"))]
    share = number(record.get("results_error_rate"))
    if share is not None and started is not None and 0 <= share <= 1:
        counts.append(round(share * started))
    known = [one for one in counts if one is not None]
    per_min = number(record.get("results_num_completed_requests_per_min"))
    return Load(
        concurrency=positive(record.get("num_concurrent_requests")),
        achieved_per_s=per_min / 60 if per_min is not None else None,
        started=started,
        completed=completed,
        failed=max(known) if known else None,
        input_tokens=positive(record.get("results_number_input_tokens_mean")),
        output_tokens=positive(record.get("results_number_output_tokens_mean")),
    )


def _errors(raw: object) -> int | None:
    """Sum of "{429.0: 130}", a Python dictionary written as text."""
    try:
        counted = ast.literal_eval(raw) if isinstance(raw, str) and len(raw) < 2000 else raw
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None
    if not isinstance(counted, Mapping):
        return None
    return sum(whole(one) or 0 for one in counted.values())


def _individual(requests: Sequence[Any]) -> Run:
    """Percentiles over the requests without an error, as the tool's own summary has them."""
    load, collector = individual.measured(requests)
    return _run(INDIVIDUAL, "[]", {}, load, collector)


def _run(form: str, place: str, record: Mapping[str, Any], load: Load, collector: Collector) -> Run:
    collector.add(
        "error_ratio", validity.failed_share(load), "share", Statistic.MEAN, name="errors / started", samples=load.started
    )
    started = number(record.get("timestamp"))
    used = {one.raw_name for one in collector.readings} | _SAID | set(_KEPT)
    return Run(
        kind=Kind.BENCHMARK,
        tool=TOOL,
        format=form,
        place=place,
        key=run_key(TOOL, form, load.started, load.completed, *_figures(collector)),
        readings=collector.readings,
        tool_version=text(record.get("version")),
        name=text(record.get("name")),
        ended_at=datetime.fromtimestamp(started, UTC) if started is not None and 0 < started < 4e9 else None,
        load=load,
        environment=_environment(record),
        flaws=validity.flaws(*_checks(form, record, load, collector), *collector.flaws),
        unread=tidy(record, frozenset(used)) | ({"refused": tidy(collector.refused)} if collector.refused else {}),
    )


def _figures(collector: Collector) -> Iterator[float | None]:
    for metric in ("ttft", "latency"):
        for statistic in (Statistic.MEAN, Statistic.MIN, Statistic.MAX):
            yield collector.get(metric, statistic)


def _environment(record: Mapping[str, Any]) -> Environment:
    """An API of somebody else: nothing is known of what serves. The prompts are lines of Shakespeare."""
    extra = tidy({key: record[key] for key in _KEPT if record.get(key) is not None})
    return Environment(model=text(record.get("model")), data_real=False, users_real=False, extra=extra)


def _checks(form: str, record: Mapping[str, Any], load: Load, collector: Collector) -> Iterator[validity.Found]:
    yield validity.all_failed(load)
    yield validity.error_ratio(load)
    yield validity.uncounted(load)
    yield validity.unusable(record, counts=_COUNTS, positives=("num_concurrent_requests",))
    yield validity.too_few(load)
    if form == INDIVIDUAL:
        yield Flaw.INCOMPLETE, "individual requests alone do not say at which load they were made: the summary does"
    elif collector.get("latency") is None and load.completed:
        yield Flaw.INCOMPLETE, "no end-to-end latency"
    if form == SUMMARY and load.concurrency is None:
        yield Flaw.INCOMPLETE, "the number of concurrent requests is not said"
    yield validity.littles_law(load.achieved_per_s, collector.get("latency"), load.concurrency)


IMPORTER = Importer(
    tool=TOOL,
    label="LLMPerf",
    looks_for="JSON with results_ttft_s_* and results_num_requests_started, or a list of requests with end_to_end_latency_s",
    recognise=recognise,
    read=read,
)
