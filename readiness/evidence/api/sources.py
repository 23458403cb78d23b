"""`/api/v1/evidence/sources/`, with tries and kinds: where evidence comes from, and how it fares."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status as http
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.viewsets import GenericViewSet

from portfolio.kit import clock
from portfolio.kit.api.base import ScopedApi, etag
from readiness.connectors import registry
from readiness.connectors.live import ConfigField
from readiness.evidence.api import source_shapes as shapes
from readiness.evidence.api.deliveries import delivery_row
from readiness.evidence.api.managing import Manages, trial_row
from readiness.evidence.api.shapes import DeliveryDetail
from readiness.evidence.choices import SourceKind
from readiness.evidence.filters.sources import SourceFilter
from readiness.evidence.models import Source
from readiness.evidence.queries import deliveries as delivered
from readiness.evidence.queries import sources as reading
from readiness.evidence.services import sources as verbs

ORDERINGS = ("-id", "id", "name", "-name")
_NAMES = {"health_now": "health", "last_ok": "last_ok_at", "feeds_count": "feeds"}


class SourceViewSet(Manages, GenericViewSet[Source]):
    """Places that are asked for evidence. What people and tools bring of a unit has a source of its own, made by itself."""

    queryset = Source.objects.none()
    filterset_class = SourceFilter
    serializer_class = shapes.EvidenceSourceInput  # type: ignore[assignment]
    lookup_value_regex = r"\d+"

    @extend_schema(
        responses=shapes.EvidenceSourceRow(many=True),
        parameters=[OpenApiParameter("ordering", enum=ORDERINGS, description="default -id: newest first")],
    )
    def list(self, request: Request) -> Response:
        """Sources in use."""
        self.refuse_unknown_parameters(set(SourceFilter.base_filters))
        wanted = request.query_params.get("ordering", ORDERINGS[0])
        if wanted not in ORDERINGS:
            raise ValidationError({"ordering": [f"One of {', '.join(ORDERINGS)}."]})
        rows = reading.listed(self.filter_queryset(reading.visible(self.actor, clock.now())))
        self.paginator.ordering = (wanted,)  # type: ignore[union-attr]
        page = self.paginate_queryset(rows) or []
        return self.get_paginated_response([_source(row) for row in page])

    @extend_schema(responses=shapes.EvidenceSourceRow)
    def retrieve(self, request: Request, pk: str) -> Response:
        return self._answer(int(pk))

    @extend_schema(request=shapes.EvidenceSourceInput, responses={201: shapes.EvidenceSourceRow})
    def create(self, request: Request) -> Response:
        """A place to ask. It is asked from its first feed on."""
        said = self.given(shapes.EvidenceSourceInput)
        said["kind"] = SourceKind(said["kind"])
        made = self.act(verbs.create_source, **said, demo=self.actor.showing_demo)
        return self._answer(made.pk, http.HTTP_201_CREATED)

    @extend_schema(request=shapes.EvidenceSourceChange, responses=shapes.EvidenceSourceRow)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change it. Send the ETag you read as If-Match (412 if stale)."""
        row, changes = self.source(pk), self.given(shapes.EvidenceSourceChange, partial=True)
        secrets = changes.pop("secrets", None)
        self.act(verbs.change_source, source=row, changes=changes, secrets=secrets, version=self.version())
        return self._answer(row.pk)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Retire it: it is asked no more and its secrets go; its evidence stays."""
        self.act(verbs.retire_source, source=self.source(pk), version=self.version())
        return Response(status=http.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses=shapes.EvidenceSourceRow)
    @action(detail=True, methods=["post"])
    def pause(self, request: Request, pk: str) -> Response:
        """Ask it no more until somebody resumes it."""
        return self._answer(self.act(verbs.pause_source, source=self.source(pk), version=self.version()).pk)

    @extend_schema(request=None, responses=shapes.EvidenceSourceRow)
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, pk: str) -> Response:
        """Ask it again, now."""
        return self._answer(self.act(verbs.resume_source, source=self.source(pk), version=self.version()).pk)

    @extend_schema(request=None, responses={202: DeliveryDetail})
    @action(detail=True, methods=["post"])
    def pull(self, request: Request, pk: str) -> Response:
        """Ask it now, also where it is not asked for a while because it failed. The answer is the delivery to poll."""
        made = self.act(verbs.pull_now, source=self.source(pk), now=clock.now())
        row = delivered.one(self.actor, made.pk)
        assert row is not None
        shown = delivery_row(row, request)
        return Response(shown, status=http.HTTP_202_ACCEPTED, headers={"Location": shown["url"]})

    @extend_schema(request=shapes.TestInput, responses={202: shapes.TrialShape})
    @action(detail=True, methods=["post"])
    def test(self, request: Request, pk: str) -> Response:
        """Let a worker see whether it answers, or what a feed would find. Poll the try; 429 beyond 6 a minute."""
        row, said = self.source(pk), self.given(shapes.TestInput)
        if "ask" in said:
            return self.tried(self.act(verbs.test_ask, source=row, ask=said["ask"]))
        return self.tried(self.act(verbs.test_source, source=row))

    @extend_schema(request=shapes.DiscoverInput, responses={202: shapes.TrialShape})
    @action(detail=True, methods=["post"])
    def discover(self, request: Request, pk: str) -> Response:
        """Let a worker see what there is to choose from for a field of a feed."""
        return self.tried(self.act(verbs.discover, source=self.source(pk), **self.given(shapes.DiscoverInput)))

    def pointer(self, name: str) -> str:
        kind = self.request.data.get("kind") if "pk" not in self.kwargs else self.source(self.kwargs["pk"]).kind
        for connector in registry.CONNECTORS:
            for one in connector.fields if connector.kind == kind else ():
                if one.name == name:
                    return f"{'secrets' if one.secret else 'config'}/{name}"
        return name

    def _answer(self, pk: int, code: int = http.HTTP_200_OK) -> Response:
        row = reading.one(self.actor, pk, clock.now())
        if row is None:
            raise Http404
        return Response(_source(row), status=code, headers=etag(row["version"]))


class TrialView(ScopedApi):
    """Tries of sources."""

    resource = "evidence"

    @extend_schema(responses=shapes.TrialShape)
    def get(self, request: Request, pk: int) -> Response:
        """What a try found; kept for a day."""
        self.refuse_unknown_parameters(set())
        row = reading.trial(self.actor, pk)
        if row is None:
            raise Http404
        return Response(trial_row(row, reverse("evidence-trial", args=[pk], request=request)))


class SourceKindView(ScopedApi):
    """The kinds of sources that can be asked."""

    resource = "evidence"

    @extend_schema(responses=shapes.SourceKindShape(many=True))
    def get(self, request: Request) -> Response:
        """All of them, with what a source and a feed of each take."""
        self.refuse_unknown_parameters(set())
        return Response(
            [
                {
                    "kind": one.kind, "label": one.label, "about": one.about, "unproven": one.unproven,
                    "config": [_field(field) for field in one.fields], "ask": [_field(field) for field in one.ask_fields],
                    "discover": sorted(one.discover),
                }
                for one in registry.CONNECTORS
            ]
        )  # fmt: skip


def _source(row: dict[str, Any]) -> dict[str, Any]:
    left_out = {"open_pull", "may_manage"}
    return {_NAMES.get(name, name): value for name, value in row.items() if name not in left_out}


def _field(one: ConfigField) -> dict[str, Any]:
    own = {name: getattr(one, name) for name in ("name", "label", "kind", "help", "required", "default")}
    return own | {"choices": [list(choice) for choice in one.choices]}
