"""`/api/v1/units/`: the business units a reader may see, so that tooling can name them."""

from __future__ import annotations

from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.response import Response

from portfolio.accounts.models import BusinessUnit
from portfolio.accounts.queries import visible_units
from portfolio.kit.api.base import ScopedApi
from portfolio.kit.api.pagination import CursorPagination


class UnitRow(serializers.Serializer[dict[str, Any]]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    code = serializers.CharField()
    parent_id = serializers.IntegerField(allow_null=True)
    path = serializers.CharField(help_text="The ids from the top unit down, such as /1/7/; a subtree is one prefix.")
    depth = serializers.IntegerField()


class ByPath(CursorPagination):
    ordering = "path"


class UnitList(ScopedApi, GenericAPIView[Any]):
    """Business units, in tree order."""

    resource = "initiatives"
    queryset = BusinessUnit.objects.none()
    serializer_class = UnitRow
    pagination_class = ByPath
    filter_backends = ()

    @extend_schema(responses=UnitRow(many=True))
    def get(self, request: Any) -> Response:
        self.refuse_unknown_parameters(set())
        rows = visible_units(self.actor).values("id", "name", "code", "parent_id", "path", "depth")
        return self.get_paginated_response(self.paginate_queryset(rows))


urlpatterns = [path("units/", UnitList.as_view(), name="api-units")]
