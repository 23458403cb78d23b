"""The figures that are shown: for a whole portfolio at once, without a random number, so that any of them can be computed again.

A row's monthly logits of abandonment and production are normal under Laplace's posterior; an unknown answer adds the spread of
its mix (exact means and covariances). P(abandoned within the horizon) is integrated over that normal by Gauss-Hermite nodes; the
interval comes from the first three moments of its logit (Cornish-Fisher: Biometrika 47, 1960). Against a million draws the mean
is within .001 and the ends mostly within .005, at worst .015, for spreads up to that of a new organisation.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray
from scipy.special import roots_hermitenorm

from readiness.core.risk.evidence import Weighed, undriven
from readiness.core.risk.fit import Fit, Form, Initiatives
from readiness.core.risk.posterior import LEVEL, Figures

Array = NDArray[np.float64]
IntArray = NDArray[np.int64]

NODES = 4  # each way
ROWS = 2_000  # at once: what is held of them stays in a processor's cache
PUSHED = 1_000  # likewise, of more arrays
EXTREME = 300.0  # of a logit
LEAST, MOST = 1e-9, 1 - 1e-9  # of a probability whose logit is taken


@dataclass(frozen=True, slots=True)
class Logits:
    """Monthly logits (2, n) of abandonment and production, and their covariance (3, n): both variances, then what they share."""

    mean: Array
    covariance: Array


def blocks(fit: Fit) -> Array:
    """Covariance of the effects, (3, columns + 1, columns + 1): of abandonment, of production, between both (symmetrised, for
    only x'Sx is asked of it). The last row and column are 0: what a group that is not known has.
    """
    columns, covariance = fit.posterior.mode.shape[1], fit.posterior.covariance()
    first, second = slice(0, columns), slice(columns, 2 * columns)
    between = covariance[first, second]
    found = np.zeros((3, columns + 1, columns + 1))
    found[:, :-1, :-1] = covariance[first, first], covariance[second, second], (between + between.T) / 2
    return found


def logits(fit: Fit, rows: Initiatives, shared: Array | None = None) -> Logits:
    """For answers x with mean q and covariance V (unknown ones, independent), effects with means b, c and covariances S:
    mean q.b, covariance q'S q + tr(S V) + b'V c. `shared` is `blocks(fit)`, where it is at hand.

    As `masked_logits` of the design, without making one: groups are looked up once for each that occurs, and an unknown answer is
    no step away from the reference.
    """
    form, held = fit.form, blocks(fit) if shared is None else shared
    form.check(rows)
    groups, which = _groups(form, rows)
    mean, covariance = _of_groups(fit, groups, held)
    found = Logits(mean[:, which], covariance[:, which])
    if form.drivers:
        _add_answers(found, fit, rows, held, _meeting(form, groups, held), which)
    return found


def _groups(form: Form, rows: Initiatives) -> tuple[IntArray, IntArray]:
    """Columns (3, k) of the organisation, unit and stage of each combination that occurs, -1 where one is not known; and which of
    the k each row has."""
    organisations, units, stages = form.groups
    keys = ((rows.organisation + 1) * (units + 1) + rows.unit + 1) * (stages + 1) + rows.stage + 1
    _keys, first, which = np.unique(keys, return_index=True, return_inverse=True)
    codes = np.stack([rows.organisation[first], rows.unit[first], rows.stage[first]])
    starts = np.array([[0], [organisations], [organisations + units]])
    return np.where(codes < 0, -1, codes + starts), which


def _of_groups(fit: Fit, groups: IntArray, shared: Array) -> tuple[Array, Array]:
    """Mean (2, k) and covariance (3, k) of the logits of the combinations, were each answer the reference."""
    effects = np.pad(fit.posterior.mode, ((0, 0), (0, 1)))
    mean = np.array(fit.form.eta)[:, None] + effects[:, groups].sum(axis=1)
    return mean, shared[:, groups[:, None], groups[None, :]].sum(axis=(1, 2))


def _meeting(form: Form, groups: IntArray, shared: Array) -> Array:
    """Twice the covariance of each combination's effects with each driver's, (3, k, drivers)."""
    return np.asarray(2 * shared[:, groups, form.first_driver : -1].sum(axis=1))


def _add_answers(found: Logits, fit: Fit, rows: Initiatives, shared: Array, meeting: Array, which: IntArray) -> None:
    """What the answers add to the logits of the groups; in place."""
    form, unknown = fit.form, np.isnan(rows.answers)
    first, varies = form.first_driver, form.mix.var(axis=1)
    effects, step = fit.posterior.mode[:, first:], steps(rows.answers, form.reference)
    found.mean[...] += effects @ step.T
    open_ = unknown.astype(np.float64)
    for at, (one, other) in enumerate(((0, 0), (1, 1), (0, 1))):
        own = shared[at, first:-1, first:-1]
        reach = step @ own
        reach += meeting[at].take(which, axis=0)
        found.covariance[at] += np.einsum("ij,ij->i", reach, step)
        found.covariance[at] += open_ @ (varies * (np.diag(own) + effects[one] * effects[other]))


def steps(answers: Array, reference: Array, nothing: Array | None = None, out: Array | None = None) -> Array:
    """How far each answer is from the reference, (n, drivers); 0 where it is unknown. `nothing` are zeros of that shape.

    Of a number and none both fmin and fmax take the number: that needs no guess of a branch for each answer.
    """
    none = np.zeros(answers.shape) if nothing is None else nothing
    found = np.subtract(answers, reference, out=out)
    below = np.fmin(found, none)
    np.fmax(found, none, out=found)
    found += below
    return found


def open_answers(fit: Fit, rows: Initiatives) -> Array:
    """The variance of what is unknown, (n, columns); 0 where an answer is known and for groups."""
    form = fit.form
    spread = np.zeros((len(rows), sum(form.groups) + len(form.drivers)))
    spread[:, form.first_driver :] = np.where(np.isnan(rows.answers), form.mix.var(axis=1), 0.0)
    return spread


def masked_logits(fit: Fit, design: Array, spread: Array, shared: Array) -> Logits:
    """`logits` of designs (n, columns) and variances of what is unknown in them, so that columns may be left out as zeros."""
    effects = fit.posterior.mode
    found = np.empty((3, len(design)))
    for at, (one, other) in enumerate(((0, 0), (1, 1), (0, 1))):
        own = shared[at, :-1, :-1]
        np.einsum("ij,ij->i", design @ own, design, out=found[at])
        found[at] += spread @ (np.diag(own) + effects[one] * effects[other])
    return Logits(np.array(fit.form.eta)[:, None] + effects @ design.T, found)


@cache
def _nodes(count: int) -> tuple[Array, Array]:
    """Places (count, 1) and weights (count,) of a standard normal."""
    at, weight = roots_hermitenorm(count)
    return at[:, None], weight / weight.sum()


def _over_nodes(found: Logits, months: int) -> tuple[Array, Array]:
    """P(abandoned within `months`) at the nodes of each row, (nodes, n), and the nodes' weights.

    Of the nodes' 16 pairs of odds only 12 parts differ.
    """
    at, weight = _nodes(NODES)
    first = np.sqrt(found.covariance[0])
    slope = np.divide(found.covariance[2], first, out=np.zeros_like(first), where=first > 0)
    second = np.sqrt(np.maximum(found.covariance[1] - slope**2, 0.0))
    abandon = _exponential(found.mean[0] + at * first)[:, None]
    produce = _exponential(found.mean[1] + at * slope)[:, None] * _exponential(at * second)
    share = of_odds(abandon, produce, months)
    return share.reshape(NODES * NODES, -1), np.outer(weight, weight).ravel()


def of_odds(abandon: Array, produce: Array, months: int) -> Array:
    """P(abandoned within `months`) of a month's odds against staying: `hazards.within` of their logs, in a third of the time."""
    either = abandon + produce
    share = np.log1p(either)
    share *= -months
    np.expm1(share, out=share)
    share *= -abandon
    share /= either
    return share


def _exponential(logit: Array) -> Array:
    """In place. Beyond the limits a month is certain either way, and a product of two would be no number."""
    np.clip(logit, -EXTREME, EXTREME, out=logit)
    return np.exp(logit, out=logit)


def expected(found: Logits, months: int) -> Array:
    """P(abandoned before production, within `months`), (n,): the mean over what is not known of the logits."""
    share, weight = _over_nodes(found, months)
    return np.asarray(weight @ share)


def figures_of(found: Logits, months: int, *, level: float = LEVEL) -> Figures:
    """Mean and interval for each row of logits."""
    share, weight = _over_nodes(found, months)
    value = np.asarray(weight @ share)
    odds = np.clip(share, LEAST, MOST, out=share)
    odds /= 1 - odds
    np.log(odds, out=odds)
    middle = weight @ odds
    odds -= middle
    power = odds * odds
    variance = weight @ power
    power *= odds
    sd = np.sqrt(variance)
    skew = np.divide(weight @ power, variance * sd, out=np.zeros_like(sd), where=sd > 0)
    z = NormalDist().inv_cdf(0.5 + level / 2)
    lift = (z * z - 1) * skew / 6
    low, high = (1 / (1 + np.exp(-(middle + sd * (sign * z + lift)))) for sign in (-1, 1))
    return Figures(value, low, high, level, months)


def blended(weighed: Weighed, rows: Initiatives, shared: tuple[Array, Array] | None = None) -> Logits:
    """Logits of both fits, mixed; (2, n) and (3, n). `shared` are `blocks` of both, where they are at hand."""
    plain, driven = shared or (blocks(weighed.without), blocks(weighed.with_drivers))
    return mixed(weighed, logits(weighed.without, undriven(rows), plain), logits(weighed.with_drivers, rows, driven))


def mixed(weighed: Weighed, plain: Logits, driven: Logits) -> Logits:
    """Drivers move the mean by their share, and widen it as far as it is likely that they matter."""
    mean = plain.mean + weighed.share * (driven.mean - plain.mean)
    return Logits(mean, plain.covariance + weighed.weight * (driven.covariance - plain.covariance))


def forecast(weighed: Weighed, rows: Initiatives, months: int, *, level: float = LEVEL) -> Figures:
    """The figure of each row, (n,); rows are taken in blocks, so memory does not grow with them.

    Drivers count as far as outcomes bear them out. Before the first outcome it is the reference class's figure for each.
    """
    parts, shared = [], (blocks(weighed.without), blocks(weighed.with_drivers))
    for start in range(0, max(1, len(rows)), ROWS):
        block = rows.part(start, start + ROWS)
        parts.append(figures_of(blended(weighed, block, shared), months, level=level))
    value, low, high = (np.concatenate([getattr(part, end) for part in parts]) for end in ("value", "low", "high"))
    return Figures(value if weighed.resolved else np.full(len(rows), weighed.base(months)), low, high, level, months)


def pushes(fit: Fit, rows: Initiatives) -> Array:
    """What each answer adds to the monthly logit of abandonment at the mode, (n, drivers); 0 where it is unknown."""
    form, answers = fit.form, rows.answers
    effects = fit.posterior.mode[0, form.first_driver :]
    # Whole blocks: numpy takes twice as long to repeat so short a row by itself.
    reference, effect, none = (np.tile(one, (min(PUSHED, len(rows)), 1)) for one in (form.reference, effects, 0 * effects))
    found = np.empty(answers.shape)
    for start in range(0, len(rows), PUSHED):
        part = found[start : start + PUSHED]
        size = len(part)
        steps(answers[start : start + PUSHED], reference[:size], none[:size], part)
        part *= effect[:size]
    return found
