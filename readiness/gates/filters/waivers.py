"""The filters over waivers."""

from __future__ import annotations

import django_filters
from django.utils.translation import gettext_lazy as _

from portfolio.initiatives.choices import choices_of
from readiness.gates.choices import WaiverState
from readiness.gates.filters.scope import InitiativeFilters
from readiness.gates.models import Waiver


class WaiverFilter(InitiativeFilters):
    """Over `queries.listed.waivers(actor, now)`, whose `standing` follows the time."""

    criterion = django_filters.CharFilter(max_length=60, label=_("Criterion (key)"))
    state = django_filters.MultipleChoiceFilter(field_name="standing", choices=choices_of(WaiverState), label=_("State"))
    expires_until = django_filters.DateFilter(field_name="expires_at", lookup_expr="date__lte", label=_("Expires until"))

    class Meta:
        model = Waiver
        fields: tuple[str, ...] = ()
