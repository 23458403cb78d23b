"""Penalised multinomial logits by Newton's method: the posterior's mode and the normal that fits it there (Laplace).

Rows are counts of months: stayed, then one column for each cause. eta_k = offset_k + x . theta_k against "stayed", priors are
independent normals, so the log posterior is strictly concave and has one mode. With one cause it is the ordinary logit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve, cholesky, solve_triangular

Array = NDArray[np.float64]

STEPS = 60
SMALL = 1e-9  # of a Newton decrement: half the gain in log posterior that is left to have


class NotConverged(ArithmeticError):
    """Newton's method did not settle: a count or a design is not finite, or a prior far too wide. Look at the inputs."""


@dataclass(frozen=True, slots=True)
class Posterior:
    """`mode` (causes, columns); `cholesky` is lower, of the precision of the flattened mode (cause after cause)."""

    mode: Array
    cholesky: Array

    def covariance(self) -> Array:
        """(causes x columns) squared, in the order of the flattened mode."""
        return np.asarray(cho_solve((self.cholesky, True), np.eye(len(self.cholesky))))

    def sd(self) -> Array:
        """Standard deviations (causes, columns)."""
        return np.sqrt(np.diag(self.covariance())).reshape(self.mode.shape)

    def draws(self, count: int, seed: int) -> Array:
        """(count, causes, columns), in opposite pairs, so an even `count` has exactly the mode as its mean.

        The same seed, count and number of columns give the same standard normals: two fits or two what-ifs are compared draw by
        draw (common random numbers).
        """
        half = np.random.default_rng(seed).standard_normal((len(self.cholesky), (count + 1) // 2))
        reach = solve_triangular(self.cholesky, half, lower=True, trans="T")
        both = np.stack([reach, -reach], axis=2).reshape(len(reach), -1)[:, :count]
        return (self.mode.reshape(-1, 1) + both).T.reshape(count, *self.mode.shape)


def fit(design: Array, counts: Array, prior_mean: Array, prior_variance: Array, offset: Array | None = None) -> Posterior:
    """The posterior of theta (causes, columns) from `design` (n, columns) and `counts` (n, 1 + causes), n may be 0.

    `offset` (n, causes) is added to the logits. Raises ValueError on shapes that do not fit, a negative count or a variance that
    is not positive, NotConverged where no mode was found.
    """
    base = np.zeros((len(design), len(prior_mean))) if offset is None else offset
    _check(design, counts, prior_mean, prior_variance, base)
    prior, theta = prior_mean.astype(np.float64), prior_mean.astype(np.float64)
    precision = 1.0 / prior_variance
    held = _log_posterior(theta, design, counts, base, prior, precision)
    for _step in range(STEPS):
        gradient, hessian = _slopes(theta, design, counts, base, prior, precision)
        direction = cho_solve(cho_factor(hessian, lower=True), gradient.ravel())
        decrement = float(gradient.ravel() @ direction)
        if decrement < SMALL:
            return Posterior(theta + direction.reshape(theta.shape), np.asarray(cholesky(hessian, lower=True)))
        length = 1.0
        while length > 1e-8:
            tried = theta + length * direction.reshape(theta.shape)
            found = _log_posterior(tried, design, counts, base, prior, precision)
            if found >= held + 1e-4 * length * decrement:
                theta, held = tried, found
                break
            length /= 2
        else:
            break
    raise NotConverged(f"no mode within {STEPS} steps")


def _check(design: Array, counts: Array, mean: Array, variance: Array, offset: Array) -> None:
    causes, columns = mean.shape
    rows = len(design)
    if design.shape != (rows, columns) or counts.shape != (rows, causes + 1) or offset.shape != (rows, causes):
        raise ValueError("design, counts and offset have one row each per observation, and the prior's columns and causes")
    if variance.shape != mean.shape or not (variance > 0).all():
        raise ValueError("a prior's variance is positive")
    if not (np.isfinite(design).all() and np.isfinite(counts).all() and (counts >= 0).all()):
        raise ValueError("counts are not negative, and what is unknown is filled in before")


def _shares(theta: Array, design: Array, offset: Array) -> tuple[Array, Array]:
    """Probabilities (n, causes) and log of the whole (n,)."""
    eta = offset + design @ theta.T
    top = np.maximum(eta.max(axis=1, initial=0.0), 0.0)
    whole = top + np.log(np.exp(-top) + np.exp(eta - top[:, None]).sum(axis=1))
    return np.exp(eta - whole[:, None]), whole


def log_likelihood(eta: Array, counts: Array) -> float:
    """Of months (n, 1 + causes) under logits (n, causes) against "stayed"."""
    top = np.maximum(eta.max(axis=1, initial=0.0), 0.0)
    whole = top + np.log(np.exp(-top) + np.exp(eta - top[:, None]).sum(axis=1))
    return float((counts[:, 1:] * eta).sum() - counts.sum(axis=1) @ whole)


def _log_posterior(theta: Array, design: Array, counts: Array, offset: Array, prior: Array, precision: Array) -> float:
    return log_likelihood(offset + design @ theta.T, counts) - 0.5 * float((precision * (theta - prior) ** 2).sum())


def _slopes(theta: Array, design: Array, counts: Array, offset: Array, prior: Array, precision: Array) -> tuple[Array, Array]:
    """Gradient (causes, columns) of the log posterior and its negative Hessian, the precision of Laplace's normal."""
    probability, _whole = _shares(theta, design, offset)
    months = counts.sum(axis=1)
    gradient = (counts[:, 1:] - months[:, None] * probability).T @ design - precision * (theta - prior)
    causes, columns = theta.shape
    hessian = np.diag(precision.ravel())
    for one in range(causes):
        for other in range(one, causes):
            weight = months * probability[:, one] * ((one == other) - probability[:, other])
            block = (design * weight[:, None]).T @ design
            hessian[one * columns : (one + 1) * columns, other * columns : (other + 1) * columns] += block
            if one != other:
                hessian[other * columns : (other + 1) * columns, one * columns : (one + 1) * columns] += block.T
    return gradient, hessian
