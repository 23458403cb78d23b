"""Answers of initiatives to drivers, numbers from 0 (no) to 1 (yes) with NaN for unknown, and what an unknown one may be.

Unknown is not bad: it stands for every answer that the organisation's initiatives give, in their proportions, and widens the
interval. That an answer is missing may be a driver of its own, with its own small weight to be learned.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

POINTS = 20  # equally likely answers that stand for the mix of one driver


def answer_mix(answers: Array, points: int = POINTS) -> Array:
    """Equally likely answers (drivers, points), ascending, from the known ones in `answers` (n, drivers).

    As if one more initiative had said yes and one no (Laplace's rule), so that a driver nobody answered may be either.
    Raises ValueError on an answer outside 0 to 1.
    """
    known = answers[~np.isnan(answers)]
    if ((known < 0) | (known > 1)).any():
        raise ValueError("an answer is a number from 0 to 1, or NaN for unknown")
    at = (np.arange(points) + 0.5) / points
    columns = [np.concatenate([column[~np.isnan(column)], [0.0, 1.0]]) for column in answers.T]
    mix = [np.quantile(column, at, method="inverted_cdf") for column in columns]
    return np.array(mix, dtype=np.float64).reshape(answers.shape[1], points)


def filled(answers: Array, mix: Array) -> Array:
    """The same answers, an unknown one as the mean of its mix."""
    return np.where(np.isnan(answers), mix.mean(axis=1), answers)


def spread(answers: Array, mix: Array) -> Array:
    """Covariance (drivers, drivers) of the answers over initiatives, an unknown one adding its mix's variance.

    Of fewer than two initiatives it is the variance of the mix alone, for there is nothing to see yet.
    """
    drivers = answers.shape[1]
    if len(answers) < 2:
        return np.diag(mix.var(axis=1))
    known = np.cov(filled(answers, mix), rowvar=False, bias=True).reshape(drivers, drivers)
    return np.asarray(known + np.diag(np.isnan(answers).mean(axis=0) * mix.var(axis=1)))
