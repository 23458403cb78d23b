"""What must hold of a template as a whole, beyond the shape of its blocks; and whether it fits a lifecycle."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from portfolio.initiatives.choices import StageKind
from readiness.gates.choices import Ballot, CriterionKind
from readiness.gates.rules.templates.bands import nested
from readiness.gates.rules.templates.kinds import OperationsRule, WorkloadRule, band_of
from readiness.gates.rules.templates.shapes import Path, Say
from readiness.gates.rules.templates.template import (
    REQUIRED_FUNCTIONS,
    Criterion,
    EvidenceRule,
    Gate,
    Impossible,
    Quorum,
    Template,
    Thresholds,
    Veto,
)
from readiness.workloads.rules.fields import BY_NAME


def check(made: object, path: Path, say: Say) -> None:
    """Say everything in which one block of a template contradicts itself."""
    if isinstance(made, Template):
        _template(made, say)
    elif isinstance(made, Gate):
        _gate(made, path, say)
    elif isinstance(made, Criterion):
        _criterion(made, path, say)
    elif isinstance(made, Thresholds):
        _thresholds(made, path, say)
    elif isinstance(made, Veto):
        _veto(made, path, say)
    elif isinstance(made, Quorum) and (lacks := [one for one in REQUIRED_FUNCTIONS if one not in made.functions]):
        say((*path, "functions"), f"lacks {', '.join(lacks)}: without them no vote is one of the whole house. Name all three.")


def _template(template: Template, say: Say) -> None:
    if not template.gates:
        say(("gates",), "is a list with at least one gate.")
    _once([gate.key for gate in template.gates], ("gates",), "key", "key", say)
    _once([gate.to_stage for gate in template.gates], ("gates",), "to", "stage", say)
    _once([gate.from_stage for gate in template.gates], ("gates",), "from", "stage", say)
    _order(template.gates, say)


def _order(gates: Sequence[Gate], say: Say) -> None:
    for number, gate in enumerate(gates):
        path: Path = ("gates", number)
        if gate.from_stage == gate.to_stage:
            say((*path, "to"), f'leads from "{gate.from_stage}" to itself. Name the stage behind the gate.')
        earlier = {one.from_stage for one in gates[:number]}
        if gate.to_stage in earlier:
            say((*path, "to"), f'"{gate.to_stage}" lies before an earlier gate. Gates stand in the order of the stages.')
        if gate.last_before_production and number + 1 < len(gates):
            say((*path, "last_before_production"), "is for the last gate of the list alone.")


def _gate(gate: Gate, path: Path, say: Say) -> None:
    if not gate.criteria:
        say((*path, "criteria"), "is a list with at least one criterion: a gate that asks nothing is a date.")
    _once([one.key for one in gate.criteria], (*path, "criteria"), "key", "key", say)


def _criterion(one: Criterion, path: Path, say: Say) -> None:
    if one.kind is not CriterionKind.SHOULD_MEET:
        if one.weight != 1:
            say((*path, "weight"), f"counts for should_meet alone, this one is {one.kind}. Leave it out.")
        if one.is_key:
            why = "blocks anyway" if one.blocks and one.kind is not CriterionKind.INFO else "never counts"
            say((*path, "is_key"), f"is for should_meet alone: {one.kind} {why}. Leave it out.")
    if one.impossible is not None:
        _impossible(one, one.impossible, (*path, "impossible"), say)
    _rule(one, (*path, "rule"), say)
    _evidence(one, (*path, "evidence"), say)


def _impossible(one: Criterion, declared: Impossible, path: Path, say: Say) -> None:
    if not one.blocks:
        say(path, "is for criteria that block: must_meet, readiness, or should_meet with is_key. Leave it out.")
    if declared.figure not in one.rule.figures:
        known = ", ".join(one.rule.figures) or "none"
        say((*path, "figure"), f'"{declared.figure}" is no figure of a rule of kind {one.rule.kind}. Known: {known}.')
    if (declared.at_most is None) == (declared.at_least is None):
        say(path, "needs one of at_most and at_least, and not both.")


def _rule(one: Criterion, path: Path, say: Say) -> None:
    rule, band = one.rule, band_of(one.rule)
    if band is not None and not nested(band):
        say((*path, "band"), "contradicts itself: whatever is met must lie inside what is a warning.")
    if isinstance(rule, OperationsRule) and not rule.components and not rule.questions:
        say(path, "names neither components nor questions. Name at least one.")
    if isinstance(rule, WorkloadRule):
        for name in rule.values:
            if name not in BY_NAME:
                say((*path, "values"), f'"{name}" is no value of a workload profile. Known are {", ".join(BY_NAME)}.')


def _evidence(one: Criterion, path: Path, say: Say) -> None:
    nothing = EvidenceRule()
    for name in ("types", "max_age_days", "min_samples", "min_duration_s", "environment"):
        if getattr(one.evidence, name) != getattr(nothing, name) and name not in one.rule.evidence:
            known = ", ".join(sorted(one.rule.evidence)) or "nothing"
            say((*path, name), f"means nothing to a rule of kind {one.rule.kind}, which takes {known}. Leave it out.")


def _thresholds(one: Thresholds, path: Path, say: Say) -> None:
    if one.warning > one.passing:
        say((*path, "warning"), f"{one.warning:g} is above pass ({one.passing:g}). It is the lower one of the two.")


def _veto(one: Veto, path: Path, say: Say) -> None:
    for number, ballot in enumerate(one.ballots):
        if ballot not in (Ballot.HOLD, Ballot.RECYCLE, Ballot.KILL):
            say((*path, "ballots", number), f'"{ballot}" is no veto. Use hold, recycle or kill.')
    if one.functions and not one.ballots:
        say((*path, "ballots"), "is empty: a veto that nobody can cast. Name a ballot or no functions.")


def _once(names: Sequence[str], path: Path, member: str, what: str, say: Say) -> None:
    first: dict[str, int] = {}
    for number, name in enumerate(names):
        if name in first:
            say((*path, number, member), f'the {what} "{name}" stands at number {first[name] + 1} too. Each has its own.')
        first.setdefault(name, number)


@dataclass(frozen=True, slots=True)
class Step:
    """A stage of a lifecycle, as far as gates care."""

    key: str
    kind: StageKind


def misfits(template: Template, steps: Iterable[Step]) -> list[str]:
    """Why a lifecycle of these stages, in order, cannot use the template; [] if it can."""
    stages = list(steps)
    place = {one.key: number for number, one in enumerate(stages)}
    found = []
    for gate in template.gates:
        unknown = [key for key in (gate.from_stage, gate.to_stage) if key not in place]
        found += [f'Gate "{gate.key}": the lifecycle has no stage "{key}". It has {", ".join(place)}.' for key in unknown]
        if unknown:
            continue
        if place[gate.to_stage] != place[gate.from_stage] + 1:
            found.append(f'Gate "{gate.key}": "{gate.to_stage}" does not follow "{gate.from_stage}" in the lifecycle.')
        produces = stages[place[gate.to_stage]].kind is StageKind.PRODUCTION
        starts = stages[place[gate.from_stage]].kind is StageKind.PRODUCTION
        if gate.last_before_production != (produces and not starts):
            found.append(f'Gate "{gate.key}": {_last(gate.last_before_production)}')
    return found


def _last(said: bool) -> str:
    if said:
        return "says that it is the last one before production, but its stage is not production. Say no."
    return "leads into production and does not say so. Set last_before_production to yes."
