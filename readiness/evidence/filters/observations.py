"""The filters over the newest values, for page, export and API: the same words everywhere."""

from __future__ import annotations

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from portfolio.accounts.models import BusinessUnit
from portfolio.initiatives.choices import choices_of
from readiness.connectors.metrics import METRICS
from readiness.evidence.choices import EvidenceKind
from readiness.evidence.models import Series

_LARGEST = 2**62


class ObservationFilter(django_filters.FilterSet):
    """Over `queries.observations.latest(actor)`: rows are series with their newest value."""

    q = django_filters.CharFilter(method="by_text", max_length=200, label=_("Workload, initiative, pool or source"))
    metric = django_filters.MultipleChoiceFilter(
        choices=[(key, one.label) for key, one in METRICS.items()], label=_("Metric"), distinct=False
    )
    kind = django_filters.ChoiceFilter(choices=choices_of(EvidenceKind), label=_("Kind of evidence"))
    unit = django_filters.NumberFilter(
        method="by_unit", min_value=0, max_value=_LARGEST, label=_("Business unit with its sub-units")
    )
    initiative = django_filters.NumberFilter(field_name="initiative_pk", min_value=0, max_value=_LARGEST, label=_("Initiative"))
    workload = django_filters.NumberFilter(field_name="workload_pk", min_value=0, max_value=_LARGEST, label=_("Workload"))
    pool = django_filters.NumberFilter(method="by_pool", min_value=0, max_value=_LARGEST, label=_("Capacity pool"))
    source = django_filters.NumberFilter(field_name="source_pk", min_value=0, max_value=_LARGEST, label=_("Source"))
    run = django_filters.NumberFilter(field_name="run_id", min_value=0, max_value=_LARGEST, label=_("Run"))
    flawed = django_filters.BooleanFilter(field_name="flawed", label=_("Unsound: it never decides"))
    since = django_filters.DateFilter(field_name="at", lookup_expr="date__gte", label=_("Observed from"))
    until = django_filters.DateFilter(field_name="at", lookup_expr="date__lte", label=_("Observed until"))

    class Meta:
        model = Series
        fields: tuple[str, ...] = ()

    def by_text(self, rows: QuerySet[Series], _name: str, value: str) -> QuerySet[Series]:
        """Names that the reader may see alone: what is hidden is not found either."""
        text = value.replace("\x00", "").strip()
        shown = rows.filter(
            Q(workload_name__icontains=text)
            | Q(initiative_name__icontains=text)
            | Q(initiative_key__iexact=text)
            | Q(source_name__icontains=text)
            | Q(pool_name__icontains=text, pool_seen=True)
        )
        return shown if text else rows

    def by_unit(self, rows: QuerySet[Series], _name: str, value: int) -> QuerySet[Series]:
        path = BusinessUnit.objects.filter(pk=int(value)).values("path")[:1]
        theirs = Q(initiative_pk__isnull=False, initiative__unit__path__startswith=path)
        return rows.filter(Q(source_pk__isnull=False, unit__path__startswith=path) | theirs)

    def by_pool(self, rows: QuerySet[Series], _name: str, value: int) -> QuerySet[Series]:
        return rows.filter(Q(pool=int(value), pool_seen=True))
