"""One shape for the benchmarks of every layout: 0.2 to 0.4 (no version), 0.5 and 0.6 (1), 0.7 and later (2), and the CSV."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from readiness.connectors.values import number, positive, rows, table, text, within

PERCENTILES = {
    "p001": 0.001, "p01": 0.01, "p05": 0.05, "p10": 0.1, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p90": 0.9, "p95": 0.95,
    "p99": 0.99, "p999": 0.999,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Point:
    """One benchmark. `metrics`: name -> distribution over the successful requests. Times as the layout has them."""

    id: str = ""
    run_id: str = ""
    strategy: str = ""
    rate_per_s: float | None = None
    streams: float | None = None
    totals: Mapping[str, Any] = field(default_factory=dict)
    metrics: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    ended_per_s: float | None = None  # all requests that ended in the window, whatever their outcome
    late_mean_s: float | None = None
    started: object = None
    ended: object = None
    duration: object = None
    model: str = ""
    data: str = ""
    version: str = ""
    raw: Mapping[str, Any] = field(default_factory=dict)


def points(report: Mapping[str, Any]) -> Iterator[Point | None]:
    """Of a JSON or YAML report; None for an entry that is no benchmark."""
    for entry in rows(report.get("benchmarks")):
        yield _point(entry, report) if isinstance(entry, Mapping) and isinstance(entry.get("metrics"), Mapping) else None


def _point(entry: Mapping[str, Any], report: Mapping[str, Any]) -> Point:
    config = table(entry.get("config"))  # since layout 1
    old = table(entry.get("args"))
    strategy = table(config.get("strategy") or old.get("strategy"))
    metrics = table(entry["metrics"])
    totals = table(entry.get("request_totals") or metrics.get("request_totals"))
    kind = text(strategy.get("type_") or strategy.get("kind"))
    backend = table(config.get("backend"))
    return Point(
        id=text(config.get("id_") or entry.get("id_")),
        run_id=text(config.get("run_id") or entry.get("run_id")),
        strategy=kind,
        rate_per_s=positive(strategy.get("rate")) if kind in ("constant", "poisson", "async") else None,
        streams=1.0 if kind == "synchronous" else positive(strategy.get("streams")),
        totals=totals,
        metrics={name: one for name, one in ((name, _successful(value)) for name, value in metrics.items()) if one},
        ended_per_s=number(within(metrics, "requests_per_second", "total", "mean")),
        late_mean_s=number(within(entry, "scheduler_metrics", "request_targeted_start_delay_avg")),
        started=entry.get("start_time"),
        ended=entry.get("end_time"),
        duration=entry.get("duration"),
        model=text(backend.get("model") or within(entry, "worker", "backend_model") or within(report, "args", "model")),
        data=_data(entry, report),
        version=text(within(report, "metadata", "guidellm_version")),
        raw={key: value for key, value in entry.items() if key not in ("metrics", "requests")},
    )


def _successful(value: object) -> Mapping[str, Any]:
    return table(within(value, "successful"))


def _data(entry: Mapping[str, Any], report: Mapping[str, Any]) -> str:
    """What was sent, in the report's own words."""
    for said in (
        within(entry, "request_loader", "data"),
        within(entry, "config", "requests", "data"),
        within(report, "args", "data"),
        within(report, "config", "spec", "data"),
    ):
        if said:
            return str(said)[:500]
    return ""


_NAMES: dict[tuple[str, str], str] = {
    ("Request Latency", "Successful Sec"): "request_latency",
    ("Time to First Token", "Successful ms"): "time_to_first_token_ms",
    ("Inter Token Latency", "Successful ms"): "inter_token_latency_ms",
    ("Dispatch Delay", "Successful Sec"): "request_dispatch_delay",
    ("Server Throughput", "Successful Requests/Sec"): "requests_per_second",
    ("Server Throughput", "Successful Concurrency"): "request_concurrency",
    ("Token Metrics", "Successful Input Tokens"): "prompt_token_count",
    ("Token Metrics", "Successful Output Tokens"): "output_token_count",
    ("Token Throughput", "Successful Input Tokens/Sec"): "prompt_tokens_per_second",
    ("Token Throughput", "Successful Output Tokens/Sec"): "output_tokens_per_second",
    ("Token Throughput", "Successful Total Tokens/Sec"): "tokens_per_second",
}
_AT = re.compile(r"(\w+)@(\d+(?:\.\d+)?)")

Cells = Mapping[tuple[str, str, str], str]


def csv_points(lines: list[list[str]]) -> Iterator[Point]:
    """Of a CSV whose first three lines are group, name and statistic of each column."""
    if len(lines) < 4:
        return
    width = min(len(line) for line in lines[:3])
    header = [(lines[0][at], lines[1][at], lines[2][at]) for at in range(width)]
    for line in lines[3:]:
        if any(line):
            yield _csv_point(dict(zip(header, line, strict=False)))


def _csv_point(cells: Cells) -> Point:
    metrics: dict[str, dict[str, Any]] = {}
    for (group, name), metric in _NAMES.items():
        found = {"mean": cells.get((group, name, "Mean")), "median": cells.get((group, name, "Median"))}
        if found["mean"]:
            metrics[metric] = {**found, **_listed(cells.get((group, name, "Percentiles"), ""), found["median"])}
    metadata, backend = table(_value(_one(cells, "Runtime Info", "Metadata"))), table(_value(_one(cells, "Run Info", "Backend")))
    kind, rate, streams = _strategy(cells)
    per_s = [number(cells.get(("Server Throughput", f"{one} Requests/Sec", "Mean"))) for one in ("Successful", "Errored")]
    return Point(
        id=_one(cells, "Benchmark", "ID"),
        run_id=_one(cells, "Run Info", "Run ID"),
        strategy=kind,
        rate_per_s=rate,
        streams=streams,
        totals={one.lower(): _one(cells, "Request Counts", one) for one in ("Successful", "Errored", "Incomplete", "Total")},
        metrics=metrics,
        ended_per_s=sum(one or 0.0 for one in per_s) if per_s[0] is not None else None,
        late_mean_s=number(cells.get(("Scheduler Metrics", "Request Targeted Start Delay Avg", "Sec"))),
        started=_one(cells, "Timings", "Start Time"),
        ended=_one(cells, "Timings", "End Time"),
        duration=cells.get(("Timings", "Duration", "Sec")),
        model=text(backend.get("model")),
        data=f"{_one(cells, 'Run Info', 'Requests')} {_one(cells, 'Runtime Info', 'Arguments')}"[:3000],
        version=text(metadata.get("guidellm_version")),
        raw={"backend": backend, "metadata": metadata, "profile": _value(_one(cells, "Run Info", "Profile"))},
    )


_LISTED = ("min", "p001", "p01", "p05", "p10", "p25", "p75", "p90", "p95", "p99", "max")


def _listed(written: str, median: object) -> dict[str, Any]:
    """The CSV's list of percentiles begins with the minimum, ends with the maximum and lacks the median, which must lie inside.

    Read as the eleven percentiles of the JSON it would give p25 for p50. Where the median does not tell the two apart: nothing.
    """
    values, middle = [number(one) for one in rows(_value(written))], number(median)
    if len(values) != len(_LISTED) or middle is None or any(one is None for one in values):
        return {}
    named = dict(zip(_LISTED, values, strict=True))
    below, above = named["p25"], named["p75"]
    if below is None or above is None or not below < middle < above:
        return {}
    shares = {name: value for name, value in named.items() if name in PERCENTILES}
    return {"min": named["min"], "max": named["max"], "percentiles": shares}


def _one(cells: Cells, group: str, name: str) -> str:
    return cells.get((group, name, ""), "")


def _strategy(cells: Cells) -> tuple[str, float | None, float | None]:
    """Kind, rate and streams: "constant@5.00" lately, before that the strategy of this place in the profile."""
    written = _one(cells, "Benchmark", "Strategy")
    found = _AT.match(written)
    if found:
        kind, value = found[1], positive(found[2])
        return (kind, None, value) if kind == "concurrent" else (kind, value, None)
    profile = table(_value(_one(cells, "Run Info", "Profile")))
    done, index = rows(profile.get("completed_strategies")), number(_one(cells, "Run Info", "Run Index"))
    mine = table(done[int(index)]) if index is not None and 0 <= index < len(done) else {}
    rate = positive(mine.get("rate")) if written in ("constant", "poisson", "async") else None
    return text(written), rate, 1.0 if written == "synchronous" else positive(mine.get("streams"))


def _value(written: str) -> Any:
    """A cell that holds JSON or a Python list; None for anything else."""
    from readiness.connectors.errors import Fatal
    from readiness.connectors.payload import parse_json

    try:
        return parse_json(written.encode())
    except Fatal:
        pass
    try:
        return ast.literal_eval(written) if len(written) < 5000 else None
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None
