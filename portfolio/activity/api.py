"""`/api/v1/audit/` and `/api/v1/comments/`."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.urls import path
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied
from rest_framework.generics import GenericAPIView
from rest_framework.permissions import SAFE_METHODS
from rest_framework.response import Response

from portfolio.accounts.choices import Action
from portfolio.activity import queries
from portfolio.activity.choices import ACTION_LABELS, THROUGH_LABELS, Subjects
from portfolio.activity.filters import AuditFilter
from portfolio.activity.models import AuditEntry, Comment
from portfolio.activity.services.comments import MAX_TEXT, add_comment
from portfolio.activity.tables import as_data, lines
from portfolio.kit.api.base import ScopedApi
from portfolio.kit.api.pagination import CursorPagination


class AuditRow(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    at = serializers.DateTimeField()
    action = serializers.ChoiceField([action.value for action in ACTION_LABELS])
    kind = serializers.CharField(help_text="Table of the changed row, such as initiatives_initiative.")
    object_id = serializers.CharField()
    object = serializers.CharField(help_text="What the row is called, where it has a name.")
    initiative_id = serializers.IntegerField(allow_null=True)
    unit_id = serializers.IntegerField(allow_null=True)
    actor_id = serializers.IntegerField(allow_null=True)
    actor = serializers.CharField()
    through = serializers.ChoiceField(list(THROUGH_LABELS))
    request_id = serializers.CharField(allow_blank=True)
    note = serializers.CharField(allow_blank=True)
    before = serializers.JSONField(allow_null=True, help_text="Changed columns before; null for something created.")
    after = serializers.JSONField(allow_null=True, help_text="Changed columns after; null for something deleted.")
    hidden = serializers.ListField(child=serializers.CharField(), help_text="Changed amounts that you may not see.")


class AuditList(ScopedApi, GenericAPIView[Any]):
    """What happened in the units you may audit, newest first; the same filters as the page."""

    resource = "audit"
    queryset = AuditEntry.objects.none()
    serializer_class = AuditRow
    filterset_class = AuditFilter

    @extend_schema(responses=AuditRow(many=True))
    def get(self, request: Any) -> Response:
        self.refuse_unknown_parameters(set(AuditFilter.base_filters))
        if not self.actor.may_somewhere(Action.AUDIT):
            raise PermissionDenied("Your roles do not allow reading the audit trail.")
        page = self.paginate_queryset(self.filter_queryset(queries.trail(self.actor)))
        return self.get_paginated_response([as_data(line) for line in lines(self.actor, page or [])])


class CommentRow(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    object_type = serializers.CharField(help_text="initiatives_initiative or initiatives_request")
    object_id = serializers.IntegerField()
    initiative_id = serializers.IntegerField(allow_null=True)
    author_id = serializers.IntegerField()
    text = serializers.CharField(help_text="Markdown.")
    created_at = serializers.DateTimeField()


class CommentInput(serializers.Serializer[Any]):
    initiative = serializers.IntegerField(min_value=1)
    text = serializers.CharField(max_length=MAX_TEXT)


class OldestFirst(CursorPagination):
    ordering = "id"


class CommentList(ScopedApi, GenericAPIView[Any]):
    """Comments on one initiative, oldest first. Reading takes `initiatives:read`, writing `comments:write`."""

    queryset = Comment.objects.none()
    serializer_class = CommentInput
    pagination_class = OldestFirst
    filter_backends = ()

    @property
    def resource(self) -> str:  # type: ignore[override]
        return "initiatives" if getattr(self, "request", None) is None or self.request.method in SAFE_METHODS else "comments"

    @extend_schema(responses=CommentRow(many=True), parameters=[OpenApiParameter("initiative", int, required=True)])
    def get(self, request: Any) -> Response:
        self.refuse_unknown_parameters({"initiative"})
        subject = self._subject(request.query_params.get("initiative", ""))
        rows = queries.comments(subject).values(*CommentRow().fields)
        return self.get_paginated_response(self.paginate_queryset(rows))

    @extend_schema(request=CommentInput, responses={201: CommentRow})
    def post(self, request: Any) -> Response:
        """Comment as the person whose token it is; people are mentioned on the page alone."""
        given = CommentInput(data=request.data)
        given.is_valid(raise_exception=True)
        subject = self._subject(str(given.validated_data["initiative"]))
        made = self.write(add_comment, subject=subject, text=given.validated_data["text"], url="/")
        return Response({str(name): getattr(made, str(name)) for name in CommentRow().fields}, status=201)

    def _subject(self, text: str) -> queries.Subject:
        if not text:
            raise serializers.ValidationError({"initiative": ["Name the initiative by its id."]})
        valid = text.isascii() and text.isdigit() and len(text) < 19
        subject = queries.visible_subject(self.actor, Subjects.INITIATIVE, int(text)) if valid else None
        if subject is None:
            raise Http404
        return subject


urlpatterns = [
    path("audit/", AuditList.as_view(), name="api-audit"),
    path("comments/", CommentList.as_view(), name="api-comments"),
]
