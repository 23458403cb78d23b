"""What is believed of each driver before the organisation's own outcomes say anything, and what badge it carries.

Effects are log-odds of a month's outcome per unit of the answer (yes 1, partly one half, no 0). The priors are weak, from the
federal registers where they ask such a thing; where no outcome data were found at all, a common small opinion that says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import sqrt

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

OPINION_MEAN, OPINION_SD = 0.10, 0.35
OPINIONS_TOGETHER = 0.7  # log-odds: the most that unvalidated drivers together may spread an organisation's initiatives


class Badge(StrEnum):
    """What a driver's weight rests on."""

    LEARNED = "learned"
    PUBLISHED = "prior from published registers"
    OPINION = "prior opinion, unvalidated"


@dataclass(frozen=True, slots=True)
class Driver:
    """`mean` and `sd` are of the effect on abandonment; on production the mean is 0 with the same SD, by analogy only."""

    key: str
    mean: float
    sd: float
    validated: bool

    @property
    def badge(self) -> Badge:
        return Badge.PUBLISHED if self.validated else Badge.OPINION


def opinion(key: str) -> Driver:
    """A driver of which no register holds outcomes."""
    return Driver(key, OPINION_MEAN, OPINION_SD, validated=False)


PUBLISHED = (
    Driver("no_central_provisioning", 0.40, 0.40, validated=True),
    Driver("contract_developed", 0.50, 0.35, validated=True),
    Driver("unknown_load", 0.15, 0.30, validated=True),
    Driver("no_authorisation_at_pilot", 0.10, 0.30, validated=True),
    Driver("no_reuse", 0.30, 0.40, validated=True),
    Driver("waiting_for_tools", 0.0, 0.30, validated=True),
)
OPINIONS = tuple(
    opinion(key)
    for key in (
        "infrastructure_share_low", "separate_procurement", "sponsor_or_function_missing", "evidence_stale",
        "gate_condition_open",
    )
)  # fmt: skip


def together(drivers: tuple[Driver, ...], spread: Array) -> float:
    """Root mean square SD, over initiatives, of the summed contributions of the unvalidated drivers under their priors.

    `spread` (drivers, drivers) is the covariance of the answers over the organisation's initiatives. For effects b with mean m
    and independent SDs s: E[b' C b] = m' C m + sum s_j^2 C_jj. Raises ValueError on a covariance of another size.
    """
    if spread.shape != (len(drivers), len(drivers)):
        raise ValueError("the answers' covariance has one row and column for each driver")
    open_ = np.array([not driver.validated for driver in drivers], dtype=bool)
    mean = np.array([driver.mean for driver in drivers])[open_]
    variance = np.array([driver.sd**2 for driver in drivers])[open_]
    answers = spread[np.ix_(open_, open_)]
    return sqrt(max(0.0, float(mean @ answers @ mean + variance @ np.diag(answers))))


def scale(drivers: tuple[Driver, ...], spread: Array, most: float = OPINIONS_TOGETHER) -> float:
    """The common factor, at most 1, for mean and SD of every unvalidated driver, so that `together` stays at or below `most`."""
    found = together(drivers, spread)
    return 1.0 if found <= most else most / found


def scaled(drivers: tuple[Driver, ...], factor: float) -> tuple[Driver, ...]:
    """The same drivers with the unvalidated ones scaled down."""
    return tuple(
        driver if driver.validated else Driver(driver.key, driver.mean * factor, driver.sd * factor, validated=False)
        for driver in drivers
    )
