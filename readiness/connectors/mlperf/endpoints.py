"""MLPerf Endpoints (rounds from v6.1): `result_summary.json` beside or instead of loadgen's logs. All times are nanoseconds.

`qps` and `tps` are over loadgen's old window, which ends with the request that was sent last: as published.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from readiness.connectors import validity
from readiness.connectors.collector import Collector
from readiness.connectors.contract import Flaw, Kind, Load, Run, Statistic
from readiness.connectors.identity import content_key
from readiness.connectors.mlperf import systems
from readiness.connectors.mlperf.headline import PUBLISHES_SAMPLES
from readiness.connectors.mlperf.places import place, why_no_result
from readiness.connectors.redaction import tidy
from readiness.connectors.values import number, positive, table, text, whole, within

FORMAT = "endpoints summary"
MARKS = ("n_samples_issued", "n_samples_completed", "qps")

_METRICS = ("ttft", "tpot", "latency")
_COUNTS = ("n_samples_issued", "n_samples_completed", "n_samples_failed")
_WORDS = {"avg": Statistic.MEAN, "min": Statistic.MIN, "max": Statistic.MAX}


def run_of(report: Mapping[str, Any], path: str, system: Mapping[str, Any], precision: str) -> Run:
    where, load = place(path), _load(report)
    collector = Collector(samples=load.completed)
    published = "qps" if where.benchmark.startswith(PUBLISHES_SAMPLES) else "tps"
    _add(collector, report, load)
    said = {"benchmark": where.benchmark, "scenario": where.scenario, "headline": published, "round": where.version}
    said |= {"submitter": where.submitter, "division": where.division, "system": where.system}
    duration = positive(report.get("duration_ns"))
    return Run(
        kind=Kind.BENCHMARK,
        tool=systems.TOOL,
        format=FORMAT,
        place=path,
        key=content_key(systems.TOOL, FORMAT, report),
        readings=collector.readings,
        tool_version=text(report.get("version")),
        name=" ".join(one for one in (where.system, where.benchmark, where.scenario) if one) or "MLPerf Endpoints",
        duration_s=duration / 1e9 if duration else None,
        load=load,
        environment=systems.environment(
            system, model=where.benchmark, precision=precision, extra={key: one for key, one in said.items() if one}
        ),
        flaws=validity.flaws(*_checks(report, path, load, collector), *collector.flaws),
        unread=tidy(report, frozenset((*_METRICS, *_COUNTS)))
        | ({"refused": tidy(collector.refused)} if collector.refused else {}),
    )


def _load(report: Mapping[str, Any]) -> Load:
    issued, completed, failed = (whole(report.get(name)) for name in _COUNTS)
    if issued is not None and completed is not None:
        failed = max(failed or 0, issued - completed)
    pattern = table(within(report, "run_config", "load_pattern"))
    return Load(
        concurrency=positive(pattern.get("target_concurrency")),
        requested_per_s=positive(pattern.get("target_qps")),
        achieved_per_s=number(report.get("qps")),
        started=issued,
        completed=completed,
        failed=failed,
        output_tokens=positive(within(report, "output_sequence_lengths", "avg")),
    )


def _add(collector: Collector, report: Mapping[str, Any], load: Load) -> None:
    collector.add("throughput", report.get("qps"), "queries/s", Statistic.MEAN, name="qps")
    collector.add("sample_throughput", report.get("qps"), "samples/s", Statistic.MEAN, name="qps")
    collector.add("token_throughput", report.get("tps"), "tokens/s", Statistic.MEAN, name="tps")
    for metric in _METRICS:
        if metric == "latency" and load.requested_per_s is None and load.concurrency is None:
            continue  # all sent at once: the time since then is no latency
        values = table(report.get(metric))
        for word, statistic in _WORDS.items():
            collector.add(metric, values.get(word), "ns", statistic, name=f"{metric}.{word}")
        for key, raw in table(values.get("percentiles")).items():
            percent = number(key)
            share = round(percent / 100, 6) if percent is not None else 0.0
            collector.add(metric, raw, "ns", Statistic.PERCENTILE, percentile=share, name=f"{metric}.{key}")
    failed = validity.failed_share(load)
    collector.add(
        "error_ratio", failed, "share", Statistic.MEAN, name="n_samples_failed / n_samples_issued", samples=load.started
    )


def _checks(report: Mapping[str, Any], path: str, load: Load, collector: Collector) -> Iterator[validity.Found]:
    yield validity.not_a_result(why_no_result(path))
    yield validity.all_failed(load)
    yield validity.error_ratio(load)
    yield validity.uncounted(load)
    yield validity.unusable(report, counts=_COUNTS, positives=("duration_ns",))
    yield validity.too_few(load)
    if report.get("complete") is not True or text(report.get("state")) != "complete":
        yield Flaw.INCOMPLETE, "the run is not marked complete"
    yield validity.littles_law(load.achieved_per_s, collector.get("latency"), load.concurrency)
