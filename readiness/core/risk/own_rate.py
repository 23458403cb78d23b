"""The organisation's own share of abandoned among its resolved initiatives, shrunk to how organisations in general do.

Measured on federal agencies, shrinking to the own outcomes lifts skill where the raw own rate at three outcomes lowers it.
"""

from __future__ import annotations

from dataclasses import dataclass

from scipy.special import betaincinv

ALPHA, BETA = 1.80, 2.75  # mean .396: beta-binomial fit over agencies, retired or vanished, 13 months
LEVEL = 0.80
STAGES_FROM, DRIVERS_FROM = 100, 1_000  # resolved outcomes; 1,000 find an odds ratio of 1.5 with 80 % power, 342 one of 2


@dataclass(frozen=True, slots=True)
class OwnRate:
    """`value` with its interval at `level`, ratios; `resolved` outcomes of which `abandoned`."""

    value: float
    low: float
    high: float
    level: float
    abandoned: int
    resolved: int

    @property
    def says(self) -> str:
        """What so many outcomes allow a screen to say."""
        if self.resolved == 0:
            return "reference class only; organisations vary 5-fold"
        if self.resolved < STAGES_FROM:
            return "the organisation's own level begins to show"
        if self.resolved < DRIVERS_FROM:
            return "rates per stage; a reliability diagram means something"
        return "drivers can be learned"


def own_rate(abandoned: int, resolved: int, *, alpha: float = ALPHA, beta: float = BETA, level: float = LEVEL) -> OwnRate:
    """Beta-binomial update; raises ValueError unless 0 <= abandoned <= resolved and the prior is proper."""
    if not 0 <= abandoned <= resolved or alpha <= 0 or beta <= 0:
        raise ValueError(f"{abandoned} of {resolved} is no share, or the prior none")
    a, b = alpha + abandoned, beta + resolved - abandoned
    low, high = (float(betaincinv(a, b, share)) for share in ((1 - level) / 2, (1 + level) / 2))
    return OwnRate(a / (a + b), low, high, level, abandoned, resolved)
