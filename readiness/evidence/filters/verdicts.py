"""The filters over current verdicts."""

from __future__ import annotations

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from readiness.evidence.filters.missing import OPEN, MissingFilter
from readiness.workloads.models import Requirement


class VerdictFilter(MissingFilter):
    """Over `queries.judged.with_verdict(...)`: all of them, or those that are open."""

    open = django_filters.BooleanFilter(method="by_open", label=_("Not met, warning, stale or unknown"))

    class Meta:
        model = Requirement
        fields: tuple[str, ...] = ()

    def filter_queryset(self, queryset: QuerySet[Requirement]) -> QuerySet[Requirement]:
        rows: QuerySet[Requirement] = django_filters.FilterSet.filter_queryset(self, queryset)
        return rows

    def by_open(self, rows: QuerySet[Requirement], _name: str, value: bool) -> QuerySet[Requirement]:
        asked = Q(verdict__in=OPEN)
        return rows.filter(asked if value else ~asked)
