"""`/api/v1/reference-statistics/`: the published figures, with source, year and whether they were checked."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from portfolio.kit.api.base import ScopedApi
from readiness.risk.models import ReferenceStatistic
from readiness.risk.queries.statistics import reference_statistics

FIELDS = (
    "key", "label", "kind", "value", "unit", "low", "high", "bound", "definition", "denominator", "horizon_months", "population",
    "source", "year", "verified", "note",
)  # fmt: skip


class ReferenceStatisticRow(serializers.ModelSerializer[ReferenceStatistic]):
    class Meta:
        model = ReferenceStatistic
        fields = FIELDS


class ReferenceStatistics(ScopedApi, GenericAPIView[ReferenceStatistic]):
    """Published figures that pages show beside your own. Decimals are strings."""

    resource = "initiatives"
    serializer_class = ReferenceStatisticRow
    queryset = ReferenceStatistic.objects.none()
    filter_backends = ()

    @extend_schema(responses=ReferenceStatisticRow(many=True))
    def get(self, request: Request) -> Response:
        self.refuse_unknown_parameters(set())
        rows: Any = reference_statistics().values("id", *FIELDS)
        page = self.paginate_queryset(rows) or []
        return self.get_paginated_response([{name: row[name] for name in FIELDS} for row in page])
