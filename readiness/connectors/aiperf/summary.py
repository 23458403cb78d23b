"""The summary of a run, and how one becomes a run whichever of the three files it was read from."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from readiness.connectors import statblock, validity
from readiness.connectors.collector import Collector
from readiness.connectors.contract import Environment, Flaw, Kind, Load, Run, Statistic
from readiness.connectors.errors import Fatal
from readiness.connectors.identity import run_key
from readiness.connectors.payload import parse_json
from readiness.connectors.redaction import tidy
from readiness.connectors.statblock import Block
from readiness.connectors.values import number, rows, table, text, whole, within

TOOL = "aiperf"
_SAID = frozenset({"aiperf_version", "start_time", "end_time", "was_cancelled", "is_complete", "error_summary"})
_COUNTED = (*statblock.COUNTS, *statblock.LENGTHS)


@dataclass(frozen=True, slots=True)
class Told:
    """What a file says beside its metrics. Only the JSON summary says all of it."""

    form: str
    failures: int | None = None
    concurrency: object = None
    rate: object = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    local_time: bool = False
    version: str = ""
    environment: Environment = field(default_factory=lambda: Environment(users_real=False))
    flaws: tuple[validity.Found, ...] = ()
    rest: Mapping[str, Any] = field(default_factory=dict)
    telemetry: tuple[tuple[str, Block, Mapping[str, str]], ...] = ()


def read(content: bytes) -> Run:
    record = parse_json(content)
    if not isinstance(record, Mapping):
        raise Fatal("an AIPerf summary is a JSON object")
    found = statblock.blocks(record)
    phase = _phase(record)
    told = Told(
        form="summary",
        failures=_listed_errors(record),
        concurrency=phase.get("concurrency"),
        rate=phase.get("request_rate", phase.get("rate")),
        started_at=moment(record.get("start_time")),
        ended_at=moment(record.get("end_time")),
        local_time=not _zoned(record.get("start_time")),
        version=text(record.get("aiperf_version")),
        environment=_environment(record),
        flaws=tuple(_declared(record)),
        rest={key: value for key, value in record.items() if key not in _SAID},
        telemetry=tuple(_telemetry(record)),
    )
    return run(found, told)


def run(found: Mapping[str, Block], told: Told) -> Run:
    """A run of the blocks of any of the three files."""
    load = statblock.load(found, failures=told.failures, concurrency=told.concurrency, rate=told.rate)
    collector = Collector(samples=load.completed)
    statblock.add_measured(collector, found, load.completed)
    for tag, block, labels in told.telemetry:
        statblock.add(collector, statblock.ACCELERATORS[tag], tag, block, labels=labels)
    share = validity.failed_share(load)
    collector.add("error_ratio", share, "share", Statistic.MEAN, name="failed / ended", samples=load.started)
    return Run(
        kind=Kind.BENCHMARK,
        tool=TOOL,
        format=told.form,
        place="",
        key=_key(found, load),
        readings=collector.readings,
        tool_version=told.version,
        name=told.environment.model,
        started_at=told.started_at,
        ended_at=told.ended_at,
        local_time=told.local_time and told.started_at is not None,
        duration_s=statblock.seconds(found, "benchmark_duration"),
        load=load,
        environment=told.environment,
        flaws=validity.flaws(*told.flaws, *_checks(found, load, collector), *collector.flaws),
        unread=_unread(found, told, collector),
    )


def moment(raw: object) -> datetime | None:
    try:
        read = datetime.fromisoformat(text(raw))
    except ValueError:
        return None
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read


def _zoned(raw: object) -> bool:
    read = text(raw)
    return read.endswith("Z") or "+" in read[10:]


def _checks(found: Mapping[str, Block], load: Load, collector: Collector) -> Iterator[validity.Found]:
    for tag in ("request_count", "error_request_count", "completed_request_count"):
        if tag in found and whole(found[tag].stats.get("avg")) is None:
            yield Flaw.INCOMPLETE, f"{tag} is no count"
    yield validity.all_failed(load)
    yield validity.error_ratio(load)
    yield validity.uncounted(load)
    yield validity.too_few(load)
    limit_only = load.requested_per_s is not None or bool(load.failed)  # failed requests leave their place early
    latency = collector.get("latency")
    yield validity.littles_law(load.achieved_per_s, latency, load.concurrency, limit_only=limit_only)
    yield validity.generator_saturated(load.requested_per_s, load.achieved_per_s)
    yield validity.sent_late(collector.get("schedule_delay", Statistic.PERCENTILE, 0.99), latency)


def _declared(record: Mapping[str, Any]) -> Iterator[validity.Found]:
    if record.get("was_cancelled") not in (None, False):
        yield Flaw.INCOMPLETE, "the run was cancelled"
    if record.get("is_complete") not in (None, True):
        yield Flaw.INCOMPLETE, "the tool says that the run is not complete"
    if record.get("runtime_submission_invalid_reasons"):
        yield Flaw.NOT_A_RESULT, "the tool declares the run invalid for its scenario"


def _listed_errors(record: Mapping[str, Any]) -> int | None:
    """The sum over `error_summary`; an empty list is a zero, no list is none."""
    listed = record.get("error_summary")
    if not isinstance(listed, list):
        return None
    return sum(whole(table(one).get("count")) or 1 for one in rows(listed))


def _phase(record: Mapping[str, Any]) -> Mapping[str, Any]:
    """How the load was set: the measured phase since 0.10, `loadgen` before."""
    config = table(record.get("input_config"))
    for phase in rows(config.get("phases")):
        if table(phase).get("kind", "profiling") == "profiling":
            return table(phase)
    return table(config.get("loadgen"))


def _environment(record: Mapping[str, Any]) -> Environment:
    config = record.get("input_config")
    named = rows(within(config, "models", "items")) or [{"name": one} for one in rows(within(config, "endpoint", "model_names"))]
    kinds = {text(table(one).get("type")) for one in rows(table(config).get("datasets"))}
    gpus = list(_gpus(record))
    extra = {key: within(config, "endpoint", key) for key in ("type", "streaming")} | {"datasets": sorted(kinds)}
    return Environment(
        accelerator=text(gpus[0].get("gpu_name")) if gpus else "",
        accelerators=len(gpus) or None,
        model=text(table(named[0]).get("name")) if named else "",
        data_real=False if kinds == {"synthetic"} else None,
        users_real=False,
        extra=tidy({key: value for key, value in extra.items() if value not in (None, [])}),
    )


def _gpus(record: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for endpoint in table(within(record, "telemetry_data", "endpoints")).values():
        for gpu in table(table(endpoint).get("gpus")).values():
            yield table(gpu)


def _telemetry(record: Mapping[str, Any]) -> Iterator[tuple[str, Block, Mapping[str, str]]]:
    for gpu in _gpus(record):
        labels = {"accelerator": text(gpu.get("gpu_uuid")) or text(gpu.get("gpu_index"))}
        for name, block in statblock.blocks(table(gpu.get("metrics"))).items():
            tag = name.removeprefix("nvidia_")
            tag = tag if tag.startswith("gpu_") else f"gpu_{tag}"
            if tag in statblock.ACCELERATORS:
                yield tag, block, labels


def _key(found: Mapping[str, Block], load: Load) -> str:
    """From what all three files tell, as exactly as the CSV does (two decimals of a millisecond)."""
    parts: list[object] = [load.completed, load.failed]
    for tag in ("request_latency", "time_to_first_token", "inter_token_latency"):
        block = found.get(tag)
        for name in ("avg", "min", "max", "p1", "p50", "p90", "p99"):
            value = number(block.stats.get(name)) if block else None
            parts.append(None if value is None else f"={value:.2f}")
    if not load.completed:
        parts += [
            statblock.seconds(found, "benchmark_duration"),
            *(f"{tag} {one.stats.get('avg')}" for tag, one in found.items()),
        ]
    return run_key(TOOL, *parts)


def _unread(found: Mapping[str, Block], told: Told, collector: Collector) -> dict[str, Any]:
    """Metrics that have no canonical name are kept as text of one line each."""
    used = {one.raw_name.split(".")[0] for one in collector.readings} | set(_COUNTED)
    rest = {key: value for key, value in told.rest.items() if key not in used and key not in found}
    others = {tag: _line(block) for tag, block in found.items() if tag not in used}
    refused = {"refused": collector.refused} if collector.refused else {}
    return tidy(rest | {"metrics": others} | refused)


def _line(block: Block) -> str:
    shown = {key: value for key, value in block.stats.items() if key in ("avg", "p50", "p99") and value is not None}
    return f"{json.dumps(shown, default=str)} {block.unit}"
