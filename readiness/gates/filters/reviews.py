"""The filters over reviews."""

from __future__ import annotations

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from portfolio.initiatives.choices import choices_of
from readiness.gates.choices import OUTCOME_LABELS, Mode, Outcome, ReviewState
from readiness.gates.filters.scope import InitiativeFilters
from readiness.gates.models import Review

MOST = 2**62


class ReviewFilter(InitiativeFilters):
    """Over `Review.objects.visible_to(actor)`. What was not evaluated yet is not ready and recommends nothing."""

    state = django_filters.MultipleChoiceFilter(choices=choices_of(ReviewState), label=_("State"))
    open = django_filters.BooleanFilter(method="by_open", label=_("Not decided and not ended"))
    ready = django_filters.BooleanFilter(label=_("No deliverable is missing"))
    recommended = django_filters.MultipleChoiceFilter(choices=choices_of(Outcome, OUTCOME_LABELS), label=_("Recommended"))
    decided = django_filters.MultipleChoiceFilter(choices=choices_of(Outcome, OUTCOME_LABELS), label=_("Decided"))
    changed = django_filters.BooleanFilter(
        field_name="changed_at", lookup_expr="isnull", exclude=True, label=_("Evidence changed since the decision")
    )
    mode = django_filters.ChoiceFilter(choices=choices_of(Mode), label=_("In a meeting or in writing"))
    template = django_filters.CharFilter(field_name="template__key", max_length=60, label=_("Template (key)"))
    since = django_filters.DateFilter(field_name="scheduled_at", lookup_expr="date__gte", label=_("Scheduled from"))
    until = django_filters.DateFilter(field_name="scheduled_at", lookup_expr="date__lte", label=_("Scheduled until"))

    class Meta:
        model = Review
        fields: tuple[str, ...] = ()

    def by_open(self, rows: QuerySet[Review], _name: str, value: bool) -> QuerySet[Review]:
        asked = Q(state__in=("planned", "scheduled", "in_review", "proposed"))
        return rows.filter(asked if value else ~asked)
