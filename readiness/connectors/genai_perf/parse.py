"""GenAI-Perf's `*_genai_perf.json`, written from the tool's documentation and source: no real file has been read yet.

One object of metrics with unit and statistics, `telemetry_stats` per accelerator, `input_config`, `sessions`. It has no version,
no time and no count of errors in it. Latencies are milliseconds; `inter_token_latency` is per request (a TPOT).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from readiness.connectors import statblock, validity
from readiness.connectors.collector import Collector
from readiness.connectors.contract import Environment, Flaw, Kind, Load, Run
from readiness.connectors.document import Document
from readiness.connectors.errors import Fatal
from readiness.connectors.identity import content_key
from readiness.connectors.importer import Importer, Sight
from readiness.connectors.payload import parse_json
from readiness.connectors.redaction import tidy
from readiness.connectors.statblock import Block
from readiness.connectors.values import rows, table, text, within

TOOL = "genai_perf"
SUMMARY = "summary"
_OTHERS = frozenset({"aiperf_version", "schema_version", "was_cancelled", "error_summary"})  # AIPerf's
_COUNTED = (*statblock.COUNTS, *statblock.LENGTHS)


def recognise(sight: Sight) -> str:
    seen = sight.outline
    measured = any(seen.has(f"{tag}.unit", f"{tag}.avg") for tag in ("request_latency", "request_throughput"))
    return SUMMARY if measured and "input_config" in seen.keys and not _OTHERS & seen.keys else ""


def read(document: Document, form: str) -> Iterator[Run]:
    record = parse_json(document.read())
    if not isinstance(record, Mapping):
        raise Fatal("a GenAI-Perf summary is a JSON object")
    found = statblock.blocks(record)
    stimulus = _stimulus(record)
    load = statblock.load(found, concurrency=stimulus.get("concurrency"), rate=stimulus.get("request_rate"))
    collector = Collector(samples=load.completed)
    statblock.add_measured(collector, found, load.completed)
    for tag, block, labels in _telemetry(record):
        statblock.add(collector, statblock.ACCELERATORS[tag], tag, block, labels=labels)
    model = text(next(iter(rows(within(record, "input_config", "model_names"))), ""))
    yield Run(
        kind=Kind.BENCHMARK,
        tool=TOOL,
        format=form,
        place="",
        key=content_key(TOOL, form, {tag: block.stats for tag, block in found.items()}),
        readings=collector.readings,
        name=model,
        load=load,
        environment=Environment(model=model, users_real=False, extra=_endpoint(record)),
        flaws=validity.flaws(*_checks(found, load, collector), *collector.flaws),
        unread=_unread(record, collector),
        unproven=True,
    )


def _stimulus(record: Mapping[str, Any]) -> Mapping[str, Any]:
    return table(within(record, "input_config", "perf_analyzer", "stimulus"))


def _endpoint(record: Mapping[str, Any]) -> dict[str, Any]:
    endpoint = table(within(record, "input_config", "endpoint"))
    return tidy({key: endpoint[key] for key in ("type", "backend", "streaming", "service_kind") if endpoint.get(key) is not None})


def _telemetry(record: Mapping[str, Any]) -> Iterator[tuple[str, Block, Mapping[str, str]]]:
    """{"gpu_power_usage": {"unit": "W", "gpu0": {"avg": ...}}}"""
    for tag, entry in table(record.get("telemetry_stats")).items():
        if tag in statblock.ACCELERATORS:
            for gpu, stats in table(entry).items():
                if gpu != "unit":
                    yield tag, Block(text(table(entry).get("unit")), table(stats)), {"accelerator": text(gpu)}


def _checks(found: Mapping[str, Block], load: Load, collector: Collector) -> Iterator[validity.Found]:
    yield validity.all_failed(load)
    yield validity.uncounted(load)
    yield validity.too_few(load)
    if not found:
        yield Flaw.INCOMPLETE, "there is no metric with a unit"
    limit_only = load.requested_per_s is not None
    yield validity.littles_law(load.achieved_per_s, collector.get("latency"), load.concurrency, limit_only=limit_only)
    yield validity.generator_saturated(load.requested_per_s, load.achieved_per_s)


def _unread(record: Mapping[str, Any], collector: Collector) -> dict[str, Any]:
    used = {one.raw_name.split(".")[0] for one in collector.readings} | set(_COUNTED)
    return tidy(record, frozenset(used)) | ({"refused": tidy(collector.refused)} if collector.refused else {})


IMPORTER = Importer(
    tool=TOOL,
    label="GenAI-Perf",
    looks_for="profile_export_genai_perf.json: request_latency with unit and avg, and input_config",
    recognise=recognise,
    read=read,
    unproven=True,
)
