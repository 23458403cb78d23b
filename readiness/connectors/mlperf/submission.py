"""A submission as zip or tar, read once from front to back: what belongs to a run may stand before or behind it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from readiness.connectors.archives import Member, members
from readiness.connectors.contract import Run
from readiness.connectors.document import Document
from readiness.connectors.errors import Fatal
from readiness.connectors.mlperf import endpoints, logs, power
from readiness.connectors.mlperf.parse import run_of
from readiness.connectors.mlperf.places import Place, measured_of, place, system_of
from readiness.connectors.payload import parse_json
from readiness.connectors.values import table, text

_LARGEST_DESCRIPTION = 1024 * 1024
_DETAIL, _SUMMARY, _METER, _ENDPOINTS = "mlperf_log_detail.txt", "mlperf_log_summary.txt", "spl.txt", "result_summary.json"


@dataclass(slots=True)
class _Found:
    """What was seen so far: per folder its logs and meter samples, per system and place what describes them."""

    logs: dict[str, dict[str, logs.Log]] = field(default_factory=dict)
    reports: dict[str, Mapping[str, Any]] = field(default_factory=dict)  # of MLPerf Endpoints, by path
    watts: dict[str, power.Samples] = field(default_factory=dict)
    systems: dict[tuple[str, str, str], Mapping[str, Any]] = field(default_factory=dict)
    precisions: dict[Place, str] = field(default_factory=dict)


def runs(document: Document) -> Iterator[Run]:
    """Every run, the detail log before the summary of the same folder. Results first, then what is none, so that a result
    that somebody copied into another folder stays the original."""
    found = _Found()
    for member in members(document):
        _take(found, member)
    if not found.logs and not found.reports:
        raise Fatal(f"{document.base}: no log of loadgen in this archive")
    made = [_run(found, folder) for folder in found.logs]
    made += [endpoints.run_of(report, path, *_about(found, path)) for path, report in found.reports.items()]
    yield from sorted(made, key=lambda run: not run.valid)


def _take(found: _Found, member: Member) -> None:
    folder, _, base = member.name.rpartition("/")
    base = base.lower()
    if base in (_DETAIL, _SUMMARY):
        log = logs.detail(member.read()) if base == _DETAIL else logs.summary(member.read())
        found.logs.setdefault(folder, {})[base] = log
    elif base == _METER:
        found.watts[folder] = power.samples(member.read())
    elif base.endswith(".json") and member.size <= _LARGEST_DESCRIPTION:
        _describe(found, member)


def _describe(found: _Found, member: Member) -> None:
    system, measured = system_of(member.name), measured_of(member.name)
    is_report = member.name.endswith(f"/{_ENDPOINTS}")
    if system is None and measured is None and not is_report:
        return
    try:
        described = table(parse_json(member.read()))
    except Fatal:  # one damaged description must not cost the submission
        described = {}
    if is_report:
        found.reports[member.name] = described
    elif system is not None:
        found.systems[system] = described
    elif measured is not None and text(described.get("weight_data_types")):
        found.precisions[measured] = text(described["weight_data_types"])


def _run(found: _Found, folder: str) -> Run:
    both = found.logs[folder]
    base = _DETAIL if _DETAIL in both and both[_DETAIL].values else next(iter(both))
    path = f"{folder}/{base}" if folder else base
    return run_of(both[base], path, *_about(found, path), found.watts.get(folder, ()))


def _about(found: _Found, path: str) -> tuple[Mapping[str, Any], str]:
    """The system and the precision of what lies at `path`."""
    where = place(path)
    measured = Place(where.division, where.submitter, where.system, where.benchmark, where.scenario)
    return found.systems.get(where.owner, {}), found.precisions.get(measured, "")
