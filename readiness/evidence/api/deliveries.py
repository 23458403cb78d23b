"""`/api/v1/evidence/deliveries/`, `inspect/`, `attestations/`, `payloads/`: what came in, what a file is, who vouches."""

from __future__ import annotations

from typing import Any

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status as http
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from portfolio.accounts.choices import Action, Scope
from portfolio.accounts.models import ApiToken
from portfolio.kit import clock
from portfolio.kit.api.base import ScopedApi
from readiness.evidence.api import shapes
from readiness.evidence.filters.deliveries import DeliveryFilter
from readiness.evidence.models import Delivery
from readiness.evidence.queries import deliveries as reading
from readiness.evidence.queries.payloads import whole_file
from readiness.evidence.queries.pushed import own
from readiness.evidence.queries.references import referred
from readiness.evidence.queries.shown import masked
from readiness.evidence.services.attestations import attest
from readiness.evidence.services.uploads import inspect_upload

# What the product calls it, and what the API says.
_NAMES = {"source_pk": "source_id", "initiative_pk": "initiative_id", "workload_pk": "workload_id", "asked_by_name": "asked_by"}
_LEFT_OUT = frozenset({"pool_seen", "initiative_name", "stored_as", "slot", "unit__name", "source_id"})


class ReadsDeliveries(BasePermission):
    """`evidence:read`; with `evidence:push` alone a token reads its own ones, one by one."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        actor = getattr(request._request, "actor", None)
        if actor is None:
            return False
        own_only = getattr(view, "action", "") == "retrieve" and actor.has_scope(Scope.EVIDENCE_PUSH)
        if not (actor.has_scope(Scope.EVIDENCE_READ) or own_only):
            raise PermissionDenied("This token lacks the scope evidence:read.")
        return True


class DeliveryViewSet(ScopedApi, GenericViewSet[Delivery]):
    """Pulls, uploads, pushes and attestations, each with its counts and outcome."""

    resource = "evidence"
    permission_classes = (ReadsDeliveries,)
    queryset = Delivery.objects.none()
    filterset_class = DeliveryFilter
    lookup_value_regex = r"\d+"

    @extend_schema(responses=shapes.DeliveryRow(many=True))
    def list(self, request: Request) -> Response:
        """The newest first."""
        self.refuse_unknown_parameters(set(DeliveryFilter.base_filters))
        rows = reading.listed(self.filter_queryset(reading.visible(self.actor)))
        page = self.paginate_queryset(rows) or []
        return self.get_paginated_response([delivery_row(masked(row), request) for row in page])

    @extend_schema(responses=shapes.DeliveryDetail)
    def retrieve(self, request: Request, pk: str) -> Response:
        """Poll it until its state is none of queued and running."""
        found = self._one(int(pk))
        if found is None:
            raise Http404
        return Response(delivery_row(found, request))

    def _one(self, pk: int) -> dict[str, Any] | None:
        if self.actor.has_scope(Scope.EVIDENCE_READ):
            return reading.one(self.actor, pk)
        token = self.request.auth
        if not isinstance(token, ApiToken) or not self.actor.may_somewhere(Action.BRING):
            return None
        return own(self.actor, token, pk)


class InspectView(ScopedApi):
    """What a file seems to be, before anybody keeps it."""

    resource = "evidence"
    parser_classes = (MultiPartParser,)

    @extend_schema(request={"multipart/form-data": shapes.FileInput}, responses=shapes.InspectionShape)
    def post(self, request: Request) -> Response:
        """Send the file, or its first MiB; nothing of it is stored."""
        shape = shapes.FileInput(data=request.data)
        shape.is_valid(raise_exception=True)
        seen = inspect_upload(shape.validated_data["file"])
        candidates = [
            {"tool": one.tool, "label": one.label, "format": one.format, "unproven": one.unproven} for one in seen.candidates
        ]
        looked_for = [{"label": label, "looks_for": text} for label, text in seen.looked_for]
        return Response(
            {
                "name": seen.name, "size_bytes": seen.size_bytes, "candidates": candidates, "looked_for": looked_for,
                "archive": seen.archive, "members": seen.members, "more_members": seen.more_members,
            }
        )  # fmt: skip


class AttestationView(ScopedApi):
    """A person vouches for a figure; a token cannot."""

    resource = "evidence"
    parser_classes = (MultiPartParser,)

    @extend_schema(request={"multipart/form-data": shapes.AttestationInput}, responses={201: shapes.DeliveryDetail})
    def post(self, request: Request) -> Response:
        """Keep what you say and the file that shows it."""
        shape = shapes.AttestationInput(data=request.data)
        shape.is_valid(raise_exception=True)
        said = dict(shape.validated_data)
        about = referred(self.actor, {name: said.pop(name) for name in ("workload", "pool") if name in said})
        environment = said.pop("environment", {})
        if not isinstance(environment, dict):
            raise ValidationError({"environment": ["An object is expected."]})
        made = self.write(attest, **about, **said, environment=environment, now=clock.now())
        row = reading.one(self.actor, made.pk)
        assert row is not None
        return Response(delivery_row(row, request), status=http.HTTP_201_CREATED)


class PayloadFileView(ScopedApi):
    """Raw answers and files."""

    resource = "evidence"

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: Request, pk: int) -> HttpResponseBase:
        """The file as it was brought, for as long as it is kept, to those who may have the whole of it."""
        self.refuse_unknown_parameters(set())
        row = whole_file(self.actor, pk)
        if row is None:
            raise Http404
        name = row.name.rsplit("/", 1)[-1] or "payload"
        content = default_storage.open(row.stored_as)
        return FileResponse(content, as_attachment=True, filename=name, content_type="application/octet-stream")


def delivery_row(row: dict[str, Any], request: Request) -> dict[str, Any]:
    """A row of queries.deliveries under the names of the API."""
    made = {_NAMES.get(name, name): value for name, value in row.items() if name not in _LEFT_OUT}
    return made | {"url": reverse("evidence-delivery-detail", args=[row["id"]], request=request)}
