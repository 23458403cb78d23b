"""The filters over sources, for page, export and API: the same words everywhere."""

from __future__ import annotations

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from portfolio.accounts.models import BusinessUnit
from portfolio.initiatives.choices import choices_of
from readiness.evidence.choices import Health, SourceKind
from readiness.evidence.models import Source


class SourceFilter(django_filters.FilterSet):
    """Over `queries.sources.visible(actor, now)`."""

    q = django_filters.CharFilter(method="by_text", max_length=200, label=_("Name, address or note"))
    kind = django_filters.ChoiceFilter(choices=choices_of(SourceKind), label=_("Kind"))
    health = django_filters.ChoiceFilter(field_name="health_now", choices=choices_of(Health), label=_("Health"))
    unit = django_filters.NumberFilter(
        method="by_unit", min_value=0, max_value=2**62, label=_("Business unit with its sub-units")
    )

    class Meta:
        model = Source
        fields: tuple[str, ...] = ()

    def by_text(self, rows: QuerySet[Source], _name: str, value: str) -> QuerySet[Source]:
        text = value.replace("\x00", "").strip()
        return rows.filter(Q(name__icontains=text) | Q(config__address__icontains=text) | Q(note__icontains=text))

    def by_unit(self, rows: QuerySet[Source], _name: str, value: int) -> QuerySet[Source]:
        path = BusinessUnit.objects.filter(pk=int(value)).values("path")[:1]
        return rows.filter(unit__path__startswith=path)
