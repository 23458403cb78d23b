"""One filterset for pages, exports and the API: the same words everywhere, over visible lines alone."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from portfolio.accounts.models import BusinessUnit
from portfolio.finance.models import BudgetLine, Commitment, Rate
from portfolio.finance.models.budget import CATEGORIES

_IDS = {"min_value": 0, "max_value": 2**62}
CHOICES = [(key or "none", label) for key, label in CATEGORIES]


class OfHolder(django_filters.FilterSet):
    """Rows of one initiative, of a unit with what lies below it, of a category."""

    initiative = django_filters.NumberFilter(field_name="initiative", label=_("Initiative"), **_IDS)
    unit = django_filters.NumberFilter(method="by_unit", label=_("Business unit with its sub-units"), **_IDS)
    category = django_filters.ChoiceFilter(method="by_category", choices=CHOICES, label=_("Category"))

    def by_unit(self, rows: QuerySet[Any], _name: str, value: int) -> QuerySet[Any]:
        path = BusinessUnit.objects.filter(pk=int(value)).values("path")[:1]
        return rows.filter(Q(unit__path__startswith=path) | Q(initiative__unit__path__startswith=path))

    def by_category(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        return rows.filter(category="" if value == "none" else value)


class LineFilter(OfHolder):
    """`since` and `until`: lines that touch these days."""

    since = django_filters.DateFilter(field_name="period_end", lookup_expr="gte", label=_("Touches the days from"))
    until = django_filters.DateFilter(field_name="period_start", lookup_expr="lte", label=_("to"))

    class Meta:
        model = BudgetLine
        fields: tuple[str, ...] = ()


class CommitmentFilter(OfHolder):
    class Meta:
        model = Commitment
        fields: tuple[str, ...] = ()


class RateFilter(django_filters.FilterSet):
    currency = django_filters.CharFilter(max_length=16, label=_("Currency"))
    since = django_filters.DateFilter(field_name="effective_on", lookup_expr="gte", label=_("From the day"))

    class Meta:
        model = Rate
        fields: tuple[str, ...] = ()
