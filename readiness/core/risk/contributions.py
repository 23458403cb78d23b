"""Why a figure is what it is: Shapley values of P(abandoned within the horizon), which add up to it exactly.

A player's value is its marginal effect averaged over all orders in which the players may join. Leave-one-out differences do not
add up, and log-odds do not mean percentage points. Exact for a few players; for many, orders are drawn in pairs of an order and
its reverse, where every order by itself adds up. L. S. Shapley, A value for n-person games (1953).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import comb

import numpy as np
from numpy.typing import NDArray

from readiness.core.risk.fit import Initiatives
from readiness.core.risk.hazards import abandoned_within
from readiness.core.risk.posterior import Draws, standing

Array = NDArray[np.float64]

EXACT = 10  # players; 1,024 coalitions
PAIRS = 64  # of orders, where players are more
CELLS = 2_000_000
RECORD = "own record"  # the player that stands for organisation, unit and stage
RECORDS = ("own record: organisation", "own record: unit", "own record: stage")  # where each of them is one


@dataclass(frozen=True, slots=True)
class Contribution:
    """`points` is in probability (0.05 is five percentage points), `log_odds` the mean shift of the month's logit."""

    key: str
    points: float
    log_odds: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """`base` (the reference class) and the contributions' points add up to `value`."""

    base: float
    value: float
    contributions: tuple[Contribution, ...]


def shapley(base: Array, parts: Array, months: int, *, seed: int = 0, pairs: int = PAIRS) -> Array:
    """Values (m, players) for m settings at once.

    `base` (2, m) are the monthly logits without any player, `parts` (2, m, players) what each adds. The values of a setting add
    up to P(abandoned) with all players less that without. Raises ValueError on shapes that do not fit.
    """
    if base.ndim != 2 or base.shape[0] != 2 or parts.shape[:2] != base.shape:
        raise ValueError("two logits for each setting, and what each player adds to them")
    players = parts.shape[2]
    if players <= EXACT:
        settings = max(1, CELLS >> players)
        blocks = [
            _exact(base[:, start : start + settings], parts[:, start : start + settings], months)
            for start in range(0, base.shape[1], settings)
        ]
        return np.concatenate(blocks) if blocks else np.zeros((0, players))
    return _sampled(base, parts, months, seed, pairs)


def exact_weights(players: int) -> Array:
    """Of a coalition without the player, by its size, (players,): |S|! (n - 1 - |S|)! / n!."""
    return np.array([1 / (players * comb(players - 1, size)) for size in range(players)])


def _exact(base: Array, parts: Array, months: int) -> Array:
    players = parts.shape[2]
    masks = np.arange(1 << players)
    members = (masks[:, None] >> np.arange(players)) & 1
    value = abandoned_within(base[:, :, None] + parts @ members.T.astype(np.float64), months)
    size, found, weight = members.sum(axis=1), np.empty(parts.shape[1:]), exact_weights(players)
    for player in range(players):
        without = masks[members[:, player] == 0]
        found[:, player] = (value[:, without | (1 << player)] - value[:, without]) @ weight[size[without]]
    return found


def _sampled(base: Array, parts: Array, months: int, seed: int, pairs: int) -> Array:
    rng, players = np.random.default_rng(seed), parts.shape[2]
    found = np.zeros(parts.shape[1:])
    for _pair in range(pairs):
        order = rng.permutation(players)
        for one in (order, order[::-1]):
            joined = np.concatenate([base[:, :, None], base[:, :, None] + np.cumsum(parts[:, :, one], axis=2)], axis=2)
            found[:, one] += np.diff(abandoned_within(joined, months), axis=1)
    return found / (2 * pairs)


def explain(draws: Draws, row: Initiatives, months: int, *, seed: int = 0) -> Explanation:
    """The figure of one initiative taken apart, averaged over the draws: own record first, then drivers, the largest first.

    Drivers that add nothing in any draw are left out. Raises ValueError unless there is one row.
    """
    if len(row) != 1:
        raise ValueError("one initiative at a time")
    form, answers = draws.form, row.answers[0]
    shifts = np.where(np.isnan(answers), draws.unknown, answers - form.reference)
    parts = np.concatenate(
        [standing(draws, row).transpose(0, 2, 1), draws.effects[:, :, form.first_driver :].transpose(1, 0, 2) * shifts], axis=2
    )
    keys = [RECORD, *(driver.key for driver in form.drivers)]
    active = np.flatnonzero(parts.any(axis=(0, 1)))
    base = np.repeat(np.array(form.eta)[:, None], len(draws), axis=1)
    points = shapley(base, parts[:, :, active], months, seed=seed).mean(axis=0)
    log_odds = parts[0][:, active].mean(axis=0)
    found = [Contribution(keys[at], float(point), float(odds)) for at, point, odds in zip(active, points, log_odds, strict=True)]
    found.sort(key=lambda one: (one.key != RECORD, -abs(one.points), one.key))
    whole = abandoned_within(base + parts.sum(axis=2), months).mean()
    return Explanation(float(abandoned_within(form.eta, months)), float(whole), tuple(found))
