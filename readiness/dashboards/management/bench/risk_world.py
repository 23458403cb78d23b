"""A portfolio of 30 drivers and a model fitted to a history of the same kind: deterministic, one answer in seven unknown."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from readiness.core.risk.answers import answer_mix
from readiness.core.risk.drivers import Driver
from readiness.core.risk.evidence import Weighed, weigh
from readiness.core.risk.fit import Form, Initiatives

Array = NDArray[np.float64]

DRIVERS = tuple(Driver(f"driver_{number}", 0.1, 0.3, validated=True) for number in range(30))
UNITS, STAGES, MONTHS = 20, 8, 24
UNKNOWN, HISTORY = 1 / 7, 2_000


def people(count: int, seed: int) -> Initiatives:
    """So many initiatives of one organisation."""
    rng = np.random.default_rng(seed)
    answers = rng.integers(0, 2, (count, len(DRIVERS))).astype(np.float64)
    answers[rng.random(answers.shape) < UNKNOWN] = np.nan
    return Initiatives(answers, np.zeros(count, np.int64), rng.integers(0, UNITS, count), rng.integers(0, STAGES, count))


def learned(seed: int) -> Weighed:
    """A model of 2,000 initiatives, of which two in five were abandoned and three in ten produced, by the first driver."""
    rng, rows = np.random.default_rng(seed), people(HISTORY, seed)
    place = rng.random(HISTORY) + 0.2 * np.nan_to_num(rows.answers[:, 0], nan=0.5)
    abandoned, produced = place > 0.7, place < 0.3
    counts = np.column_stack([rng.integers(1, MONTHS, HISTORY), abandoned, produced]).astype(np.float64)
    form = Form(DRIVERS, answer_mix(rows.answers), units=UNITS, stages=STAGES)
    return weigh(form, rows, counts)
