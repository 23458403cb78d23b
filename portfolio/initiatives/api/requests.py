"""`/api/v1/requests/`: asking for an initiative, and its triage by people (tokens may ask, never triage)."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Case, F, Q, QuerySet, Value, When
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework import status as http
from rest_framework.decorators import action
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from portfolio.accounts.choices import Action
from portfolio.accounts.models import BusinessUnit, User
from portfolio.accounts.queries import people, units_where
from portfolio.accounts.rules import Actor
from portfolio.initiatives.choices import RequestState, choices_of
from portfolio.initiatives.models import Initiative, Request
from portfolio.initiatives.services import requests as verbs
from portfolio.kit.api.base import ScopedApi
from portfolio.kit.scope import within

COLUMNS = (
    "id", "title", "unit_id", "purpose", "data_needed", "load_estimate", "load_unknown", "state", "requester_id",
    "sponsor_id", "initiative_id", "triage_reason", "triaged_by_id", "triaged_at", "version", "created_at",
)  # fmt: skip


class RequestFilter(django_filters.FilterSet):
    state = django_filters.MultipleChoiceFilter(choices=choices_of(RequestState))
    unit = django_filters.NumberFilter(field_name="unit")

    class Meta:
        model = Request
        fields: tuple[str, ...] = ()


class RequestRow(serializers.Serializer[dict[str, Any]]):
    id = serializers.IntegerField()
    title = serializers.CharField()
    unit_id = serializers.IntegerField()
    unit_name = serializers.CharField()
    purpose = serializers.CharField()
    value = serializers.DecimalField(16, 2, allow_null=True)
    currency = serializers.CharField(allow_blank=True)
    value_hidden = serializers.BooleanField()
    data_needed = serializers.CharField()
    load_estimate = serializers.CharField()
    load_unknown = serializers.BooleanField(help_text="true: the load is not known, which is the first thing to solve")
    state = serializers.ChoiceField(choices_of(RequestState))
    requester_id = serializers.IntegerField()
    sponsor_id = serializers.IntegerField(allow_null=True)
    initiative_id = serializers.IntegerField(allow_null=True)
    triage_reason = serializers.CharField()
    triaged_by_id = serializers.IntegerField(allow_null=True)
    triaged_at = serializers.DateTimeField(allow_null=True)
    version = serializers.IntegerField()
    created_at = serializers.DateTimeField()


class RequestInput(serializers.Serializer[dict[str, Any]]):
    title = serializers.CharField(max_length=300)
    unit = serializers.PrimaryKeyRelatedField(queryset=BusinessUnit.objects.none())
    purpose = serializers.CharField()
    expected_value = serializers.DecimalField(16, 2, required=False, allow_null=True)
    expected_value_currency = serializers.RegexField(r"^[A-Z]{3}$", required=False)
    sponsor = serializers.PrimaryKeyRelatedField(queryset=User.objects.none(), required=False, allow_null=True)
    data_needed = serializers.CharField(required=False, allow_blank=True)
    load_estimate = serializers.CharField(required=False, allow_blank=True)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        fields = super().get_fields()
        actor = self.context.get("actor")
        if actor:
            fields["unit"].queryset = units_where(actor, Action.REQUEST)  # type: ignore[attr-defined]
            fields["sponsor"].queryset = people(actor)  # type: ignore[attr-defined]
        return fields


class TriageInput(serializers.Serializer[dict[str, Any]]):
    outcome = serializers.ChoiceField(choices_of(RequestState)[1:])
    reason = serializers.CharField()
    into = serializers.PrimaryKeyRelatedField(queryset=Initiative.objects.none(), required=False)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        fields = super().get_fields()
        actor = self.context.get("actor")
        if actor:
            fields["into"].queryset = Initiative.objects.visible_to(actor)  # type: ignore[attr-defined]
        return fields

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["outcome"] == RequestState.MERGED and "into" not in attrs:
            raise serializers.ValidationError({"into": "Name the initiative that already does it."})
        return attrs


def request_rows(actor: Actor) -> QuerySet[Request, dict[str, Any]]:
    """Visible requests as plain rows, amounts masked as for initiatives (the requester and sponsor see their own)."""
    seen = within("unit__path", actor.paths(Action.MONEY))
    if seen and actor.user_id is not None and actor.scopes is None:
        seen |= Q(requester=actor.user_id) | Q(sponsor=actor.user_id)
    shown: dict[str, Any] = {
        "value": Case(When(seen, then=F("expected_value"))) if seen else F("expected_value"),
        "currency": Case(When(seen, then=F("expected_value_currency")), default=Value(""))
        if seen
        else F("expected_value_currency"),
        "value_hidden": Case(When(seen, then=Value(False)), default=Value(True)) if seen else Value(False),
    }
    rows: QuerySet[Request, dict[str, Any]] = (
        Request.objects.visible_to(actor).annotate(unit_name=F("unit__name"), **shown).values(*COLUMNS, "unit_name", *shown)
    )
    return rows


class RequestViewSet(ScopedApi, GenericViewSet[Request]):
    """What people ask for before it is an initiative."""

    resource = "requests"
    queryset = Request.objects.none()
    filterset_class = RequestFilter
    serializer_class = RequestInput  # type: ignore[assignment]
    lookup_value_regex = r"\d+"

    @extend_schema(responses=RequestRow(many=True))
    def list(self, request: Any) -> Response:
        self.refuse_unknown_parameters(set(RequestFilter.base_filters))
        return self.get_paginated_response(self.paginate_queryset(self.filter_queryset(request_rows(self.actor))))

    @extend_schema(responses=RequestRow)
    def retrieve(self, request: Any, pk: str) -> Response:
        return self._answer(int(pk))

    @extend_schema(request=RequestInput, responses={201: RequestRow})
    def create(self, request: Any) -> Response:
        """Ask. Leaving `load_estimate` empty says: we do not know the load yet."""
        serializer = RequestInput(data=request.data, context={"actor": self.actor})
        serializer.is_valid(raise_exception=True)
        made = self.write(verbs.submit_request, **serializer.validated_data)
        return self._answer(made.pk, http.HTTP_201_CREATED)

    @extend_schema(request=TriageInput, responses=RequestRow)
    @action(detail=True, methods=["post"])
    def triage(self, request: Any, pk: str) -> Response:
        """Accept, merge or decline, with a reason. People only."""
        row: Request | None = Request.objects.visible_to(self.actor).filter(pk=pk).first()
        if row is None:
            raise Http404
        serializer = TriageInput(data=request.data, context={"actor": self.actor})
        serializer.is_valid(raise_exception=True)
        values = serializer.validated_data
        if values["outcome"] == RequestState.MERGED:
            self.write(verbs.merge_request, request=row, reason=values["reason"], into=values["into"])
        elif values["outcome"] == RequestState.ACCEPTED:
            self.write(verbs.accept_request, request=row, reason=values["reason"])
        else:
            self.write(verbs.decline_request, request=row, reason=values["reason"])
        return self._answer(row.pk)

    def _answer(self, pk: int, code: int = http.HTTP_200_OK) -> Response:
        row = request_rows(self.actor).filter(pk=pk).first()
        if row is None:
            raise Http404
        return Response(row, status=code)
