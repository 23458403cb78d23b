"""`/api/v1/workloads/`: profiles with every value, known or not, and their kept versions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import Http404, StreamingHttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework import status as http
from rest_framework.decorators import action
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from portfolio.accounts.queries import people
from portfolio.initiatives.models import Initiative
from portfolio.kit.api.base import ScopedApi, etag
from readiness.core.sizing.inputs import Task, WorkloadClass
from readiness.workloads.api import rows as shown
from readiness.workloads.api import shapes
from readiness.workloads.choices import Experience, Knowledge
from readiness.workloads.filters import WorkloadFilter
from readiness.workloads.models import ProfileVersion, Workload
from readiness.workloads.queries.profiles import FROZEN, counted, profile, versions_of, visible_workloads, workload_rows
from readiness.workloads.queries.states import kept_state, state_of
from readiness.workloads.rules.diff import compare
from readiness.workloads.rules.fields import FIELDS, asked
from readiness.workloads.rules.templates import TEMPLATES
from readiness.workloads.services import profiles as verbs
from readiness.workloads.tables.export import EXPORTS

ORDERINGS = ("-id", "id", "-updated_at", "updated_at", "name", "-name")
_KINDS: dict[str, Any] = {"task": Task, "workload_class": WorkloadClass, "experience": Experience}
NOW = "now"


class Stale(APIException):
    status_code = http.HTTP_412_PRECONDITION_FAILED
    default_code = "stale_version"


class WorkloadViewSet(ScopedApi, GenericViewSet[Workload]):
    """Workloads of the initiatives that you may see."""

    resource = "workloads"
    queryset = Workload.objects.none()
    filterset_class = WorkloadFilter
    serializer_class = shapes.WorkloadInput  # type: ignore[assignment]
    lookup_value_regex = r"\d+"

    @extend_schema(
        responses=shapes.WorkloadRow(many=True),
        parameters=[OpenApiParameter("ordering", enum=ORDERINGS, description="default -id: newest first")],
    )
    def list(self, request: Request) -> Response:
        """A page of workloads in use; follow `next` until it is null."""
        self.refuse_unknown_parameters(set(WorkloadFilter.base_filters))
        rows = self.filter_queryset(visible_workloads(self.actor))
        self.paginator.ordering = (self._ordering(),)  # type: ignore[union-attr]
        page = self.paginate_queryset(workload_rows(self.actor, rows)) or []
        return self.get_paginated_response(counted(page))

    @extend_schema(responses={(200, "text/csv"): OpenApiTypes.STR, (200, "application/json"): OpenApiTypes.STR})
    @action(detail=False, url_path=r"export/(?P<fmt>csv|json)")
    def export(self, request: Request, fmt: str) -> HttpResponseBase:
        """Everything that the list shows under the same filters, as one file."""
        self.refuse_unknown_parameters(set(WorkloadFilter.base_filters))
        rows = workload_rows(self.actor, self.filter_queryset(visible_workloads(self.actor))).order_by("id")
        return StreamingHttpResponse(EXPORTS[fmt].lines(rows), content_type=EXPORTS[fmt].content_type)

    @extend_schema(responses=shapes.WorkloadDetail)
    def retrieve(self, request: Request, pk: str) -> Response:
        """Every value that is asked of it; what nobody answered is unknown."""
        return self._answer(int(pk))

    @extend_schema(request=shapes.WorkloadInput, responses={201: shapes.WorkloadDetail})
    def create(self, request: Request) -> Response:
        """Start a profile, from a template (its numbers are assumptions until confirmed) or empty."""
        values = self._input(shapes.WorkloadInput)
        made = self.write(verbs.create_workload, **_typed(values))
        return self._answer(made.pk, http.HTTP_201_CREATED)

    @extend_schema(request=shapes.WorkloadChange, responses=shapes.WorkloadDetail)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Name, task, class, experience, note, date, initiatives served. Send the ETag you read as If-Match (412 if stale)."""
        row, values = self._get(int(pk)), self._input(shapes.WorkloadChange)
        serves = values.pop("serves", None)
        if values or serves is None:
            self._versioned(verbs.change_workload, workload=row, changes=_typed(values), version=self.version())
        if serves is not None:
            self.write(verbs.set_serves, workload=row, initiatives=serves)
        return self._answer(row.pk)

    @extend_schema(request=None, responses=shapes.WorkloadDetail)
    @action(detail=True, methods=["post"])
    def retire(self, request: Request, pk: str) -> Response:
        """Take it out of the lists; its history stays. It gives back what it holds of pools and takes its requests back."""
        self.write(verbs.retire_workload, workload=self._get(int(pk)))
        return self._answer(int(pk))

    @extend_schema(methods=["PUT", "PATCH"], request=shapes.ValuesInput, responses=shapes.WorkloadDetail)
    @extend_schema(methods=["GET"], responses=shapes.ValueShape(many=True))
    @action(detail=True, methods=["get", "put", "patch"], pagination_class=None, filter_backends=())
    def values(self, request: Request, pk: str) -> Response:
        """Answer several values at once, `{name: {knowledge, value, low, high, note, owner, due}}`: all or none.

        A value that is named is replaced whole, what is not named stays; PUT and PATCH do the same.
        """
        if request.method == "GET":
            return Response(self._row(int(pk))["values"])
        row = self._get(int(pk))
        given = self._answers(request.data)
        self._versioned(verbs.set_values, workload=row, values=given, version=self.version())
        return self._answer(row.pk)

    @extend_schema(request=shapes.NamesInput, responses=shapes.WorkloadDetail)
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, pk: str) -> Response:
        """Working assumptions that turn out to be right become known."""
        row, names = self._get(int(pk)), self._input(shapes.NamesInput)["names"]
        self._versioned(verbs.confirm, workload=row, names=names, version=self.version())
        return self._answer(row.pk)

    def _answers(self, data: Any) -> dict[str, verbs.ValueInput]:
        if not isinstance(data, Mapping) or not data:
            raise ValidationError({"non_field_errors": ["Send an object: {name: {knowledge, value, ...}}."]})
        shape = serializers.DictField(child=shapes.ValueAnswer(context={"people": people(self.actor)}))
        answers: dict[str, Any] = shape.run_validation(dict(data))
        return {
            name: verbs.ValueInput(**{**answer, "knowledge": Knowledge(answer["knowledge"])}) for name, answer in answers.items()
        }

    def _ordering(self) -> str:
        wanted = self.request.query_params.get("ordering", ORDERINGS[0])
        if wanted not in ORDERINGS:
            raise ValidationError({"ordering": [f"One of {', '.join(ORDERINGS)}."]})
        return wanted

    def _get(self, pk: int) -> Workload:
        return visible_workload(self.actor, pk)

    def _input(self, shape: Any) -> dict[str, Any]:
        serializer = shape(data=self.request.data, context={"initiatives": Initiative.objects.visible_to(self.actor)})
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)

    def _versioned(self, verb: Any, **arguments: Any) -> None:
        try:
            self.write(verb, **arguments)
        except verbs.StaleVersion as stale:
            raise Stale(f"Somebody saved version {stale.current.version} meanwhile; read it again.") from stale

    def _row(self, pk: int) -> dict[str, Any]:
        seen = profile(self.actor, pk)
        if seen is None:
            raise Http404
        return shown.detail_row(seen)

    def _answer(self, pk: int, code: int = http.HTTP_200_OK) -> Response:
        row = self._row(pk)
        return Response(row, status=code, headers=etag(row["version"]))


class VersionViewSet(ScopedApi, GenericViewSet[ProfileVersion]):
    """Profiles as somebody kept them; never changed."""

    resource = "workloads"
    queryset = ProfileVersion.objects.none()
    filter_backends = ()
    lookup_field = "number"
    lookup_value_regex = r"\d+"

    @extend_schema(responses=shapes.VersionRow(many=True))
    def list(self, request: Request, workload: str) -> Response:
        self.refuse_unknown_parameters(set())
        rows = versions_of(self.actor, visible_workload(self.actor, int(workload)).pk).defer(*FROZEN)
        page = self.paginate_queryset(rows) or []
        return self.get_paginated_response([shown.version_row(row) for row in page])

    @extend_schema(request=shapes.VersionInput, responses={201: shapes.VersionDetail})
    def create(self, request: Request, workload: str) -> Response:
        """Keep the profile as it is now. Refused where nothing has changed since the last version."""
        shape = shapes.VersionInput(data=request.data)
        shape.is_valid(raise_exception=True)
        made = self.write(verbs.keep_version, workload=visible_workload(self.actor, int(workload)), **shape.validated_data)
        return Response(shown.version_detail(made), status=http.HTTP_201_CREATED)

    @extend_schema(responses=shapes.VersionDetail)
    def retrieve(self, request: Request, workload: str, number: str) -> Response:
        return Response(shown.version_detail(self._version(workload, number)))

    @extend_schema(
        responses=shapes.ChangeShape(many=True),
        parameters=[OpenApiParameter("with", description="number of another version, or now (default)")],
    )
    @action(detail=True, pagination_class=None)
    def compare(self, request: Request, workload: str, number: str) -> Response:
        """What changed from this version to another, in words and numbers."""
        self.refuse_unknown_parameters({"with"})
        old, other = kept_state(self._version(workload, number)), request.query_params.get("with", NOW)
        if other == NOW:
            new = state_of(visible_workload(self.actor, int(workload)))
        elif other.isascii() and other.isdigit():
            new = kept_state(self._version(workload, other))
        else:
            raise ValidationError({"with": ["The number of a version, or now."]})
        return Response([shown.change_row(change) for change in compare(old, new)])

    def _version(self, workload: str, number: str) -> ProfileVersion:
        if len(number) > 9:
            raise Http404
        found = versions_of(self.actor, int(workload)).filter(number=int(number)).first()
        if found is None:
            raise Http404
        return found


class TemplateViewSet(ScopedApi, GenericViewSet[Workload]):
    """Starting points of a profile."""

    resource = "workloads"
    queryset = Workload.objects.none()
    filter_backends = ()
    pagination_class = None

    @extend_schema(responses=shapes.TemplateShape(many=True))
    def list(self, request: Request) -> Response:
        self.refuse_unknown_parameters(set())
        return Response([shown.template_row(one) for one in TEMPLATES.values()])


class FieldViewSet(ScopedApi, GenericViewSet[Workload]):
    """The values of a profile: their question, unit and bounds, and what an unknown stands for."""

    resource = "workloads"
    queryset = Workload.objects.none()
    filter_backends = ()
    pagination_class = None

    @extend_schema(
        responses={200: shapes.FieldShape(many=True), 400: OpenApiResponse(description="only one of task and class, or no such")},
        parameters=[
            OpenApiParameter("task", enum=[*Task]),
            OpenApiParameter("workload_class", enum=[*WorkloadClass], description="give both or none"),
        ],
    )
    def list(self, request: Request) -> Response:
        """All, or those that are asked of one task and class."""
        self.refuse_unknown_parameters({"task", "workload_class"})
        task, workload_class = (request.query_params.get(name, "") for name in ("task", "workload_class"))
        if not task and not workload_class:
            return Response([shown.field_row(one) for one in FIELDS])
        if task not in [*Task] or workload_class not in [*WorkloadClass]:
            raise ValidationError({"task": [f"Give task ({', '.join(Task)}) and workload_class ({', '.join(WorkloadClass)})."]})
        return Response([shown.field_row(one) for one in asked(Task(task), WorkloadClass(workload_class))])


def visible_workload(actor: Any, pk: int) -> Workload:
    """A workload, retired or not, of a visible initiative; 404 for anything else."""
    row: Workload | None = Workload.objects.visible_to(actor).select_related("initiative__unit").filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


def _typed(values: Mapping[str, Any]) -> dict[str, Any]:
    """Words as the enums that the services take."""
    return {name: _KINDS[name](value) if name in _KINDS else value for name, value in values.items()}
