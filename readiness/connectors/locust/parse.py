"""Locust's statistics: `_stats.csv` and the output of --json, one run per endpoint and one of all of them (CSV only).

Milliseconds. Percentiles are rounded to two significant digits by the tool. Failures count as requests and their latencies are in
every figure, so that fast errors flatter it: a label says so. The CSV is flushed a little before the end and may lag the JSON.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from readiness.connectors import validity
from readiness.connectors.collector import Collector
from readiness.connectors.contract import Environment, Flaw, Kind, Load, Run, Statistic
from readiness.connectors.document import Document
from readiness.connectors.errors import Fatal, SkipRecord
from readiness.connectors.identity import run_key
from readiness.connectors.importer import Importer, Sight
from readiness.connectors.locust.histogram import percentiles
from readiness.connectors.payload import decoded, parse_csv, parse_json
from readiness.connectors.redaction import clean, tidy
from readiness.connectors.values import number, positive, table, text, whole

TOOL = "locust"
STATS, HISTORY, FAILURES, EXCEPTIONS, JSON = "stats_csv", "history_csv", "failures_csv", "exceptions_csv", "json"
_HEADS = {
    STATS: re.compile(r'"?Type"?,"?Name"?,"?(?:Request Count|# requests)"?,'),
    HISTORY: re.compile(r'"?Timestamp"?,"?User Count"?,"?Type"?,'),
    FAILURES: re.compile(r'"?Method"?,"?Name"?,"?Error"?,"?Occurrences"?'),
    EXCEPTIONS: re.compile(r'"?Count"?,"?Message"?,"?Traceback"?'),
}
_BESIDE = {
    HISTORY: "the course of a run: import its _stats.csv",
    FAILURES: "the errors of a run: import its _stats.csv",
    EXCEPTIONS: "the exceptions of a run: import its _stats.csv",
}
_OLD = {"# requests": "Request Count", "# failures": "Failure Count", "Median response time": "Median Response Time",
        "Average response time": "Average Response Time", "Min response time": "Min Response Time",
        "Max response time": "Max Response Time"}  # fmt: skip  # before 1.0
_READ = frozenset(
    {"Type", "Name", "Request Count", "Failure Count", "Average Response Time", "Min Response Time", "Max Response Time",
     "Requests/s", "method", "name", "num_requests", "num_failures", "num_fail_per_sec", "total_response_time",
     "min_response_time", "max_response_time", "start_time", "last_request_timestamp", "response_times", "num_reqs_per_sec"}
)  # fmt: skip
_SHARE = re.compile(r"(\d{1,2}(?:\.\d{1,4})?)%")
_ALL = "Aggregated"


@dataclass(frozen=True, slots=True)
class Row:
    """An endpoint, or all of them. Times in milliseconds, rates per second."""

    endpoint: str
    count: int | None
    failed: int | None
    rate: float | None
    times: Mapping[str, Any]  # avg, min, max
    shares: Mapping[float, Any]
    duration_s: float | None = None
    started: float | None = None
    ended: float | None = None
    rest: Mapping[str, Any] | None = None


def recognise(sight: Sight) -> str:
    if sight.outline.array and sight.outline.has("num_requests", "num_failures", "response_times"):
        return JSON
    head = decoded(sight.head[:1000]).lstrip()
    return next((form for form, pattern in _HEADS.items() if pattern.match(head)), "")


def read(document: Document, form: str) -> Iterator[Run]:
    if form in _BESIDE:
        raise SkipRecord(_BESIDE[form], document.base)
    found = _from_json(document.read()) if form == JSON else _from_csv(document.read())
    for position, row in enumerate(found):
        yield _run(row, f"[{position}]", form)


def _from_csv(content: bytes) -> Iterator[Row]:
    header, *lines = parse_csv(content) or [[]]
    names = [_OLD.get(one.strip(), one.strip()) for one in header]
    for line in lines:
        if any(line):
            yield _csv_row(dict(zip(names, line, strict=False)))


def _csv_row(cells: Mapping[str, str]) -> Row:
    count, rate, failing = whole(cells.get("Request Count")), number(cells.get("Requests/s")), number(cells.get("Failures/s"))
    by_rate = round(failing / rate * count) if failing and rate and count and 0 <= failing <= rate else None
    failed = _most(whole(cells.get("Failure Count")), by_rate)
    is_all = cells.get("Name") in (_ALL, "Total") and not cells.get("Type")
    return Row(
        endpoint="" if is_all else _endpoint(cells.get("Type"), cells.get("Name")),
        count=count,
        failed=failed,
        rate=rate,
        times={key: cells.get(f"{word} Response Time") for key, word in (("avg", "Average"), ("min", "Min"), ("max", "Max"))},
        shares={round(float(found[1]) / 100, 6): cell for key, cell in cells.items() if (found := _SHARE.fullmatch(str(key)))},
        duration_s=count / rate if count and rate and rate > 0 else None,
        rest={key: cell for key, cell in cells.items() if key not in _READ and not _SHARE.fullmatch(str(key))},
    )


def _from_json(content: bytes) -> Iterator[Row]:
    listed = parse_json(content)
    if not isinstance(listed, list):
        raise Fatal("the JSON of Locust is a list of endpoints")
    for entry in listed:
        yield _json_row(table(entry))


def _json_row(entry: Mapping[str, Any]) -> Row:
    count, total = whole(entry.get("num_requests")), number(entry.get("total_response_time"))
    began, ended = positive(entry.get("start_time")), positive(entry.get("last_request_timestamp"))
    spent = ended - began if began is not None and ended is not None and ended > began else None
    listed = sum(whole(one) or 0 for one in table(entry.get("num_fail_per_sec")).values())
    return Row(
        endpoint=_endpoint(entry.get("method"), entry.get("name")),
        count=count,
        failed=_most(whole(entry.get("num_failures")), listed or None),
        rate=count / spent if count is not None and spent else None,
        times={
            "avg": total / count if total is not None and count else None,
            "min": entry.get("min_response_time"),
            "max": entry.get("max_response_time"),
        },
        shares=percentiles(table(entry.get("response_times"))),
        duration_s=spent,
        started=began,
        ended=ended,
        rest={key: value for key, value in entry.items() if key not in _READ},
    )


def _endpoint(method: object, name: object) -> str:
    return clean(f"{text(method)} {text(name)}".strip()) or "without a name"


def _most(*counts: int | None) -> int | None:
    known = [one for one in counts if one is not None]
    return max(known) if known else None


def _run(row: Row, place: str, form: str) -> Run:
    completed = row.count - row.failed if row.count is not None and row.failed is not None and row.failed <= row.count else None
    achieved = row.rate * completed / row.count if row.rate and row.count and completed is not None else None
    load = Load(achieved_per_s=achieved, started=row.count, completed=completed, failed=row.failed)
    labels = {"endpoint": row.endpoint} if row.endpoint else {}
    collector = Collector(samples=row.count, labels=labels)
    _add(collector, row, load)
    return Run(
        kind=Kind.BENCHMARK,
        tool=TOOL,
        format=form,
        place=place,
        key=run_key(TOOL, row.endpoint, row.count, row.failed, *row.times.values()),
        readings=collector.readings,
        name=row.endpoint or "All endpoints",
        started_at=_moment(row.started),
        ended_at=_moment(row.ended),
        duration_s=row.duration_s,
        load=load,
        environment=Environment(users_real=False),
        flaws=validity.flaws(*_checks(load), *collector.flaws),
        unread=tidy({**(row.rest or {}), **({"refused": collector.refused} if collector.refused else {})}),
    )


def _add(collector: Collector, row: Row, load: Load) -> None:
    collector.add("throughput", load.achieved_per_s, "1/s", Statistic.MEAN, name="Requests/s without failures")
    collector.add("error_ratio", validity.failed_share(load), "share", Statistic.MEAN, name="Failure Count / Request Count")
    mixed = {} if load.failed == 0 else {"includes": "failures"}
    for key, statistic in (("avg", Statistic.MEAN), ("min", Statistic.MIN), ("max", Statistic.MAX)):
        collector.add("latency", row.times.get(key), "ms", statistic, name=f"{key} response time", labels=mixed)
    for share, raw in row.shares.items():
        if 0 < share < 1:
            collector.add(
                "latency", raw, "ms", Statistic.PERCENTILE, percentile=share, name=f"{share:.6g} of responses", labels=mixed
            )


def _checks(load: Load) -> Iterator[validity.Found]:
    yield validity.all_failed(load)
    yield validity.error_ratio(load)
    yield validity.uncounted(load)
    yield validity.too_few(load)
    if load.failed is None:
        yield Flaw.INCOMPLETE, "the failures are not counted"


def _moment(epoch_s: float | None) -> datetime | None:
    return datetime.fromtimestamp(epoch_s, tz=UTC) if epoch_s is not None and epoch_s < 4e9 else None


IMPORTER = Importer(
    tool=TOOL,
    label="Locust",
    looks_for="_stats.csv, or the JSON list that --json prints",
    recognise=recognise,
    read=read,
)
