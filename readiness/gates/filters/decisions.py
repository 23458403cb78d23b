"""The filters over decisions, and over the conditions that they set."""

from __future__ import annotations

import django_filters
from django.utils.translation import gettext_lazy as _

from portfolio.initiatives.choices import choices_of
from readiness.gates.choices import OUTCOME_LABELS, ConditionState, Outcome, ProofKind
from readiness.gates.filters.scope import MOST, InitiativeFilters
from readiness.gates.models import Condition, Decision

_OUTCOMES = choices_of(Outcome, OUTCOME_LABELS)


class DecisionFilter(InitiativeFilters):
    """Over `Decision.objects.visible_to(actor)`. Superseded ones are there, for nothing is ever taken away."""

    outcome = django_filters.MultipleChoiceFilter(choices=_OUTCOMES, label=_("Outcome"))
    recommended = django_filters.MultipleChoiceFilter(choices=_OUTCOMES, label=_("Recommended"))
    superseded = django_filters.BooleanFilter(
        field_name="superseded_by", lookup_expr="isnull", exclude=True, label=_("A later one corrects it")
    )
    review = django_filters.NumberFilter(field_name="review", min_value=0, max_value=MOST, label=_("Review (id)"))
    by = django_filters.NumberFilter(field_name="by", min_value=0, max_value=MOST, label=_("Decided by (id)"))
    since = django_filters.DateFilter(field_name="at", lookup_expr="date__gte", label=_("Decided from"))
    until = django_filters.DateFilter(field_name="at", lookup_expr="date__lte", label=_("Decided until"))

    class Meta:
        model = Decision
        fields: tuple[str, ...] = ()


class ConditionFilter(InitiativeFilters):
    """Over `queries.listed.conditions(actor, today)`."""

    gate = django_filters.CharFilter(field_name="decision__gate", max_length=60, label=_("Gate (key)"))
    state = django_filters.MultipleChoiceFilter(field_name="standing", choices=choices_of(ConditionState), label=_("State"))
    owner = django_filters.NumberFilter(field_name="owner", min_value=0, max_value=MOST, label=_("Owner (id)"))
    decision = django_filters.NumberFilter(field_name="decision", min_value=0, max_value=MOST, label=_("Decision (id)"))
    proof = django_filters.ChoiceFilter(choices=choices_of(ProofKind), label=_("How it is proven"))
    due_until = django_filters.DateFilter(field_name="due", lookup_expr="lte", label=_("Due until"))

    class Meta:
        model = Condition
        fields: tuple[str, ...] = ()


class RecordFilter(InitiativeFilters):
    """What leaves chains whole; a chain with a part left out looks as if somebody had taken it away."""

    class Meta:
        model = Decision
        fields: tuple[str, ...] = ()
