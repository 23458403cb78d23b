"""What criteria are judged by, of one initiative, as plain facts. None is "nothing has said anything": unknown, never zero.

Where nobody entered a budget or a purchase their facts are missing, and their criteria answer unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from portfolio.initiatives.choices import Answer, TeamFunction
from readiness.assessments.choices import Component, Presence, Reply, UnknownKind
from readiness.assessments.rules.scores import Asked
from readiness.core.sizing.inputs import Grade
from readiness.evidence.choices import EvidenceKind, Verdict
from readiness.evidence.rules.verdicts.fit import Gap
from readiness.gates.choices import BudgetBasis, GateFunction, PurchaseBasis
from readiness.gates.rules.criteria.finding import Cited
from readiness.silos.choices import FindingKind, FindingState
from readiness.workloads.choices import Function, Metric, PoolKind
from readiness.workloads.rules.sequence import Rule as SequenceOrder
from readiness.workloads.rules.sequence import Sequence as Order
from readiness.workloads.rules.venues import Compared


@dataclass(frozen=True, slots=True)
class EvidenceFact:
    """What decided a requirement. `environment` as EVIDENCE keeps it, its venue and accelerator by catalogue key.

    `gaps`: where the place differs from the one that is wanted (evidence.rules.verdicts.fit).
    """

    kind: EvidenceKind
    observed_at: datetime
    samples: int | None = None
    duration_s: float | None = None
    environment: Mapping[str, Any] = field(default_factory=dict)
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True)
class RequirementFact:
    """The standing verdict of one requirement. `headroom` is measured / required - 1, `headroom_low` its unkind end.

    `chosen_venue`, `chosen_accelerator`: of the option chosen for its workload; "" where none is. `missing` as evidence keeps it.
    """

    id: int
    workload: str
    metric: Metric
    verdict: Verdict
    reason: str = ""
    headroom: float | None = None
    headroom_low: float | None = None
    observed_at: datetime | None = None
    recheck_at: datetime | None = None
    evidence: EvidenceFact | None = None
    missing: tuple[Mapping[str, Any], ...] = ()
    chosen_venue: str = ""
    chosen_accelerator: str = ""
    digest: str = ""


@dataclass(frozen=True, slots=True)
class WorkloadFact:
    """`unknown`: the values that nobody knows (workloads.rules.values.unknown_names), of those that are `asked`."""

    id: int
    name: str
    asked: frozenset[str]
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class UnknownFact:
    kind: UnknownKind
    owned: bool = False
    due: date | None = None


@dataclass(frozen=True, slots=True)
class UnknownsFact:
    """`complete`: a workload and an assessment exist, so that there are no unknowns that nobody has counted yet."""

    rows: tuple[UnknownFact, ...]
    complete: bool


@dataclass(frozen=True, slots=True)
class AssessmentFact:
    """The standing answers over the questions of their bank. `answered`: when each was, where it is known apart."""

    id: int
    questions: tuple[Asked, ...]
    replies: Mapping[str, Reply]
    answered_at: datetime
    digest: str = ""
    answered: Mapping[str, datetime] = field(default_factory=dict)

    def since(self, keys: Iterable[str]) -> datetime:
        """When the oldest answer to one of these questions was given."""
        return min((self.answered[key] for key in keys if key in self.answered), default=self.answered_at)


@dataclass(frozen=True, slots=True)
class ComponentsFact:
    """`stated`: when each was, where it is known apart."""

    presence: Mapping[Component, Presence]
    stated_at: datetime | None = None
    stated: Mapping[Component, datetime] = field(default_factory=dict)

    def since(self, component: Component) -> datetime | None:
        return self.stated.get(component, self.stated_at)


@dataclass(frozen=True, slots=True)
class SizingFact:
    """Of one workload: how well the speed of what is chosen for it is known; None: it is not sized."""

    workload: str
    grade: Grade | None = None
    sized_at: datetime | None = None
    cited: Cited | None = None


@dataclass(frozen=True, slots=True)
class CapacityFact:
    """Of one workload and kind of pool. Amounts in the pool's unit; None: not known. `wanted_from` is when it is needed."""

    workload: str
    pools: PoolKind
    need_low: float | None
    need_high: float | None
    granted: float | None
    requested: float = 0.0
    usable_from: date | None = None
    wanted_from: date | None = None
    stated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PersonFact:
    name: str
    has_account: bool = False


@dataclass(frozen=True, slots=True)
class PlatformFact:
    """Declared beside what a source shows; "" and unknown are "not said"."""

    containerised: Answer = Answer.UNKNOWN
    orchestrator: str = ""
    seen_containerised: Answer = Answer.UNKNOWN
    seen_orchestrator: str = ""
    seen_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class JudgementFact:
    """What a person said of one criterion: never a waiver, and stale or unknown is nothing that one can say."""

    id: int
    verdict: Verdict
    by: int
    at: datetime
    functions: frozenset[GateFunction] = frozenset()
    is_own: bool = False  # said by the initiative's owner or sponsor
    impossible: bool = False  # not met, and never can be
    note: str = ""


@dataclass(frozen=True, slots=True)
class BudgetFact:
    """Infrastructure share, 0..1: the ends differ by what nobody put into a category."""

    low: float
    high: float
    as_of: datetime
    digest: str = ""


@dataclass(frozen=True, slots=True)
class PurchasesFact:
    """What was bought for it: in the IT plan, outside, and of which nobody knows; counts, or amounts in one currency."""

    inside: float
    outside: float
    unknown: float
    as_of: datetime


@dataclass(frozen=True, slots=True)
class SiloFact:
    """One silo finding of the last look that is about what is bought, asked for or billed for the initiative."""

    id: int
    kind: FindingKind
    state: FindingState


@dataclass(frozen=True, slots=True)
class SilosFact:
    """`rows`: how much there is that could be found to be a silo. `looked_at` None: nobody has looked."""

    found: tuple[SiloFact, ...]
    rows: int
    looked_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All of one initiative at one moment."""

    requirements: tuple[RequirementFact, ...] | None = None
    workloads: tuple[WorkloadFact, ...] | None = None
    unknowns: UnknownsFact | None = None
    assessment: AssessmentFact | None = None
    components: ComponentsFact | None = None
    sizing: tuple[SizingFact, ...] | None = None
    capacity: tuple[CapacityFact, ...] | None = None
    venues: Mapping[Function, Compared] | None = None
    sequences: Mapping[SequenceOrder, Order] | None = None
    team: Mapping[TeamFunction, PersonFact] | None = None
    platform: PlatformFact | None = None
    judgements: Mapping[str, JudgementFact] = field(default_factory=dict)  # by criterion key
    budget: Mapping[BudgetBasis, BudgetFact] = field(default_factory=dict)
    purchases: Mapping[PurchaseBasis, PurchasesFact] = field(default_factory=dict)
    silos: SilosFact | None = None
