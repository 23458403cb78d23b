"""The shuffle test on kept figures: drivers' answers change hands inside the portfolio of a day, and the skill must go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from readiness.core.risk.evidence import Weighed
from readiness.core.risk.fit import Initiatives
from readiness.core.risk.forecast import blended, blocks, expected
from readiness.core.risk.skill import SHUFFLES, shuffle_test
from readiness.risk.rules.backtest.scoring import Json, clipped

Array = NDArray[np.float64]
IntArray = NDArray[np.int64]

ROWS = 2_000  # figures computed again in each shuffle


@dataclass(frozen=True, slots=True)
class Day:
    """The kept inputs of one day, with the model of that day and what came of each (n,)."""

    weighed: Weighed
    rows: Initiatives
    outcome: Array


def shuffled(days: Sequence[Day], months: int, *, shuffles: int = SHUFFLES, seed: int = 0) -> Json | None:
    """p: how often figures with shuffled answers do as well. None where drivers have no part in any figure, or all answer alike.

    Of more than `ROWS` figures so many are taken at random, by the same seed. Organisation, unit and stage stay as they are.
    """
    telling = [day for day in days if day.weighed.share > 0 and _differ(day.rows.answers)]
    if not telling:
        return None
    taken = _taken(telling, seed)
    starts = np.cumsum([0, *(len(day.rows) for day in taken)])
    shared = [(blocks(day.weighed.without), blocks(day.weighed.with_drivers)) for day in taken]

    def forecast_of(order: IntArray) -> Array:
        parts = []
        for day, held, first in zip(taken, shared, starts, strict=False):
            own = order[first : first + len(day.rows)] - first
            rows = day.rows.with_answers(day.rows.answers[own])
            parts.append(expected(blended(day.weighed, rows, held), months))
        return clipped(np.concatenate(parts))

    groups = np.repeat(np.arange(len(taken)), [len(day.rows) for day in taken])
    outcome = np.concatenate([day.outcome for day in taken])
    found = shuffle_test(forecast_of, outcome, groups, shuffles=shuffles, seed=seed)
    return {"brier": found.brier, "shuffled": found.shuffled, "p": found.p, "shuffles": found.shuffles, "forecasts": len(outcome)}


def _differ(answers: Array) -> bool:
    """Whether anybody's answers are not those of the others; unknown is an answer here."""
    return len(answers) > 1 and bool((np.nan_to_num(answers, nan=-1.0) != np.nan_to_num(answers[:1], nan=-1.0)).any())


def _taken(days: Sequence[Day], seed: int) -> list[Day]:
    total = sum(len(day.rows) for day in days)
    if total <= ROWS:
        return list(days)
    rng, taken = np.random.default_rng(seed), []
    for day in days:
        count = max(2, len(day.rows) * ROWS // total)
        at = np.sort(rng.permutation(len(day.rows))[:count])
        taken.append(Day(day.weighed, day.rows.take(at), day.outcome[at]))
    return taken
