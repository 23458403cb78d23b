"""What is missing for a verdict, and who could supply it: codes with their figures, as RequirementVerdict.missing keeps them.

`who` is a kind of person, found by whoever shows it: the architects of the unit of the workload or of a source (`source_id`), the
initiative's owner, the owner of a pool (`pool_id`), or unknown.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from math import ceil
from typing import Any

from readiness.evidence.choices import EvidenceKind
from readiness.evidence.rules.verdicts.fit import Fact
from readiness.evidence.rules.verdicts.holdings import Holding
from readiness.evidence.rules.verdicts.load import load_needed
from readiness.evidence.rules.verdicts.outcome import FEWEST_IN_TAIL, Barred, Proof
from readiness.evidence.rules.verdicts.reasons import Note, Reason
from readiness.evidence.rules.verdicts.wanted import OF_THE_PLACE, Setting, Wanted
from readiness.workloads.choices import Metric, PoolKind

MOST = 6


class Missing(StrEnum):
    STATE_TARGET = "state_target"
    STATE_LEVEL = "state_level"
    FIND_DEMAND = "find_demand"
    RUN_BENCHMARK = "run_benchmark"
    CONNECT_TELEMETRY = "connect_telemetry"
    MEASURE_FOR_REAL = "measure_for_real"
    MEASURE_STATISTIC = "measure_statistic"
    MEASURE_LEVEL = "measure_level"
    MEASURE_LONGER = "measure_longer"
    MORE_SAMPLES = "more_samples"
    SAY_ENVIRONMENT = "say_environment"
    ASK_CAPACITY = "ask_capacity"
    FIND_CAPACITY = "find_capacity"
    STATE_POOL = "state_pool"
    CONFIRM_POOL = "confirm_pool"
    REFRESH = "refresh"
    SETTLE = "settle"


class Who(StrEnum):
    WORKLOAD_UNIT = "workload_unit"
    SOURCE_UNIT = "source_unit"
    INITIATIVE_OWNER = "initiative_owner"
    POOL_OWNER = "pool_owner"
    UNKNOWN = "unknown"


def missing(
    wanted: Wanted, setting: Setting, reason: Reason, winner: Proof | None, others: Sequence[Barred]
) -> tuple[dict[str, Any], ...]:  # fmt: skip
    """At most MOST entries {code, who, ...}, the most useful first, each once."""
    found: list[dict[str, Any]] = []
    for one in _entries(wanted, setting, reason, winner, others):
        if one not in found:
            found.append(one)
    return tuple(found[:MOST])


def _entries(
    wanted: Wanted, setting: Setting, reason: Reason, winner: Proof | None, others: Sequence[Barred]
) -> Iterator[dict[str, Any]]:  # fmt: skip
    if reason is Reason.NO_TARGET:
        yield _entry(Missing.STATE_TARGET, Who.INITIATIVE_OWNER, metric=wanted.metric.value)
    elif winner is not None:
        yield from _of_winner(wanted, setting, reason, winner)
    else:
        for one in sorted(others, key=lambda one: (-one.progress, -one.at.timestamp(), one.evidence.run)):
            yield from _of_barred(wanted, setting, one)
        yield from _anew(wanted, setting)


def _of_winner(wanted: Wanted, setting: Setting, reason: Reason, winner: Proof) -> Iterator[dict[str, Any]]:
    """What would make it met, or keep it so."""
    if reason is Reason.TOO_OLD:
        yield _refresh(winner)
    told = {note.code for note in winner.notes}
    for note in (*([] if winner.reason in told else [Note(winner.reason)]), *winner.notes):
        yield from _of_note(wanted, setting, note, winner)


def _of_note(wanted: Wanted, setting: Setting, note: Note, winner: Proof) -> Iterator[dict[str, Any]]:
    evidence, capacity = winner.evidence, winner.capacity
    if note.code is Reason.EASIER_PLACE:
        yield from _for_real(winner.evidence.source, winner.evidence.run, note.facts.get("gaps", ()))
    elif note.code is Reason.FEW_SAMPLES:
        samples = ceil(FEWEST_IN_TAIL / (1 - note.facts["percentile"]) - 1e-9)
        yield _entry(Missing.MORE_SAMPLES, Who.SOURCE_UNIT, source_id=evidence.source, samples=samples)
    elif note.code in (Reason.LEVEL_NOT_MEASURED, Reason.LEVEL_VIOLATED):
        yield _entry(Missing.MEASURE_LEVEL, Who.WORKLOAD_UNIT, **_level(note))
    elif note.code is Reason.LEVEL_UNKNOWN:
        yield _entry(Missing.STATE_LEVEL, Who.INITIATIVE_OWNER, **_level(note))
    elif note.code in (Reason.ENOUGH_IF_GRANTED, Reason.SHORT_OF_CAPACITY):
        yield from _ask(setting, wanted, capacity)
    elif note.code in (Reason.ACCELERATORS_UNKNOWN, Reason.ACCELERATOR_UNKNOWN):
        yield _unsaid(note.code, evidence.source, evidence.run)
    elif note.code is Reason.CAPACITY_UNKNOWN:
        yield from _capacity(setting, capacity)
    elif note.code is Reason.CONTRADICTED:
        yield _entry(Missing.SETTLE, Who.SOURCE_UNIT, source_id=evidence.source, run_id=evidence.run)
    elif note.code in (Reason.WITHIN_UNCERTAINTY, Reason.PARTS_DIFFER, Reason.SHARED):
        yield _benchmark(wanted, setting)


def _of_barred(wanted: Wanted, setting: Setting, one: Barred) -> Iterator[dict[str, Any]]:
    code, evidence = one.why.code, one.evidence
    if code is Reason.STATISTIC_NOT_MEASURED or code is Reason.BOUND_TELLS_NOTHING:
        yield _entry(
            Missing.MEASURE_STATISTIC, Who.SOURCE_UNIT, source_id=evidence.source, metric=wanted.metric.value,
            percentile=wanted.percentile,
        )  # fmt: skip
    elif code in (Reason.TOO_SHORT, Reason.WINDOW_UNKNOWN):
        yield _entry(
            Missing.MEASURE_LONGER, Who.SOURCE_UNIT, source_id=evidence.source, looked_s=one.why.facts.get("looked_s"),
            wanted_s=wanted.window_s,
        )  # fmt: skip
    elif code in (Reason.COVERAGE_MISSING, Reason.COVERAGE_LOW):
        yield _telemetry(["coverage"], wanted, evidence.source)
    elif code is Reason.DEMAND_UNKNOWN:
        yield _entry(Missing.FIND_DEMAND, Who.INITIATIVE_OWNER, what=Fact.RATE.value)
    elif code in (Reason.LOAD_NOT_SAID, Reason.NOT_REPRESENTATIVE):
        yield from _not_said(wanted, one)
    elif code in (Reason.ACCELERATORS_UNKNOWN, Reason.ACCELERATOR_UNKNOWN):
        yield _unsaid(code, evidence.source, evidence.run)
    elif code in (Reason.CAPACITY_UNKNOWN, Reason.SHORT_OF_CAPACITY):
        yield from _capacity(setting, one.capacity)
    elif code is Reason.FAILS_AS_GRANTED:
        yield from _ask(setting, wanted, one.capacity)
    elif code is Reason.LEVEL_VIOLATED:
        yield _entry(Missing.MEASURE_LEVEL, Who.WORKLOAD_UNIT, **_level(one.why))


def _anew(wanted: Wanted, setting: Setting) -> Iterator[dict[str, Any]]:
    """What would decide it if it were measured from the start."""
    if wanted.metric is Metric.AVAILABILITY:
        yield _telemetry(["availability", "coverage"], wanted, None)
    elif wanted.metric in (Metric.STORAGE_CAPACITY, Metric.NETWORK_BANDWIDTH):
        kind = PoolKind.STORAGE if wanted.metric is Metric.STORAGE_CAPACITY else PoolKind.NETWORK
        yield _entry(Missing.FIND_CAPACITY, Who.INITIATIVE_OWNER, kind=kind.value, amount=wanted.target, unit=wanted.unit)
    elif wanted.metric is Metric.ACCELERATOR_MEMORY:
        yield _telemetry(["accelerator_memory_use"], wanted, None)
    else:
        yield _benchmark(wanted, setting)
    if wanted.environment.get("users") == "real" and wanted.metric not in OF_THE_PLACE | {Metric.AVAILABILITY}:
        yield _telemetry([wanted.metric.value], wanted, None)


def _benchmark(wanted: Wanted, setting: Setting) -> dict[str, Any]:
    """A run that would decide it: at which load, on what, for how long."""
    needed, _ = load_needed(wanted, setting)
    held = [one for one in setting.holdings if one.kind is PoolKind.ACCELERATORS and one.accelerator and one.granted > 0]
    accelerator = wanted.environment.get("accelerator") or (held[0].accelerator if held else None)
    at_least = wanted.target if wanted.is_capability else None
    return _entry(
        Missing.RUN_BENCHMARK, Who.WORKLOAD_UNIT, metric=wanted.metric.value, percentile=wanted.percentile,
        concurrency=needed.concurrency, rate=needed.rate, input_tokens=needed.input_tokens,
        output_tokens=needed.output_tokens, at_least=at_least, accelerator=accelerator,
        accelerators=sum(one.granted for one in held if one.accelerator == accelerator) or None, duration_s=wanted.window_s,
    )  # fmt: skip


def _for_real(source: int, run: int, gaps: Sequence[Any]) -> Iterator[dict[str, Any]]:
    """What nobody said is asked of those who bring it, what was not real must be measured anew."""
    unsaid = [gap["fact"] for gap in gaps if gap["found"] is None]
    other = [gap["fact"] for gap in gaps if gap["found"] is not None]
    if unsaid:
        yield _entry(Missing.SAY_ENVIRONMENT, Who.SOURCE_UNIT, source_id=source, run_id=run, facts=unsaid)
    if other:
        yield _entry(Missing.MEASURE_FOR_REAL, Who.WORKLOAD_UNIT, facts=other)


def _not_said(wanted: Wanted, one: Barred) -> Iterator[dict[str, Any]]:
    unsaid = [gap.fact.value for gap in one.gaps if gap.found is None]
    if not unsaid:
        return
    if one.evidence.kind is EvidenceKind.TELEMETRY and one.why.code is Reason.LOAD_NOT_SAID:
        names = {Fact.RATE.value: "throughput", Fact.CONCURRENCY.value: "concurrency"}
        yield _telemetry([names[fact] for fact in unsaid], wanted, one.evidence.source)
    else:
        yield _entry(
            Missing.SAY_ENVIRONMENT, Who.SOURCE_UNIT, source_id=one.evidence.source, run_id=one.evidence.run, facts=unsaid
        )  # fmt: skip


def _unsaid(code: Reason, source: int, run: int) -> dict[str, Any]:
    fact = Fact.ACCELERATORS if code is Reason.ACCELERATORS_UNKNOWN else Fact.ACCELERATOR
    return _entry(Missing.SAY_ENVIRONMENT, Who.SOURCE_UNIT, source_id=source, run_id=run, facts=[fact.value])


def _capacity(setting: Setting, capacity: dict[str, Any] | None) -> Iterator[dict[str, Any]]:
    """Pools that do not say their size or what they hold; else that there is none yet."""
    held: list[Holding] = [one for one in setting.holdings if one.kind is PoolKind.ACCELERATORS]
    for one in held:
        lacks = [name for name, value in (("size", one.free), ("accelerator", one.accelerator)) if value is None]
        if lacks:
            yield _entry(Missing.STATE_POOL, Who.POOL_OWNER, pool_id=one.pool, pool=one.name, facts=lacks)
    needed, size = (capacity or {}).get("groups_needed"), (capacity or {}).get("group")
    yield _entry(
        Missing.FIND_CAPACITY, Who.INITIATIVE_OWNER, kind=PoolKind.ACCELERATORS.value,
        accelerator=(capacity or {}).get("accelerator"), groups=needed, amount=needed * size if needed and size else None,
    )  # fmt: skip


def _ask(setting: Setting, wanted: Wanted, capacity: dict[str, Any] | None) -> Iterator[dict[str, Any]]:
    """How much more, and of which pools it can be had; what is not free must be found."""
    told = capacity or {}
    pools = sorted(told.get("pools", ()), key=lambda one: (-(one["free"] or 0), one["pool_id"]))
    if "groups" in told:
        needed, size = told.get("groups_needed"), told.get("group") or 1
        more = None if needed is None else max(0, needed - (told["groups"] or 0)) * size
        unit = PoolKind.ACCELERATORS.value
    else:
        factor = 1000.0 if wanted.metric is Metric.STORAGE_CAPACITY else 1.0
        more = max(0.0, (wanted.target or 0.0) / factor - sum(one["granted"] for one in pools))
        unit = "TB" if wanted.metric is Metric.STORAGE_CAPACITY else "Gbit/s"
    left = more
    for one in pools:
        part = min(left, one["free"] or 0) if left is not None else one["free"]
        if part and part > 0:
            yield _entry(
                Missing.ASK_CAPACITY, Who.POOL_OWNER, pool_id=one["pool_id"], pool=one["name"], amount=part, unit=unit
            )  # fmt: skip
            left = None if left is None else left - part
    if left:
        yield _entry(Missing.FIND_CAPACITY, Who.INITIATIVE_OWNER, kind=unit, accelerator=told.get("accelerator"), amount=left)


def _telemetry(metrics: Sequence[str], wanted: Wanted, source: int | None) -> dict[str, Any]:
    who = Who.WORKLOAD_UNIT if source is None else Who.SOURCE_UNIT
    entry = _entry(Missing.CONNECT_TELEMETRY, who, metrics=list(metrics), window_s=wanted.window_s, percentile=wanted.percentile)
    return entry if source is None else entry | {"source_id": source}


def _refresh(winner: Proof) -> dict[str, Any]:
    observed = winner.at.isoformat()
    if winner.evidence.source == 0:
        pools = [one["pool_id"] for one in (winner.capacity or {}).get("pools", ())]
        return _entry(Missing.CONFIRM_POOL, Who.POOL_OWNER, pool_id=pools[0] if pools else None, observed_at=observed)
    return _entry(Missing.REFRESH, Who.SOURCE_UNIT, source_id=winner.evidence.source, observed_at=observed)


def _level(note: Note) -> dict[str, Any]:
    return {name: note.facts.get(name) for name in ("metric", "percentile")}


def _entry(code: Missing, who: Who, **facts: Any) -> dict[str, Any]:
    return {"code": code.value, "who": who.value, **facts}
