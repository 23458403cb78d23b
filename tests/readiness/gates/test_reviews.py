"""The states of a review: every step from every state, who may take it, and where a review stands in the plan."""

from __future__ import annotations

from itertools import product

import pytest

from portfolio.accounts.choices import Role
from readiness.gates.choices import Outcome, ReviewState, ReviewStep
from readiness.gates.rules.reviews import FINAL, MOVES, Code, Listing, faults, listing, steps_from

MANAGER, GATEKEEPER = frozenset({Role.PROGRAM_MANAGER}), frozenset({Role.GATEKEEPER})
S, T = ReviewState, ReviewStep
# state -> step -> where it leads; what is not named is refused
WAY = {
    S.PLANNED: {T.SCHEDULE: S.SCHEDULED, T.OPEN: S.IN_REVIEW, T.WITHDRAW: S.WITHDRAWN, T.SUPERSEDE: S.SUPERSEDED},
    S.SCHEDULED: {
        T.SCHEDULE: S.SCHEDULED, T.UNSCHEDULE: S.PLANNED, T.OPEN: S.IN_REVIEW, T.WITHDRAW: S.WITHDRAWN, T.SUPERSEDE: S.SUPERSEDED,
    },
    S.IN_REVIEW: {T.LAPSE: S.PLANNED, T.PROPOSE: S.PROPOSED, T.WITHDRAW: S.WITHDRAWN, T.SUPERSEDE: S.SUPERSEDED},
    S.PROPOSED: {T.REOPEN: S.IN_REVIEW, T.DECIDE: S.DECIDED, T.WITHDRAW: S.WITHDRAWN, T.SUPERSEDE: S.SUPERSEDED},
    S.DECIDED: {T.CORRECT: S.DECIDED, T.CLOSE: S.CLOSED, T.AGAIN: S.PLANNED},
    S.CLOSED: {T.CORRECT: S.DECIDED, T.AGAIN: S.PLANNED},
    S.WITHDRAWN: {},
    S.SUPERSEDED: {},
}  # fmt: skip


@pytest.mark.parametrize(("state", "step"), list(product(ReviewState, ReviewStep)))
def test_every_step_from_every_state_is_allowed_or_refused(state: ReviewState, step: ReviewStep) -> None:
    found = faults(step, state, roles=MANAGER | GATEKEEPER, decided=Outcome.HOLD)
    assert (found == []) is (step in WAY[state])
    if step in WAY[state]:
        assert MOVES[step].end is WAY[state][step]
    else:
        assert [one.code for one in found] == [Code.NOT_FROM_HERE]
    assert set(steps_from(state)) == set(WAY[state])


def test_what_has_ended_stays_so_and_everything_else_can_end() -> None:
    assert {state for state in ReviewState if not steps_from(state)} == FINAL
    reached = {S.PLANNED}
    for _ in ReviewState:
        reached |= {end for state in reached for end in WAY[state].values()}
    assert reached == set(ReviewState)


@pytest.mark.parametrize("step", list(ReviewStep))
def test_nobody_without_the_role_takes_a_step(step: ReviewStep) -> None:
    state = next(iter(MOVES[step].start))
    for role in Role:
        allowed = faults(step, state, roles=frozenset({role}), decided=Outcome.HOLD) == []
        assert allowed is (role in MOVES[step].roles)
    assert faults(step, state, roles=frozenset(), decided=Outcome.HOLD)[0].code is Code.NOT_YOURS


def test_only_gatekeepers_decide_and_nothing_decides_by_itself() -> None:
    assert MOVES[T.DECIDE].roles == MOVES[T.CORRECT].roles == GATEKEEPER
    alone = {step for step, move in MOVES.items() if move.by_itself}
    assert alone == {T.LAPSE, T.PROPOSE, T.CLOSE, T.SUPERSEDE}
    for step in ReviewStep:
        found = faults(step, next(iter(MOVES[step].start)), roles=None, decided=Outcome.HOLD)
        assert (found == []) is (step in alone)


@pytest.mark.parametrize("outcome", [*Outcome, None])
def test_another_round_is_for_what_was_left_before_the_gate(outcome: Outcome | None) -> None:
    found = faults(T.AGAIN, S.DECIDED, roles=MANAGER, decided=outcome)
    assert (found == []) is (outcome in (Outcome.HOLD, Outcome.RECYCLE))


def test_a_decision_on_which_something_was_built_is_not_corrected() -> None:
    assert faults(T.CORRECT, S.DECIDED, roles=GATEKEEPER, decided=Outcome.GO) == []
    found = faults(T.CORRECT, S.CLOSED, roles=GATEKEEPER, decided=Outcome.GO, moved_on=True)
    assert [one.code for one in found] == [Code.MOVED_ON]


@pytest.mark.parametrize(
    ("state", "ready", "wanted"),
    [
        (S.PLANNED, True, Listing.READY_NOT_SCHEDULED),
        (S.PLANNED, False, Listing.NOT_READY),
        (S.SCHEDULED, True, Listing.READY),
        (S.SCHEDULED, False, Listing.SCHEDULED_NOT_READY),
        (S.IN_REVIEW, False, Listing.UNDER_WAY),
        (S.PROPOSED, True, Listing.UNDER_WAY),
        (S.DECIDED, True, Listing.DONE),
        (S.WITHDRAWN, False, Listing.DONE),
    ],
)
def test_the_plan_tells_what_is_ready_and_what_is_scheduled(state: ReviewState, ready: bool, wanted: Listing) -> None:
    assert listing(state, ready=ready) is wanted
