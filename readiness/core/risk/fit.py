"""The hierarchical model: reference class, organisation, unit and stage below it, drivers; fitted to months of initiatives.

eta = eta_reference + u_organisation + w_unit + s_stage + sum_j b_j (x_j - xref_j), apart for abandonment and production, with
u ~ N(0, 0.9^2) (beta-binomial fit over federal agencies; for production by analogy only). Without rows the posterior is
the prior.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

from readiness.core.risk import laplace
from readiness.core.risk.answers import filled, spread
from readiness.core.risk.cohort import Ending
from readiness.core.risk.drivers import Badge, Driver, scale, scaled
from readiness.core.risk.prior import ABANDONED, HORIZON_MONTHS, ORGANISATION_SD, PRODUCED, prior_hazards

Array = NDArray[np.float64]
IntArray = NDArray[np.int64]

UNIT_SD = 0.4  # assumption: units of one organisation differ less than organisations do
STAGE_SD = 0.3  # assumption: no difference between stages is claimed before the outcomes show one
# A driver is learned when the outcomes alone would find an odds ratio of 1.5 with 80 % power at 5 %: for a driver that three in
# ten have, and a base of .35, that takes 1,000 resolved outcomes. Below that its weight is the prior.
LEARNED_ERROR = float(np.log(1.5)) / (NormalDist().inv_cdf(0.975) + NormalDist().inv_cdf(0.8))
REFERENCE = prior_hazards(ABANDONED, PRODUCED, HORIZON_MONTHS)


@dataclass(frozen=True, slots=True)
class Initiatives:
    """Rows of one kind: `answers` (n, drivers), NaN unknown; group codes (n,), -1 for a unit or stage that is not known."""

    answers: Array
    organisation: IntArray
    unit: IntArray
    stage: IntArray

    def __len__(self) -> int:
        return len(self.answers)

    def take(self, rows: ArrayLike) -> Initiatives:
        """The rows at these places, in this order."""
        at = np.asarray(rows, dtype=np.int64)
        return Initiatives(self.answers[at], self.organisation[at], self.unit[at], self.stage[at])

    def part(self, start: int, stop: int) -> Initiatives:
        """The rows of that range, not copied."""
        part = slice(start, stop)
        return Initiatives(self.answers[part], self.organisation[part], self.unit[part], self.stage[part])

    def with_answers(self, answers: Array) -> Initiatives:
        """The same initiatives, answering otherwise."""
        return Initiatives(answers, self.organisation, self.unit, self.stage)


def initiatives(answers: Array, organisation: ArrayLike = 0, unit: ArrayLike = -1, stage: ArrayLike = -1) -> Initiatives:
    """Rows with their groups; one number stands for all rows."""
    rows = len(answers)
    groups = (np.broadcast_to(np.asarray(code, dtype=np.int64), (rows,)) for code in (organisation, unit, stage))
    return Initiatives(np.asarray(answers, dtype=np.float64), *groups)


@dataclass(frozen=True, slots=True)
class Form:
    """What the model has columns for. `mix` (drivers, points) is of `answers.answer_mix`; `eta` the reference class's monthly
    logits of abandonment and production. An average answer moves nothing: xref is the mean of the mix.
    """

    drivers: tuple[Driver, ...]
    mix: Array
    organisations: int = 1
    units: int = 0
    stages: int = 0
    eta: tuple[float, float] = (REFERENCE.eta_abandon, REFERENCE.eta_produce)
    organisation_sd: float = ORGANISATION_SD
    unit_sd: float = UNIT_SD
    stage_sd: float = STAGE_SD

    @property
    def groups(self) -> tuple[int, int, int]:
        return self.organisations, self.units, self.stages

    @property
    def first_driver(self) -> int:
        """The column of the first driver; before it stand organisations, units, stages."""
        return sum(self.groups)

    @property
    def reference(self) -> Array:
        """xref, (drivers,)."""
        return np.asarray(self.mix.mean(axis=1))

    def prior(self, factor: float = 1.0) -> tuple[Array, Array]:
        """Means and variances (2, columns); `factor` scales the unvalidated drivers down."""
        weights = scaled(self.drivers, factor)
        sizes = (self.organisation_sd, self.unit_sd, self.stage_sd)
        sd = np.concatenate([np.repeat(sizes, self.groups), [driver.sd for driver in weights]])
        mean = np.zeros((2, len(sd)))
        mean[0, self.first_driver :] = [driver.mean for driver in weights]
        return mean, np.tile(sd**2, (2, 1))

    def check(self, rows: Initiatives) -> None:
        """Raises ValueError on a code or a number of drivers that the form does not have."""
        codes = (rows.organisation, rows.unit, rows.stage)
        if rows.answers.shape != (len(rows), len(self.drivers)):
            raise ValueError("an initiative has one answer for each driver")
        for code, count in zip(codes, self.groups, strict=True):
            if len(code) and (code.max() >= count or code.min() < -1):
                raise ValueError("a group's code is below the form's count, or -1")

    def design(self, rows: Initiatives) -> Array:
        """(n, columns). Raises ValueError as `check` does."""
        self.check(rows)
        codes = (rows.organisation, rows.unit, rows.stage)
        known = [(code[:, None] == np.arange(count)).astype(np.float64) for code, count in zip(codes, self.groups, strict=True)]
        return np.hstack([*known, filled(rows.answers, self.mix) - self.reference])


@dataclass(frozen=True, slots=True)
class Effect:
    """A driver's weight on abandonment: log-odds per unit of the answer, 80 % interval, and what it rests on."""

    key: str
    value: float
    low: float
    high: float
    prior_value: float
    prior_sd: float
    badge: Badge

    @property
    def spans_none(self) -> bool:
        """Its interval holds an odds ratio of 1: with thousands of outcomes such a driver is dropped."""
        return self.low <= 0 <= self.high


@dataclass(frozen=True, slots=True)
class Fit:
    """A fitted form; `factor` is what the unvalidated drivers' priors were scaled by."""

    form: Form
    posterior: laplace.Posterior
    prior_mean: Array
    prior_variance: Array
    factor: float
    months: int
    abandoned: int
    produced: int

    def effects(self, level: float = 0.80) -> tuple[Effect, ...]:
        """One for each driver, in the form's order."""
        z, first, sd = NormalDist().inv_cdf(0.5 + level / 2), self.form.first_driver, self.posterior.sd()
        found = []
        for column, driver in enumerate(self.form.drivers, start=first):
            value, error, before = float(self.posterior.mode[0, column]), float(sd[0, column]), self.prior_variance[0, column]
            told = 1 / error**2 - 1 / before  # what the outcomes added to the prior's precision
            badge = Badge.LEARNED if told >= LEARNED_ERROR**-2 else driver.badge
            prior_value = float(self.prior_mean[0, column])
            found.append(
                Effect(driver.key, value, value - z * error, value + z * error, prior_value, float(np.sqrt(before)), badge)
            )
        return tuple(found)


def months_at_risk(entry: ArrayLike, leaving: ArrayLike, ending: ArrayLike) -> Array:
    """Counts (n, 3) of months stayed, abandoned, produced, from ages in whole months and `Ending` codes.

    Delayed entry: only months from `entry` on count. The month of an outcome is the last one; an outcome in the month of entry
    took one month. Raises ValueError where somebody leaves before entering or an ending is none.
    """
    start, end, how = (np.asarray(given, dtype=np.int64) for given in (entry, leaving, ending))
    if (end < start).any() or not np.isin(how, list(Ending)).all():
        raise ValueError("nobody leaves before entering, and an ending is in flight, abandoned or produced")
    ended = how != Ending.IN_FLIGHT
    months = np.where(ended, np.maximum(end - start, 1), end - start)
    return np.column_stack([months - ended, how == Ending.ABANDONED, how == Ending.PRODUCED]).astype(np.float64)


def fit(form: Form, rows: Initiatives, counts: Array, *, seen: Array | None = None) -> Fit:
    """Mode and Laplace's normal from the rows' months (n, 3); n may be 0.

    `seen` (m, drivers) are the answers of the portfolio over which unvalidated drivers together stay at or below 0.7
    log-odds; those of `rows` unless given. An unknown answer enters as the mean of its mix. Raises ValueError and
    laplace.NotConverged.
    """
    factor = scale(form.drivers, spread(rows.answers if seen is None else seen, form.mix))
    mean, variance = form.prior(factor)
    offset = np.tile(np.array(form.eta), (len(rows), 1))
    posterior = laplace.fit(form.design(rows), counts, mean, variance, offset)
    _stayed, abandoned, produced = (int(count) for count in counts.sum(axis=0))
    return Fit(form, posterior, mean, variance, factor, int(counts.sum()), abandoned, produced)
