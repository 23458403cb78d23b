"""The gate ahead, judged with supposed facts: the same criteria, the same rules, another recommendation perhaps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from readiness.assessments.choices import UnknownKind
from readiness.evidence.choices import EvidenceKind
from readiness.evidence.rules.verdicts.fit import Fact, Gap
from readiness.evidence.rules.verdicts.judge import Judgement
from readiness.evidence.rules.verdicts.kept import columns
from readiness.gates.choices import BudgetBasis
from readiness.gates.rules.criteria.facts import (
    BudgetFact,
    CapacityFact,
    EvidenceFact,
    Facts,
    RequirementFact,
    SizingFact,
    UnknownFact,
    UnknownsFact,
    WorkloadFact,
)
from readiness.gates.rules.criteria.judge import Judged, judge_gate
from readiness.gates.rules.recommend import Recommendation, recommend
from readiness.risk.rules.whatif.asked import Asked
from readiness.risk.rules.whatif.judged import Supposed
from readiness.risk.rules.whatif.world import GateNow, WorkloadNow, World
from readiness.workloads.choices import PoolKind


@dataclass(frozen=True, slots=True)
class Ruled:
    """What the gate would recommend, and why."""

    recommendation: Recommendation
    judged: tuple[Judged, ...]


@dataclass(frozen=True, slots=True)
class Turned:
    """One workload before and after; `requirements` whose judgement is another one."""

    one: WorkloadNow
    before: Supposed
    after: Supposed

    @property
    def requirements(self) -> dict[int, Judgement]:
        old = self.before.judged
        return {pk: told for pk, told in self.after.judged.items() if pk not in old or _says(told) != _says(old[pk])}


def _says(told: Judgement) -> tuple[Any, ...]:
    return told.verdict, told.reason, told.headroom, told.wanted


def ruled(gate: GateNow, facts: Facts, closed: set[int], now: datetime) -> Ruled:
    """The gate judged by `facts`, with conditions closed."""
    judged = judge_gate(gate.gate, facts, gate.waivers, now)
    open_ = [one.id for one in gate.conditions if one.id not in closed]
    found = recommend(
        [one.counted for one in judged], gate.thresholds, last_gate=gate.gate.last_before_production,
        dependencies=gate.dependencies, open_conditions=open_,
    )  # fmt: skip
    return Ruled(found, judged)


def gate_facts(world: World, gate: GateNow, asked: Asked, turned: Mapping[int, Turned]) -> Facts:
    """What the gate would be judged by. What nobody supposed otherwise is as it is."""
    facts = gate.facts
    for one in turned.values():
        facts = _with_workload(facts, one, world.now)
    if asked.needed_on is not None and facts.capacity is not None:
        facts = replace(facts, capacity=tuple(replace(one, wanted_from=asked.needed_on) for one in facts.capacity))
    if asked.infrastructure is not None:
        share = BudgetFact(asked.infrastructure, asked.infrastructure, world.now)
        facts = replace(facts, budget={**facts.budget, BudgetBasis.PLANNED: share})
    for function, pk in asked.venues.items():
        facts = _with_venue(facts, world, function, pk)
    return facts


def _with_workload(facts: Facts, one: Turned, now: datetime) -> Facts:
    changed = one.requirements
    return replace(
        facts,
        requirements=_requirements(facts.requirements, one, changed),
        workloads=None if facts.workloads is None else tuple(_workload(row, one) for row in facts.workloads),
        unknowns=_unknowns(facts.unknowns, len(one.before.unknown) - len(one.after.unknown)),
        sizing=None if facts.sizing is None else tuple(_sizing(row, one, now) for row in facts.sizing),
        capacity=None if facts.capacity is None else tuple(_capacity(row, one) for row in facts.capacity),
    )


def _requirements(
    rows: tuple[RequirementFact, ...] | None, one: Turned, changed: Mapping[int, Judgement]
) -> tuple[RequirementFact, ...] | None:
    if rows is None:
        return None
    kept = [row for row in rows if row.id not in one.after.gone]
    made = [_requirement(row, one, changed[row.id]) if row.id in changed else row for row in kept]
    made += [
        _requirement(RequirementFact(pk, one.one.name, told.wanted.metric, told.verdict), one, told)
        for pk, told in changed.items()
        if pk < 0
    ]
    return tuple(made)


def _requirement(row: RequirementFact, one: Turned, told: Judgement) -> RequirementFact:
    kept = columns(told)
    return replace(
        row, verdict=told.verdict, reason=told.reason.value, headroom=told.headroom, headroom_low=kept["headroom_low"],
        observed_at=told.observed_at, recheck_at=told.recheck_at, missing=told.missing,
        evidence=_evidence(row, one, told, kept["evidence"]),
    )  # fmt: skip


def _evidence(row: RequirementFact, one: Turned, told: Judgement, kept: Mapping[str, Any] | None) -> EvidenceFact | None:
    """The evidence that decides; the stored fact where it is the same run."""
    before = one.before.judged.get(row.id)
    same = before is not None and before.winner is not None and told.winner is not None
    if kept is None or (same and before.winner.evidence.run == told.winner.evidence.run):  # type: ignore[union-attr]
        return row.evidence if kept is not None else None
    environment = dict(kept.get("environment") or {})
    if written := environment.get("accelerator"):
        environment["accelerator"] = one.one.setting.catalogue.key(str(written)) or str(written)
    gaps = tuple(Gap(Fact(gap["fact"]), gap["wanted"], gap["found"]) for gap in kept.get("gaps") or ())
    return EvidenceFact(
        EvidenceKind(kept["kind"]), datetime.fromisoformat(kept["at"]), kept.get("samples"), kept.get("length_s"), environment,
        gaps,
    )  # fmt: skip


def _workload(row: WorkloadFact, one: Turned) -> WorkloadFact:
    return replace(row, unknown=one.after.unknown) if row.id == one.one.id else row


def _unknowns(rows: UnknownsFact | None, fewer: int) -> UnknownsFact | None:
    """Without `fewer` values that nobody knew; with more where something known is supposed to be unknown."""
    if rows is None or fewer == 0:
        return rows
    kept: list[UnknownFact] = []
    for row in rows.rows:
        if fewer > 0 and row.kind is UnknownKind.VALUE:
            fewer -= 1
        else:
            kept.append(row)
    return replace(rows, rows=(*kept, *[UnknownFact(UnknownKind.VALUE)] * max(0, -fewer)))


def _sizing(row: SizingFact, one: Turned, now: datetime) -> SizingFact:
    answer = one.after.live.main.answer
    if row.workload != one.one.name or answer == one.before.live.main.answer:
        return row
    return SizingFact(row.workload) if answer is None else SizingFact(row.workload, answer.grade, now, row.cited)


def _capacity(row: CapacityFact, one: Turned) -> CapacityFact:
    if row.workload != one.one.name:
        return row
    if row.pools is not PoolKind.ACCELERATORS:
        return row
    if one.after.live.main.answer != one.before.live.main.answer:
        answer = one.after.live.main.answer
        need = answer.accelerators if answer is not None else None
        row = replace(row, need_low=need.low if need else None, need_high=need.high if need else None)
    return row if one.after.granted == one.before.granted else replace(row, granted=one.after.granted)


def _with_venue(facts: Facts, world: World, function: str, pk: int) -> Facts:
    """Another option is chosen: it counts as chosen, and what must be measured in the chosen venue is compared with it."""
    row = next(one for one in world.venues if one["id"] == pk)
    before = next((one["venue"] for one in world.venues if one["function"] == function and one["state"] == "chosen"), "")
    venues = facts.venues
    if venues is not None:
        venues = {key: replace(one, chosen=True) if key.value == function else one for key, one in venues.items()}
    rows = facts.requirements
    if rows is not None:
        rows = tuple(replace(one, chosen_venue=row["venue"]) if one.chosen_venue in ("", before) else one for one in rows)
    return replace(facts, venues=venues, requirements=rows)
