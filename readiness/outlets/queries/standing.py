"""Risk figures of many initiatives as counts: how many can be told apart from the portfolio's average, and which way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Max, Min, Q, QuerySet

from portfolio.initiatives.choices import RiskBand
from portfolio.initiatives.models import Initiative, RiskStanding


@dataclass(frozen=True)
class Distribution:
    """`bands` counts initiatives by RiskBand; `least` and `most` are the figures at the ends (ratios within `months`), None
    without any; `counts`: for how many drivers move the figure."""

    bands: dict[str, int]
    least: float | None
    most: float | None
    months: int | None
    on: date | None
    counts: int

    @property
    def total(self) -> int:
        return sum(self.bands.values())


def distribution(rows: QuerySet[Initiative]) -> Distribution:
    """Of those of `rows` that have a figure. One statement."""
    standing = RiskStanding.objects.filter(initiative__in=rows.order_by().values("pk"))
    counted: Any = {f"n_{band.value}": Count("pk", filter=Q(band=band)) for band in RiskBand}
    found = standing.aggregate(
        least=Min("value"), most=Max("value"), months=Max("months"), on=Min("on"), moved=Count("pk", filter=Q(counts=True)),
        **counted,
    )  # fmt: skip
    bands = {band.value: found[f"n_{band.value}"] for band in RiskBand}
    return Distribution(bands, found["least"], found["most"], found["months"], found["on"], found["moved"])
