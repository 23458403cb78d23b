"""`/api/v1/scenarios/`: named what-ifs; and `/api/v1/initiatives/{id}/what-if/`, what follows from what is supposed."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework import status as http
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from portfolio.kit import clock
from portfolio.kit.api.base import ALWAYS_ALLOWED, MOST_DIGITS, ScopedApi, etag
from readiness.risk.models import Scenario
from readiness.risk.queries.explained import Seen, seen
from readiness.risk.queries.scenarios import one_scenario, visible_scenarios
from readiness.risk.queries.whatif import base_digest, scored_of, world_of
from readiness.risk.rules.whatif.asked import MOST_TEXT, read
from readiness.risk.rules.whatif.outcome import Outcome, outcome
from readiness.risk.services import scenarios as verbs
from readiness.risk.tables import whatif as tables
from readiness.risk.tables.whatif_fields import wrong_text

Shape = serializers.Serializer[dict[str, Any]]


class StaleScenario(APIException):
    status_code = http.HTTP_412_PRECONDITION_FAILED
    default_code = "stale_version"


class ScenarioChange(Shape):
    name = serializers.CharField(max_length=80)
    note = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    changes = serializers.DictField(
        child=serializers.CharField(max_length=MOST_TEXT),
        help_text='as the address of the page has them: {"w7.arrival_per_s": "20"}',
    )
    shared = serializers.BooleanField(required=False)

    def to_internal_value(self, data: Any) -> Any:
        unknown = set(data) - set(self.fields) if isinstance(data, dict) else set()
        if unknown:
            raise serializers.ValidationError({key: ["There is no such field."] for key in sorted(map(str, unknown))})
        return super().to_internal_value(data)


class ScenarioInput(ScenarioChange):
    initiative = serializers.IntegerField(min_value=1, max_value=10**MOST_DIGITS)


class ScenarioRow(Shape):
    id = serializers.IntegerField()
    initiative = serializers.IntegerField()
    name = serializers.CharField()
    note = serializers.CharField()
    changes = serializers.DictField(child=serializers.CharField())
    shared = serializers.BooleanField()
    created_by = serializers.IntegerField()
    version = serializers.IntegerField(help_text="send it back as If-Match")
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class LineShape(Shape):
    name = serializers.CharField()
    before = serializers.CharField()
    after = serializers.CharField()
    note = serializers.CharField(allow_blank=True)
    changed = serializers.BooleanField()


class GroupShape(Shape):
    key = serializers.ChoiceField([(key, key) for key in ("risk", "gate", "sizing", "verdicts")])
    rows = LineShape(many=True)


class WhatIfShape(Shape):
    sentence = serializers.CharField()
    changes = serializers.DictField(child=serializers.CharField(), help_text="what of the parameters is not so anyway")
    groups = GroupShape(many=True)


class WhatIf(ScopedApi):
    """What follows from facts supposed otherwise. Nothing is stored."""

    resource = "initiatives"

    @extend_schema(
        responses=WhatIfShape,
        parameters=[OpenApiParameter("w7.arrival_per_s", description="and every other name of docs/risk-api.md, What if")],
    )
    def get(self, request: Request, pk: int) -> Response:
        """Before and after of sizing, verdicts, gate and risk, in the words of the page."""
        one = _seen(self.actor, pk)
        given = {name: request.query_params[name][:200] for name in request.query_params if name not in ALWAYS_ALLOWED}
        _world, found, groups = _followed(self.actor, one, given)
        rows = [
            {"key": group["key"], "rows": [{"name": row["label"], **_line(row)} for row in group["rows"]]} for group in groups
        ]
        return Response({"sentence": tables.sentence(found), "changes": found.asked.texts, "groups": rows})


class ScenarioViewSet(ScopedApi, GenericViewSet[Scenario]):
    """Named what-ifs: shared ones, and those of the token's maker."""

    resource = "initiatives"
    queryset = Scenario.objects.none()
    serializer_class = ScenarioInput  # type: ignore[assignment]
    filter_backends = ()
    lookup_value_regex = r"\d{1,18}"

    @extend_schema(responses=ScenarioRow(many=True), parameters=[OpenApiParameter("initiative", int)])
    def list(self, request: Request) -> Response:
        self.refuse_unknown_parameters({"initiative"})
        wanted = request.query_params.get("initiative", "")
        rows: QuerySet[Scenario] = visible_scenarios(self.actor).order_by("-id")
        if wanted:
            if not (wanted.isascii() and wanted.isdigit() and len(wanted) <= MOST_DIGITS):
                raise ValidationError({"initiative": ["The id of an initiative."]})
            rows = rows.filter(initiative=int(wanted))
        page = self.paginate_queryset(rows) or []
        return self.get_paginated_response([_row(row) for row in page])

    @extend_schema(responses=ScenarioRow)
    def retrieve(self, request: Request, pk: str) -> Response:
        return _answer(self._get(pk))

    @extend_schema(request=ScenarioInput, responses={201: ScenarioRow})
    def create(self, request: Request) -> Response:
        """Keep suppositions under a name. What cannot be taken is named with the range that can."""
        values = self._input(ScenarioInput)
        one = _seen(self.actor, values.pop("initiative"), refuse=True)
        values |= _checked(self.actor, one, values["changes"])
        made = self.write(verbs.keep_scenario, initiative=one.initiative, **values)
        return _answer(made, http.HTTP_201_CREATED)

    @extend_schema(request=ScenarioChange, responses=ScenarioRow)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change one of your own. Send the ETag you read as If-Match (412 if stale)."""
        row, values = self._get(pk), self._input(ScenarioChange, partial=True)
        if "changes" in values:
            values |= _checked(self.actor, _seen(self.actor, row.initiative_id), values["changes"])
        return _answer(self._guarded(verbs.change_scenario, scenario=row, **values))

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Delete one of your own; If-Match guards the version."""
        self._guarded(verbs.delete_scenario, scenario=self._get(pk))
        return Response(status=http.HTTP_204_NO_CONTENT)

    def _get(self, pk: str) -> Scenario:
        row = one_scenario(self.actor, int(pk))
        if row is None:
            raise Http404
        return row

    def _guarded(self, verb: Any, **arguments: Any) -> Any:
        try:
            return self.write(verb, version=self.version(), **arguments)
        except verbs.StaleVersion as stale:
            raise StaleScenario(f"Somebody saved version {stale.current.version} meanwhile; read it again.") from stale

    def _input(self, shape: Any, *, partial: bool = False) -> dict[str, Any]:
        serializer = shape(data=self.request.data, partial=partial)
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)


def _seen(actor: Any, pk: int, *, refuse: bool = False) -> Seen:
    one = seen(actor, pk)
    if one is None:
        if refuse:
            raise ValidationError({"initiative": ["There is no such initiative."]})
        raise Http404
    return one


def _followed(actor: Any, one: Seen, given: dict[str, str]) -> tuple[Any, Outcome, list[dict[str, Any]]]:
    """Raises ValidationError by name for what cannot be taken; a name that means nothing is wrong, too."""
    world = world_of(actor, one, today=clock.today(), now=clock.now())
    found = outcome(world, read(given, world, strict=True), scored_of(one))
    if found.wrong:
        raise ValidationError({name: [wrong_text(fault, name)] for name, fault in found.wrong.items()})
    return world, found, tables.groups(world, found)


def _checked(actor: Any, one: Seen, changes: dict[str, str]) -> dict[str, Any]:
    """What of the changes is none yet, and the digest of what they stand on."""
    try:
        world, found, _groups = _followed(actor, one, changes)
    except ValidationError as problem:
        raise ValidationError({"changes": problem.detail}) from problem
    return {"changes": found.asked.texts, "base": base_digest(world, scored_of(one))}


def _line(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("before", "after", "note", "changed")}


def _row(row: Scenario) -> dict[str, Any]:
    return {
        "id": row.pk, "initiative": row.initiative_id, "name": row.name, "note": row.note, "changes": row.changes,
        "shared": row.shared, "created_by": row.created_by_id, "version": row.version, "created_at": row.created_at,
        "updated_at": row.updated_at,
    }  # fmt: skip


def _answer(row: Scenario, code: int = http.HTTP_200_OK) -> Response:
    return Response(_row(row), status=code, headers=etag(row.version))
