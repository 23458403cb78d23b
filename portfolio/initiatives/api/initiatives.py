"""`/api/v1/initiatives/`: the same filters as the pages, cursor pages of plain rows, verbs for what is more than a field."""

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

from portfolio.accounts.choices import Action
from portfolio.accounts.queries import people, units_where
from portfolio.initiatives.api.rows import detail_row
from portfolio.initiatives.api.shapes import (
    CloseInput,
    InitiativeDetail,
    InitiativeInput,
    InitiativeRow,
    MoveInput,
    StatusInput,
    StatusNoteInput,
)
from portfolio.initiatives.choices import ClosureKind, ReasonCode, Status
from portfolio.initiatives.filters import InitiativeFilter
from portfolio.initiatives.models import ExternalId, Initiative, Lifecycle, Programme, Stage
from portfolio.initiatives.queries.initiatives import detail, list_rows
from portfolio.initiatives.services import initiatives as verbs
from portfolio.initiatives.services import lifecycle_moves as moves
from portfolio.kit.api.base import ScopedApi, etag

ORDERINGS = ("-id", "id", "-updated_at", "updated_at", "name", "-name")


class Stale(APIException):
    status_code = http.HTTP_412_PRECONDITION_FAILED
    default_code = "stale_version"


class InitiativeViewSet(ScopedApi, GenericViewSet[Initiative]):
    """Initiatives of the units that you may see."""

    resource = "initiatives"
    queryset = Initiative.objects.none()
    filterset_class = InitiativeFilter
    serializer_class = InitiativeInput  # type: ignore[assignment]
    lookup_value_regex = r"\d+"

    @extend_schema(
        responses=InitiativeRow(many=True),
        parameters=[OpenApiParameter("ordering", enum=ORDERINGS, description="default -id: newest first")],
    )
    def list(self, request: Request) -> Response:
        """A page of rows; follow `next` until it is null."""
        self.refuse_unknown_parameters(set(InitiativeFilter.base_filters))
        rows = self.filter_queryset(Initiative.objects.visible_to(self.actor))
        self.paginator.ordering = (self._ordering(),)  # type: ignore[union-attr]
        return self.get_paginated_response(self.paginate_queryset(list_rows(self.actor, rows)))

    @extend_schema(responses=InitiativeDetail)
    def retrieve(self, request: Request, pk: str) -> Response:
        return self._answer(int(pk))

    @extend_schema(request=InitiativeInput, responses={201: InitiativeDetail})
    def create(self, request: Request) -> Response:
        """Register an initiative; without `stage` it starts in the first stage of its template."""
        values = self._input(partial=False)
        initiative = self.write(verbs.create_initiative, **self._with_template(values))
        return self._answer(initiative.pk, http.HTTP_201_CREATED)

    @extend_schema(request=InitiativeInput, responses=InitiativeDetail)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change fields. Send the ETag you read as If-Match, so that nobody's change is lost (412 if it is stale)."""
        return self._update(self._get(int(pk)))

    @extend_schema(request=InitiativeInput, responses={200: InitiativeDetail, 201: InitiativeDetail})
    @action(detail=False, methods=["put"], url_path=r"by-external-id/(?P<system>[^/]+)/(?P<value>[^/]+)")
    def by_external_id(self, request: Request, system: str, value: str) -> Response:
        """Create or update the initiative that your system knows by this id (201 or 200); safe to send again."""
        known = ExternalId.objects.filter(
            system=system, value=value, initiative__in=Initiative.objects.visible_to(self.actor)
        ).values_list("initiative_id", flat=True)
        if len(known) > 1:
            raise ValidationError({"external_id": [f"{len(known)} initiatives carry this id; change one of them first."]})
        if known:
            return self._update(self._get(known[0]))
        values = self._input(partial=False)
        values.setdefault("external_ids", []).append({"system": system, "value": value})
        initiative = self.write(verbs.create_initiative, **self._with_template(values))
        return self._answer(initiative.pk, http.HTTP_201_CREATED)

    @extend_schema(request=MoveInput, responses=InitiativeDetail)
    @action(detail=True, methods=["post"], url_path="move-stage")
    def move_stage(self, request: Request, pk: str) -> Response:
        """Enter a stage on a day (default today)."""
        initiative, values = self._get(int(pk)), self._read(MoveInput)
        stage = _stage(initiative.lifecycle, values.pop("stage"))
        self._versioned(moves.move_stage, initiative=initiative, stage=stage, version=self.version(), **values)
        return self._answer(initiative.pk)

    @extend_schema(request=CloseInput, responses=InitiativeDetail)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, pk: str) -> Response:
        """End it, with kind, reason and lesson."""
        initiative, values = self._get(int(pk)), self._read(CloseInput)
        kind, reason = ClosureKind(values.pop("kind")), ReasonCode(values.pop("reason"))
        self.write(moves.close_initiative, initiative=initiative, kind=kind, reason=reason, **values)
        return self._answer(initiative.pk)

    @extend_schema(request=None, responses=InitiativeDetail)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: str) -> Response:
        """Take it up again; the closure stays on record."""
        self.write(moves.reopen, initiative=self._get(int(pk)))
        return self._answer(int(pk))

    @extend_schema(request=StatusInput, responses=InitiativeDetail)
    @action(detail=True, methods=["post"])
    def status(self, request: Request, pk: str) -> Response:
        """Put on hold, or back to active."""
        values = self._read(StatusInput)
        self.write(moves.set_status, initiative=self._get(int(pk)), status=Status(values["status"]))
        return self._answer(int(pk))

    @extend_schema(request=StatusNoteInput, responses=InitiativeDetail)
    @action(detail=True, methods=["post"], url_path="status-note")
    def status_note(self, request: Request, pk: str) -> Response:
        """Colour and words of the manual status note."""
        values = self._read(StatusNoteInput)
        self.write(verbs.set_status_note, initiative=self._get(int(pk)), rag=values["rag"], note=values["status_note"])
        return self._answer(int(pk))

    def _ordering(self) -> str:
        wanted = self.request.query_params.get("ordering", ORDERINGS[0])
        if wanted not in ORDERINGS:
            raise ValidationError({"ordering": [f"One of {', '.join(ORDERINGS)}."]})
        return wanted

    def _get(self, pk: int) -> Initiative:
        initiative: Initiative | None = (
            Initiative.objects.visible_to(self.actor).select_related("unit", "lifecycle", "stage").filter(pk=pk).first()
        )
        if initiative is None:
            raise Http404
        return initiative

    def _read(self, shape: Any) -> dict[str, Any]:
        serializer = shape(data=self.request.data, context={"initiatives": Initiative.objects.visible_to(self.actor)})
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)

    def _input(self, *, partial: bool) -> dict[str, Any]:
        persons = people(self.actor)
        scope = {
            "unit": units_where(self.actor, Action.EDIT),
            "owner": persons,
            "sponsor": persons,
            "programme": Programme.objects.visible_to(self.actor),
        }
        serializer = InitiativeInput(data=self.request.data, partial=partial, context={"scope": scope})
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)

    def _with_template(self, values: dict[str, Any]) -> dict[str, Any]:
        """Replace the template's and stage's keys by their rows: the newest version of the template."""
        key, stage = values.pop("lifecycle", None), values.pop("stage", None)
        wanted = Lifecycle.objects.filter(key=key) if key else Lifecycle.objects.filter(is_default=True)
        lifecycle = wanted.order_by("-version").first()
        if lifecycle is None:
            raise ValidationError({"lifecycle": ["There is no such lifecycle template."]})
        return values | {"lifecycle": lifecycle, "stage": _stage(lifecycle, stage)}

    def _update(self, initiative: Initiative) -> Response:
        values = self._input(partial=True)
        for verb in ("stage", "lifecycle"):
            if verb in values:
                raise ValidationError({verb: ["Use the move-stage verb; a template is changed in the portal."]})
        if self.request.method == "PUT":
            values.pop("external_ids", None)
        self._versioned(verbs.update_initiative, initiative=initiative, changes=values, version=self.version())
        return self._answer(initiative.pk)

    def _versioned(self, verb: Any, **arguments: Any) -> None:
        try:
            self.write(verb, **arguments)
        except verbs.StaleVersion as stale:
            raise Stale(f"Somebody saved version {stale.current.version} meanwhile; read it again.") from stale

    def _answer(self, pk: int, code: int = http.HTTP_200_OK) -> Response:
        initiative = detail(self.actor, pk)
        if initiative is None:
            raise Http404
        return Response(detail_row(initiative), status=code, headers=etag(initiative.version))


def _stage(lifecycle: Lifecycle, key: str | None) -> Stage | None:
    """The stage of this template by its key; None stays None (unknown, or the first one when creating)."""
    if key is None:
        return None
    stage = lifecycle.stages.filter(key=key).first()
    if stage is None:
        keys = ", ".join(lifecycle.stages.values_list("key", flat=True))
        raise ValidationError({"stage": [f"{lifecycle.name} has no stage {key!r}; it has {keys}."]})
    return stage
