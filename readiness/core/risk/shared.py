"""Probabilities of a whole portfolio drawn together: what is shared stays shared, what is an initiative's own is drawn apart.

The organisation, units, stages and the effects of drivers are the same for all initiatives of a draw; what is unknown of one
initiative's answers is not what is unknown of another's. Means and covariances are those of `forecast.blended`, so the mean over
draws is the shown figure.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from readiness.core.risk.answers import filled
from readiness.core.risk.evidence import Weighed, undriven
from readiness.core.risk.fit import Fit, Initiatives
from readiness.core.risk.forecast import blended, blocks, open_answers

Array = NDArray[np.float64]
SmallArray = NDArray[np.float32]

AT_ONCE = 50  # draws


def probabilities(weighed: Weighed, rows: Initiatives, months: int, count: int, seed: int = 0) -> SmallArray:
    """P(abandoned within `months`), (count, n); the same seed and count give the same shared draws.

    Draws come in opposite pairs. Memory is the result and a few blocks of 50 draws.
    """
    middle = blended(weighed, rows).mean.astype(np.float32)
    parts = [
        _Part(weighed.without, undriven(rows), 1.0 - weighed.weight, count, seed),
        _Part(weighed.with_drivers, rows, weighed.weight, count, seed + 1),
    ]
    own = _own(weighed, rows)
    found = np.empty((count, len(rows)), dtype=np.float32)
    for start in range(0, count, AT_ONCE):
        stop = min(count, start + AT_ONCE)
        rng = np.random.default_rng((seed, start))
        drawn = [middle[cause] + sum(part.off(cause, start, stop) for part in parts) for cause in range(2)]
        first, second = (rng.standard_normal((stop - start, len(rows)), dtype=np.float32) for _cause in range(2))
        drawn[0] += own[0] * first
        drawn[1] += own[1] * first + own[2] * second
        found[start:stop] = _within(drawn[0], drawn[1], months)
    return found


class _Part:
    """How far the draws of one fit lie from its mode, scaled to its weight in the mixture."""

    def __init__(self, fit: Fit, rows: Initiatives, weight: float, count: int, seed: int) -> None:
        design = fit.form.design(rows.with_answers(filled(rows.answers, fit.form.mix)))
        self.design = design.T.astype(np.float32)
        effects = fit.posterior.draws(count, seed) - fit.posterior.mode
        self.effects = (np.sqrt(weight) * effects).astype(np.float32)

    def off(self, cause: int, start: int, stop: int) -> SmallArray:
        return np.asarray(self.effects[start:stop, cause] @ self.design, dtype=np.float32)


def _own(weighed: Weighed, rows: Initiatives) -> SmallArray:
    """What unknown answers add to both logits of each initiative, (3, n): lower Cholesky factor of their covariance."""
    spread = open_answers(weighed.with_drivers, rows)
    shared, effects = blocks(weighed.with_drivers), weighed.with_drivers.posterior.mode
    pairs = ((0, 0), (1, 1), (0, 1))
    variance = [
        weighed.weight * (spread @ (np.diag(shared[at])[: spread.shape[1]] + effects[one] * effects[other]))
        for at, (one, other) in enumerate(pairs)
    ]
    first = np.sqrt(variance[0])
    slope = np.divide(variance[2], first, out=np.zeros_like(first), where=first > 0)
    second = np.sqrt(np.maximum(variance[1] - slope**2, 0.0))
    return np.array([first, slope, second], dtype=np.float32)


def _within(abandon: SmallArray, produce: SmallArray, months: int) -> SmallArray:
    """hazards.within in single precision: F_A = h_A / (h_A + h_P) (1 - (1 - h_A - h_P)^H)."""
    either = np.logaddexp(abandon, produce)
    ended = -np.expm1(np.float32(-months) * np.logaddexp(np.float32(0.0), either))
    return np.asarray(np.clip(ended * np.exp(abandon - either), 0.0, 1.0), dtype=np.float32)
