"""The averages that a figure has to beat, as they stood on its day: published, own, of the stage, and of a person's status.

All are shares abandoned before production within the same horizon. Own and stage rates come from the months at risk that were
known then, shrunk: the raw own rate at three outcomes was worse than no rate at all, and beating that would prove nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from readiness.core.risk.hazards import within
from readiness.core.risk.own_rate import ALPHA, BETA

Array = NDArray[np.float64]
IntArray = NDArray[np.int64]
Texts = NDArray[np.str_]
Days = NDArray[np.datetime64]

STRENGTH = ALPHA + BETA  # outcomes that the wider rate is worth: beta-binomial fit over agencies


@dataclass(frozen=True, slots=True)
class Rates:
    """Monthly logits of abandonment and production: of the published shares, the portfolio, and each stage (stages, 2)."""

    published: tuple[float, float]
    own: tuple[float, float]
    stage: Array

    def of(self, stage: IntArray, months: float) -> tuple[Array, Array, Array]:
        """Published, own and stage rate for rows in these stages (n,); an unknown stage has the own rate."""
        published, own = (float(within(*eta, months).abandoned) for eta in (self.published, self.own))
        every = np.append(within(self.stage[:, 0], self.stage[:, 1], months).abandoned, own)
        return np.full(len(stage), published), np.full(len(stage), own), every[stage]


def rates(counts: Array, stage: IntArray, stages: int, published: tuple[float, float]) -> Rates:
    """From months (k, 3) stayed, abandoned, produced in these stages (k,), -1 unknown; `published` are monthly logits."""
    own = _shrunk(counts.sum(axis=0), published)
    each = [_shrunk(counts[stage == code].sum(axis=0), own) for code in range(stages)]
    return Rates(published, own, np.array(each, dtype=np.float64).reshape(stages, 2))


def _shrunk(counts: Array, wider: tuple[float, float]) -> tuple[float, float]:
    """Logits after as many further months as `STRENGTH` outcomes take at the wider rate."""
    abandon, produce = np.exp(wider[0]), np.exp(wider[1])
    stayed, abandoned, produced = counts + STRENGTH / (abandon + produce) * np.array([1.0, abandon, produce])
    return float(np.log(abandoned / stayed)), float(np.log(produced / stayed))


def status_rates(status: Texts, on: Days, own: Array, outcome: Array) -> Array:
    """What a person's status said, as a share: how those of that colour did on earlier days, shrunk to the own rate then.

    Rows (n,) of days whose horizons do not overlap. NaN where nobody gave a status.
    """
    found = np.full(len(status), np.nan)
    for color in filter(None, np.unique(status).tolist()):
        for day in np.unique(on):
            earlier, here = (status == color) & (on < day), (status == color) & (on == day)
            found[here] = (outcome[earlier].sum() + STRENGTH * own[here]) / (earlier.sum() + STRENGTH)
    return found
