"""A template of gates: what each gate asks, how it is voted on, and when its score is enough. Immutable once used."""

from __future__ import annotations

from dataclasses import dataclass

from readiness.evidence.choices import EvidenceKind
from readiness.evidence.rules.declared import Stage
from readiness.gates.choices import Ballot, CriterionDimension, CriterionKind, GateFunction, Majority, TieRule
from readiness.gates.rules.templates.kinds import Rule
from readiness.gates.rules.templates.shapes import limited

MAX_WEIGHT = 100.0
REQUIRED_FUNCTIONS = (GateFunction.IT_OPERATIONS, GateFunction.DATA_SCIENCE, GateFunction.BUSINESS)
_KEY = {"key": True, "longest": 60}


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Of the score of should-meet criteria, 0..1: below `warning` it is Recycle, below `passing` at most Conditional Go."""

    passing: float = limited(name="pass", least=0, most=1)
    warning: float = limited(least=0, most=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quorum:
    """At least so many seats, at least this share of those not recused, and somebody for each of the functions."""

    least: int = limited(3, least=1, most=50)
    share: float = limited(0.5, least=0, most=1)
    functions: tuple[GateFunction, ...] = REQUIRED_FUNCTIONS


@dataclass(frozen=True, slots=True, kw_only=True)
class Veto:
    """One such ballot of somebody with such a function bars Go and Conditional Go."""

    functions: tuple[GateFunction, ...] = ()
    ballots: tuple[Ballot, ...] = (Ballot.HOLD, Ballot.RECYCLE, Ballot.KILL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """Whether a vote may be held in writing, and how many hours its window is open at least."""

    allowed: bool = False
    hours: int = limited(72, least=1, most=24 * 60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Voting:
    majority: Majority = Majority.MAJORITY
    tie: TieRule = TieRule.STRICTER
    quorum: Quorum = Quorum()
    veto: Veto = Veto()
    written: Written = Written()


@dataclass(frozen=True, slots=True, kw_only=True)
class Waivers:
    """How long a waiver may last at most before it goes back to review."""

    most_days: int = limited(180, least=1, most=3_650)


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """What the environment of evidence must be like; what nobody says does not match."""

    data_real: bool = False
    users_real: bool = False
    stages: tuple[Stage, ...] = ()
    chosen_venue: bool = False
    chosen_accelerator: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRule:
    """What evidence may make a criterion met: kinds (none: any), age, samples, seconds, environment."""

    types: tuple[EvidenceKind, ...] = ()
    max_age_days: int | None = limited(None, least=1, most=3_650)
    min_samples: int | None = limited(None, least=1)
    min_duration_s: float | None = limited(None, least=1)
    environment: Match | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Impossible:
    """The declared rule: a criterion that is not met can never be, where its `figure` is so low or so high."""

    figure: str = limited(longest=40)
    at_most: float | None = None
    at_least: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """`weight` counts for should-meet alone; `is_key` makes a should-meet blocking beside being scored."""

    key: str = limited(**_KEY)
    text: str = limited(longest=500)
    why: str = limited("", longest=1_000)
    kind: CriterionKind
    dimension: CriterionDimension
    rule: Rule
    weight: float = limited(1.0, least=0.01, most=MAX_WEIGHT)
    is_key: bool = False
    waivable: bool = True
    evidence: EvidenceRule = EvidenceRule()
    impossible: Impossible | None = None

    @property
    def blocks(self) -> bool:
        """Must-meet, readiness and those marked key (DOMAIN.md: Recommendation)."""
        return self.kind in (CriterionKind.MUST_MEET, CriterionKind.READINESS) or self.is_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """Between two stages of the lifecycle, by their keys. Without thresholds or voting of its own, those of the template hold."""

    key: str = limited(**_KEY)
    name: str = limited(longest=100)
    from_stage: str = limited(name="from", **_KEY)
    to_stage: str = limited(name="to", **_KEY)
    last_before_production: bool = False
    note: str = limited("", longest=2_000)
    thresholds: Thresholds | None = None
    voting: Voting | None = None
    criteria: tuple[Criterion, ...]

    def criterion(self, key: str) -> Criterion:
        """Raises KeyError."""
        return {one.key: one for one in self.criteria}[key]


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """One version of a template; version and state belong to the installation. `lifecycle` is the one that it is written for."""

    key: str = limited(**_KEY)
    name: str = limited(longest=200)
    note: str = limited("", longest=5_000)
    lifecycle: str = limited(**_KEY)
    thresholds: Thresholds
    voting: Voting = Voting()
    waivers: Waivers = Waivers()
    gates: tuple[Gate, ...]

    def gate(self, key: str) -> Gate:
        """Raises KeyError."""
        return {one.key: one for one in self.gates}[key]

    def thresholds_of(self, gate: Gate) -> Thresholds:
        return gate.thresholds or self.thresholds

    def voting_of(self, gate: Gate) -> Voting:
        return gate.voting or self.voting
