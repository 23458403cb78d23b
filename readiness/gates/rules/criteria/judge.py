"""The verdict of a criterion: its rule on the facts, the declared impossibility, and a waiver in force over it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from readiness.evidence.choices import Verdict
from readiness.gates.choices import CriterionKind, RuleKind
from readiness.gates.rules.criteria import known, measured, money, organised, planned
from readiness.gates.rules.criteria.facts import Facts
from readiness.gates.rules.criteria.finding import Finding, earliest
from readiness.gates.rules.criteria.reasons import Reason
from readiness.gates.rules.scores import Counted
from readiness.gates.rules.templates.template import Criterion, Gate

# A waiver makes nothing worse: what is met needs none, and a warning counts more than a waiver.
WAIVABLE = frozenset({Verdict.NOT_MET, Verdict.UNKNOWN, Verdict.STALE})

_Evaluator = Callable[[Any, Any, Facts, datetime], Finding]
EVALUATORS: Mapping[RuleKind, _Evaluator] = {
    RuleKind.REQUIREMENT: measured.requirement,
    RuleKind.REPRESENTATIVENESS: measured.representativeness,
    RuleKind.WORKLOAD: known.workload,
    RuleKind.UNKNOWNS: known.unknowns,
    RuleKind.ASSESSMENT: known.assessment,
    RuleKind.OPERATIONS: known.operations,
    RuleKind.SIZING: planned.sizing,
    RuleKind.CAPACITY: planned.capacity,
    RuleKind.VENUES: planned.venues,
    RuleKind.SEQUENCE: planned.sequence,
    RuleKind.TEAM: organised.team,
    RuleKind.CONTAINERS: organised.containers,
    RuleKind.BUDGET_SHARE: money.budget_share,
    RuleKind.PURCHASES: money.purchases,
    RuleKind.FINDINGS: money.findings,
}  # a person's judgement is found by the criterion's own key


@dataclass(frozen=True, slots=True)
class WaiverInForce:
    """An approved, active waiver of one criterion of one gate."""

    id: int
    criterion: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Judged:
    """A criterion with its verdict. `finding` is what its rule says, whatever is waived over it."""

    criterion: Criterion
    verdict: Verdict
    finding: Finding
    impossible: bool = False
    waiver: WaiverInForce | None = None

    @property
    def reason(self) -> Reason:
        return Reason.WAIVED if self.verdict is Verdict.WAIVED else self.finding.reason

    @property
    def recheck_at(self) -> datetime | None:
        """When time alone may change the verdict: evidence ages, a waiver expires."""
        return earliest([self.finding.recheck_at, self.waiver.expires_at if self.waiver else None])

    @property
    def counted(self) -> Counted:
        one = self.criterion
        return Counted(one.key, one.kind, self.verdict, one.weight, one.is_key, self.impossible)


def judge_gate(gate: Gate, facts: Facts, waivers: Iterable[WaiverInForce], now: datetime) -> tuple[Judged, ...]:
    """Every criterion, in the order of the template."""
    in_force = {one.criterion: one for one in waivers}
    return tuple(judge(one, facts, in_force.get(one.key), now) for one in gate.criteria)


def judge(criterion: Criterion, facts: Facts, waiver: WaiverInForce | None, now: datetime) -> Judged:
    """The same for the same facts at the same time. An expired waiver counts as none, whoever notices first."""
    finding = _evaluator(criterion)(criterion.rule, criterion.evidence, facts, now)
    if waiver is not None and criterion.waivable and now < waiver.expires_at and finding.verdict in WAIVABLE:
        return Judged(criterion, Verdict.WAIVED, finding, waiver=waiver)
    return Judged(criterion, finding.verdict, finding, is_impossible(criterion, finding))


def is_impossible(criterion: Criterion, finding: Finding) -> bool:
    """Whether what is not met can never be, by the rule that the template declares; never of what is not known."""
    declared = criterion.impossible
    if declared is None or finding.verdict is not Verdict.NOT_MET:
        return False
    figure = finding.figures.get(declared.figure)
    if not isinstance(figure, int | float):
        return False
    if declared.at_most is not None:
        return figure <= declared.at_most
    return declared.at_least is not None and figure >= declared.at_least


def missing_deliverables(judged: Iterable[Judged]) -> tuple[Judged, ...]:
    """The readiness criteria that keep a gate from being *ready*: neither there, nor not required, nor waived."""
    lacking = (Verdict.NOT_MET, Verdict.UNKNOWN, Verdict.STALE)
    return tuple(one for one in judged if one.criterion.kind is CriterionKind.READINESS and one.verdict in lacking)


def _evaluator(criterion: Criterion) -> _Evaluator:
    kind = criterion.rule.kind
    if kind is RuleKind.JUDGEMENT:
        return partial(_judgement, criterion.key)
    return EVALUATORS[kind]


def _judgement(key: str, rule: Any, evidence: Any, facts: Facts, now: datetime) -> Finding:
    return organised.judgement(rule, evidence, key, facts, now)
