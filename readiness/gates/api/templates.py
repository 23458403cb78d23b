"""`/api/v1/gates/templates/` and `/gatekeepers/`: what gates ask, as JSON or as YAML, and who sits at them."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from portfolio.accounts.choices import Action
from portfolio.kit.api.base import ScopedApi
from portfolio.kit.api.renderers import JsonRenderer
from readiness.gates.api.rendering import YamlRenderer, attached
from readiness.gates.api.shapes import others as shapes
from readiness.gates.filters.templates import GatekeeperFilter, TemplateFilter
from readiness.gates.models import Gatekeeper, GateTemplate
from readiness.gates.queries import listed as reading
from readiness.gates.queries.templates import parsed, visible_templates
from readiness.gates.rules.templates.reading import plain_of, write_template

_ROW = tuple(shapes.GateTemplateRow().fields)


class GateTemplateViewSet(ScopedApi, GenericViewSet[GateTemplate]):
    """Versions of templates. They belong to the whole organisation; drafts are seen by those who work on them."""

    resource = "gates"
    queryset = GateTemplate.objects.none()
    filterset_class = TemplateFilter
    lookup_value_regex = r"\d+"
    renderer_classes = (JsonRenderer, YamlRenderer)

    @extend_schema(responses=shapes.GateTemplateRow(many=True))
    def list(self, request: Request) -> Response:
        self.refuse_unknown_parameters(set(TemplateFilter.base_filters))
        page = self.paginate_queryset(self.filter_queryset(self._rows()).values(*_ROW)) or []
        return self.get_paginated_response(page)

    @extend_schema(
        responses={
            (200, "application/json"): shapes.GateTemplateDetail,
            (200, "application/yaml"): OpenApiResponse(OpenApiTypes.STR),
        }
    )
    def retrieve(self, request: Request, pk: str) -> HttpResponseBase:
        """One version; with `Accept: application/yaml` as the file that the product takes."""
        self.refuse_unknown_parameters(set())
        row = self._rows().filter(pk=int(pk)).first()
        if row is None:
            raise Http404
        if getattr(request, "accepted_media_type", "").startswith(YamlRenderer.media_type):
            return attached(f"{row.key}-v{row.version}.yaml", write_template(parsed(row)), YamlRenderer.media_type)
        told: dict[str, Any] = {name: getattr(row, name) for name in _ROW}
        return Response(told | {"content": plain_of(parsed(row))})

    def _rows(self) -> Any:
        return visible_templates(drafts=self.actor.may_somewhere(Action.CONFIGURE))


class GatekeeperViewSet(ScopedApi, GenericViewSet[Gatekeeper]):
    """Whoever sits at gates. People name them, on a page."""

    resource = "gates"
    queryset = Gatekeeper.objects.none()
    filterset_class = GatekeeperFilter

    @extend_schema(responses=shapes.GatekeeperRow(many=True))
    def list(self, request: Request) -> Response:
        self.refuse_unknown_parameters(set(GatekeeperFilter.base_filters))
        rows = reading.gatekeeper_rows(self.filter_queryset(reading.gatekeepers(self.actor)))
        return self.get_paginated_response(self.paginate_queryset(rows))
