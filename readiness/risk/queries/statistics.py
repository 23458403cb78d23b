"""Reads of the reference statistics. They are public knowledge: everybody who is signed in may read them."""

from __future__ import annotations

from django.db.models import QuerySet

from readiness.risk.models import ReferenceStatistic
from readiness.risk.rules.statistics import StatisticKind

# what stands beside an organisation's own cohorts: cited shares, and the bounds of the register
BESIDE = (
    "poc-abandoned", "poc-to-production-scrapped", "pilots-in-production", "federal-retired", "federal-retired-or-vanished",
    "federal-vanished", "federal-deployed",
)  # fmt: skip


def reference_statistics() -> QuerySet[ReferenceStatistic]:
    """All of them, in the order of their keys."""
    return ReferenceStatistic.objects.all()


def register_statistics() -> list[ReferenceStatistic]:
    """What was counted in registers of real initiatives, in the order in which it was told."""
    return list(ReferenceStatistic.objects.filter(kind=StatisticKind.REGISTER).order_by("pk"))


def beside_own() -> list[ReferenceStatistic]:
    """Those of BESIDE that are there, in its order."""
    found = {row.key: row for row in ReferenceStatistic.objects.filter(key__in=BESIDE)}
    return [found[key] for key in BESIDE if key in found]
