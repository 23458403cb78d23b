"""What may follow what: draft -> open -> in progress -> closed; cancelled ends a meeting before it began."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from readiness.meetings.choices import MeetingState

_State = MeetingState


class Step(StrEnum):
    OPEN = "open"
    START = "start"
    CLOSE = "close"
    CANCEL = "cancel"
    PLAN = "plan"  # change date, place, agenda
    HOLD = "hold"  # begin and end items, vote, write notes


_FROM: Mapping[Step, frozenset[MeetingState]] = {
    Step.OPEN: frozenset({_State.DRAFT}),
    Step.START: frozenset({_State.DRAFT, _State.OPEN}),
    Step.CLOSE: frozenset({_State.IN_PROGRESS}),
    Step.CANCEL: frozenset({_State.DRAFT, _State.OPEN}),
    Step.PLAN: frozenset({_State.DRAFT, _State.OPEN, _State.IN_PROGRESS}),
    Step.HOLD: frozenset({_State.IN_PROGRESS}),
}


def may_follow(step: Step, state: MeetingState) -> bool:
    """Whether the step can be taken in this state, by whoever may."""
    return state in _FROM[step]
