"""`/api/v1/evidence/query-templates/`: queries kept for the next feed, one's own and those that are shipped."""

from __future__ import annotations

from typing import Any

from django.db.models import F, QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import status as http
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from portfolio.kit.api.base import ScopedApi, etag
from readiness.connectors.prometheus.templates import packs
from readiness.evidence.api.managing import Stale
from readiness.evidence.api.source_shapes import QueryTemplateInput, QueryTemplateRow, ShippedTemplate
from readiness.evidence.models import QueryTemplate
from readiness.evidence.services import templates as verbs

COLUMNS = ("id", "unit_id", "unit_name", "name", "about", "based_on", "queries", "version")


class QueryTemplateViewSet(ScopedApi, GenericViewSet[QueryTemplate]):
    """Queries of the units that you may see."""

    resource = "evidence"
    queryset = QueryTemplate.objects.none()
    filter_backends = ()
    serializer_class = QueryTemplateInput  # type: ignore[assignment]
    lookup_value_regex = r"\d+"

    @extend_schema(responses=QueryTemplateRow(many=True))
    def list(self, request: Request) -> Response:
        self.refuse_unknown_parameters(set())
        page = self.paginate_queryset(self._rows().values(*COLUMNS)) or []
        return self.get_paginated_response(page)

    @extend_schema(responses=QueryTemplateRow)
    def retrieve(self, request: Request, pk: str) -> Response:
        return self._answer(int(pk))

    @extend_schema(request=QueryTemplateInput, responses={201: QueryTemplateRow})
    def create(self, request: Request) -> Response:
        """Keep queries for the next feed."""
        made = self.write(verbs.create_template, **self._given(), demo=self.actor.showing_demo)
        return self._answer(made.pk, http.HTTP_201_CREATED)

    @extend_schema(request=QueryTemplateInput, responses=QueryTemplateRow)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change it; feeds that were made from it keep what they have. If-Match guards the version."""
        row, changes, version = self._get(int(pk)), self._given(partial=True), self.version()
        try:
            self.write(verbs.change_template, template=row, changes=changes, version=row.version if version is None else version)
        except verbs.StaleTemplate as stale:
            raise Stale(f"Somebody saved version {stale.current.version} meanwhile; read it again.") from stale
        return self._answer(row.pk)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Take it away; feeds that were made from it keep what they have."""
        self.write(verbs.delete_template, template=self._get(int(pk)))
        return Response(status=http.HTTP_204_NO_CONTENT)

    @extend_schema(responses=ShippedTemplate(many=True))
    @action(detail=False, pagination_class=None)
    def shipped(self, request: Request) -> Response:
        """Those that come with the product."""
        self.refuse_unknown_parameters(set())
        return Response([{name: getattr(one, name) for name in ("key", "name", "about", "queries")} for one in packs()])

    def _rows(self) -> QuerySet[QueryTemplate]:
        rows: QuerySet[QueryTemplate] = QueryTemplate.objects.visible_to(self.actor)
        return rows.annotate(unit_name=F("unit__name"))

    def _get(self, pk: int) -> QueryTemplate:
        row = self._rows().select_related("unit").filter(pk=pk).first()
        if row is None:
            raise Http404
        return row

    def _given(self, *, partial: bool = False) -> dict[str, Any]:
        serializer = QueryTemplateInput(data=self.request.data, partial=partial, context={"actor": self.actor})
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)

    def _answer(self, pk: int, code: int = http.HTTP_200_OK) -> Response:
        row = self._rows().filter(pk=pk).values(*COLUMNS).first()
        if row is None:
            raise Http404
        return Response(row, status=code, headers=etag(row["version"]))
