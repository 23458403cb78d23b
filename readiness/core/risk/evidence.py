"""Do drivers matter here? The outcomes' evidence for the form with drivers against the same form without them.

Until the organisation's outcomes bear drivers out, they do not move a figure that is shown: on simulated organisations where
drivers do nothing, the opinions held about them before any outcome made the figure worse than the published rate. The log of the
marginal likelihood is Laplace's, as for the posterior (R. E. Kass, A. E. Raftery, Bayes factors, JASA 90, 1995).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from readiness.core.risk import laplace
from readiness.core.risk.fit import Fit, Form, Initiatives, fit
from readiness.core.risk.hazards import within

Array = NDArray[np.float64]

BORNE_OUT = float(np.log(3.0))  # "positive" evidence on the scale of Kass and Raftery


@dataclass(frozen=True, slots=True)
class Weighed:
    """Both fits, and by how much (log of the Bayes factor) the outcomes prefer the one with drivers."""

    with_drivers: Fit
    without: Fit
    log_factor: float

    @property
    def weight(self) -> float:
        """How likely it is that drivers matter here, from even odds; ratio."""
        return float(expit(self.log_factor))

    @property
    def share(self) -> float:
        """How much of their effect drivers have on the figure: none up to even odds, then 2 x weight - 1, up to all of it."""
        return max(0.0, float(np.tanh(self.log_factor / 2))) if self.resolved else 0.0

    @property
    def resolved(self) -> int:
        """Initiatives that were abandoned or reached production."""
        return self.without.abandoned + self.without.produced

    def base(self, months: int) -> float:
        """P(abandoned within `months`) in the reference class."""
        return float(within(*self.without.form.eta, months).abandoned)


def without_drivers(form: Form) -> Form:
    """The same groups, no driver."""
    return Form(
        (), np.empty((0, form.mix.shape[1])), form.organisations, form.units, form.stages, form.eta, form.organisation_sd,
        form.unit_sd, form.stage_sd,
    )  # fmt: skip


def undriven(rows: Initiatives) -> Initiatives:
    """The same initiatives for a form without drivers."""
    return rows.with_answers(np.empty((len(rows), 0)))


def log_evidence(found: Fit, rows: Initiatives, counts: Array) -> float:
    """log P(months | form), up to what is the same for every form of the same months (n, 3)."""
    theta, form = found.posterior.mode, found.form
    eta = np.array(form.eta) + form.design(rows) @ theta.T
    likelihood = laplace.log_likelihood(eta, counts)
    prior = 0.5 * float(((theta - found.prior_mean) ** 2 / found.prior_variance + np.log(found.prior_variance)).sum())
    return likelihood - prior - float(np.log(np.diag(found.posterior.cholesky)).sum())


def weigh(form: Form, rows: Initiatives, counts: Array, *, seen: Array | None = None) -> Weighed:
    """Both fits to the rows' months (n, 3), n may be 0; `seen` as in `fit.fit`. Without rows nothing speaks for drivers."""
    driven = fit(form, rows, counts, seen=seen)
    plain = fit(without_drivers(form), undriven(rows), counts)
    return Weighed(driven, plain, log_evidence(driven, rows, counts) - log_evidence(plain, undriven(rows), counts))
