"""`/api/v1/initiatives/bulk/` changes many at once; `/api/v1/saved-views/` keeps a page's filters under a name."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework import status as http
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from portfolio.accounts.models import BusinessUnit
from portfolio.accounts.queries import people, visible_units
from portfolio.initiatives.api.shapes import InitiativeInput
from portfolio.initiatives.models import Initiative, Programme, SavedView
from portfolio.initiatives.queries.saved_views import visible_views
from portfolio.initiatives.rules import BULK_EDITABLE
from portfolio.initiatives.services.initiatives import bulk_update
from portfolio.initiatives.services.saved_views import PAGES, delete_view, save_view
from portfolio.kit.api.base import ScopedApi

MAX_TOGETHER = 10_000


class BulkInput(serializers.Serializer[dict[str, Any]]):
    initiatives = serializers.ListField(child=serializers.IntegerField(), min_length=1, max_length=MAX_TOGETHER)
    changes = serializers.DictField(help_text=f"any of {', '.join(BULK_EDITABLE)}")


class BulkAnswer(serializers.Serializer[dict[str, Any]]):
    changed = serializers.IntegerField()
    refused = serializers.ListField(child=serializers.CharField(), help_text="keys that you may see and not change")
    missing = serializers.ListField(child=serializers.IntegerField(), help_text="ids that do not exist for you")


class BulkView(ScopedApi):
    """The same values on many initiatives, in one transaction."""

    resource = "initiatives"

    @extend_schema(request=BulkInput, responses=BulkAnswer)
    def post(self, request: Any) -> Response:
        """What you may not change is told and left alone; unknown fields and values change nothing at all."""
        asked = BulkInput(data=request.data)
        asked.is_valid(raise_exception=True)
        ids = set(asked.validated_data["initiatives"])
        changes = self._changes(asked.validated_data["changes"])
        rows = list(Initiative.objects.visible_to(self.actor).filter(pk__in=ids))
        changed, refused = self.write(bulk_update, initiatives=rows, changes=changes)
        return Response({"changed": changed, "refused": refused, "missing": sorted(ids - {row.pk for row in rows})})

    def _changes(self, values: dict[str, Any]) -> dict[str, Any]:
        if foreign := set(values) - set(BULK_EDITABLE):
            raise ValidationError({"changes": [f"{', '.join(sorted(foreign))}: not among {', '.join(BULK_EDITABLE)}."]})
        persons = people(self.actor)
        scope = {
            "unit": BusinessUnit.objects.none(),
            "owner": persons,
            "sponsor": persons,
            "programme": Programme.objects.visible_to(self.actor),
        }
        shape = InitiativeInput(data=values, partial=True, context={"scope": scope})
        shape.is_valid(raise_exception=True)
        return dict(shape.validated_data)


class SavedViewShape(serializers.Serializer[dict[str, Any]]):
    id = serializers.IntegerField(read_only=True)
    page = serializers.ChoiceField(PAGES)
    name = serializers.CharField(max_length=100)
    query = serializers.CharField(max_length=2000, allow_blank=True, default="", help_text="the page's query string")
    columns = serializers.ListField(child=serializers.CharField(max_length=40), default=list)
    unit = serializers.PrimaryKeyRelatedField(queryset=BusinessUnit.objects.none(), allow_null=True, default=None)
    own = serializers.BooleanField(read_only=True)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        fields = super().get_fields()
        if "actor" in self.context:
            fields["unit"].queryset = visible_units(self.context["actor"])  # type: ignore[attr-defined]
        return fields


class SavedViewViewSet(ScopedApi, GenericViewSet[SavedView]):
    """Your views, and those shared with a unit that you belong to."""

    resource = "initiatives"
    queryset = SavedView.objects.none()
    filter_backends = ()
    lookup_value_regex = r"\d+"

    @extend_schema(responses=SavedViewShape(many=True))
    def list(self, request: Any) -> Response:
        self.refuse_unknown_parameters(set())
        page = self.paginate_queryset(visible_views(self.actor)) or []
        return self.get_paginated_response([self._row(view) for view in page])

    @extend_schema(request=SavedViewShape, responses={201: SavedViewShape})
    def create(self, request: Any) -> Response:
        shape = SavedViewShape(data=request.data, context={"actor": self.actor})
        shape.is_valid(raise_exception=True)
        return Response(self._row(self.write(save_view, **shape.validated_data)), status=http.HTTP_201_CREATED)

    @extend_schema(responses={204: None})
    def destroy(self, request: Any, pk: str) -> Response:
        """Remove one of yours."""
        self.write(delete_view, view=self.get_view(int(pk)))
        return Response(status=http.HTTP_204_NO_CONTENT)

    def get_view(self, pk: int) -> SavedView:
        return get_object_or_404(visible_views(self.actor), pk=pk)

    def _row(self, view: SavedView) -> dict[str, Any]:
        names = ("id", "page", "name", "query", "columns")
        own = view.owner_id == self.actor.user_id
        return {name: getattr(view, name) for name in names} | {"unit": view.unit_id, "own": own}
