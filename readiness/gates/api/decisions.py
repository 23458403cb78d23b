"""`/api/v1/gates/decisions/`: what was decided, by whom, on what ground; as a table, and as the record to verify."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson
from django.db.models import QuerySet
from django.http import Http404, StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from portfolio.kit.api.base import ScopedApi
from portfolio.kit.api.renderers import JsonRenderer
from readiness.gates.api.rendering import CsvRenderer, LinesRenderer, streamed
from readiness.gates.api.shapes import decisions as shapes
from readiness.gates.filters.decisions import DecisionFilter, RecordFilter
from readiness.gates.models import Decision
from readiness.gates.queries import listed as reading
from readiness.gates.queries.amounts import opened_to
from readiness.gates.queries.record import exported
from readiness.gates.queries.risk import figure_of
from readiness.gates.tables.exports import EXPORTS


class GateDecisionViewSet(ScopedApi, GenericViewSet[Decision]):
    """Decisions of the units that you may see. Nothing changes one: a later one corrects it."""

    resource = "gates"
    queryset = Decision.objects.none()
    filterset_class = DecisionFilter
    lookup_value_regex = r"\d+"

    @extend_schema(responses=shapes.GateDecisionRow(many=True))
    def list(self, request: Request) -> Response:
        """The newest first."""
        rows = reading.decision_rows(self._found(DecisionFilter))
        return self.get_paginated_response(self.paginate_queryset(rows))

    @extend_schema(responses=shapes.GateDecisionDetail)
    def retrieve(self, request: Request, pk: str) -> Response:
        """With the text that was hashed."""
        self.refuse_unknown_parameters(set())
        visible = Decision.objects.visible_to(self.actor).filter(pk=int(pk))
        row = reading.decision_rows(visible).values(*reading.DECISION, "content", "sealed").first()
        if row is None:
            raise Http404
        hidden = row["sealed"] is not None and not opened_to(self.actor, visible).exists()
        risks = {"risk": orjson.loads(row["content"]).get("risk"), "risk_now": figure_of(row["initiative_id"])}
        return Response(dict(row) | risks | {"sealed_hidden": hidden} | ({"sealed": None} if hidden else {}))

    @extend_schema(responses={(200, "text/csv"): OpenApiTypes.STR})
    @action(detail=False, url_path="export/csv", renderer_classes=(JsonRenderer, CsvRenderer))
    def export_csv(self, request: Request) -> StreamingHttpResponse:
        """A line for each, with the reviewers and what each said, for spreadsheets. The filters are those of the list."""
        return self._export("csv")

    @extend_schema(responses=shapes.ExportedDecision(many=True))
    @action(detail=False, url_path="export/json", pagination_class=None)
    def export_json(self, request: Request) -> StreamingHttpResponse:
        """All of them at once, with the reviewers and what each said. The filters are those of the list."""
        return self._export("json")

    @extend_schema(responses={(200, "application/x-ndjson"): shapes.RecordLine})
    @action(detail=False, pagination_class=None, renderer_classes=(JsonRenderer, LinesRenderer), filterset_class=RecordFilter)
    def record(self, request: Request) -> StreamingHttpResponse:
        """A line for each decision, chain by chain, as `verify_decisions.py` reads it; amounts only where you may see them."""
        rows = self._found(RecordFilter)
        hidden = set(rows.filter(sealed__isnull=False).exclude(pk__in=opened_to(self.actor, rows)).values_list("hash", flat=True))
        return streamed("decisions.jsonl", _lines(rows, hidden), LinesRenderer.media_type)

    def _export(self, fmt: str) -> StreamingHttpResponse:
        write, media_type = EXPORTS[fmt]
        rows = self._found(DecisionFilter).order_by("id")
        shown = reading.exported_decisions(rows).iterator(chunk_size=200)
        return streamed(f"gate-decisions.{fmt}", write(shown), media_type)

    def _found(self, filters: Any) -> QuerySet[Decision]:
        self.refuse_unknown_parameters(set(filters.base_filters))
        rows: QuerySet[Decision] = self.filter_queryset(Decision.objects.visible_to(self.actor))
        return rows


def _lines(rows: QuerySet[Decision], hidden: set[str]) -> Iterator[bytes]:
    for line in exported(rows, money=True):
        if line["hash"] in hidden:
            del line["sealed"]
        yield orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE)
