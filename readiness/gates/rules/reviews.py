"""The states of a review: what may follow what, and who may do it.

planned -> scheduled -> in review -> proposed -> decided -> closed; also withdrawn and superseded, which end it. After Hold or
Recycle the same review may go another round. *Ready* is derived from the deliverables and is no state.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from portfolio.accounts.choices import Role
from readiness.gates.choices import Outcome, ReviewState, ReviewStep
from readiness.gates.rules.faults import Fault

_State, _Step = ReviewState, ReviewStep
_MANAGER = frozenset({Role.PROGRAM_MANAGER})
_GATEKEEPER = frozenset({Role.GATEKEEPER})

_BEFORE_DECISION = (_State.PLANNED, _State.SCHEDULED, _State.IN_REVIEW, _State.PROPOSED)

FINAL = frozenset({_State.WITHDRAWN, _State.SUPERSEDED})
LEFT_OPEN = frozenset({Outcome.HOLD, Outcome.RECYCLE})  # decisions that leave the initiative before the gate


class Code(StrEnum):
    NOT_FROM_HERE = "not_from_here"
    NOT_YOURS = "not_yours"
    GATE_PASSED = "gate_passed"  # another round is for what was put on hold or sent back
    MOVED_ON = "moved_on"  # something was built on the decision, so it is corrected at the gate where things stand


@dataclass(frozen=True, slots=True)
class Move:
    """`roles`: whose act it is, held for the initiative's unit; `by_itself`: the product may, when a vote or a time says so."""

    start: frozenset[ReviewState]
    end: ReviewState
    roles: frozenset[Role]
    by_itself: bool


def _move(*start: ReviewState, to: ReviewState, roles: frozenset[Role], by_itself: bool = False) -> Move:
    return Move(frozenset(start), to, roles, by_itself)


MOVES: Mapping[ReviewStep, Move] = {
    _Step.SCHEDULE: _move(_State.PLANNED, _State.SCHEDULED, to=_State.SCHEDULED, roles=_MANAGER),
    _Step.UNSCHEDULE: _move(_State.SCHEDULED, to=_State.PLANNED, roles=_MANAGER),
    _Step.OPEN: _move(_State.PLANNED, _State.SCHEDULED, to=_State.IN_REVIEW, roles=_MANAGER),
    _Step.LAPSE: _move(_State.IN_REVIEW, to=_State.PLANNED, roles=_MANAGER, by_itself=True),
    _Step.PROPOSE: _move(_State.IN_REVIEW, to=_State.PROPOSED, roles=_MANAGER, by_itself=True),
    _Step.REOPEN: _move(_State.PROPOSED, to=_State.IN_REVIEW, roles=_MANAGER | _GATEKEEPER),
    _Step.DECIDE: _move(_State.PROPOSED, to=_State.DECIDED, roles=_GATEKEEPER),
    _Step.CORRECT: _move(_State.DECIDED, _State.CLOSED, to=_State.DECIDED, roles=_GATEKEEPER),
    _Step.CLOSE: _move(_State.DECIDED, to=_State.CLOSED, roles=_MANAGER, by_itself=True),
    _Step.AGAIN: _move(_State.DECIDED, _State.CLOSED, to=_State.PLANNED, roles=_MANAGER),
    _Step.WITHDRAW: _move(*_BEFORE_DECISION, to=_State.WITHDRAWN, roles=_MANAGER),
    _Step.SUPERSEDE: _move(*_BEFORE_DECISION, to=_State.SUPERSEDED, roles=_MANAGER, by_itself=True),
}


def faults(
    step: ReviewStep,
    state: ReviewState,
    *,
    roles: frozenset[Role] | None,
    decided: Outcome | None = None,
    moved_on: bool = False,
) -> list[Fault]:
    """Why the step cannot be taken now; [] if it can.

    `roles` are those of a person for the initiative's unit, None for the product itself. `decided`: the outcome in effect.
    `moved_on`: the next gate's review has begun, or the initiative has left the stage that the decision put it in.
    """
    move = MOVES[step]
    found = []
    if state not in move.start:
        found.append(Fault(Code.NOT_FROM_HERE, {"state": state.value, "from": sorted(move.start)}))
    if (roles is None and not move.by_itself) or (roles is not None and not roles & move.roles):
        found.append(Fault(Code.NOT_YOURS, {"roles": sorted(move.roles)}))
    if step is ReviewStep.AGAIN and decided not in LEFT_OPEN:
        found.append(Fault(Code.GATE_PASSED, {"outcome": decided.value if decided else None}))
    if step is ReviewStep.CORRECT and moved_on:
        found.append(Fault(Code.MOVED_ON))
    return found


def steps_from(state: ReviewState) -> tuple[ReviewStep, ...]:
    """What may be done in this state, by whoever may; () where it has ended."""
    return tuple(step for step, move in MOVES.items() if state in move.start)


class Listing(StrEnum):
    """Where a review stands in the list that a program manager plans from."""

    READY_NOT_SCHEDULED = "ready_not_scheduled"
    SCHEDULED_NOT_READY = "scheduled_not_ready"
    READY = "ready"
    NOT_READY = "not_ready"
    UNDER_WAY = "under_way"
    DONE = "done"


def listing(state: ReviewState, *, ready: bool) -> Listing:
    """`ready`: no deliverable is missing (criteria.judge.missing_deliverables)."""
    if state is ReviewState.PLANNED:
        return Listing.READY_NOT_SCHEDULED if ready else Listing.NOT_READY
    if state is ReviewState.SCHEDULED:
        return Listing.READY if ready else Listing.SCHEDULED_NOT_READY
    return Listing.UNDER_WAY if state in (ReviewState.IN_REVIEW, ReviewState.PROPOSED) else Listing.DONE
