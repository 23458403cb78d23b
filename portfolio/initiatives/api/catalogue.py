"""What initiatives refer to: lifecycle templates, programmes, tags, saved views."""

from __future__ import annotations

from typing import Any

from django.db.models import F
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from portfolio.initiatives.choices import StageKind, choices_of
from portfolio.initiatives.models import Initiative, Lifecycle, Programme, Tag
from portfolio.kit.api.base import ScopedApi


class StageRow(serializers.Serializer[dict[str, Any]]):
    key = serializers.CharField()
    name = serializers.CharField()
    position = serializers.IntegerField()
    kind = serializers.ChoiceField(choices_of(StageKind))
    gate = serializers.CharField()


class LifecycleRow(serializers.Serializer[dict[str, Any]]):
    id = serializers.IntegerField()
    key = serializers.CharField()
    version = serializers.IntegerField()
    name = serializers.CharField()
    is_default = serializers.BooleanField()
    archived = serializers.BooleanField()
    stages = StageRow(many=True)


class LifecycleViewSet(ScopedApi, GenericViewSet[Lifecycle]):
    """Lifecycle templates with their stages, every version."""

    resource = "initiatives"
    queryset = Lifecycle.objects.none()
    filter_backends = ()

    @extend_schema(responses=LifecycleRow(many=True))
    def list(self, request: Any) -> Response:
        self.refuse_unknown_parameters(set())
        page = self.paginate_queryset(Lifecycle.objects.prefetch_related("stages"))
        return self.get_paginated_response(
            [
                {name: getattr(row, name) for name in ("id", "key", "version", "name", "is_default", "archived")}
                | {
                    "stages": [
                        {name: getattr(stage, name) for name in ("key", "name", "position", "kind", "gate")}
                        for stage in row.stages.all()
                    ]
                }
                for row in page or ()
            ]
        )


class ProgrammeRow(serializers.Serializer[dict[str, Any]]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    purpose = serializers.CharField()
    unit_id = serializers.IntegerField()
    unit_name = serializers.CharField()


class ProgrammeViewSet(ScopedApi, GenericViewSet[Programme]):
    """Programmes of the units that you may see."""

    resource = "initiatives"
    queryset = Programme.objects.none()
    filter_backends = ()

    @extend_schema(responses=ProgrammeRow(many=True))
    def list(self, request: Any) -> Response:
        self.refuse_unknown_parameters(set())
        rows = Programme.objects.visible_to(self.actor).annotate(unit_name=F("unit__name"))
        return self.get_paginated_response(self.paginate_queryset(rows.values("id", "name", "purpose", "unit_id", "unit_name")))


class TagRow(serializers.Serializer[dict[str, Any]]):
    id = serializers.IntegerField()
    name = serializers.CharField()


class TagViewSet(ScopedApi, GenericViewSet[Tag]):
    """Tags in use on initiatives that you may see."""

    resource = "initiatives"
    queryset = Tag.objects.none()
    filter_backends = ()

    @extend_schema(responses=TagRow(many=True))
    def list(self, request: Any) -> Response:
        self.refuse_unknown_parameters(set())
        used = Initiative.tags.through.objects.filter(initiative__in=Initiative.objects.visible_to(self.actor))
        rows = Tag.objects.filter(pk__in=used.values("tag")).values("id", "name")
        return self.get_paginated_response(self.paginate_queryset(rows))
