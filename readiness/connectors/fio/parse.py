"""fio's --output-format=json, one run per job entry; entries of one group ran at the same time and are summed nowhere.

`bw_bytes` is bytes per second, `*_ns` nanoseconds; fio 2 wrote microseconds under names without a unit. `clat` is the time to
completion alone and has the percentiles by default, `lat` includes submission. Without `direct=1` it is the page cache that was
measured: the label `buffered` says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from readiness.connectors import validity
from readiness.connectors.collector import Collector
from readiness.connectors.contract import Environment, Flaw, Kind, Load, Run, Statistic
from readiness.connectors.document import Document
from readiness.connectors.errors import Fatal
from readiness.connectors.identity import run_key
from readiness.connectors.importer import Importer, Sight
from readiness.connectors.payload import parse_json
from readiness.connectors.redaction import tidy
from readiness.connectors.values import number, positive, rows, table, text, whole

TOOL = "fio"
JSON = "json"
_OPERATIONS = ("read", "write", "trim")
_PARTS = {"clat": "completion", "lat": "total"}
_UNITS = {"_ns": "ns", "_us": "us", "_ms": "ms", "": ""}
_READ = frozenset({*_OPERATIONS, "sync", "jobname", "groupid", "error", "elapsed", "job options", "total_err"})
_SAID = frozenset({"jobs", "client_stats", "fio version", "global options", "timestamp", "timestamp_ms", "time"})
_LATEST_S = 4e9


def recognise(sight: Sight) -> str:
    """Warnings may stand before the JSON."""
    return (
        JSON if b'"fio version"' in sight.head[:20_000] and (b'"jobs"' in sight.head or b'"client_stats"' in sight.head) else ""
    )


def read(document: Document, form: str) -> Iterator[Run]:
    content = document.read()
    record = parse_json(content[max(0, content.find(b"{")) :])
    if not isinstance(record, Mapping):
        raise Fatal("the JSON of fio is an object")
    jobs = rows(record.get("jobs")) or rows(record.get("client_stats"))
    if not jobs:
        raise Fatal("no job in this result: fio was stopped or its job file is wrong")
    for position, job in enumerate(jobs):
        if table(job).get("jobname") != "All clients":  # a sum of the others
            yield _run(record, table(job), position)


def _run(record: Mapping[str, Any], job: Mapping[str, Any], position: int) -> Run:
    version = text(record.get("fio version")).removeprefix("fio-")
    options = {**table(record.get("global options")), **table(job.get("job options"))}
    done = {name: table(job.get(name)) for name in _OPERATIONS if whole(table(job.get(name)).get("total_ios"))}
    labels = {"buffered": "yes"} if _buffered(options) else {}
    collector = Collector(labels=labels)
    for name, measured in done.items():
        _add(collector, name, measured, version)
    sync = table(job.get("sync"))
    if whole(sync.get("total_ios")):
        _add_latency(collector, "fsync", sync, version, whole(sync.get("total_ios")))
    load, ended = _load(job, done), _ended(record)
    elapsed = positive(job.get("elapsed"))
    return Run(
        kind=Kind.BENCHMARK,
        tool=TOOL,
        format=JSON,
        place=f"jobs[{position}]",
        key=_key(record, job, position),
        readings=collector.readings,
        tool_version=version,
        name=text(job.get("jobname")),
        started_at=ended - timedelta(seconds=min(elapsed, _LATEST_S / 2)) if ended and elapsed else None,
        ended_at=ended,
        duration_s=_spent(done),
        load=load,
        environment=Environment(venue=text(job.get("hostname")), extra=tidy(options)),
        flaws=validity.flaws(*_checks(job, load), *collector.flaws),
        unread=tidy({**job, **{key: record[key] for key in record if key not in _SAID}}, _READ)
        | ({"refused": tidy(collector.refused)} if collector.refused else {}),
    )


def _buffered(options: Mapping[str, Any]) -> bool:
    """An option without a value is on."""
    return text(options.get("direct", "0")) not in ("1", "") and text(options.get("ioengine")) not in (
        "rbd",
        "rados",
        "http",
        "nfs",
    )


def _add(collector: Collector, operation: str, measured: Mapping[str, Any], version: str) -> None:
    labels, count = {"operation": operation}, whole(measured.get("total_ios"))
    add = collector.add
    if "bw_bytes" in measured:
        name = f"{operation}.bw_bytes"
        add("storage_bandwidth", measured["bw_bytes"], "bytes/s", Statistic.MEAN, name=name, samples=count, labels=labels)
    elif "bw" in measured:
        collector.doubt(f"{operation}.bw", "thousands of 1000 or of 1024 bytes: this version of fio does not say")
    add("storage_iops", measured.get("iops"), "1/s", Statistic.MEAN, name=f"{operation}.iops", samples=count, labels=labels)
    _add_latency(collector, operation, measured, version, count)


def _add_latency(collector: Collector, operation: str, measured: Mapping[str, Any], version: str, count: int | None) -> None:
    for word, part in _PARTS.items():
        for suffix, unit in _UNITS.items():
            block = table(measured.get(word + suffix))
            if block:
                known = unit or ("us" if version.startswith("2.") else "")
                _add_block(collector, f"{operation}.{word}{suffix}", block, known, {"operation": operation, "part": part}, count)


def _add_block(
    collector: Collector, name: str, block: Mapping[str, Any], unit: str, labels: Mapping[str, str], count: int | None
) -> None:
    samples = whole(block.get("N")) or count
    for key, statistic in (("mean", Statistic.MEAN), ("min", Statistic.MIN), ("max", Statistic.MAX)):
        if positive(block.get(key)) is not None:  # a zero is an engine without submission time, or a rounded one
            collector.add("storage_latency", block[key], unit, statistic, name=f"{name}.{key}", samples=samples, labels=labels)
    for key, raw in table(block.get("percentile")).items():
        share = number(key)
        if share is not None and 0 < share < 100 and positive(raw) is not None:
            collector.add(
                "storage_latency",
                raw,
                unit,
                Statistic.PERCENTILE,
                name=f"{name}.percentile.{share:g}",
                percentile=round(share / 100, 8),
                samples=samples,
                labels=labels,
            )


def _load(job: Mapping[str, Any], done: Mapping[str, Mapping[str, Any]]) -> Load:
    completed = sum(whole(one.get("total_ios")) or 0 for one in done.values())
    failed = whole(job.get("total_err"))
    rates = [number(one.get("iops")) or 0.0 for one in done.values()]
    started = None if failed is None else completed + failed
    return Load(achieved_per_s=sum(rates) if rates else None, started=started, completed=completed, failed=failed)


def _spent(done: Mapping[str, Mapping[str, Any]]) -> float | None:
    times = [spent for one in done.values() if (spent := positive(one.get("runtime")))]
    return max(times) / 1000 if times else None


def _checks(job: Mapping[str, Any], load: Load) -> Iterator[validity.Found]:
    if load.completed == 0:
        yield Flaw.ALL_FAILED, "no operation completed"
    yield validity.error_ratio(load)
    yield validity.too_few(load)
    if job.get("error") != 0:
        yield Flaw.INCOMPLETE, f"fio reports error {text(job.get('error')) or 'unknown'} for this job"


def _ended(record: Mapping[str, Any]) -> datetime | None:
    """The report is stamped when it is written."""
    epoch = positive(record.get("timestamp"))
    return datetime.fromtimestamp(epoch, tz=UTC) if epoch and epoch < _LATEST_S else None


def _key(record: Mapping[str, Any], job: Mapping[str, Any], position: int) -> str:
    figures = [
        table(job.get(name)).get(key) for name in _OPERATIONS for key in ("io_bytes", "total_ios", "runtime", "iops", "bw_bytes")
    ]
    stamp = record.get("timestamp_ms", record.get("timestamp"))
    return run_key(TOOL, stamp, position, text(job.get("jobname")), text(job.get("hostname")), *figures)


IMPORTER = Importer(
    tool=TOOL,
    label="fio",
    looks_for="the output of --output-format=json",
    recognise=recognise,
    read=read,
)
