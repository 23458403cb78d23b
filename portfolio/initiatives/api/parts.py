"""Milestones and dependencies of one initiative, `/api/v1/initiatives/{id}/milestones/` and `.../dependencies/`."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework import status as http
from rest_framework.response import Response
from rest_framework.viewsets import ViewSetMixin

from portfolio.initiatives.choices import DependencyKind, choices_of
from portfolio.initiatives.models import Dependency, Initiative, Milestone
from portfolio.initiatives.services import dependencies, milestones
from portfolio.kit.api.base import ScopedApi


class MilestoneShape(serializers.Serializer[dict[str, Any]]):
    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(max_length=200)
    due = serializers.DateField(allow_null=True, default=None, help_text="null: its date is not known yet")
    done_on = serializers.DateField(allow_null=True, default=None)
    moved = serializers.IntegerField(read_only=True, help_text="how often its date was changed")


class DependencyShape(serializers.Serializer[dict[str, Any]]):
    id = serializers.IntegerField(read_only=True)
    on = serializers.PrimaryKeyRelatedField(queryset=Initiative.objects.none(), allow_null=True, default=None)
    platform = serializers.CharField(max_length=200, allow_blank=True, default="")
    kind = serializers.ChoiceField(choices_of(DependencyKind), default=DependencyKind.NEEDS.value)
    ready = serializers.BooleanField(allow_null=True, default=None, help_text="null: we do not know")
    note = serializers.CharField(max_length=300, allow_blank=True, default="")

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        fields = super().get_fields()
        if "initiatives" in self.context:
            fields["on"].queryset = self.context["initiatives"]  # type: ignore[attr-defined]
        return fields


class PartsViewSet(ViewSetMixin, ScopedApi):
    """What the two have in common: the initiative must be visible, the part must be its own."""

    resource = "initiatives"
    shape: type[serializers.Serializer[dict[str, Any]]]
    part: type[Milestone] | type[Dependency]

    def _initiative(self) -> Initiative:
        visible = Initiative.objects.visible_to(self.actor).filter(pk=self.kwargs["initiative"])
        found = visible.first()
        if found is None:
            raise Http404
        return found

    def _part(self) -> Any:
        found = self.part.objects.filter(initiative=self._initiative(), pk=self.kwargs["pk"]).first()
        if found is None:
            raise Http404
        return found

    def _input(self, *, partial: bool = False) -> dict[str, Any]:
        context = {"initiatives": Initiative.objects.visible_to(self.actor)}
        serializer = self.shape(data=self.request.data, partial=partial, context=context)
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)

    def _answer(self, row: Any, code: int = http.HTTP_200_OK) -> Response:
        return Response({name: getattr(row, name) for name in self.columns}, status=code)

    columns: tuple[str, ...] = ()


class MilestoneViewSet(PartsViewSet):
    """Something due."""

    shape, part = MilestoneShape, Milestone
    columns = ("id", "name", "due", "done_on", "moved")

    @extend_schema(request=MilestoneShape, responses={201: MilestoneShape})
    def create(self, request: Any, initiative: str) -> Response:
        values = self._input()
        values.pop("done_on", None)
        made = self.write(milestones.add_milestone, initiative=self._initiative(), **values)
        return self._answer(made, http.HTTP_201_CREATED)

    @extend_schema(request=MilestoneShape, responses=MilestoneShape)
    def partial_update(self, request: Any, initiative: str, pk: str) -> Response:
        """Rename, move (counted) or complete it."""
        row, values = self._part(), self._input(partial=True)
        now = {name: values.get(name, getattr(row, name)) for name in ("name", "due", "done_on")}
        return self._answer(self.write(milestones.change_milestone, milestone=row, **now))

    @extend_schema(responses={204: None})
    def destroy(self, request: Any, initiative: str, pk: str) -> Response:
        self.write(milestones.remove_milestone, milestone=self._part())
        return Response(status=http.HTTP_204_NO_CONTENT)


class DependencyViewSet(PartsViewSet):
    """On another initiative or a named platform."""

    shape, part = DependencyShape, Dependency
    columns = ("id", "on_id", "platform", "kind", "ready", "note")

    @extend_schema(request=DependencyShape, responses={201: DependencyShape})
    def create(self, request: Any, initiative: str) -> Response:
        values = self._input()
        kind = DependencyKind(values.pop("kind"))
        made = self.write(dependencies.add_dependency, initiative=self._initiative(), kind=kind, **values)
        return self._answer(made, http.HTTP_201_CREATED)

    @extend_schema(request=DependencyShape, responses=DependencyShape)
    def partial_update(self, request: Any, initiative: str, pk: str) -> Response:
        """Its kind, whether it is ready, its note; another target is another dependency."""
        row, values = self._part(), self._input(partial=True)
        now = {name: values.get(name, getattr(row, name)) for name in ("ready", "note")}
        kind = DependencyKind(values.get("kind", row.kind))
        return self._answer(self.write(dependencies.change_dependency, dependency=row, kind=kind, **now))

    @extend_schema(responses={204: None})
    def destroy(self, request: Any, initiative: str, pk: str) -> Response:
        self.write(dependencies.remove_dependency, dependency=self._part())
        return Response(status=http.HTTP_204_NO_CONTENT)
