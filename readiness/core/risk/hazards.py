"""From monthly log-odds to what has happened within a horizon: two competing outcomes, one step a month.

pr(A) = e^eta_A / (1 + e^eta_A + e^eta_P), likewise P; whoever is in neither is in flight and meets the next month. Logits
come from `prior.prior_hazards` plus effects of organisation, unit and drivers. All shares are ratios in [0, 1].
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
IntArray = NDArray[np.int64]


class Outlook(NamedTuple):
    """What has happened within the horizon; the three add up to one and are shaped like the logits."""

    abandoned: Array  # before production
    produced: Array
    in_flight: Array


def monthly(eta_abandon: ArrayLike, eta_produce: ArrayLike) -> tuple[Array, Array]:
    """Probabilities of one month, shaped like the logits; exact for logits of any size."""
    abandon, produce = np.asarray(eta_abandon, dtype=np.float64), np.asarray(eta_produce, dtype=np.float64)
    whole = np.logaddexp(0.0, np.logaddexp(abandon, produce))
    return np.exp(abandon - whole), np.exp(produce - whole)


def within(eta_abandon: ArrayLike, eta_produce: ArrayLike, months: ArrayLike) -> Outlook:
    """What has happened after `months` (0 or more) of constant logits; all three broadcast.

    The sum over months is the geometric one: F_A = h_A / (h_A + h_P) (1 - (1 - h_A - h_P)^H). Raises ValueError on a negative
    horizon.
    """
    abandon, produce = np.asarray(eta_abandon, dtype=np.float64), np.asarray(eta_produce, dtype=np.float64)
    horizon = np.asarray(months, dtype=np.float64)
    if (horizon < 0).any():
        raise ValueError("a horizon is not negative")
    either = np.logaddexp(abandon, produce)
    ended = -np.expm1(-horizon * np.logaddexp(0.0, either))
    abandoned = ended * np.exp(abandon - either)
    produced = ended * np.exp(produce - either)
    return Outlook(abandoned, produced, np.broadcast_to(1.0 - ended, abandoned.shape))


def abandoned_within(eta: ArrayLike, months: ArrayLike) -> Array:
    """P(abandoned before production, within `months`) of logits stacked as (2, ...), abandonment first."""
    both = np.asarray(eta, dtype=np.float64)
    return within(both[0], both[1], months).abandoned


def month_by_month(eta_abandon: Array, eta_produce: Array, months: int, entry: ArrayLike = 0) -> Outlook:
    """What has happened within `months` of `entry`, where logits change with age.

    Logits are (n, ages), one column a month of age; the last one stands for every later age. `entry` (n,) or a number is the age
    in whole months at which an initiative is known to be in flight (delayed entry): the shares are conditional on that, so the
    months before are not run through. Raises ValueError on shapes that do not fit, a negative age or horizon.
    """
    if eta_abandon.ndim != 2 or eta_abandon.shape != eta_produce.shape or not eta_abandon.shape[1]:
        raise ValueError("both logits are arrays of initiatives by ages, of the same shape, with an age or more")
    rows, ages = eta_abandon.shape
    first = np.broadcast_to(np.asarray(entry, dtype=np.int64), (rows,))
    if months < 0 or (first < 0).any():
        raise ValueError("neither an age nor a horizon is negative")
    alive, abandoned, produced, row = np.ones(rows), np.zeros(rows), np.zeros(rows), np.arange(rows)
    for month in range(months):
        age = np.minimum(first + month, ages - 1)
        leave_abandoned, leave_produced = monthly(eta_abandon[row, age], eta_produce[row, age])
        abandoned += alive * leave_abandoned
        produced += alive * leave_produced
        alive *= 1.0 - leave_abandoned - leave_produced
    return Outlook(abandoned, produced, alive)
