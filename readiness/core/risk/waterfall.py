"""Why a figure is what it is: Shapley values of the shown figure, from the reference class, that add up to it exactly.

A player joins with its mean and with its uncertainty: a thin own record or an unknown answer moves the mean of a probability too.
L. S. Shapley, A value for n-person games (1953); for many players orders are drawn in pairs of an order and its reverse.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from readiness.core.risk.answers import filled
from readiness.core.risk.contributions import EXACT, PAIRS, RECORDS, Contribution, Explanation, exact_weights
from readiness.core.risk.evidence import Weighed, undriven
from readiness.core.risk.fit import Initiatives
from readiness.core.risk.forecast import Logits, blocks, expected, masked_logits, mixed, open_answers

Array = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


def waterfall(weighed: Weighed, row: Initiatives, months: int, *, seed: int = 0, pairs: int = PAIRS) -> Explanation:
    """From the reference class to the figure of one initiative, in percentage points / 100: first its own record (organisation,
    unit, stage), then each driver.

    Before the first outcome every initiative has the reference class's figure, so nothing contributes. Raises ValueError unless
    there is one row.
    """
    if len(row) != 1:
        raise ValueError("one initiative at a time")
    game = _Game(weighed, row, months)
    keys = (*RECORDS, *(driver.key for driver in weighed.with_drivers.form.drivers))
    points = np.zeros(len(keys))
    if weighed.resolved:
        points = _exact(game, len(keys)) if len(keys) <= EXACT else _paired(game, len(keys), seed, pairs)
    told = [Contribution(key, float(one), float(odds)) for key, one, odds in zip(keys, points, game.shifts(), strict=True)]
    return Explanation(game.base, game.base + float(points.sum()), tuple(told))


class _Game:
    """The figure with some players in and the others out."""

    def __init__(self, weighed: Weighed, row: Initiatives, months: int) -> None:
        self.weighed, self.months, self.base = weighed, months, weighed.base(months)
        self.parts = [
            (fit, fit.form.design(one.with_answers(filled(one.answers, fit.form.mix))), open_answers(fit, one), blocks(fit))
            for fit, one in ((weighed.without, undriven(row)), (weighed.with_drivers, row))
        ]

    def __call__(self, members: BoolArray) -> Array:
        """Figures (k,) of coalitions (k, players)."""
        found = [self._logits(at, members) for at in range(2)]
        return np.where(members.any(axis=1), expected(mixed(self.weighed, *found), self.months), self.base)

    def _logits(self, at: int, members: BoolArray) -> Logits:
        fit, design, spread, shared = self.parts[at]
        groups = np.repeat(members[:, : len(RECORDS)], fit.form.groups, axis=1)
        columns = groups if at == 0 else np.hstack([groups, members[:, len(RECORDS) :]])
        return masked_logits(fit, columns * design, columns * spread, shared)

    def shifts(self) -> Array:
        """Of the monthly logit of abandonment, (players,), as far as it counts in the figure."""
        share = self.weighed.share
        plain, driven = (fit.posterior.mode[0] * design[0] for fit, design, _spread, _shared in self.parts)
        first, groups = self.weighed.with_drivers.form.first_driver, self.weighed.with_drivers.form.groups
        ends = np.cumsum(groups)[:-1]
        both = zip(np.split(plain, ends), np.split(driven[:first], ends), strict=True)
        return np.concatenate([[(1 - share) * one.sum() + share * other.sum() for one, other in both], share * driven[first:]])


def _exact(game: _Game, players: int) -> Array:
    masks = np.arange(1 << players)
    members = ((masks[:, None] >> np.arange(players)) & 1).astype(bool)
    value, size = game(members), members.sum(axis=1)
    weight = exact_weights(players)
    points = np.empty(players)
    for player in range(players):
        out = ~members[:, player]
        points[player] = (weight[size[out]] * (value[masks[out] | 1 << player] - value[masks[out]])).sum()
    return points


def _paired(game: _Game, players: int, seed: int, pairs: int) -> Array:
    """Each order adds up by itself, so their mean does."""
    rng = np.random.default_rng(seed)
    drawn = [rng.permutation(players) for _pair in range(pairs)]
    orders = np.array([*drawn, *(order[::-1] for order in drawn)])
    place = np.argsort(orders, axis=1)
    members = place[:, None, :] < np.arange(players + 1)[None, :, None]
    value = game(members.reshape(-1, players)).reshape(len(orders), players + 1)
    points = np.zeros(players)
    np.add.at(points, orders.ravel(), np.diff(value, axis=1).ravel())
    return points / len(orders)
