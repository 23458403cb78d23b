"""The filters over deliveries, for page, export and API: the same words everywhere."""

from __future__ import annotations

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from portfolio.accounts.models import BusinessUnit
from portfolio.initiatives.choices import choices_of
from readiness.evidence.choices import OPEN_DELIVERIES, DeliveryState, Way
from readiness.evidence.models import Delivery

_LARGEST = 2**62
_MOST_IDS = 100
OPEN = "open"


class DeliveryFilter(django_filters.FilterSet):
    """Over `queries.deliveries.visible(actor)`."""

    q = django_filters.CharFilter(method="by_text", max_length=200, label=_("File, source, workload or initiative"))
    way = django_filters.ChoiceFilter(choices=choices_of(Way), label=_("How it came"))
    state = django_filters.ChoiceFilter(
        choices=[(OPEN, _("not over yet")), *choices_of(DeliveryState)], method="by_state", label=_("State")
    )
    source = django_filters.NumberFilter(field_name="source_pk", min_value=0, max_value=_LARGEST, label=_("Source"))
    initiative = django_filters.NumberFilter(field_name="initiative_pk", min_value=0, max_value=_LARGEST, label=_("Initiative"))
    workload = django_filters.NumberFilter(field_name="workload_pk", min_value=0, max_value=_LARGEST, label=_("Workload"))
    pool = django_filters.NumberFilter(method="by_pool", min_value=0, max_value=_LARGEST, label=_("Capacity pool"))
    unit = django_filters.NumberFilter(
        method="by_unit", min_value=0, max_value=_LARGEST, label=_("Business unit with its sub-units")
    )
    since = django_filters.DateFilter(field_name="asked_at", lookup_expr="date__gte", label=_("From"))
    until = django_filters.DateFilter(field_name="asked_at", lookup_expr="date__lte", label=_("Until"))
    ids = django_filters.CharFilter(method="by_ids", max_length=2_000, label=_("Numbers, separated by commas"))

    class Meta:
        model = Delivery
        fields: tuple[str, ...] = ()

    def by_text(self, rows: QuerySet[Delivery], _name: str, value: str) -> QuerySet[Delivery]:
        """Names that the reader may see alone: what is hidden is not found either."""
        text = value.replace("\x00", "").strip()
        shown = rows.filter(
            Q(file_name__icontains=text)
            | Q(source_name__icontains=text)
            | Q(workload_name__icontains=text)
            | Q(initiative_name__icontains=text)
            | Q(initiative_key__iexact=text)
            | Q(pool_name__icontains=text, pool_seen=True)
        )
        return shown if text else rows

    def by_state(self, rows: QuerySet[Delivery], _name: str, value: str) -> QuerySet[Delivery]:
        return rows.filter(state__in=OPEN_DELIVERIES) if value == OPEN else rows.filter(state=value)

    def by_pool(self, rows: QuerySet[Delivery], _name: str, value: int) -> QuerySet[Delivery]:
        return rows.filter(Q(pool=int(value), pool_seen=True))

    def by_unit(self, rows: QuerySet[Delivery], _name: str, value: int) -> QuerySet[Delivery]:
        path = BusinessUnit.objects.filter(pk=int(value)).values("path")[:1]
        theirs = Q(initiative_pk__isnull=False, initiative__unit__path__startswith=path)
        return rows.filter(Q(source_pk__isnull=False, unit__path__startswith=path) | theirs)

    def by_ids(self, rows: QuerySet[Delivery], _name: str, value: str) -> QuerySet[Delivery]:
        told = [part.strip() for part in value.split(",")][:_MOST_IDS]
        return rows.filter(pk__in=[int(part) for part in told if part.isascii() and part.isdigit() and len(part) < 19])
