"""Figures with their intervals: the fitted effects drawn many times, and unknown answers drawn with them.

One set of draws serves every initiative and every what-if, so that differences are those of the answers alone, and an initiative
has the same figure alone as within its portfolio. What is unknown takes its answers over the draws from the organisation's mix.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from readiness.core.risk.answers import filled
from readiness.core.risk.fit import Fit, Form, Initiatives
from readiness.core.risk.hazards import abandoned_within

Array = NDArray[np.float64]

DRAWS = 1_000  # an end of the 80 % interval then errs by about one point
LEVEL = 0.80
CELLS = 2_000_000  # logits held at once, of each cause
RESOLUTIONS = 60  # ways in which unknowns may be resolved


@dataclass(frozen=True, slots=True)
class Draws:
    """`effects` (m, 2, columns) and, for each driver, the answer that an unknown one takes, less xref: `unknown` (m, drivers)."""

    form: Form
    effects: Array
    unknown: Array

    def __len__(self) -> int:
        return len(self.effects)


@dataclass(frozen=True, slots=True)
class Figures:
    """P(abandoned before production, within `months`), (n,) each: the posterior mean and its interval at `level`."""

    value: Array
    low: Array
    high: Array
    level: float
    months: int


def draw(fit: Fit, count: int = DRAWS, seed: int = 0) -> Draws:
    """`count` draws; the same seed gives the same ones. Unknown answers run evenly through their mix, shuffled."""
    form, rng = fit.form, np.random.default_rng((seed, 1))
    points = form.mix.shape[1]
    places = ((np.arange(count) + 0.5) * points / count).astype(np.int64)
    answers = [column[rng.permutation(places)] for column in form.mix - form.reference[:, None]]
    unknown = np.array(answers, dtype=np.float64).reshape(len(form.drivers), count).T
    return Draws(form, fit.posterior.draws(count, seed), unknown)


def standing(draws: Draws, rows: Initiatives) -> Array:
    """What organisation, unit and stage add to the reference class's logits, (2, n, m)."""
    total, first = np.zeros((2, len(rows), len(draws))), 0
    for codes, count in zip((rows.organisation, rows.unit, rows.stage), draws.form.groups, strict=True):
        known = codes >= 0
        effects = draws.effects[:, :, first : first + count].transpose(1, 2, 0)
        total[:, known] += effects[:, codes[known]]
        first += count
    return total


def logits(draws: Draws, rows: Initiatives) -> Array:
    """Monthly logits of abandonment and production, (2, n, m). Memory is 16 n m bytes: see `figures` for many rows."""
    form, unknown = draws.form, np.isnan(rows.answers)
    known = np.where(unknown, 0.0, rows.answers - form.reference)
    total: Array = standing(draws, rows) + np.array(form.eta)[:, None, None]
    for cause in range(2):
        weights = draws.effects[:, cause, form.first_driver :]
        total[cause] += known @ weights.T
        if unknown.any():
            total[cause] += unknown @ (weights * draws.unknown).T
    return total


def probabilities(draws: Draws, rows: Initiatives, months: int) -> Array:
    """P(abandoned within `months`), (n, m), one column a draw."""
    return abandoned_within(logits(draws, rows), months)


def figures(draws: Draws, rows: Initiatives, months: int, *, level: float = LEVEL) -> Figures:
    """Mean and interval for each row; rows are taken in blocks, so memory does not grow with them."""
    block = max(1, CELLS // max(1, len(draws)))
    found = np.empty((3, len(rows)))
    for start in range(0, len(rows), block):
        part = slice(start, start + block)
        drawn = probabilities(draws, rows.take(np.arange(len(rows))[part]), months)
        found[0, part] = drawn.mean(axis=1)
        found[1:, part] = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2], axis=1)
    return Figures(found[0], found[1], found[2], level, months)


def log_odds(fit: Fit, rows: Initiatives) -> tuple[Array, Array]:
    """Mean and variance (n,) of the monthly logit of abandonment, exact under Laplace's normal and the answers' mix.

    For answers x with mean q and covariance V (the mixes of the unknown ones, independent) and effects with mean b and covariance
    S: mean q.b, variance q'S q + tr(S V) + b'V b. So an unknown answer never has less variance than the mean over its answers.
    """
    form = fit.form
    mean = form.design(rows.with_answers(filled(rows.answers, form.mix)))
    columns = mean.shape[1]
    covariance, effects = fit.posterior.covariance()[:columns, :columns], fit.posterior.mode[0]
    open_ = np.zeros_like(mean)
    open_[:, form.first_driver :] = np.where(np.isnan(rows.answers), form.mix.var(axis=1), 0.0)
    variance = ((mean @ covariance) * mean).sum(axis=1) + open_ @ (np.diag(covariance) + effects**2)
    return form.eta[0] + mean @ effects, variance


def resolved(
    draws: Draws, row: Initiatives, drivers: Sequence[int], months: int, *, level: float = LEVEL, ways: int = RESOLUTIONS
) -> Figures:
    """What the figure of one initiative would be on average over the plausible answers to its unknown `drivers`.

    "Resolving these unknowns would narrow 38 % [19, 60] to [26, 50]": each end is the mean of that end over `ways` in which the
    answers may fall. Raises ValueError unless there is one row and every driver is unknown in it.
    """
    if len(row) != 1 or not np.isnan(row.answers[0, list(drivers)]).all():
        raise ValueError("one initiative, and drivers that are unknown in it")
    rng, form = np.random.default_rng(0), draws.form
    answers = np.repeat(row.answers, ways, axis=0)
    places = ((np.arange(ways) + 0.5) * form.mix.shape[1] / ways).astype(np.int64)
    for driver in drivers:
        answers[:, driver] = form.mix[driver, rng.permutation(places)]
    each = figures(draws, row.take(np.zeros(ways)).with_answers(answers), months, level=level)
    value, low, high = (end.mean(keepdims=True) for end in (each.value, each.low, each.high))
    return Figures(value, low, high, level, months)
