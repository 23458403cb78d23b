"""The filters over series and over runs, in the words of the other lists of evidence."""

from __future__ import annotations

import django_filters
from django.utils.translation import gettext_lazy as _

from portfolio.initiatives.choices import choices_of
from readiness.connectors.contract import Statistic
from readiness.evidence.choices import EvidenceKind
from readiness.evidence.filters.deliveries import DeliveryFilter
from readiness.evidence.filters.observations import ObservationFilter
from readiness.evidence.models import Run, Series


class SeriesFilter(ObservationFilter):
    """Over `queries.values.series_in(actor)`."""

    run = flawed = since = until = None
    statistic = django_filters.ChoiceFilter(choices=choices_of(Statistic), label=_("Statistic"))

    class Meta:
        model = Series
        fields: tuple[str, ...] = ()


class RunFilter(DeliveryFilter):
    """Over visible runs with `queries.shown.NAMES`."""

    q = way = state = ids = None
    since = django_filters.DateFilter(field_name="observed_at", lookup_expr="date__gte", label=_("Observed from"))
    until = django_filters.DateFilter(field_name="observed_at", lookup_expr="date__lte", label=_("Observed until"))
    kind = django_filters.ChoiceFilter(choices=choices_of(EvidenceKind), label=_("Kind of evidence"))
    tool = django_filters.CharFilter(max_length=40, label=_("Tool"))
    delivery = django_filters.NumberFilter(min_value=0, max_value=2**62, label=_("Delivery"))
    flawed = django_filters.BooleanFilter(label=_("Unsound: it never decides"))

    class Meta:
        model = Run
        fields: tuple[str, ...] = ()
