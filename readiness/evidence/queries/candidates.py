"""What the requirements of workloads are judged with, for many workloads at once: evidence, holdings, the service level."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

import orjson
from django.db import connection
from django.utils import timezone

from readiness.core.sizing.inputs import Task
from readiness.evidence.choices import EvidenceKind
from readiness.evidence.queries.candidate_values import Asked, Value, newest, windows
from readiness.evidence.queries.holdings import Holder, Holdings
from readiness.evidence.rules.verdicts.accelerators import Catalogue
from readiness.evidence.rules.verdicts.evidence import Evidence, Reading
from readiness.evidence.rules.verdicts.fit import ENOUGH
from readiness.evidence.rules.verdicts.wanted import OF_THE_PLACE, Setting, Wanted, needed_metrics
from readiness.evidence.rules.verdicts.windows import Tile, joined
from readiness.workloads.choices import Comparator, Knowledge, Metric
from readiness.workloads.models import Accelerator, ProfileValue, Requirement, Workload

_WORKLOAD = ("id", "initiative_id", "task", "needed_on", "initiative__unit__path", "initiative__demo")
_WANTED = ("id", "workload_id", "metric", "target", "comparator", "percentile", "window_s", "environment", "max_age_days")
_LENGTHS = ("input_tokens", "output_tokens")
_RUNS = """
SELECT id, source_id, kind, observed_at, tool, name, duration_s, load::text, environment::text, flaws::text
FROM evidence_run WHERE id = ANY(%s)
"""


@dataclass(frozen=True)
class Judged:
    """One workload with everything that judging its standing requirements takes."""

    workload: int
    initiative: int
    setting: Setting
    evidence: Sequence[Evidence]


def to_judge(workload_ids: Collection[int], now: datetime) -> list[Judged]:
    """Workloads in use among those named, in the order of their ids; at most fourteen statements for any number of them."""
    found = Workload.objects.filter(pk__in=workload_ids, retired_at=None).order_by("id").values(*_WORKLOAD)
    rows: list[dict[str, Any]] = list(found)
    wanted, tasks = _wanted([row["id"] for row in rows]), {row["id"]: Task(row["task"]) for row in rows}
    held = Holdings([_holder(row) for row in rows], timezone.localdate(now))
    catalogue, evidence = _catalogue(), _evidence(wanted, tasks, held.holders_of(), now)
    lengths = _lengths(list(tasks))
    return [
        Judged(
            row["id"], row["initiative_id"],
            Setting(
                tasks[row["id"]], wanted.get(row["id"], []), catalogue, held.of(row["id"]), **lengths.get(row["id"], {}),
                holdings_change_at=held.change_at(row["id"]),
            ),
            evidence.get(row["id"], ()),
        )
        for row in rows
    ]  # fmt: skip


def _holder(row: Mapping[str, Any]) -> Holder:
    return Holder(row["id"], row["initiative__unit__path"], row["initiative__demo"], row["needed_on"])


def _wanted(ids: Collection[int]) -> dict[int, list[Wanted]]:
    made: dict[int, list[Wanted]] = defaultdict(list)
    for row in Requirement.objects.filter(workload__in=ids, retired_at=None).order_by("id").values(*_WANTED):
        made[row["workload_id"]].append(
            Wanted(
                Metric(row["metric"]), row["target"], Comparator(row["comparator"]), row["percentile"], row["window_s"],
                row["environment"], row["max_age_days"], row["id"],
            )
        )  # fmt: skip
    return made


def _lengths(ids: Collection[int]) -> dict[int, dict[str, float | None]]:
    """Mean tokens of a request where somebody knows them; a working assumption is no demand."""
    made: dict[int, dict[str, float | None]] = defaultdict(dict)
    rows = ProfileValue.objects.filter(workload__in=ids, name__in=_LENGTHS, knowledge=Knowledge.KNOWN)
    for workload, name, value in rows.values_list("workload_id", "name", "value"):
        made[workload][name] = value
    return made


def _catalogue() -> Catalogue:
    rows = Accelerator.objects.values_list("key", "name", "aliases")
    return Catalogue({key: (name, *aliases) for key, name, aliases in rows})


def _evidence(
    wanted: Mapping[int, Sequence[Wanted]], tasks: Mapping[int, Task], lent: Mapping[int, Sequence[int]], now: datetime
) -> dict[int, list[Evidence]]:  # fmt: skip
    """By workload: evidence of it, and of the pools that granted it something what is there whoever uses it."""
    own = {(pk, metric) for pk, rows in wanted.items() for one in rows for metric in needed_metrics(one, tasks[pk])}
    of_pools = {
        (pool, metric)
        for pool, holders in lent.items()
        for holder in holders
        for one in wanted.get(holder, ())
        if one.metric in OF_THE_PLACE
        for metric in needed_metrics(one, tasks[holder])
    }
    values, shared = newest("workload_id", own, now), newest("pool_id", of_pools, now)
    runs = _runs({one.run for one in (*values, *shared)})
    made: dict[int, list[Evidence]] = defaultdict(list)
    for subject, one in _together(_with_windows(values, wanted), runs):
        made[subject].append(one)
    for pool, one in _together(shared, runs):
        for holder in lent[pool]:
            made[holder].append(replace(one, pool=pool))
    return made


def _together(values: Iterable[Value], runs: Mapping[int, Evidence]) -> Iterable[tuple[int, Evidence]]:
    """Values by the run that they are of. A run that retention took away leaves nothing to judge by."""
    readings: dict[tuple[int, int], list[Reading]] = defaultdict(list)
    asides: dict[int, str] = {}
    for one in values:
        readings[one.subject, one.run].append(one.reading)
        if one.aside is not None:
            asides[one.run] = one.aside or "-"
    for (subject, run), told in readings.items():
        if run in runs:
            yield subject, replace(runs[run], readings=tuple(told), aside=asides.get(run, ""))


def _runs(ids: Collection[int]) -> dict[int, Evidence]:
    with connection.cursor() as cursor:
        cursor.execute(_RUNS, [list(ids)])
        return {row[0]: _run(*row) for row in cursor}


def _run(
    pk: int, source: int, kind: str, at: datetime, tool: str, name: str, duration_s: float | None, load: str, environment: str,
    flaws: str,
) -> Evidence:  # fmt: skip
    found = tuple((str(code), str(text)) for code, text in _read(flaws))
    return Evidence(
        pk, source, EvidenceKind(kind), at, (), tool, name, duration_s, _read(load), _read(environment), found
    )  # fmt: skip


@lru_cache(maxsize=4096)
def _read(text: str) -> Any:
    """JSON that many runs have in common; nobody changes what is read."""
    return orjson.loads(text)


def _with_windows(values: Sequence[Value], wanted: Mapping[int, Sequence[Wanted]]) -> list[Value]:
    """The same, an availability over less than is wanted put together from its windows as far as they go."""
    spans = {
        pk: max(one.window_s or 0.0 for one in rows if one.metric is Metric.AVAILABILITY)
        for pk, rows in wanted.items()
        if any(one.metric is Metric.AVAILABILITY for one in rows)
    }
    beside = {_place(one): one for one in values if one.reading.metric == "coverage" and not one.flawed}
    pairs = [
        (one, beside[_place(one)], spans[one.subject])
        for one in values
        if _is_short(one, spans.get(one.subject, 0.0)) and _place(one) in beside
    ]
    asked = [
        Asked(part.reading.series, part.reading.at, part.reading.window_s or 0.0, span) for *both, span in pairs for part in both
    ]  # fmt: skip
    history = windows(asked)
    changed: dict[int, Value] = {}
    for one, covered, span in pairs:
        changed |= _joined(one, covered, span, history)
    return [changed.get(one.reading.series, one) if not one.flawed else one for one in values]


def _is_short(one: Value, span: float) -> bool:
    """An availability of a service over less than is wanted."""
    if one.reading.metric != "availability" or one.kind == EvidenceKind.BENCHMARK or one.flawed:
        return False
    return one.reading.window_s is not None and one.reading.window_s < ENOUGH * span


def _joined(one: Value, covered: Value, span: float, history: Mapping[int, list[tuple[datetime, float]]]) -> dict[int, Value]:
    """Both series with the windows of their history taken together; nothing where there are not two."""
    shares, length = dict(history.get(covered.reading.series, ())), one.reading.window_s or 0.0
    tiles = [
        Tile(at.timestamp(), value, shares[at]) for at, value in history.get(one.reading.series, ()) if at in shares
    ]  # fmt: skip
    found = joined(tiles, length, span)
    if found is None:
        return {}
    made = {}
    for part, value in ((one, found.value), (covered, found.coverage)):
        told = part.reading._replace(low=value, high=value, window_s=found.span_s, joined=found.windows)
        made[part.reading.series] = part._replace(reading=told)
    return made


def _place(one: Value) -> tuple[Any, ...]:
    """What an availability and its coverage have in common: one run, one window, the same labels."""
    return one.subject, one.run, one.reading.window_s, one.reading.labels, one.flawed
