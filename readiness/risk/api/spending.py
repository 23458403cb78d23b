"""`/api/v1/risk/spending/`: what is likely abandoned in money, with the page's filters; and if only these went on."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from portfolio.accounts.choices import Action
from portfolio.finance.queries.rates import settings_now
from portfolio.initiatives.filters import InitiativeFilter
from portfolio.initiatives.models import Initiative
from portfolio.initiatives.queries.lists import unit_rows
from portfolio.kit import clock
from portfolio.kit.api.base import ScopedApi
from readiness.risk.api.spending_rows import spending_row
from readiness.risk.queries.spending.items import items
from readiness.risk.queries.spending.told import Asked, computed, kept_units, told_of

OWN = ("threshold", "only")
MOST_NAMED = 1_000
Shape = serializers.Serializer[dict[str, Any]]


class AmountsShape(Shape):
    """Null amounts may not be told: too few of several, beside hidden ones, or nothing is known. Never 0 for unknown."""

    base = serializers.DictField(
        child=serializers.IntegerField(),
        help_text="initiatives in flight: counted; unknown, no_figure, hidden are in no sum; least, no_rate: a part unknown",
    )
    spent = serializers.FloatField(allow_null=True)
    bound = serializers.FloatField(allow_null=True, help_text="to be paid whatever happens")
    expected = serializers.FloatField(allow_null=True)
    p10 = serializers.FloatField(allow_null=True)
    p50 = serializers.FloatField(allow_null=True)
    p90 = serializers.FloatField(allow_null=True)
    p90_if_independent = serializers.FloatField(allow_null=True)
    at_least = serializers.FloatField(allow_null=True, help_text="chance of at least `threshold`, a ratio; null without one")
    carriers = serializers.IntegerField(allow_null=True, help_text="so many initiatives carry at least 80 % of `expected`")


class SpendingShape(Shape):
    as_of = serializers.DateField(allow_null=True)
    currency = serializers.CharField()
    horizon_months = serializers.IntegerField(allow_null=True, help_text="null: nothing was scored yet")
    version = serializers.CharField(allow_null=True)
    outcomes = serializers.IntegerField()
    overrun = serializers.DictField(child=serializers.FloatField(), help_text="lognormal factor on what is bound; sigma assumed")
    whole = AmountsShape(allow_null=True)
    units = serializers.ListField(
        child=serializers.DictField(),
        help_text="AmountsShape with id and name: every unit with what is below it; under further filters those right below",
    )
    initiatives = serializers.ListField(
        child=serializers.DictField(), help_text="the largest expected amounts first, at most 100"
    )
    only = AmountsShape(allow_null=True, help_text="the initiatives that `only` names")


class SpendingView(ScopedApi):
    """Of initiatives in flight that you may see. Needs money: the scope `money` for tokens, for people a role that holds it."""

    resource = "initiatives"

    @extend_schema(
        responses=SpendingShape,
        parameters=[
            OpenApiParameter("threshold", float, description="an amount to ask about"),
            OpenApiParameter("only", int, many=True, description="initiatives that would go on"),
            *(
                OpenApiParameter(name, str, description=str(one.label or name))
                for name, one in InitiativeFilter.base_filters.items()
            ),
        ],
    )
    def get(self, request: Request) -> Response:
        """Amounts are in the reporting currency; within `horizon_months`; associated with, never caused by."""
        self.refuse_unknown_parameters({*InitiativeFilter.base_filters, *OWN})
        actor = self.actor
        if not actor.may_somewhere(Action.MONEY):
            raise PermissionDenied("Your roles do not see amounts, or this token lacks the scope money.")
        found = InitiativeFilter(request.query_params, queryset=Initiative.objects.visible_to(actor))
        if not found.is_valid():
            raise ValidationError(found.errors)
        unit = found.form.cleaned_data.get("unit")
        narrowed = any(value for name, value in request.query_params.items() if name not in (*OWN, "unit"))
        asked = Asked(found.qs, int(unit) if unit is not None else None, narrowed)
        rows = items(asked.rows, actor)
        units = {pk: (row.name, row.path) for pk, row in unit_rows(actor).items()}
        told = told_of(actor, asked, rows, units, clock.today())
        below = kept_units(actor, told.generation) if told and not narrowed and unit is None else told.below if told else {}
        ids = _only(request)
        only = computed(actor, rows, {1: [row.id for row in rows if row.id in ids]}, clock.today()) if ids else None
        currency = settings_now().reporting_currency
        made = spending_row(told, below, units, rows, only.below.get(1) if only else None, currency, _threshold(request))
        return Response(made)


def _threshold(request: Request) -> float | None:
    text = request.query_params.get("threshold")
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1e15:
        raise ValidationError({"threshold": ["An amount from 0 to 1e15."]})
    return value


def _only(request: Request) -> set[int]:
    texts = request.query_params.getlist("only")
    if len(texts) > MOST_NAMED or not all(text.isascii() and text.isdigit() and len(text) <= 18 for text in texts):
        raise ValidationError({"only": [f"Ids of initiatives, at most {MOST_NAMED}."]})
    return {int(text) for text in texts}
