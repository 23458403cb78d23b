"""`/api/v1/budget-lines/`, `/api/v1/commitments/` and `/api/v1/rates/`. Amounts need the scope `money` beside `finance:*`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework import status as http
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from portfolio.finance import filters
from portfolio.finance.api import shapes
from portfolio.finance.choices import LineSource
from portfolio.finance.models import BudgetLine, Commitment, Rate
from portfolio.finance.queries import lists
from portfolio.finance.services import commitments, lines, rates
from portfolio.finance.services.access import Stale
from portfolio.kit.api.base import ScopedApi, etag


class StaleVersion(APIException):
    status_code = http.HTTP_412_PRECONDITION_FAILED
    default_code = "stale_version"


class AmountViewSet(ScopedApi, GenericViewSet[Any]):
    """Lists, reads, makes, changes and removes; what differs is named by the subclasses."""

    resource = "finance"
    lookup_value_regex = r"\d+"
    filterset_class: ClassVar[Any]
    shown: ClassVar[Callable[[Any], QuerySet[Any, dict[str, Any]]]]

    def visible(self) -> QuerySet[Any]:
        """What the actor may see."""
        raise NotImplementedError

    def list(self, request: Request) -> Response:
        """A page of rows, the newest first; follow `next` until it is null."""
        self.refuse_unknown_parameters(set(self.filterset_class.base_filters))
        page = self.paginate_queryset(type(self).shown(self.filter_queryset(self.visible())))
        return self.get_paginated_response(list(page or []))

    def retrieve(self, request: Request, pk: str) -> Response:
        return self.answer(int(pk))

    def answer(self, pk: int, code: int = http.HTTP_200_OK) -> Response:
        row = type(self).shown(self.visible().filter(pk=pk)).first()
        if row is None:
            raise Http404
        return Response(row, status=code, headers=etag(row["version"]))

    def one(self, pk: str) -> Any:
        row = self.visible().filter(pk=int(pk)).first()
        if row is None:
            raise Http404
        return row

    def given(self, *, partial: bool = False) -> dict[str, Any]:
        shape: Any = self.get_serializer_class()
        read: serializers.Serializer[Any] = shape(data=self.request.data, partial=partial, context={"actor": self.actor})
        read.is_valid(raise_exception=True)
        return dict(read.validated_data)

    def guarded(self, verb: Callable[..., Any], **arguments: Any) -> None:
        """A change under the version that If-Match names."""
        try:
            self.write(verb, version=self.version(), **arguments)
        except Stale as stale:
            raise StaleVersion(f"Somebody saved version {stale.current.version} meanwhile; read it again.") from stale


@extend_schema_view(list=extend_schema(responses=shapes.LineRow(many=True)), retrieve=extend_schema(responses=shapes.LineRow))
class LineViewSet(AmountViewSet):
    """Planned and actual amounts of the initiatives and units whose amounts you may see."""

    queryset = BudgetLine.objects.none()
    filterset_class = filters.LineFilter
    serializer_class = shapes.LineInput
    shown = lists.line_rows

    def visible(self) -> QuerySet[Any]:
        return BudgetLine.objects.visible_to(self.actor)

    @extend_schema(request=shapes.LineInput, responses={201: shapes.LineRow})
    def create(self, request: Request) -> Response:
        """Name `initiative` or `unit`, not both. An amount that is left out is unknown."""
        made = self.write(lines.add_line, source=LineSource.API, **self.given())
        return self.answer(made.pk, http.HTTP_201_CREATED)

    @extend_schema(request=shapes.LineInput, responses=shapes.LineRow)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change what is named. If-Match guards the version."""
        self.guarded(lines.change_line, line=self.one(pk), changes=self.given(partial=True))
        return self.answer(int(pk))

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Take it away; the audit trail keeps it."""
        self.guarded(lines.remove_line, line=self.one(pk))
        return Response(status=http.HTTP_204_NO_CONTENT)


@extend_schema_view(
    list=extend_schema(responses=shapes.CommitmentRow(many=True)), retrieve=extend_schema(responses=shapes.CommitmentRow)
)
class CommitmentViewSet(AmountViewSet):
    """What will have to be paid; those with `source_ref` follow from a purchase and are changed there."""

    queryset = Commitment.objects.none()
    filterset_class = filters.CommitmentFilter
    serializer_class = shapes.CommitmentInput
    shown = lists.commitment_rows

    def visible(self) -> QuerySet[Any]:
        return Commitment.objects.visible_to(self.actor)

    @extend_schema(request=shapes.CommitmentInput, responses={201: shapes.CommitmentRow})
    def create(self, request: Request) -> Response:
        """Name `initiative` or `unit`, not both."""
        made = self.write(commitments.add_commitment, **self.given())
        return self.answer(made.pk, http.HTTP_201_CREATED)

    @extend_schema(request=shapes.CommitmentInput, responses=shapes.CommitmentRow)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change what is named. If-Match guards the version."""
        self.guarded(commitments.change_commitment, commitment=self.one(pk), changes=self.given(partial=True))
        return self.answer(int(pk))

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Take a declared one away; the audit trail keeps it."""
        self.guarded(commitments.remove_commitment, commitment=self.one(pk))
        return Response(status=http.HTTP_204_NO_CONTENT)


@extend_schema_view(list=extend_schema(responses=shapes.RateRow(many=True)), retrieve=extend_schema(responses=shapes.RateRow))
class RateViewSet(AmountViewSet):
    """What one unit of a currency is worth in the reporting currency, from a day on. Rates are no secret."""

    queryset = Rate.objects.none()
    filterset_class = filters.RateFilter
    serializer_class = shapes.RateInput
    shown = lists.rate_rows

    def visible(self) -> QuerySet[Any]:
        return lists.visible_rates(self.actor)

    @extend_schema(request=shapes.RateInput, responses={201: shapes.RateRow})
    def create(self, request: Request) -> Response:
        """Say a rate; one of that day is replaced. It counts for everybody, so it needs the whole organisation."""
        made = self.write(rates.set_rate, **self.given())
        return self.answer(made.pk, http.HTTP_201_CREATED)

    @extend_schema(request=shapes.RateInput, responses=shapes.RateRow)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Correct it. If-Match guards the version."""
        self.guarded(rates.change_rate, rate=self.one(pk), changes=self.given(partial=True))
        return self.answer(int(pk))

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Take it away; amounts that stood on it take the one before, or become unknown."""
        self.guarded(rates.remove_rate, rate=self.one(pk))
        return Response(status=http.HTTP_204_NO_CONTENT)
