"""What a criterion can be judged by: one dataclass per kind of rule, its members being the keys of its block in YAML.

`figures` names the numbers that its evaluator tells, of which a declared impossibility may use one. `evidence` names the
members of an evidence rule that mean something for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from portfolio.initiatives.choices import TeamFunction
from readiness.assessments.choices import Component, Dimension, Phase, UnknownKind
from readiness.core.sizing.inputs import Grade
from readiness.evidence.rules.verdicts.fit import Fact
from readiness.gates.choices import BudgetBasis, FindingCount, GateFunction, PurchaseBasis, RuleKind, UnknownCount
from readiness.gates.rules.templates.bands import AtLeast, AtMost, Span, Within
from readiness.gates.rules.templates.shapes import limited
from readiness.silos.choices import FindingKind
from readiness.workloads.choices import Function, Metric, PoolKind
from readiness.workloads.rules.sequence import Rule as SequenceOrder

AGE = frozenset({"max_age_days"})
MEASURED = AGE | {"types", "min_samples", "min_duration_s", "environment"}
# Bands where a template names none.
NOT_ANY = AtMost(met=0, warning=0)
ENOUGH = AtLeast(met=0, warning=0)
ALL_ALIKE, ALL_PLANNED = AtLeast(met=1, warning=0.75), AtLeast(met=1, warning=0.8)
WELL_ANSWERED = AtLeast(met=0.8, warning=0.6)
RECOMMENDED = Within(met_from=0.4, met_to=0.5, warning_from=0.2, warning_to=0.6)  # DOMAIN.md: band 40-50 %, marker 20 %


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Every rule has a kind; the rest is its own."""

    kind: ClassVar[RuleKind]
    figures: ClassVar[tuple[str, ...]] = ()
    evidence: ClassVar[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class RequirementRule(Rule):
    """The worst of the standing requirements of these metrics (none named: all of them).

    `band` is on headroom and can only make a verdict worse. `needed`: that there is no such requirement is unknown; else it does
    not apply.
    """

    kind: ClassVar = RuleKind.REQUIREMENT
    figures: ClassVar = ("headroom", "requirements")
    evidence: ClassVar = MEASURED
    metrics: tuple[Metric, ...] = ()
    needed: bool = False
    band: AtLeast | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RepresentativenessRule(Rule):
    """The share of requirements whose evidence is like production in these facts; without evidence it is not known."""

    kind: ClassVar = RuleKind.REPRESENTATIVENESS
    figures: ClassVar = ("share", "requirements")
    evidence: ClassVar = AGE
    facts: tuple[Fact, ...] = limited((Fact.STAGE, Fact.DATA, Fact.USERS, Fact.VENUE, Fact.ACCELERATOR), some=True)
    metrics: tuple[Metric, ...] = ()
    band: AtLeast = ALL_ALIKE


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkloadRule(Rule):
    """The production workload is written down, and of these values (none named: all that count) at most so many are unknown."""

    kind: ClassVar = RuleKind.WORKLOAD
    figures: ClassVar = ("workloads", "unknown")
    values: tuple[str, ...] = ()
    band: AtMost = NOT_ANY


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownsRule(Rule):
    """How many unknowns stand: all, those that nobody is to find out, or those past their day."""

    kind: ClassVar = RuleKind.UNKNOWNS
    figures: ClassVar = ("unknown",)
    kinds: tuple[UnknownKind, ...] = ()
    count: UnknownCount = UnknownCount.ALL
    band: AtMost = NOT_ANY


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessmentRule(Rule):
    """The score of one dimension (none: the whole) for the phase; `blocking`: a question of weight 3 answered no is not met."""

    kind: ClassVar = RuleKind.ASSESSMENT
    figures: ClassVar = ("low", "high", "unknown", "blocking")
    evidence: ClassVar = AGE
    dimension: Dimension | None = None
    phase: Phase | None = None
    blocking: bool = True
    band: AtLeast = WELL_ANSWERED


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationsRule(Rule):
    """Components that are there and questions answered yes; planned and partly are a warning."""

    kind: ClassVar = RuleKind.OPERATIONS
    figures: ClassVar = ("present", "missing", "unknown")
    evidence: ClassVar = AGE
    components: tuple[Component, ...] = ()
    questions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SizingRule(Rule):
    """Every workload is sized, and the speed of what is chosen for it is known at least so well; worse is a warning."""

    kind: ClassVar = RuleKind.SIZING
    figures: ClassVar = ("workloads", "sized")
    evidence: ClassVar = AGE
    grade: Grade = Grade.SATURATION


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityRule(Rule):
    """What is granted covers the high end of the need with so much headroom: met; its low end: warning.

    Without `granted` what was only asked for counts as well. `in_time`: it is usable when it is needed.
    """

    kind: ClassVar = RuleKind.CAPACITY
    figures: ClassVar = ("headroom", "short")
    evidence: ClassVar = AGE
    pools: tuple[PoolKind, ...] = limited((PoolKind.ACCELERATORS,), some=True)
    granted: bool = True
    in_time: bool = True
    band: AtLeast = ENOUGH


@dataclass(frozen=True, slots=True, kw_only=True)
class VenuesRule(Rule):
    """Venues were compared for these functions (DOMAIN.md: Venue option), and `chosen`: one of them was chosen."""

    kind: ClassVar = RuleKind.VENUES
    figures: ClassVar = ("options",)
    functions: tuple[Function, ...] = limited((Function.INFERENCE,), some=True)
    chosen: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SequenceRule(Rule):
    """One came before the other; `days` is negative where the order was inverted."""

    kind: ClassVar = RuleKind.SEQUENCE
    figures: ClassVar = ("days",)
    order: SequenceOrder


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamRule(Rule):
    """Somebody is named for each function; `account`: a name without an account, who can be asked nothing, is a warning."""

    kind: ClassVar = RuleKind.TEAM
    figures: ClassVar = ("named", "missing")
    functions: tuple[TeamFunction, ...] = limited(tuple(TeamFunction), some=True)
    account: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainersRule(Rule):
    """It runs in containers, and `orchestrator`: what runs them is named."""

    kind: ClassVar = RuleKind.CONTAINERS
    evidence: ClassVar = AGE
    orchestrator: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgementRule(Rule):
    """A person says so: one of these functions if any is named; `independent`: not the owner or sponsor."""

    kind: ClassVar = RuleKind.JUDGEMENT
    figures: ClassVar = ("said_impossible",)
    evidence: ClassVar = AGE
    functions: tuple[GateFunction, ...] = ()
    independent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetShareRule(Rule):
    """The infrastructure share (DOMAIN.md: Budget) of what is planned or spent."""

    kind: ClassVar = RuleKind.BUDGET_SHARE
    figures: ClassVar = ("low", "high")
    evidence: ClassVar = AGE
    basis: BudgetBasis = BudgetBasis.PLANNED
    band: Within = RECOMMENDED


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchasesRule(Rule):
    """The share of the initiative's purchases that is in the IT plan; those of which nobody knows widen it."""

    kind: ClassVar = RuleKind.PURCHASES
    figures: ClassVar = ("low", "high", "purchases")
    evidence: ClassVar = AGE
    basis: PurchaseBasis = PurchaseBasis.COUNT
    band: AtLeast = ALL_PLANNED


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingsRule(Rule):
    """How many silo findings of these kinds (none named: all) are about what is bought, asked for or billed for it."""

    kind: ClassVar = RuleKind.FINDINGS
    figures: ClassVar = ("findings",)
    evidence: ClassVar = AGE
    kinds: tuple[FindingKind, ...] = ()
    count: FindingCount = FindingCount.OPEN
    band: AtMost = NOT_ANY


RULES: tuple[type[Rule], ...] = (
    RequirementRule, RepresentativenessRule, WorkloadRule, UnknownsRule, AssessmentRule, OperationsRule, SizingRule, CapacityRule,
    VenuesRule, SequenceRule, TeamRule, ContainersRule, JudgementRule, BudgetShareRule, PurchasesRule,
    FindingsRule,
)  # fmt: skip
BY_KIND = {one.kind: one for one in RULES}


def band_of(rule: Rule) -> Span | None:
    """The band of a rule that has one."""
    found = getattr(rule, "band", None)
    return found if isinstance(found, AtLeast | AtMost | Within) else None
