"""What if an answer were another one: the same draws, other answers. Associated with, not caused by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from readiness.core.risk.fit import Initiatives
from readiness.core.risk.posterior import LEVEL, Draws, probabilities

Array = NDArray[np.float64]

LABEL = "associated with, not caused by"


@dataclass(frozen=True, slots=True)
class Action:
    """`answers`: places of drivers and the answers (0 to 1, NaN unknown) that the action would give them; `effort` as its giver
    counts it, None where nobody knows.
    """

    name: str
    answers: tuple[tuple[int, float], ...]
    effort: float | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """P(abandoned) before and after, the difference with its interval at `level`, and in which share of draws it goes down."""

    action: Action
    before: float
    after: float
    difference: float
    low: float
    high: float
    level: float
    goes_down: float


def changed(row: Initiatives, action: Action) -> Initiatives:
    """The initiative as it would answer. Raises ValueError on an answer outside 0 to 1."""
    answers = row.answers.copy()
    for driver, answer in action.answers:
        if not (np.isnan(answer) or 0 <= answer <= 1):
            raise ValueError("an answer is a number from 0 to 1, or NaN for unknown")
        answers[:, driver] = answer
    return row.with_answers(answers)


def what_if(draws: Draws, row: Initiatives, actions: Sequence[Action], months: int, *, level: float = LEVEL) -> list[Change]:
    """One change for each action on one initiative, in their order. Raises ValueError unless there is one row."""
    if len(row) != 1:
        raise ValueError("one initiative at a time")
    before = probabilities(draws, row, months)[0]
    found = []
    for action in actions:
        after = probabilities(draws, changed(row, action), months)[0]
        moved = after - before
        low, high = np.quantile(moved, [(1 - level) / 2, (1 + level) / 2])
        found.append(
            Change(
                action, float(before.mean()), float(after.mean()), float(moved.mean()), float(low), float(high), level,
                float((moved < 0).mean()),
            )
        )  # fmt: skip
    return found


def best(
    draws: Draws, row: Initiatives, actions: Sequence[Action], months: int, *, count: int = 3, level: float = LEVEL
) -> list[Change]:
    """The `count` actions that lower the figure most, those that do not lower it left out; of equals the one of less effort."""
    lowering = [change for change in what_if(draws, row, actions, months, level=level) if change.difference < 0]
    unknown = float("inf")
    lowering.sort(key=lambda one: (one.difference, unknown if one.action.effort is None else one.action.effort, one.action.name))
    return lowering[:count]
