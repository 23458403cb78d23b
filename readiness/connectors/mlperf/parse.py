"""MLPerf Inference: detail logs, summaries, system descriptions, and whole submissions as zip or tar.

Latencies are nanoseconds whatever a key's last letters say (`_ms` is MultiStream, `_ss` SingleStream). The time of the log's
`test_datetime` is local although it ends in Z; `power_begin` is UTC. Not read: `result_token_throughput` (tokens per nanosecond
per stream) and the latencies of Offline, which is one query.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from readiness.connectors import validity
from readiness.connectors.collector import Collector
from readiness.connectors.contract import Flaw, Kind, Load, Run, Statistic
from readiness.connectors.document import Document
from readiness.connectors.errors import Fatal, SkipRecord
from readiness.connectors.identity import run_key
from readiness.connectors.importer import Importer, Sight
from readiness.connectors.mlperf import endpoints, logs, power, systems
from readiness.connectors.mlperf.headline import STREAM_P90, STREAM_P99, headline, times_first_tokens
from readiness.connectors.mlperf.logs import Log
from readiness.connectors.mlperf.places import is_submission, place, why_no_result
from readiness.connectors.payload import parse_json
from readiness.connectors.redaction import tidy
from readiness.connectors.values import number, positive, text, whole

TOOL = systems.TOOL
DETAIL, SUMMARY, SYSTEM, SUBMISSION, PUBLISHED = "detail log", "summary", "system", "submission", "published table"

_LATENCY = re.compile(r"result_(min|max|mean|\d+\.\d+_percentile)_latency_ns")
_FIRST = re.compile(r"result_first_token_(min|max|mean|\d+\.\d+_percentile)_latency_ns")
_EACH = re.compile(r"result_time_(?:to|per)_output_token_(min|max|mean|\d+\.\d+_percentile)(?:_ns)?")
_INFERRED = {"inferred": "samples times a fixed output length"}
_RATES: dict[str, tuple[str, str, dict[str, str]]] = {
    "result_samples_per_second": ("sample_throughput", "samples/s", {}),
    "result_completed_samples_per_sec": ("sample_throughput", "samples/s", {}),
    "result_tokens_per_second": ("token_throughput", "tokens/s", {}),
    "result_completed_tokens_per_second": ("token_throughput", "tokens/s", {}),
    "result_inferred_tokens_per_second": ("token_throughput", "tokens/s", _INFERRED),
    "result_inferred_completed_tokens_per_second": ("token_throughput", "tokens/s", _INFERRED),
    "result_qps_with_loadgen_overhead": ("throughput", "queries/s", {}),
}
_SCENARIOS = frozenset({"Offline", "Server", "SingleStream", "MultiStream", "Interactive"})


def recognise(sight: Sight) -> str:
    if sight.archive:
        return SUBMISSION if is_submission(sight.members) else ""
    if any(marker in sight.head for marker in logs.MARKERS):
        return DETAIL
    if logs.HEADING in sight.head[:4096]:
        return SUMMARY
    if sight.outline.has("Performance_Result", "Performance_Units") or sight.outline.has("0.MlperfModel", "0.Units"):
        return PUBLISHED
    if sight.outline.has(*endpoints.MARKS):
        return endpoints.FORMAT
    return SYSTEM if sight.outline.has("submitter", "accelerators_per_node", "number_of_nodes") else ""


def read(document: Document, form: str) -> Iterator[Run]:
    if form == PUBLISHED:
        raise SkipRecord("a published table labels some units wrongly: import the submission's logs", document.base)
    if form == SUBMISSION:
        from readiness.connectors.mlperf.submission import runs

        yield from runs(document)
        return
    content = document.read()
    if form in (SYSTEM, endpoints.FORMAT):
        described = parse_json(content)
        if not isinstance(described, Mapping):
            raise Fatal(f"{document.base}: a JSON object was expected")
        yield systems.inventory(described) if form == SYSTEM else endpoints.run_of(described, document.name, {}, "")
        return
    log = logs.detail(content) if form == DETAIL else logs.summary(content)
    if not log.values:
        raise Fatal(f"{document.base}: no loadgen key in this log")
    yield run_of(log, document.name, {}, "", ())


def run_of(log: Log, path: str, system: Mapping[str, Any], precision: str, watts: power.Samples | tuple[()]) -> Run:
    """One run of loadgen with what else the submission says of it."""
    values, where = log.values, place(path)
    scenario = where.scenario if where.scenario in _SCENARIOS else text(values.get("effective_scenario"))
    published = headline(values, where, scenario)
    collector = Collector(samples=whole(values.get("result_query_count")))
    _add(collector, values, scenario)
    began, ended = power.moment(values.get("power_begin")), power.moment(values.get("power_end"))
    drawn = power.mean_watts(list(watts), began, ended)
    if drawn:
        collector.add("power", drawn[0], "W", Statistic.MEAN, name="spl.txt", samples=drawn[1], labels={"scope": "whole system"})
    local = None if began else _local(values.get("test_datetime"))
    said = {"benchmark": where.benchmark, "scenario": scenario, "headline": published, "round": where.version}
    said |= {"submitter": where.submitter, "division": where.division, "system": where.system}
    return Run(
        kind=Kind.BENCHMARK,
        tool=TOOL,
        format=log.kind,
        place=path,
        key=_key(values, scenario),
        readings=collector.readings,
        tool_version=text(values.get("loadgen_version")),
        name=" ".join(one for one in (where.system, where.benchmark, scenario) if one) or text(values.get("sut_name")),
        started_at=began or local,
        ended_at=ended,
        local_time=began is None and local is not None,
        duration_s=(ended - began).total_seconds() if began and ended and ended > began else None,
        load=_load(values, scenario),
        environment=systems.environment(
            system, model=where.benchmark, precision=precision, extra={key: one for key, one in said.items() if one}
        ),
        flaws=validity.flaws(*_checks(log, path, published, collector), *collector.flaws),
        unread=_unread(values, collector),
    )


def _add(collector: Collector, values: Mapping[str, Any], scenario: str) -> None:
    for key, (metric, unit, labels) in _RATES.items():
        collector.add(metric, values.get(key), unit, Statistic.MEAN, name=key, labels=labels)
    if scenario in ("Server", "Interactive") and whole(values.get("effective_samples_per_query")) == 1:
        key = "result_completed_samples_per_sec"
        collector.add("throughput", values.get(key), "queries/s", Statistic.MEAN, name=key)
    for key, raw in values.items():
        for metric, pattern in (("latency", _LATENCY), ("ttft", _FIRST), ("tpot", _EACH)):
            found = pattern.fullmatch(key)
            if found and not (metric == "latency" and scenario == "Offline"):
                statistic, share = _statistic(found[1])
                collector.add(metric, raw, "ns", statistic, percentile=share, name=key)
    if scenario in ("SingleStream", "MultiStream") and not times_first_tokens(values):
        estimate = {"estimate": "early stopping"}
        for key, share in ((STREAM_P90, 0.9), (STREAM_P99, 0.99)):
            collector.add("latency", values.get(key), "ns", Statistic.PERCENTILE, percentile=share, name=key, labels=estimate)


def _statistic(word: str) -> tuple[Statistic, float | None]:
    if word in ("min", "max", "mean"):
        return Statistic(word), None
    return Statistic.PERCENTILE, round(float(word.removesuffix("_percentile")) / 100, 6)


def _local(raw: object) -> datetime | None:
    """Local, for all its Z."""
    try:
        return datetime.strptime(text(raw)[:19], "%Y-%m-%dT%H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        return None


def _key(values: Mapping[str, Any], scenario: str) -> str:
    """Latencies to the nanosecond name a run, in the detail log and in the summary alike."""
    latencies = sorted(key for key in values if _LATENCY.fullmatch(key))
    if latencies:
        return run_key(TOOL, *(f"{key}={number(values[key])}" for key in latencies))
    written = (values.get(key) for key in ("test_datetime", "power_begin", "sut_name", "effective_test_mode"))
    return run_key(TOOL, scenario, *written, *(values.get(key) for key in _RATES))


def _load(values: Mapping[str, Any], scenario: str) -> Load:
    queries, each = whole(values.get("result_query_count")), whole(values.get("effective_samples_per_query"))
    count = queries * each if queries is not None and each is not None else None
    stream = scenario in ("SingleStream", "MultiStream")
    rate = values.get("result_completed_samples_per_sec", values.get("result_samples_per_second"))
    return Load(
        concurrency=1.0 if stream else None,
        requested_per_s=positive(values.get("result_scheduled_samples_per_sec")),
        achieved_per_s=number(rate) if not stream else number(values.get("result_qps_with_loadgen_overhead")),
        started=count,
        completed=count,
    )


def _checks(log: Log, path: str, published: str, collector: Collector) -> Iterator[validity.Found]:
    values = log.values
    yield validity.not_a_result(why_no_result(path))
    mode, verdict = text(values.get("effective_test_mode")), text(values.get("result_validity")).upper()
    if mode and mode != "PerformanceOnly":
        yield Flaw.NOT_A_RESULT, f"loadgen ran in mode {mode}"
    if verdict == "INVALID":
        yield Flaw.NOT_A_RESULT, "loadgen itself calls the run INVALID"
    elif verdict != "VALID":
        yield Flaw.NOT_A_RESULT, "loadgen's verdict on the run is missing"
    for key in ("result_perf_constraints_met", "result_min_duration_met", "result_min_queries_met", "early_stopping_met"):
        if values.get(key) is False or text(values.get(key)) == "NO":
            yield Flaw.NOT_A_RESULT, f"{key} is false"
    if log.errors:
        yield Flaw.NOT_A_RESULT, f"loadgen logged errors: {log.errors[0]}"
    if not any(one.raw_name == published for one in collector.readings):
        yield Flaw.INCOMPLETE, "the figure that this scenario is about is missing"


def _unread(values: Mapping[str, Any], collector: Collector) -> dict[str, Any]:
    used = {one.raw_name for one in collector.readings}
    kept = {
        key: one
        for key, one in values.items()
        if not key.startswith(("logger_", "requested_", "loadgen_", "qsl_", "generic_", "loaded_"))
    }
    return tidy(kept, frozenset(used)) | ({"refused": tidy(collector.refused)} if collector.refused else {})


IMPORTER = Importer(
    tool=TOOL,
    label="MLPerf Inference",
    looks_for="mlperf_log_detail.txt, mlperf_log_summary.txt, result_summary.json, a system's JSON, or a submission as archive",
    recognise=recognise,
    read=read,
)
