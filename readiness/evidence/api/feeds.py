"""`/api/v1/evidence/sources/{id}/feeds/`: what is asked of a source, and of what the answer is evidence."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import status as http
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from portfolio.kit.api.base import etag
from readiness.connectors import registry
from readiness.evidence.api import source_shapes as shapes
from readiness.evidence.api.managing import Manages
from readiness.evidence.api.rows import about
from readiness.evidence.models import Feed
from readiness.evidence.queries import sources as reading
from readiness.evidence.services import sources as verbs

_FEED = ("id", "name", "ask", "environment", "read_to", "error", "paused_at", "version", "created_at")


class FeedViewSet(Manages, GenericViewSet[Feed]):
    """What is asked of one source."""

    queryset = Feed.objects.none()
    filter_backends = ()
    pagination_class = None
    serializer_class = shapes.FeedInput  # type: ignore[assignment]
    lookup_value_regex = r"\d+"

    @extend_schema(responses=shapes.FeedShape(many=True))
    def list(self, request: Request, source: str) -> Response:
        """All of them, at most 200."""
        self.refuse_unknown_parameters(set())
        return Response([_feed(row) for row in reading.feeds_of(self.actor, self.source(source).pk)])

    @extend_schema(responses=shapes.FeedShape)
    def retrieve(self, request: Request, source: str, pk: str) -> Response:
        return self._answer(self._get(source, pk))

    @extend_schema(request=shapes.FeedInput, responses={201: shapes.FeedShape})
    def create(self, request: Request, source: str) -> Response:
        """Ask something of the source from now on."""
        said = {"ask": {}} | self.given(shapes.FeedInput)
        return self._answer(self.act(verbs.create_feed, source=self.source(source), **said), http.HTTP_201_CREATED)

    @extend_schema(request=shapes.FeedInput, responses=shapes.FeedShape)
    def partial_update(self, request: Request, source: str, pk: str) -> Response:
        """Change it; what is asked anew is read from the beginning. If-Match guards the version."""
        changes = self.given(shapes.FeedInput, partial=True)
        return self._answer(self.act(verbs.change_feed, feed=self._get(source, pk), changes=changes, version=self.version()))

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, source: str, pk: str) -> Response:
        """Ask it no more; what it brought stays evidence."""
        self.act(verbs.retire_feed, feed=self._get(source, pk), version=self.version())
        return Response(status=http.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses=shapes.FeedShape)
    @action(detail=True, methods=["post"])
    def pause(self, request: Request, source: str, pk: str) -> Response:
        """Leave it out of the pulls until somebody resumes it."""
        return self._answer(self.act(verbs.pause_feed, feed=self._get(source, pk), version=self.version()))

    @extend_schema(request=None, responses=shapes.FeedShape)
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, source: str, pk: str) -> Response:
        """Ask it again; what was missed is read."""
        return self._answer(self.act(verbs.resume_feed, feed=self._get(source, pk), version=self.version()))

    def pointer(self, name: str) -> str:
        if name in shapes.FeedInput().fields:
            return name
        kind = self.source(self.kwargs["source"]).kind
        asked = {one.name for connector in registry.CONNECTORS if connector.kind == kind for one in connector.ask_fields}
        return f"ask/{name}" if name in asked else f"environment/{name}"

    def _get(self, source: str, pk: str) -> Feed:
        rows = Feed.objects.filter(source=self.source(source), retired_at=None)
        row: Feed | None = (
            rows.select_related("source__unit", "workload__initiative__unit", "pool__unit").filter(pk=int(pk)).first()
        )
        if row is None:
            raise Http404
        return row

    def _answer(self, feed: Feed, code: int = http.HTTP_200_OK) -> Response:
        (row,) = [one for one in reading.feeds_of(self.actor, feed.source_id) if one["id"] == feed.pk]
        return Response(_feed(row), status=code, headers=etag(row["version"]))


def _feed(row: dict[str, Any]) -> dict[str, Any]:
    return about(row) | {name: row[name] for name in _FEED}
