"""An initiative of which everything is known, measured, granted and named: what a test takes away is what it is about."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from portfolio.initiatives.choices import Answer, TeamFunction
from readiness.assessments.choices import Component, Presence, Reply
from readiness.assessments.rules.packs import read_pack
from readiness.assessments.rules.scores import Asked
from readiness.core.sizing.inputs import Grade
from readiness.evidence.choices import EvidenceKind, Verdict
from readiness.gates.choices import BudgetBasis, CriterionDimension, CriterionKind, GateFunction, PurchaseBasis
from readiness.gates.rules.criteria.facts import (
    AssessmentFact,
    BudgetFact,
    CapacityFact,
    ComponentsFact,
    EvidenceFact,
    Facts,
    JudgementFact,
    PersonFact,
    PlatformFact,
    PurchasesFact,
    RequirementFact,
    SilosFact,
    SizingFact,
    UnknownsFact,
    WorkloadFact,
)
from readiness.gates.rules.criteria.finding import Finding
from readiness.gates.rules.criteria.judge import Judged, WaiverInForce, judge
from readiness.gates.rules.criteria.reasons import Reason
from readiness.gates.rules.templates.kinds import Rule
from readiness.gates.rules.templates.template import Criterion, EvidenceRule, Gate, Impossible
from readiness.workloads.choices import Function, Metric, PoolKind
from readiness.workloads.rules import sequence, venues

NOW = datetime(2026, 11, 29, 9, 0, tzinfo=UTC)
NEVER = EvidenceRule()
BANK = read_pack(Path("readiness/assessments/packs/infrastructure-readiness.yaml").read_text(encoding="utf-8"))
PRODUCTION = {
    "data_real": True, "users_real": True, "stage": "production", "venue": "on_premises", "accelerator": "h100-sxm",
}  # fmt: skip


def days(count: float) -> timedelta:
    return timedelta(days=count)


def evidence(**changes: Any) -> EvidenceFact:
    usual = EvidenceFact(EvidenceKind.TELEMETRY, NOW - days(5), 50_000, 3_600.0, PRODUCTION)
    return replace(usual, **changes)


def requirement(metric: Metric = Metric.TTFT, **changes: Any) -> RequirementFact:
    usual = RequirementFact(
        1 + list(Metric).index(metric), "Chat", metric, Verdict.MET, "shown", 0.5, 0.4, NOW - days(5), None, evidence(),
        (), "on_premises", "h100-sxm", f"digest-{metric}",
    )  # fmt: skip
    return replace(usual, **changes)


def good_facts(**changes: Any) -> Facts:
    """Everything there, except for money: budgets and purchases are not kept yet."""
    usual = Facts(
        requirements=tuple(requirement(metric) for metric in Metric),
        workloads=(WorkloadFact(1, "Chat", frozenset({"arrival_per_s", "peak_factor"})),),
        unknowns=UnknownsFact((), complete=True),
        assessment=AssessmentFact(
            3,
            tuple(Asked(one.key, one.dimension, one.weight, frozenset(one.phases)) for one in BANK.questions),
            {one.key: Reply.YES for one in BANK.questions},
            NOW - days(10),
            "answers",
        ),
        components=ComponentsFact(dict.fromkeys(Component, Presence.PRESENT), NOW - days(10)),
        sizing=(SizingFact("Chat", Grade.SWEEP, NOW - days(10)),),
        capacity=(CapacityFact("Chat", PoolKind.ACCELERATORS, 6, 8, 12, 0, date(2026, 6, 1), date(2027, 1, 1), NOW - days(10)),),
        venues=dict.fromkeys(Function, venues.Compared(venues.Verdict.MET, venues.Finding.COMPARED, 3, chosen=True)),
        sequences={rule: sequence.Sequence(rule, sequence.Verdict.MET, 30) for rule in sequence.Rule},
        team={one: PersonFact(one.value, has_account=True) for one in TeamFunction},
        platform=PlatformFact(Answer.YES, "Kubernetes"),
    )
    return replace(usual, **changes)


def with_money(facts: Facts) -> Facts:
    budget = dict.fromkeys(BudgetBasis, BudgetFact(0.45, 0.45, NOW - days(10)))
    purchases = dict.fromkeys(PurchaseBasis, PurchasesFact(4, 0, 0, NOW - days(10)))
    return replace(facts, budget=budget, purchases=purchases, silos=SilosFact((), 4, NOW - days(10)))


def said(facts: Facts, gate: Gate, verdict: Verdict = Verdict.MET) -> Facts:
    """Everybody asked for a judgement of this gate says so."""
    judgements = {
        one.key: JudgementFact(number, verdict, 5, NOW - days(1), frozenset(GateFunction))
        for number, one in enumerate(gate.criteria, start=1)
    }
    return replace(facts, judgements=judgements)


def criterion(
    rule: Rule, evidence: EvidenceRule = NEVER, kind: CriterionKind = CriterionKind.MUST_MEET, **more: Any
) -> Criterion:  # fmt: skip
    return Criterion(
        key="it", text="It is.", kind=kind, dimension=CriterionDimension.COMPUTE, rule=rule, evidence=evidence, **more
    )  # fmt: skip


def find(rule: Rule, facts: Facts, evidence: EvidenceRule = NEVER, now: datetime = NOW) -> Finding:
    """What the evaluator of the rule's kind says."""
    return judge(criterion(rule, evidence), facts, None, now).finding


def judged(
    rule: Rule, facts: Facts, *, waiver: WaiverInForce | None = None, impossible: Impossible | None = None, **more: Any
) -> Judged:
    return judge(criterion(rule, impossible=impossible, **more), facts, waiver, NOW)


def told(rule: Rule, facts: Facts, asked: EvidenceRule = NEVER) -> tuple[Verdict, Reason]:
    found = find(rule, facts, asked)
    return found.verdict, found.reason


def codes(rule: Rule, facts: Facts, asked: EvidenceRule = NEVER) -> list[str]:
    """What would decide it."""
    return [str(one.code) for one in find(rule, facts, asked).needs]


GOOD = good_facts()
