"""A decision: which outcomes are open, what each needs, and what it does to the initiative (DOMAIN.md: Decision)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from portfolio.initiatives.choices import ClosureKind, ReasonCode
from readiness.gates.choices import ADVANCING, OUTCOMES, Outcome, ReviewState
from readiness.gates.rules import conditions
from readiness.gates.rules.faults import Fault
from readiness.gates.rules.recommend import Recommendation
from readiness.gates.rules.templates.template import Gate
from readiness.gates.rules.voting.tally import Tally

_DECIDABLE = frozenset({ReviewState.PROPOSED, ReviewState.DECIDED, ReviewState.CLOSED})  # the latter two for a correction


class Code(StrEnum):
    NOT_PROPOSED = "not_proposed"
    NO_QUORUM = "no_quorum"
    RECUSED = "recused"
    NOT_ELIGIBLE = "not_eligible"  # no seat at this gate that is theirs to fill
    STALE_VIEW = "stale_view"  # something changed after the page that they decided from
    NOT_OFFERED = "not_offered"
    REASON_MISSING = "reason_missing"
    CONDITIONS_MISSING = "conditions_missing"
    CONDITIONS_WRONG = "conditions_wrong"
    CONDITIONS_TOO_MANY = "conditions_too_many"  # only a Conditional Go has any
    REASON_CODE_MISSING = "reason_code_missing"
    LESSON_MISSING = "lesson_missing"
    CLOSURE_WITHOUT_KILL = "closure_without_kill"


class Barrier(StrEnum):
    """Why an outcome is not offered."""

    LAST_GATE = "last_gate"
    OPEN_CONDITIONS = "open_conditions"
    VETO = "veto"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants to decide. `seen`: the digest of what they saw; `reason` where it differs from what is advised."""

    outcome: Outcome
    by: int
    seen: str
    reason: str = ""
    conditions: tuple[conditions.Wanted, ...] = ()
    reason_code: ReasonCode | None = None
    lesson: str = ""


@dataclass(frozen=True, slots=True)
class Situation:
    """The review as it is under its lock. `current`: the digest of what a decider sees now.

    `open_conditions`: how many of the gate before bar. `fillers`: the people who fill the seats that are not out.
    """

    state: ReviewState
    tally: Tally
    recommendation: Recommendation
    last_gate: bool
    open_conditions: int
    recused: frozenset[int]
    fillers: frozenset[int]
    current: str


def offered(situation: Situation) -> Mapping[Outcome, tuple[Barrier, ...]]:
    """Each outcome with what bars it; () is open. Hold, Recycle and Kill always are."""
    found: dict[Outcome, tuple[Barrier, ...]] = {}
    for outcome in OUTCOMES:
        bars = []
        if outcome is Outcome.CONDITIONAL_GO and situation.last_gate:
            bars.append(Barrier.LAST_GATE)
        if outcome in ADVANCING and situation.open_conditions:
            bars.append(Barrier.OPEN_CONDITIONS)
        if outcome in ADVANCING and situation.tally.vetoes:
            bars.append(Barrier.VETO)
        found[outcome] = tuple(bars)
    return found


def faults(wanted: Wanted, situation: Situation, today: date) -> list[Fault]:
    """Why this cannot be decided now; [] if it can."""
    return [*_standing(wanted, situation), *_outcome(wanted, situation, today)]


def _standing(wanted: Wanted, situation: Situation) -> Iterator[Fault]:
    """Whether anything can be decided, and by this person."""
    if situation.state not in _DECIDABLE:
        yield Fault(Code.NOT_PROPOSED, {"state": situation.state.value})
    if not situation.tally.quorum.met:
        lacks = [one.value for one in situation.tally.quorum.missing]
        yield Fault(Code.NO_QUORUM, {"needed": situation.tally.quorum.needed, "missing": lacks})
    if wanted.by in situation.recused:
        yield Fault(Code.RECUSED)
    elif wanted.by not in situation.fillers:
        yield Fault(Code.NOT_ELIGIBLE)
    if wanted.seen != situation.current:
        yield Fault(Code.STALE_VIEW)


def _outcome(wanted: Wanted, situation: Situation, today: date) -> Iterator[Fault]:
    if bars := offered(situation)[wanted.outcome]:
        yield Fault(Code.NOT_OFFERED, {"outcome": wanted.outcome.value, "bars": [one.value for one in bars]})
    if differs(wanted.outcome, situation) and not wanted.reason.strip():
        advised = situation.recommendation.outcome.value
        voted = situation.tally.outcome.value if situation.tally.outcome else None
        yield Fault(Code.REASON_MISSING, {"recommended": advised, "voted": voted})
    yield from _conditions(wanted, today)
    yield from _closure(wanted)


def differs(outcome: Outcome, situation: Situation) -> bool:
    """Whether it is another one than recommended or than voted, so that it needs a reason."""
    return outcome is not situation.recommendation.outcome or outcome is not situation.tally.outcome


def _conditions(wanted: Wanted, today: date) -> Iterator[Fault]:
    if wanted.outcome is not Outcome.CONDITIONAL_GO:
        if wanted.conditions:
            yield Fault(Code.CONDITIONS_TOO_MANY, {"outcome": wanted.outcome.value})
        return
    if not wanted.conditions:
        yield Fault(Code.CONDITIONS_MISSING)
    for place, wrong in conditions.wanted_faults(wanted.conditions, today).items():
        yield Fault(Code.CONDITIONS_WRONG, {"number": place + 1, "faults": [one.code.value for one in wrong]})


def _closure(wanted: Wanted) -> Iterator[Fault]:
    if wanted.outcome is Outcome.KILL:
        if wanted.reason_code in (None, ReasonCode.UNKNOWN):
            yield Fault(Code.REASON_CODE_MISSING)
        if not wanted.lesson.strip():
            yield Fault(Code.LESSON_MISSING)
    elif wanted.reason_code is not None or wanted.lesson.strip():
        yield Fault(Code.CLOSURE_WITHOUT_KILL)


@dataclass(frozen=True, slots=True)
class Effect:
    """What a decision does to the initiative, in the decision's own transaction. None and False: nothing of that kind.

    `move_to` is a stage key. `reopen`: a Kill is corrected. `lapse`: the conditions of the corrected decision lapse.
    """

    move_to: str | None = None
    close: ClosureKind | None = None
    reopen: bool = False
    lapse: bool = False

    def plain(self) -> dict[str, Any]:
        return {"move_to": self.move_to, "close": self.close.value if self.close else None, "reopen": self.reopen}


def effect(outcome: Outcome, gate: Gate, *, correcting: Outcome | None = None) -> Effect:
    """Go and Conditional Go move the stage, Kill closes, Hold and Recycle leave it.

    `correcting`: the outcome that is superseded; what it did is undone where the new one does not do the same. A Kill that is
    corrected to a Kill is reopened and closed anew, with its new reason and lesson.
    """
    move_to = gate.to_stage if outcome in ADVANCING else None
    if correcting in ADVANCING:
        move_to = None if outcome in ADVANCING else gate.from_stage
    close = ClosureKind.STOPPED if outcome is Outcome.KILL else None
    return Effect(move_to, close, reopen=correcting is Outcome.KILL, lapse=correcting is Outcome.CONDITIONAL_GO)
