"""What the API's resources of this slice do alike: a filtered page, one row with its version, create, change."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django.db import models
from django.http import Http404
from rest_framework import status as http
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from portfolio.accounts.choices import Action
from portfolio.kit.api.base import ScopedApi, etag
from portfolio.procurement.api.shapes import Strict
from portfolio.procurement.services.writing import StaleRow

HIDDEN = ("amount", "planned_amount", "currency")


class Stale(APIException):
    status_code = http.HTTP_412_PRECONDITION_FAILED
    default_code = "stale"


class Rows(ScopedApi, GenericViewSet[Any]):
    """A resource says which rows are visible, how they are read, and which filter narrows them."""

    resource = "purchases"
    lookup_value_regex = r"\d+"
    visible: ClassVar[Callable[[Any], Any]]
    rows: ClassVar[Callable[..., Any]]
    shown_as: ClassVar[Mapping[str, str]] = {}

    def list(self, request: Request) -> Response:
        """A page, the newest first; follow `next` until it is null."""
        kept = getattr(self, "filterset_class", None)
        self.refuse_unknown_parameters(set(kept.base_filters) if kept else set())
        found = self.filter_queryset(type(self).visible(self.actor))
        page = self.paginate_queryset(type(self).rows(self.actor, found)) or []
        return self.get_paginated_response([self.shown(row) for row in page])

    def retrieve(self, request: Request, pk: str) -> Response:
        return self.answer(int(pk))

    def answer(self, pk: int, code: int = http.HTTP_200_OK) -> Response:
        """One row with its ETag; 404 for what the actor may not see."""
        row = type(self).rows(self.actor, type(self).visible(self.actor).filter(pk=pk)).first()
        if row is None:
            raise Http404
        return Response(self.shown(dict(row)) | self.more(pk), status=code, headers=etag(row["version"]))

    def more(self, pk: int) -> dict[str, Any]:
        """What the answer about one row tells besides."""
        return {}

    def shown(self, row: dict[str, Any]) -> dict[str, Any]:
        """Under the API's names; where amounts are hidden they are absent."""
        made = {self.shown_as.get(name, name): value for name, value in row.items()}
        return {name: value for name, value in made.items() if name not in HIDDEN} if made.get("amount_hidden") else made

    def get_row(self, pk: str, *related: str) -> Any:
        row: models.Model | None = type(self).visible(self.actor).select_related(*related).filter(pk=pk).first()
        if row is None:
            raise Http404
        return row

    def given(self, shape: type[Strict], *, action: Action = Action.PURCHASE, partial: bool = False) -> dict[str, Any]:
        serializer = shape(data=self.request.data, partial=partial, context={"actor": self.actor, "action": action})
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)

    def change(self, verb: Callable[..., Any], **arguments: Any) -> None:
        """Run a verb that takes a version. 412 where somebody saved another meanwhile."""
        try:
            self.write(verb, version=self.version(), **arguments)
        except StaleRow as stale:
            raise Stale(f"Somebody saved version {stale.current.version} meanwhile; read it again.") from stale
