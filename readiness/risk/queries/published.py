"""The published shares that the reference class is made of: reference statistics, so whoever edits them moves the prior."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from readiness.core.risk.prior import ABANDONED, HORIZON_MONTHS, PRODUCED
from readiness.risk.models import ReferenceStatistic

ABANDONED_KEY, PRODUCED_KEY = "poc-to-production-scrapped", "pilots-in-production"


@dataclass(frozen=True, slots=True)
class Published:
    """Shares of a cohort that were abandoned and that reached production within the horizon; the horizon is an assumption."""

    abandoned: float
    produced: float
    horizon_months: int

    def as_dict(self) -> dict[str, float]:
        return asdict(self)


def published() -> Published:
    """As the statistics stand. Where they leave nobody in flight, or one is missing, what this product shipped with counts."""
    values = dict(ReferenceStatistic.objects.filter(key__in=(ABANDONED_KEY, PRODUCED_KEY)).values_list("key", "value"))
    abandoned, produced = float(values.get(ABANDONED_KEY, ABANDONED)), float(values.get(PRODUCED_KEY, PRODUCED))
    if min(abandoned, produced) <= 0 or abandoned + produced >= 1:
        abandoned, produced = ABANDONED, PRODUCED
    return Published(abandoned, produced, HORIZON_MONTHS)
