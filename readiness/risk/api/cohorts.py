"""`/api/v1/risk/cohorts/`: the figures of the cohort page, with the same filters."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from portfolio.initiatives.filters import InitiativeFilter
from portfolio.initiatives.models import Initiative
from portfolio.initiatives.queries.lists import stage_rows
from portfolio.kit import clock
from portfolio.kit.api.base import ScopedApi
from readiness.risk.queries.cohorts import cohorts
from readiness.risk.tables.shapes import cohorts_shape

PURCHASES = "purchases:read"


class CohortsShape(serializers.Serializer[Any]):
    """Shares are ratios. An interval is at 95 %; null is unknown or too few to say, never 0."""

    as_of = serializers.DateField()
    initiatives = serializers.IntegerField(help_text="that match the filter; fewer than two: no figures")
    aged = serializers.IntegerField(help_text="of them with an age")
    left_out = serializers.DictField(child=serializers.IntegerField(), help_text="reason: initiatives without an age")
    lifecycle = serializers.CharField(allow_null=True, help_text="the template of gates and stages")
    gates = serializers.ListField(child=serializers.DictField())
    life = serializers.DictField(allow_null=True, help_text="from the beginning: shares by month, outcomes apart")
    stages = serializers.ListField(child=serializers.DictField(), help_text="time in each stage, outcomes apart")
    lead = serializers.DictField(allow_null=True, help_text="months to production among those that arrived")
    reasons = serializers.ListField(child=serializers.DictField())
    plan = serializers.ListField(
        child=serializers.DictField(), allow_null=True, help_text="association, not cause; null without purchases:read"
    )
    route = serializers.ListField(child=serializers.DictField(), help_text="association, not cause")


class Cohorts(ScopedApi):
    """What became of the initiatives that you may see, as far as the filters leave them."""

    resource = "initiatives"

    @extend_schema(
        responses=CohortsShape,
        parameters=[
            OpenApiParameter(name, str, description=str(field.label or name))
            for name, field in InitiativeFilter.base_filters.items()
        ],
    )
    def get(self, request: Request) -> Response:
        self.refuse_unknown_parameters(set(InitiativeFilter.base_filters))
        found = InitiativeFilter(request.query_params, queryset=Initiative.objects.visible_to(self.actor))
        if not found.is_valid():
            raise ValidationError(found.errors)
        may = self.actor.has_scope(PURCHASES)
        figures = cohorts(self.actor, found.qs, stage_rows=stage_rows(), on=clock.today(), purchases=may)
        return Response(cohorts_shape(figures))
