"""The filters over templates of gates and over gatekeepers."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from portfolio.accounts.models import BusinessUnit
from portfolio.initiatives.choices import choices_of
from readiness.gates.choices import FUNCTION_LABELS, GateFunction, TemplateState
from readiness.gates.filters.scope import MOST
from readiness.gates.models import Gatekeeper, GateTemplate


class TemplateFilter(django_filters.FilterSet):
    key = django_filters.CharFilter(max_length=60, label=_("Key"))
    lifecycle = django_filters.CharFilter(max_length=60, label=_("Lifecycle (key)"))
    state = django_filters.ChoiceFilter(choices=choices_of(TemplateState), label=_("State"))

    class Meta:
        model = GateTemplate
        fields: tuple[str, ...] = ()


class GatekeeperFilter(django_filters.FilterSet):
    """Over `queries.listed.gatekeepers(actor)`."""

    unit = django_filters.NumberFilter(method="by_unit", min_value=0, max_value=MOST, label=_("Business unit with its sub-units"))
    person = django_filters.NumberFilter(field_name="person", min_value=0, max_value=MOST, label=_("Person (id)"))
    function = django_filters.ChoiceFilter(
        method="by_function", choices=choices_of(GateFunction, FUNCTION_LABELS), label=_("Stands for")
    )
    chair = django_filters.BooleanFilter(label=_("Chairs"))

    class Meta:
        model = Gatekeeper
        fields: tuple[str, ...] = ()

    def by_unit(self, rows: QuerySet[Gatekeeper], _name: str, value: Any) -> QuerySet[Gatekeeper]:
        path = BusinessUnit.objects.filter(pk=int(value)).values("path")[:1]
        return rows.filter(unit__in=BusinessUnit.objects.filter(path__startswith=path))

    def by_function(self, rows: QuerySet[Gatekeeper], _name: str, value: str) -> QuerySet[Gatekeeper]:
        return rows.filter(functions__contains=[value])
