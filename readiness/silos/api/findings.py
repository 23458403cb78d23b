"""`/api/v1/findings/`: silo findings with their proof, and what becomes of them."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from portfolio.kit.api.base import ScopedApi, etag
from readiness.silos.api import rows as told
from readiness.silos.api.shapes import FindingDetail, FindingRow, JudgeInput
from readiness.silos.choices import FindingState
from readiness.silos.filters import FindingFilter
from readiness.silos.models import Finding
from readiness.silos.queries import findings as reading
from readiness.silos.queries.proof import history, proof_rows, visible_count
from readiness.silos.services.judging import StaleFinding, judge

ORDERINGS = ("-id", "id")


class Stale(APIException):
    status_code = 412
    default_code = "stale_version"


class FindingViewSet(ScopedApi, GenericViewSet[Finding]):
    """Silo findings with a row in a unit that you may see; those no longer found only with `seen`."""

    resource = "silos"
    queryset = Finding.objects.none()
    filterset_class = FindingFilter
    serializer_class = JudgeInput  # type: ignore[assignment]
    lookup_value_regex = r"\d+"

    @extend_schema(responses=FindingRow(many=True), parameters=[OpenApiParameter("ordering", enum=ORDERINGS)])
    def list(self, request: Request) -> Response:
        """A page of findings; follow `next` until it is null."""
        self.refuse_unknown_parameters(set(FindingFilter.base_filters))
        wanted = request.query_params.get("ordering", ORDERINGS[0])
        if wanted not in ORDERINGS:
            raise ValidationError({"ordering": [f"One of {', '.join(ORDERINGS)}."]})
        self.paginator.ordering = (wanted,)  # type: ignore[union-attr]
        rows = reading.finding_rows(self.actor, self.filter_queryset(reading.visible(self.actor)))
        return self.get_paginated_response(told.finding_rows(self.actor, self.paginate_queryset(rows) or []))

    @extend_schema(responses=FindingDetail)
    def retrieve(self, request: Request, pk: str) -> Response:
        """With the rows that prove it and its history."""
        self.refuse_unknown_parameters(set())
        return self._answer(self._get(pk))

    @extend_schema(request=JudgeInput, responses=FindingDetail)
    @action(detail=True, methods=["post"])
    def judge(self, request: Request, pk: str) -> Response:
        """Accept, dismiss (with a reason), call done, or open again. If-Match guards the version."""
        held = self._get(pk)
        given = JudgeInput(data=request.data)
        given.is_valid(raise_exception=True)
        asked: dict[str, Any] = dict(given.validated_data)
        try:
            self.write(judge, finding=held, state=FindingState(asked["state"]), reason=asked["reason"], version=self.version())
        except StaleFinding as stale:
            raise Stale(f"Somebody saved version {stale.current.version} meanwhile; read it again.") from stale
        return self._answer(held)

    def _get(self, pk: str) -> Finding:
        held = reading.visible(self.actor).filter(pk=int(pk)).first()
        if held is None:
            raise Http404
        return held

    def _answer(self, held: Finding) -> Response:
        row = reading.one(self.actor, held.pk)
        if row is None:
            raise Http404
        (shown,) = told.finding_rows(self.actor, [row])
        seen = visible_count(self.actor, held.pk)
        shown |= {
            "proof": [told.proof_row(one) for one in proof_rows(self.actor, held.pk)], "others": seen < held.rows_count,
            "history": [told.step_row(one) for one in history(self.actor, held)],
        }  # fmt: skip
        return Response(shown, headers=etag(row["version"]))
