"""`/api/v1/gates/reviews/`: what is planned, what is ready, and how each criterion stands now; plan, schedule, withdraw."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status as http
from rest_framework.decorators import action
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from portfolio.initiatives.models import Initiative
from portfolio.kit import clock
from portfolio.kit.api.base import ScopedApi, etag
from readiness.gates.api.rows import review_detail, review_row
from readiness.gates.api.shapes import reviews as shapes
from readiness.gates.choices import Mode
from readiness.gates.filters.reviews import ReviewFilter
from readiness.gates.models import Review
from readiness.gates.queries import listed as reading
from readiness.gates.queries.situation import situation
from readiness.gates.queries.templates import published
from readiness.gates.services import reviews as verbs

ORDERINGS = ("-id", "id")  # a cursor loses rows whose time is not set, so no time is offered


class Stale(APIException):
    status_code = http.HTTP_412_PRECONDITION_FAILED
    default_code = "stale_version"


class GateReviewViewSet(ScopedApi, GenericViewSet[Review]):
    """Reviews of the units that you may see. People vote and decide, on pages; nobody does here."""

    resource = "gates"
    queryset = Review.objects.none()
    filterset_class = ReviewFilter
    serializer_class = shapes.PlanReviewInput  # type: ignore[assignment]
    lookup_value_regex = r"\d+"

    @extend_schema(
        responses=shapes.GateReviewRow(many=True),
        parameters=[OpenApiParameter("ordering", enum=ORDERINGS, description="default -id: newest first")],
    )
    def list(self, request: Request) -> Response:
        """As each was evaluated last."""
        self.refuse_unknown_parameters(set(ReviewFilter.base_filters))
        rows = reading.review_rows(self.filter_queryset(Review.objects.visible_to(self.actor)))
        self.paginator.ordering = (self._ordering(),)  # type: ignore[union-attr]
        page = self.paginate_queryset(rows) or []
        return self.get_paginated_response([review_row(row) for row in page])

    @extend_schema(responses=shapes.GateReviewDetail)
    def retrieve(self, request: Request, pk: str) -> Response:
        """Judged now, criterion by criterion."""
        self.refuse_unknown_parameters(set())
        return self._answer(self._get(int(pk)))

    @extend_schema(request=shapes.PlanReviewInput, responses={201: shapes.GateReviewDetail})
    def create(self, request: Request) -> Response:
        """Plan one. An initiative has one open review at a gate."""
        context = {"initiatives": Initiative.objects.visible_to(self.actor), "templates": published()}
        said = self._said(shapes.PlanReviewInput, **context)
        said["mode"] = Mode(said.get("mode", Mode.MEETING))
        made = self.write(verbs.plan_review, **said)
        return self._answer(self._get(made.pk), http.HTTP_201_CREATED)

    @extend_schema(request=shapes.ChangeReviewInput, responses=shapes.GateReviewDetail)
    def partial_update(self, request: Request, pk: str) -> Response:
        """When it is wanted and how it is meant to be held, until it begins. If-Match guards the version (412 if it is stale)."""
        row, said = self._get(int(pk)), self._said(shapes.ChangeReviewInput)
        wanted, mode = said.get("wanted_on", row.wanted_on), Mode(said.get("mode", row.mode))
        try:
            self.write(verbs.change_review, review=row, wanted_on=wanted, mode=mode, version=self.version())
        except verbs.StaleReview as stale:
            raise Stale(f"Somebody saved version {stale.current.version} meanwhile; read it again.") from stale
        return self._answer(self._get(row.pk))

    @extend_schema(request=shapes.ScheduleReviewInput, responses=shapes.GateReviewDetail)
    @action(detail=True, methods=["post"])
    def schedule(self, request: Request, pk: str) -> Response:
        """Set its day and hour, or move it."""
        row = self._get(int(pk))
        self.write(verbs.schedule_review, review=row, at=self._said(shapes.ScheduleReviewInput)["at"])
        return self._answer(self._get(row.pk))

    @extend_schema(request=None, responses=shapes.GateReviewDetail)
    @action(detail=True, methods=["post"])
    def unschedule(self, request: Request, pk: str) -> Response:
        """Back to planned."""
        row = self._get(int(pk))
        self.write(verbs.unschedule_review, review=row)
        return self._answer(self._get(row.pk))

    @extend_schema(request=shapes.WithdrawReviewInput, responses=shapes.GateReviewDetail)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """End it without a decision; a person does, no token. What is decided is not withdrawn."""
        row = self._get(int(pk))
        self.write(verbs.withdraw_review, review=row, note=self._said(shapes.WithdrawReviewInput)["note"])
        return self._answer(self._get(row.pk))

    @extend_schema(responses=shapes.GateRunRow(many=True))
    @action(detail=True, methods=["get"], filter_backends=())
    def runs(self, request: Request, pk: str) -> Response:
        """Every evaluation that was kept, the newest first."""
        self.refuse_unknown_parameters(set())
        page = self.paginate_queryset(reading.run_rows(self._get(int(pk)))) or []
        return self.get_paginated_response(page)

    @extend_schema(
        responses=shapes.GateRunDetail,
        parameters=[OpenApiParameter("run", int, OpenApiParameter.PATH)],
    )
    @action(detail=True, methods=["get"], url_path=r"runs/(?P<run>\d+)", url_name="run", filter_backends=())
    def one_run(self, request: Request, pk: str, run: str) -> Response:
        """One of them, with what it found."""
        self.refuse_unknown_parameters(set())
        found = reading.one_run(self._get(int(pk)), int(run))
        if found is None:
            raise Http404
        return Response(found)

    def _get(self, pk: int) -> Review:
        found: Review | None = (
            Review.objects.visible_to(self.actor)
            .select_related("template", "initiative__unit", "initiative__stage")
            .filter(pk=pk)
            .first()
        )
        if found is None:
            raise Http404
        return found

    def _said(self, shape: Any, **context: Any) -> dict[str, Any]:
        serializer = shape(data=self.request.data, context=context)
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)

    def _answer(self, review: Review, code: int = http.HTTP_200_OK) -> Response:
        now = clock.now()
        row = reading.review_rows(Review.objects.filter(pk=review.pk)).get()
        _judged, _case, ground = situation(review, now=now)
        shown = review_detail(row, ground, now=now, decision=reading.in_effect(review))
        return Response(shown, status=code, headers=etag(review.version))

    def _ordering(self) -> str:
        wanted = self.request.query_params.get("ordering", ORDERINGS[0])
        if wanted not in ORDERINGS:
            raise ValidationError({"ordering": [f"One of {', '.join(ORDERINGS)}."]})
        return wanted
