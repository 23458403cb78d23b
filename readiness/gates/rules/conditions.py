"""Conditions of a Conditional Go: open, overdue, proven, or lapsed with the decision that set them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from readiness.evidence.choices import Verdict
from readiness.gates.choices import ConditionState, ProofKind
from readiness.gates.rules.faults import Fault

STANDING = frozenset({ConditionState.OPEN, ConditionState.OVERDUE})


class Code(StrEnum):
    TEXT_MISSING = "text_missing"
    OWNER_MISSING = "owner_missing"
    DUE_MISSING = "due_missing"
    DUE_IN_THE_PAST = "due_in_the_past"
    PROOF_MISSING = "proof_missing"  # of a criterion or requirement: which one
    NOT_OPEN = "not_open"
    NOT_PROVEN = "not_proven"  # evidence does not show it (yet)
    NOTE_MISSING = "note_missing"
    OWN_WORD = "own_word"  # whoever decided or owns it alone may not be the one proof


@dataclass(frozen=True, slots=True)
class Proof:
    """How it is proven: `ref` is a criterion's key or a requirement's id; "" for a person."""

    kind: ProofKind
    ref: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A condition as somebody writes it into a decision."""

    text: str
    owner: int | None
    due: date | None
    proof: Proof


@dataclass(frozen=True, slots=True)
class Condition:
    """As it stands: `proven_at` by an event row, `lapsed` where its decision was superseded."""

    id: int
    text: str
    owner: int
    due: date
    proof: Proof
    set_at: datetime
    proven_at: datetime | None = None
    lapsed: bool = False

    def state(self, today: date) -> ConditionState:
        """Overdue from the day after it was due."""
        if self.lapsed:
            return ConditionState.LAPSED
        if self.proven_at is not None:
            return ConditionState.PROVEN
        return ConditionState.OVERDUE if self.due < today else ConditionState.OPEN


@dataclass(frozen=True, slots=True)
class Shown:
    """The verdict of a criterion or requirement now, and since when it stands as it is, on the evidence that it has."""

    verdict: Verdict
    since: datetime


def wanted_faults(conditions: Iterable[Wanted], today: date) -> dict[int, list[Fault]]:
    """What is wrong with each, by its place; {} if all can be taken."""
    found = {place: list(_wanted(one, today)) for place, one in enumerate(conditions)}
    return {place: wrong for place, wrong in found.items() if wrong}


def _wanted(one: Wanted, today: date) -> Iterator[Fault]:
    if not one.text.strip():
        yield Fault(Code.TEXT_MISSING)
    if one.owner is None:
        yield Fault(Code.OWNER_MISSING)
    if one.due is None:
        yield Fault(Code.DUE_MISSING)
    elif one.due < today:
        yield Fault(Code.DUE_IN_THE_PAST)
    if one.proof.kind is not ProofKind.PERSON and not one.proof.ref:
        yield Fault(Code.PROOF_MISSING, {"kind": one.proof.kind.value})


def barring(conditions: Iterable[Condition], today: date) -> tuple[Condition, ...]:
    """Those that bar Go and Conditional Go at the next gate."""
    return tuple(one for one in conditions if one.state(today) in STANDING)


def proven_by_evidence(condition: Condition, shown: Mapping[Proof, Shown], today: date) -> bool:
    """Whether evidence proves it now. What was shown before it was set proves nothing: the deciders saw it and asked for more."""
    found = shown.get(condition.proof)
    if condition.state(today) not in STANDING or condition.proof.kind is ProofKind.PERSON or found is None:
        return False
    return found.verdict is Verdict.MET and found.since > condition.set_at


def proving_faults(condition: Condition, *, by: int, note: str, today: date, alone: Iterable[int] = ()) -> list[Fault]:
    """Why this person cannot prove it by hand; [] if they can. `alone`: people whose word alone is no proof."""
    if condition.state(today) not in STANDING:
        return [Fault(Code.NOT_OPEN, {"state": condition.state(today).value})]
    found = []
    if condition.proof.kind is not ProofKind.PERSON:
        found.append(Fault(Code.NOT_PROVEN, {"kind": condition.proof.kind.value, "ref": condition.proof.ref}))
    if not note.strip():
        found.append(Fault(Code.NOTE_MISSING))
    if by in set(alone):
        found.append(Fault(Code.OWN_WORD))
    return found
