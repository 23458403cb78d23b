"""One filterset a list for its page, exports and API: the same words everywhere. Here those of the pools."""

from __future__ import annotations

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from portfolio.accounts.models import BusinessUnit
from portfolio.initiatives.choices import VENUE_LABELS, Venue, choices_of
from readiness.workloads.choices import PoolKind
from readiness.workloads.models import CapacityPool


class PoolFilter(django_filters.FilterSet):
    """Filters over `CapacityPool.objects.visible_to(actor)`. An unknown venue or size is a value one can ask for."""

    q = django_filters.CharFilter(field_name="name", lookup_expr="icontains", max_length=200, label=_("Name"))
    kind = django_filters.ChoiceFilter(choices=choices_of(PoolKind), label=_("Kind"))
    venue = django_filters.ChoiceFilter(choices=choices_of(Venue, VENUE_LABELS), label=_("Venue"))
    accelerator = django_filters.CharFilter(field_name="accelerator__key", max_length=60, label=_("Accelerator (key)"))
    unit = django_filters.NumberFilter(
        method="by_unit", min_value=0, max_value=2**62, label=_("Business unit with its sub-units")
    )
    size_known = django_filters.BooleanFilter(field_name="size", lookup_expr="isnull", exclude=True, label=_("Its size is known"))

    class Meta:
        model = CapacityPool
        fields: tuple[str, ...] = ()

    def by_unit(self, rows: QuerySet[CapacityPool], _name: str, value: int) -> QuerySet[CapacityPool]:
        path = BusinessUnit.objects.filter(pk=int(value)).values("path")[:1]
        return rows.filter(unit__path__startswith=path)
