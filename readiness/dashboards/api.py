"""`/api/v1/portfolio/`: the figures of the Portfolio page, with the same filters. `/api/v1/awaiting/`: what waits for you."""

from __future__ import annotations

from typing import Any

from django.urls import path
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from portfolio.initiatives.filters import InitiativeFilter
from portfolio.initiatives.models import Initiative
from portfolio.initiatives.queries.lists import unit_rows
from portfolio.kit import clock
from portfolio.kit.api.base import ScopedApi
from readiness.dashboards.choices import DutyKind
from readiness.dashboards.queries.awaiting import awaiting
from readiness.dashboards.queries.figures import portfolio_figures
from readiness.dashboards.tables.awaiting import plain
from readiness.dashboards.tables.shapes import portfolio_shape


class PortfolioShape(serializers.Serializer[Any]):
    """Shares are objects {part, whole, value, low, high, level}; null where there is nothing to take a share of."""

    as_of = serializers.DateField()
    counts = serializers.DictField(child=serializers.IntegerField())
    units = serializers.ListField(child=serializers.DictField())
    venues = serializers.DictField(child=serializers.DictField(), help_text="storage, training, inference")
    containerised = serializers.DictField()
    procurement = serializers.DictField()
    flows = serializers.ListField(child=serializers.DictField(), help_text="one per lifecycle template, the largest first")
    times = serializers.ListField(child=serializers.DictField(), help_text="days in each stage: quantiles, n, running, undated")
    stalled = serializers.DictField()
    risk = serializers.DictField(help_text="the reference class only, until there is history")
    references = serializers.ListField(child=serializers.DictField())


class Portfolio(ScopedApi):
    """Figures of the initiatives that you may see, as far as the filters leave them."""

    resource = "initiatives"

    @extend_schema(
        responses=PortfolioShape,
        parameters=[
            OpenApiParameter(name, str, description=str(field.label or name))
            for name, field in InitiativeFilter.base_filters.items()
        ],
    )
    def get(self, request: Request) -> Response:
        self.refuse_unknown_parameters(set(InitiativeFilter.base_filters))
        visible = Initiative.objects.visible_to(self.actor)
        found = InitiativeFilter(request.query_params, queryset=visible)
        if not found.is_valid():
            raise ValidationError(found.errors)
        figures = portfolio_figures(
            found.qs,
            visible,
            units={pk: (unit.name, unit.path) for pk, unit in unit_rows(self.actor).items()},
            unit=found.form.cleaned_data.get("unit"),
            today=clock.today(),
        )
        return Response(portfolio_shape(figures))


class DutyShape(serializers.Serializer[Any]):
    kind = serializers.ChoiceField([kind.value for kind in DutyKind])
    ref = serializers.CharField(help_text="Names it as long as it waits.")
    text = serializers.CharField()
    initiative_id = serializers.IntegerField(allow_null=True)
    initiative_key = serializers.CharField(allow_blank=True)
    initiative_name = serializers.CharField(allow_blank=True)
    due = serializers.CharField(allow_null=True, help_text="A day, or a moment with its offset.")
    overdue = serializers.BooleanField()
    url = serializers.CharField(help_text="The page where it is done.")


class AwaitingShape(serializers.Serializer[Any]):
    count = serializers.IntegerField()
    results = DutyShape(many=True)


class Awaiting(ScopedApi):
    """Everything that waits for you (for a token: for who made it, in its unit), what is overdue first. Tokens do none of it."""

    resource = "gates"

    @extend_schema(responses=AwaitingShape, parameters=[])
    def get(self, request: Request) -> Response:
        self.refuse_unknown_parameters(set())
        found = awaiting(self.actor, now=clock.now())
        return Response({"count": len(found), "results": [plain(one) for one in found]})


urlpatterns = [
    path("portfolio/", Portfolio.as_view(), name="api-portfolio"),
    path("awaiting/", Awaiting.as_view(), name="api-awaiting"),
]
