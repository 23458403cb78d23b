"""`/api/v1/accelerators/` and `/api/v1/models/`: what can be bought and run, each figure with its source."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework import status as http
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from portfolio.kit.api.base import ScopedApi
from readiness.workloads.models import Accelerator, CatalogueModel
from readiness.workloads.queries.catalogue import COLUMNS, entry_rows, narrowed, with_kv
from readiness.workloads.services import catalogue as verbs

FILTERS = ("q", "verified", "retired")
YES_NO = ("yes", "no")


class AcceleratorRow(serializers.ModelSerializer[Accelerator]):
    """Speeds are dense, per accelerator and second; memory in bytes; null is not known."""

    class Meta:
        model = Accelerator
        fields = ("id", *COLUMNS[Accelerator])


class ModelRow(serializers.ModelSerializer[CatalogueModel]):
    """`layers` groups layers as {count, kv_heads, head_dim, window_tokens} or {count, latent_dim}; null is not known."""

    kv_bytes_per_token = serializers.FloatField(read_only=True, allow_null=True, help_text="At BF16, inside every window.")

    class Meta:
        model = CatalogueModel
        fields = ("id", *COLUMNS[CatalogueModel], "kv_bytes_per_token")


class ImportInput(serializers.Serializer[dict[str, Any]]):
    form = serializers.ChoiceField(["yaml", "json", "csv"])
    text = serializers.CharField(trim_whitespace=False)


class LineError(serializers.Serializer[dict[str, Any]]):
    line = serializers.IntegerField(help_text="0: the file as a whole")
    error = serializers.CharField()


class ImportAnswer(serializers.Serializer[dict[str, Any]]):
    added = serializers.ListField(child=serializers.CharField())
    changed = serializers.ListField(child=serializers.CharField())
    same = serializers.ListField(child=serializers.CharField())
    errors = LineError(many=True)  # type: ignore[assignment]


def _flag(name: str, text: str) -> OpenApiParameter:
    return OpenApiParameter(name, OpenApiTypes.STR, enum=YES_NO, description=text)


class CatalogueViewSet(ScopedApi, GenericViewSet[Any]):
    """What both catalogues do; rows are named by their key."""

    resource = "workloads"
    filter_backends = ()
    lookup_field = "key"
    lookup_value_regex = r"[-\w]+"
    kind: type[Accelerator] | type[CatalogueModel]
    filters: tuple[str, ...] = FILTERS

    def shown(self, row: dict[str, Any]) -> dict[str, Any]:
        return row

    def list(self, request: Request) -> Response:
        """Everything that is offered, also what is no longer."""
        self.refuse_unknown_parameters(set(self.filters))
        wanted = {"retired": ""} | {name: request.query_params.get(name, "") for name in self.filters}
        for name in ("verified", "retired"):
            if wanted[name] not in ("", *YES_NO):
                raise serializers.ValidationError({name: ["Want yes or no."]})
        page = self.paginate_queryset(narrowed(entry_rows(self.kind), **wanted)) or []
        return self.get_paginated_response([self.shown(row) for row in page])

    def retrieve(self, request: Request, key: str) -> Response:
        return self._answer(key)

    def create(self, request: Request) -> Response:
        """Add a row. Needs `workloads:write` for the whole organisation."""
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        made = self.write(verbs.add_entry, kind=self.kind, values=serializer.validated_data)
        return self._answer(made.key, http.HTTP_201_CREATED)

    def partial_update(self, request: Request, key: str) -> Response:
        """Change what is sent; `{"retired": true}` takes it from what is offered."""
        entry = get_object_or_404(self.kind, key=key)
        serializer = self.get_serializer(entry, data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        self.write(verbs.change_entry, entry=entry, values=serializer.validated_data)
        return self._answer(key)

    @extend_schema(request=ImportInput, responses={200: ImportAnswer, 422: ImportAnswer})
    @action(detail=False, methods=["post"], url_path="import")
    def from_file(self, request: Request) -> Response:
        """Rows of a YAML, JSON or CSV file by key: all or, with errors by line (422), none."""
        serializer = ImportInput(data=request.data)
        serializer.is_valid(raise_exception=True)
        report = self.write(verbs.import_entries, kind=self.kind, **serializer.validated_data)
        answer: dict[str, Any] = {"added": report.added, "changed": report.changed, "same": report.same}
        answer["errors"] = [{"line": line, "error": error} for line, error in report.errors]
        return Response(answer, status=http.HTTP_422_UNPROCESSABLE_ENTITY if report.errors else http.HTTP_200_OK)

    def _answer(self, key: str, code: int = http.HTTP_200_OK) -> Response:
        return Response(self.shown(get_object_or_404(entry_rows(self.kind), key=key)), status=code)


_Q = OpenApiParameter("q", OpenApiTypes.STR, description="Part of key, name, maker or another name.")


class AcceleratorViewSet(CatalogueViewSet):
    """Accelerators with memory, speed and list prices."""

    kind = Accelerator
    queryset = Accelerator.objects.none()
    serializer_class = AcceleratorRow

    @extend_schema(responses=AcceleratorRow(many=True), parameters=[_Q, _flag("verified", ""), _flag("retired", "")])
    def list(self, request: Request) -> Response:
        return super().list(request)


class ModelViewSet(CatalogueViewSet):
    """Models with the facts that sizing needs, or a provider's token prices."""

    kind = CatalogueModel
    filters = (*FILTERS, "offered_as")
    queryset = CatalogueModel.objects.none()
    serializer_class = ModelRow

    def shown(self, row: dict[str, Any]) -> dict[str, Any]:
        return with_kv(row)

    @extend_schema(
        responses=ModelRow(many=True),
        parameters=[_Q, _flag("verified", ""), _flag("retired", ""), OpenApiParameter("offered_as", OpenApiTypes.STR)],
    )
    def list(self, request: Request) -> Response:
        return super().list(request)
