"""What every list of gates can be asked by: the initiative, its unit with those below, and the gate."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from portfolio.accounts.models import BusinessUnit

MOST = 2**62


class InitiativeFilters(django_filters.FilterSet):
    """Over rows that have an `initiative` and a `gate`."""

    initiative = django_filters.NumberFilter(field_name="initiative", min_value=0, max_value=MOST, label=_("Initiative (id)"))
    unit = django_filters.NumberFilter(method="by_unit", min_value=0, max_value=MOST, label=_("Business unit with its sub-units"))
    gate = django_filters.CharFilter(max_length=60, label=_("Gate (key)"))

    def by_unit(self, rows: QuerySet[Any], _name: str, value: Any) -> QuerySet[Any]:
        path = BusinessUnit.objects.filter(pk=int(value)).values("path")[:1]
        return rows.filter(initiative__unit__in=BusinessUnit.objects.filter(path__startswith=path))
