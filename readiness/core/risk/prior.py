"""The abandonment figure before there is any history of one's own: the reference class, with how far organisations vary.

Discrete-time competing risks, one step a month: abandon (A), production (P) or still in flight. The monthly logits of a new
organisation are eta_A = ln(hA / (1 - hA - hP)) + u and eta_P = ln(hP / (1 - hA - hP)) + v with u, v ~ N(0, 0.9^2), and
pr(A) = e^eta_A / (1 + e^eta_A + e^eta_P), likewise P. No difference between stages is claimed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

ABANDONED = 0.46  # scrapped between PoC and production (cited; reference statistic `poc-to-production-scrapped`)
PRODUCED = 0.33  # one third of pilots reach production (cited; reference statistic `pilots-in-production`)
HORIZON_MONTHS = 24  # an assumption, so it is printed wherever the figure is
ORGANISATION_SD = 0.9  # between organisations, log-odds: beta-binomial fit over federal agencies
LEVEL = 0.80
NODES = 401  # equal-probability nodes a side; 801 moves neither bound by more than 0.0002

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Hazards:
    """Constant rates per month, the monthly probabilities that belong to them, and their logits against "in flight"."""

    rate_abandon: float
    rate_produce: float
    monthly_abandon: float
    monthly_produce: float
    eta_abandon: float
    eta_produce: float


@dataclass(frozen=True)
class RiskFigure:
    """A probability of abandonment within `horizon_months`, with its interval at `level`; ratios in [0, 1]."""

    value: float
    low: float
    high: float
    level: float
    horizon_months: int
    closed_not_used: int

    @property
    def label(self) -> str:
        return f"reference class only; your {self.closed_not_used} closed initiatives are not yet used"


def prior_hazards(abandoned: float, produced: float, horizon_months: int) -> Hazards:
    """Hazards under which `abandoned` and `produced` (shares of a cohort) have happened after `horizon_months`.

    a + p = -ln(1 - F_A - F_P) / H, a = (a + p) F_A / (F_A + F_P); monthly hA = a / (a + p) (1 - exp(-(a + p))), hP likewise,
    so that H monthly steps give exactly F_A and F_P. Raises ValueError unless both are positive and leave a rest.
    """
    together = abandoned + produced
    if abandoned <= 0 or produced <= 0 or together >= 1 or horizon_months < 1:
        raise ValueError("both shares must be positive, leave somebody in flight, and have a month or more to happen in")
    rate = -np.log1p(-together) / horizon_months
    step = -np.expm1(-rate)
    monthly_abandon, monthly_produce = (float(step * share / together) for share in (abandoned, produced))
    stay = 1 - monthly_abandon - monthly_produce
    return Hazards(
        rate_abandon=float(rate * abandoned / together),
        rate_produce=float(rate * produced / together),
        monthly_abandon=monthly_abandon,
        monthly_produce=monthly_produce,
        eta_abandon=float(np.log(monthly_abandon / stay)),
        eta_produce=float(np.log(monthly_produce / stay)),
    )


def cumulative(eta_abandon: float | Array, eta_produce: float | Array, months: int) -> tuple[Array, Array]:
    """P(abandoned before production, within `months`) and P(production first), shaped like the logits.

    The monthly probabilities are constant, so the sum over months is the geometric one.
    """
    abandon, produce = np.exp(eta_abandon), np.exp(eta_produce)
    stay = 1 / (1 + abandon + produce)
    ended = 1 - stay**months
    share = abandon / (abandon + produce)
    return np.asarray(ended * share), np.asarray(ended * (1 - share))


@cache
def _before_history(
    abandoned: float, produced: float, horizon_months: int, level: float, sd: float, nodes: int
) -> tuple[float, float, float]:
    """Value, low, high. The interval integrates over u and v on a grid of equally probable normal quantiles: deterministic.

    u and v multiply the constant hazards, F = a / (a + p) (1 - exp(-(a + p) H)), which for the cited shares gives the
    published [.16, .80]. The same shifts on the monthly logits give .794 at the upper end, because a month's probability
    cannot exceed one: the difference is the step, not the model.
    """
    hazards = prior_hazards(abandoned, produced, horizon_months)
    middle, _ = cumulative(hazards.eta_abandon, hazards.eta_produce, horizon_months)
    shifts = sd * ndtri((np.arange(nodes) + 0.5) / nodes)
    abandon, produce = hazards.rate_abandon * np.exp(shifts)[:, None], hazards.rate_produce * np.exp(shifts)[None, :]
    spread = abandon / (abandon + produce) * -np.expm1(-(abandon + produce) * horizon_months)
    low, high = np.quantile(spread, [(1 - level) / 2, (1 + level) / 2])
    return float(middle), float(low), float(high)


def before_history(
    closed: int,
    *,
    abandoned: float = ABANDONED,
    produced: float = PRODUCED,
    horizon_months: int = HORIZON_MONTHS,
    level: float = LEVEL,
    sd: float = ORGANISATION_SD,
) -> RiskFigure:
    """One figure for every stage before production; `closed` is how many closed initiatives it does not use yet."""
    value, low, high = _before_history(abandoned, produced, horizon_months, level, sd, NODES)
    return RiskFigure(value, low, high, level, horizon_months, closed)
