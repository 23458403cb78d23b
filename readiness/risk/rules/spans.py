"""From careers to months at risk: each initiative's time is cut where its stage or what was known of it changed.

A stage counts from the day on which the initiative entered it, and answers from the day on which they were frozen: what became
known later is not learned from as if it had been known before. Otherwise a stage that only survivors ever see would look safe.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from readiness.core.risk.cohort import Ending
from readiness.core.risk.fit import months_at_risk

Array = NDArray[np.float64]
IntArray = NDArray[np.int64]

SAME = -2  # this change leaves the stage, or the answers, as they were
UNKNOWN = -1


@dataclass(frozen=True, slots=True)
class Changes:
    """Changes of n rows in any order, (m,) each: `row`, `age` in months, the new `stage` or SAME, the new place in the frozen
    answers or SAME.
    """

    row: IntArray
    age: Array
    stage: IntArray
    answers: IntArray


@dataclass(frozen=True, slots=True)
class Spans:
    """Cuts of careers, (k,) each: whose, in which stage, with which frozen answers (UNKNOWN: none yet), and its months (k, 3)."""

    row: IntArray
    stage: IntArray
    answers: IntArray
    counts: Array


def spans(entry: Array, leaving: Array, ending: IntArray, changes: Changes) -> Spans:
    """Months stayed, abandoned, produced for each cut. An ending counts in the last one alone; cuts without a month are dropped.

    Ages are whole months (begun ones do not count), so that the cuts of a row have as many months as the row.
    """
    rows = len(entry)
    row = np.concatenate([np.arange(rows), changes.row])
    age = np.concatenate([np.floor(entry), np.floor(changes.age)])
    stage = np.concatenate([np.full(rows, SAME), changes.stage])
    answers = np.concatenate([np.full(rows, SAME), changes.answers])
    first = np.concatenate([np.zeros(rows), np.ones(len(changes.row))])
    # Changes before entry come first by age; whatever held at entry holds from then on.
    order = np.lexsort((first, age, row))
    row, age = row[order], np.maximum(age[order], np.floor(entry)[row[order]])
    stage, answers = _carried(stage[order], row), _carried(answers[order], row)
    until = np.append(age[1:], np.inf)
    last = np.append(row[1:] != row[:-1], True)
    end = np.floor(leaving)[row]
    until = np.where(last, end, np.minimum(until, end))
    age = np.minimum(age, end)
    how = np.where(last, ending[row], Ending.IN_FLIGHT)
    counts = months_at_risk(age, until, how)
    kept = counts.sum(axis=1) > 0
    return Spans(row[kept], stage[kept], answers[kept], counts[kept])


def _carried(values: IntArray, row: IntArray) -> IntArray:
    """The last value of the same row that is not SAME, UNKNOWN before the first."""
    at = np.where(values == SAME, -1, np.arange(len(values)))
    begins = np.maximum.accumulate(np.where(np.append(True, row[1:] != row[:-1]), np.arange(len(row)), 0)) if len(row) else row
    held = np.maximum.accumulate(at) if len(at) else at
    return np.where(held >= begins, values[held], UNKNOWN)
