"""What a decision stood on, as plain data: built once, under the gate's lock, from what is decided then.

Amounts of money are no part of it. They stand in a document of their own, of which the snapshot has the digest: so everybody who
may see the decision can check it, and only those who may see money can open that document. Its nonce keeps it from being guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from readiness.gates.choices import Mode, Outcome
from readiness.gates.rules import canonical
from readiness.gates.rules.conditions import Condition
from readiness.gates.rules.criteria.judge import Judged
from readiness.gates.rules.criteria.reasons import RULES_VERSION
from readiness.gates.rules.decisions import Effect
from readiness.gates.rules.recommend import Dependency, Recommendation
from readiness.gates.rules.record.risk import as_read
from readiness.gates.rules.templates.template import Thresholds
from readiness.gates.rules.voting.ballots import Cast
from readiness.gates.rules.voting.panel import Filled
from readiness.gates.rules.voting.tally import Attendance, Tally

FORM = 1  # of the snapshot; a reader of old ones looks at it first


@dataclass(frozen=True, slots=True)
class Person:
    """As they were called when it was decided."""

    id: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """The decision itself. `turn` counts within the round of the review; `supersedes` is the id of the one before it."""

    id: int
    review: int
    round: int
    turn: int
    supersedes: int | None
    outcome: Outcome
    by: Person
    at: datetime
    mode: Mode
    reason: str = ""
    reason_code: str = ""
    lesson: str = ""

    def columns(self) -> dict[str, Any]:
        """What the columns of its row must say, by the names that the content has for them."""
        return {
            "id": self.id, "review": self.review, "round": self.round, "turn": self.turn, "supersedes": self.supersedes,
            "outcome": self.outcome.value, "by": self.by.id, "at": canonical.plain(self.at),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Waived:
    """A waiver that was in force, with all of its event rows as a digest."""

    id: int
    criterion: str
    reason: str
    measure: str
    expires_at: datetime
    asked_by: frozenset[int]
    approved_by: int | None
    events: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """All that the decision stood on. `packs`: variant -> SHA-256 of the sent file; `risk` is record.risk.frozen's."""

    chain: str
    initiative: Mapping[str, Any]  # key, name, unit, stage
    template: Mapping[str, Any]  # key, version, digest
    gate: str
    thresholds: Thresholds
    last_gate: bool
    judged: tuple[Judged, ...]
    recommendation: Recommendation
    dependencies: tuple[Dependency, ...] = ()
    waivers: tuple[Waived, ...] = ()
    open_conditions: tuple[Condition, ...] = ()
    seats: tuple[Filled, ...] = ()
    casts: tuple[Cast, ...] = ()
    attendance: tuple[Attendance, ...] = ()
    tally: Tally
    people: Mapping[int, str] = field(default_factory=dict)
    packs: Mapping[str, str] = field(default_factory=dict)
    risk: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Sealed:
    """Amounts of money beside a snapshot: `text` is kept with the row, `digest` stands in the snapshot."""

    text: str
    digest: str


def seal(amounts: Mapping[str, Any], *, nonce: str) -> Sealed:
    """`nonce`: at least 32 random hexadecimal digits, new for each."""
    if len(nonce) < 32:
        raise ValueError("a nonce has at least 32 digits: amounts are few and easily guessed")
    data = {"nonce": nonce, "amounts": canonical.plain(amounts)}
    return Sealed(canonical.canonical(data).decode(), canonical.digest(data))


def snapshot(
    decided: Decided, ground: Ground, *, effect: Effect, conditions: tuple[Condition, ...] = (), sealed: Sealed | None = None
) -> dict[str, Any]:  # fmt: skip
    """The content of the decision's link. The same ground gives the same text, whatever the order of sets in it."""
    return {
        "form": FORM, "rules": RULES_VERSION, "chain": ground.chain,
        "decision": {
            **decided.columns(), "by_name": decided.by.name, "mode": decided.mode.value, "reason": decided.reason,
            "reason_code": decided.reason_code, "lesson": decided.lesson, "effect": effect.plain(),
            "recommended": ground.recommendation.outcome.value, "gate": ground.gate, "initiative": ground.initiative["key"],
        },
        "conditions": [_condition(one) for one in conditions],
        "sealed": sealed.digest if sealed else None,
        **ground_plain(ground),
    }  # fmt: skip


def seen_digest(ground: Ground, *, after: int | None = None, version: int = 0) -> str:
    """What a decider sees, as a digest for the form: a decision on another one is refused (Code.STALE_VIEW).

    `after`: the last decision of the review, None before there is any; so the same form sent twice decides once. `version`: of
    the review's row as it was shown, which was read before the rest: what moved in between does not pass as seen.
    """
    seen = ground_plain(ground) | {"risk": as_read(ground.risk)}
    return canonical.digest([seen, after, version])


def ground_plain(ground: Ground) -> dict[str, Any]:
    """All that is shown to a decider, by the names that the snapshot has for it: a page before and after reads the same."""
    return {
        "initiative": canonical.plain(ground.initiative), "template": canonical.plain(ground.template), "gate": ground.gate,
        "last_gate": ground.last_gate, "thresholds": canonical.plain(ground.thresholds),
        "criteria": [judged_plain(one) for one in ground.judged],
        "recommendation": ground.recommendation.plain(),
        "dependencies": canonical.plain(ground.dependencies),
        "waivers": canonical.plain(ground.waivers),
        "open_conditions": [_condition(one) for one in ground.open_conditions],
        "seats": [_seat(one) for one in ground.seats],
        "votes": canonical.plain(ground.casts),
        "attendance": canonical.plain(ground.attendance),
        "tally": ground.tally.plain(),
        "people": {str(person): name for person, name in ground.people.items()},
        "packs": dict(ground.packs), "risk": canonical.plain(ground.risk),
    }  # fmt: skip


def judged_plain(one: Judged) -> dict[str, Any]:
    """A criterion with its verdict and what it stood on, as a run of the criteria and a snapshot keep it."""
    criterion, finding = one.criterion, one.finding
    return {
        "key": criterion.key, "text": criterion.text, "kind": criterion.kind.value, "dimension": criterion.dimension.value,
        "weight": criterion.weight, "is_key": criterion.is_key, "verdict": one.verdict.value, "reason": one.reason.value,
        "impossible": one.impossible, "waiver": one.waiver.id if one.waiver else None, "beneath": finding.verdict.value,
        "beneath_reason": finding.reason.value, "figures": canonical.plain(finding.figures),
        "needs": [canonical.plain(need.plain()) for need in finding.needs],
        "cited": canonical.plain(finding.cited), "observed_at": canonical.plain(finding.observed_at),
    }  # fmt: skip


def _condition(one: Condition) -> dict[str, Any]:
    return {
        "id": one.id, "text": one.text, "owner": one.owner, "due": one.due.isoformat(), "proof": one.proof.kind.value,
        "ref": one.proof.ref,
    }  # fmt: skip


def _seat(one: Filled) -> dict[str, Any]:
    return {
        "holder": one.seat.person, "functions": sorted(one.seat.functions), "chair": one.seat.chair,
        "standing": one.standing.value, "filled_by": one.person,
    }  # fmt: skip
