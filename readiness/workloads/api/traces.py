"""`/api/v1/workloads/{id}/traces/`: hand in a request log, poll it, accept what it says."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import status as http
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.viewsets import GenericViewSet

from portfolio.kit.api.base import ScopedApi
from readiness.workloads.api.profiles import visible_workload
from readiness.workloads.api.rows import trace_row
from readiness.workloads.api.shapes import NamesInput, TraceInput, TraceShape
from readiness.workloads.models import TraceUpload
from readiness.workloads.queries.profiles import traces_of
from readiness.workloads.services import traces as verbs


class TraceViewSet(ScopedApi, GenericViewSet[TraceUpload]):
    """Request logs. Nothing of one is in the profile until somebody accepts it."""

    resource = "workloads"
    queryset = TraceUpload.objects.none()
    filter_backends = ()
    lookup_value_regex = r"\d+"
    parser_classes = (*ScopedApi.parser_classes, MultiPartParser)

    @extend_schema(responses=TraceShape(many=True))
    def list(self, request: Request, workload: str) -> Response:
        self.refuse_unknown_parameters(set())
        page = self.paginate_queryset(traces_of(self.actor, visible_workload(self.actor, int(workload)).pk)) or []
        return self.get_paginated_response([self._shape(row) for row in page])

    @extend_schema(responses=TraceShape)
    def retrieve(self, request: Request, workload: str, pk: str) -> Response:
        return Response(self._shape(self._get(workload, pk)))

    @extend_schema(request={"multipart/form-data": TraceInput}, responses={202: TraceShape})
    def create(self, request: Request, workload: str) -> Response:
        """Hand in a log; the answer's Location is the upload to poll. The same file while it is not settled is the same."""
        row = visible_workload(self.actor, int(workload))
        shape = TraceInput(data=request.data)
        shape.is_valid(raise_exception=True)
        columns = dict(shape.validated_data)
        upload = self.write(verbs.upload_trace, workload=row, file=columns.pop("file"), columns=columns)
        shown = self._shape(upload)
        return Response(shown, status=http.HTTP_202_ACCEPTED, headers={"Location": shown["url"]})

    @extend_schema(request=NamesInput, responses=TraceShape)
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, workload: str, pk: str) -> Response:
        """Take the named offers into the profile, with their intervals; a version is kept."""
        upload = self._get(workload, pk)
        shape = NamesInput(data=request.data)
        shape.is_valid(raise_exception=True)
        self.write(verbs.accept_trace, upload=upload, names=shape.validated_data["names"])
        return Response(self._shape(self._get(workload, pk)))

    @extend_schema(request=None, responses=TraceShape)
    @action(detail=True, methods=["post"])
    def discard(self, request: Request, workload: str, pk: str) -> Response:
        """Give the log up."""
        self.write(verbs.discard_trace, upload=self._get(workload, pk))
        return Response(self._shape(self._get(workload, pk)))

    def _get(self, workload: str, pk: str) -> TraceUpload:
        found = traces_of(self.actor, int(workload)).filter(pk=int(pk)).first()
        if found is None:
            raise Http404
        return found

    def _shape(self, row: TraceUpload) -> dict[str, Any]:
        return trace_row(row, reverse("trace-detail", args=[row.workload_id, row.pk], request=self.request))
