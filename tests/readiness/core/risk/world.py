"""Simulated organisations whose truth is known, as the model sees them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from readiness.core.risk.answers import answer_mix
from readiness.core.risk.drivers import Driver, opinion
from readiness.core.risk.fit import Form, Initiatives, initiatives
from readiness.core.risk.hazards import monthly

Array = NDArray[np.float64]

TWO = (Driver("known_kind", 0.4, 0.4, validated=True), opinion("an_opinion"))


@dataclass(frozen=True)
class World:
    """`truth` (2, columns) are the effects that drew the counts (n, 3)."""

    form: Form
    rows: Initiatives
    truth: Array
    counts: Array


def world(
    seed: int, rows: int, *, drivers: tuple[Driver, ...] = TWO, organisations: int = 1, units: int = 3, unknown: float = 0.0,
    months: int = 24,
) -> World:  # fmt: skip
    """Effects drawn from the prior, answers yes or no, everybody followed for `months` or until an outcome."""
    rng = np.random.default_rng(seed)
    answers = rng.integers(0, 2, (rows, len(drivers))).astype(float)
    form = Form(drivers, answer_mix(answers), organisations=organisations, units=units)
    mean, variance = form.prior()
    truth = mean + rng.standard_normal(mean.shape) * np.sqrt(variance)
    people = initiatives(answers, rng.integers(0, organisations, rows), rng.integers(0, units, rows) if units else -1)
    counts = lived(rng, np.array(form.eta) + form.design(people) @ truth.T, months)
    hidden = np.where(rng.random(answers.shape) < unknown, np.nan, answers)
    return World(form, people.with_answers(hidden), truth, counts)


def lived(rng: np.random.Generator, eta: Array, months: int) -> Array:
    """Months stayed, abandoned, produced (n, 3) under constant logits (n, 2)."""
    abandon, produce = monthly(eta[:, 0], eta[:, 1])
    leaves = rng.geometric(abandon + produce)
    ended = leaves <= months
    abandoned = ended & (rng.random(len(eta)) < abandon / (abandon + produce))
    return np.column_stack([np.where(ended, leaves - 1, months), abandoned, ended & ~abandoned]).astype(float)
