"""`/api/v1/imports/`, `/registers/` and `/import-profiles/`: hand in a file, poll its run, look at its rows, publish it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import Http404
from django.urls import path
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.viewsets import GenericViewSet

from portfolio.accounts.choices import Action
from portfolio.accounts.models import BusinessUnit
from portfolio.accounts.queries import units_where
from portfolio.formats.errors import FormatError
from portfolio.formats.registers.mapping import Mapping
from portfolio.formats.registers.profiles import PROFILES
from portfolio.initiatives.choices import RowOutcome, RunState, choices_of
from portfolio.initiatives.models import ImportRow, ImportRun, Register
from portfolio.initiatives.queries import imports as reads
from portfolio.initiatives.services.imports import runs, uploads
from portfolio.initiatives.services.imports.plans import Plan, ReadPlan, file_plan, profile_plan
from portfolio.kit.api.base import ScopedApi

STATES = (
    "uploaded (waits for a mapping) -> staging (the file is read; poll) -> preview (publish or cancel) -> publishing (poll)"
    " -> published. Or cancelled; or failed, with the reason in `error`."
)


class CountsShape(serializers.Serializer[dict[str, Any]]):
    """rows = created + updated + unchanged + rejected, always."""

    rows = serializers.IntegerField()
    created = serializers.IntegerField()
    updated = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    rejected = serializers.IntegerField()
    missing = serializers.IntegerField(help_text="initiatives of the register that this file does not list")
    newly_missing = serializers.IntegerField()
    returned = serializers.IntegerField(help_text="marked as missing before, listed again")
    unread = serializers.IntegerField(help_text="cells that could not be read; their rows land")
    linked = serializers.IntegerField(help_text="rows that a person linked to an initiative of the register; they update it")
    repeats = serializers.IntegerField(help_text="rows whose key an earlier row has too; both land")


class RunShape(serializers.Serializer[dict[str, Any]]):
    id = serializers.IntegerField()
    url = serializers.CharField()
    rows_url = serializers.CharField()
    state = serializers.ChoiceField(choices_of(RunState), help_text=STATES)
    register = serializers.CharField(help_text="name")
    register_id = serializers.IntegerField(allow_null=True, help_text="null until a new register is published")
    unit_id = serializers.IntegerField(allow_null=True)
    profile = serializers.CharField()
    as_of = serializers.DateField(allow_null=True, help_text="the day that the file tells of; null: that of publishing")
    file_name = serializers.CharField()
    sha256 = serializers.CharField()
    size = serializers.IntegerField(help_text="bytes")
    rows_done = serializers.IntegerField(help_text="rows read so far")
    rows_total = serializers.IntegerField(allow_null=True, help_text="null until the file was read")
    counts = CountsShape(help_text="empty until the file was read; of what will happen, then of what did")
    notes = serializers.ListField(child=serializers.DictField())
    error = serializers.CharField()
    publish_when_staged = serializers.BooleanField()
    started_by = serializers.CharField()
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)


class RunInput(serializers.Serializer[dict[str, Any]]):
    """multipart/form-data"""

    file = serializers.FileField(help_text="CSV, XLSX, JSON or JSON Lines; its content decides, not its name")
    profile = serializers.ChoiceField([(name, name) for name in PROFILES], required=False)
    mapping = serializers.CharField(required=False, help_text="JSON or YAML; instead of a profile")
    register = serializers.CharField(required=False, max_length=60, help_text="else the mapping's")
    unit = serializers.PrimaryKeyRelatedField(
        queryset=BusinessUnit.objects.none(), required=False, help_text="where a new register belongs"
    )
    unit_name = serializers.CharField(
        required=False, max_length=255, help_text="a unit to make for a new register, under `unit` or on top"
    )
    as_of = serializers.DateField(
        required=False,
        allow_null=True,
        help_text="the day that the file tells of, neither to come nor before the register's newest; else that of publishing",
    )
    publish = serializers.BooleanField(default=False, help_text="publish without waiting for a look at the preview")
    encoding = serializers.CharField(required=False, max_length=40)
    delimiter = serializers.CharField(required=False, max_length=1, trim_whitespace=False)
    header_line = serializers.IntegerField(required=False, min_value=1)
    sheet = serializers.CharField(required=False, max_length=100)
    json_list = serializers.CharField(required=False, max_length=200)
    lenient_quotes = serializers.BooleanField(default=False)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        fields = super().get_fields()
        actor = self.context.get("actor")
        if actor:
            fields["unit"].queryset = units_where(actor, Action.IMPORT)  # type: ignore[attr-defined]
        return fields

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("profile" in attrs) == ("mapping" in attrs):
            raise serializers.ValidationError({"mapping": "Give either a profile or a mapping."})
        return attrs


class RowShape(serializers.Serializer[dict[str, Any]]):
    line = serializers.IntegerField()
    outcome = serializers.ChoiceField(choices_of(RowOutcome))
    key = serializers.CharField(help_text="what the row is found by at the next import")
    raw = serializers.DictField(help_text="every cell as the file has it")
    fields = serializers.DictField(help_text="what was read")  # type: ignore[assignment]
    issues = serializers.ListField(child=serializers.DictField(), help_text="{kind, column, target, value, reason}")
    changed = serializers.ListField(child=serializers.CharField())
    initiative_id = serializers.IntegerField(allow_null=True)


class RunFilter(django_filters.FilterSet):
    state = django_filters.MultipleChoiceFilter(choices=choices_of(RunState))
    register = django_filters.NumberFilter(field_name="register")

    class Meta:
        model = ImportRun
        fields: tuple[str, ...] = ()


class ImportViewSet(ScopedApi, GenericViewSet[ImportRun]):
    """Files on their way into a register. Nothing of a file is in the register until its run is published, whole."""

    resource = "imports"
    queryset = ImportRun.objects.none()
    filterset_class = RunFilter
    serializer_class = RunInput  # type: ignore[assignment]
    lookup_value_regex = r"\d+"
    parser_classes = (*ScopedApi.parser_classes, MultiPartParser)

    @extend_schema(responses=RunShape(many=True))
    def list(self, request: Any) -> Response:
        self.refuse_unknown_parameters(set(RunFilter.base_filters))
        page = self.paginate_queryset(self.filter_queryset(ImportRun.objects.visible_to(self.actor)))
        return self.get_paginated_response([self._shape(run) for run in page or ()])

    @extend_schema(responses=RunShape)
    def retrieve(self, request: Any, pk: str) -> Response:
        return Response(self._shape(self._run(pk)))

    @extend_schema(request={"multipart/form-data": RunInput}, responses={202: RunShape})
    def create(self, request: Any) -> Response:
        """Hand in a file; the answer's Location is the run to poll.

        The same file with the same mapping and day for the same register, while its earlier run is not published, is that run.
        """
        serializer = RunInput(data=request.data, context={"actor": self.actor})
        serializer.is_valid(raise_exception=True)
        values = serializer.validated_data
        plan, mapping = _plan(values)
        run, _new = self.write(
            uploads.import_file, file=values["file"], plan=plan, mapping=mapping, unit=values.get("unit"),
            publish=values["publish"], as_of=values.get("as_of"),
        )  # fmt: skip
        return self._accepted(run)

    @extend_schema(
        responses=RowShape(many=True),
        parameters=[OpenApiParameter("outcome", enum=[*RowOutcome, "issues"], description="issues: rows that say something")],
    )
    def rows(self, request: Any, pk: str) -> Response:
        """Staged rows in file order; amounts are blank for readers who may not see money."""
        self.refuse_unknown_parameters({"outcome"})
        outcome = request.query_params.get("outcome", "")
        if outcome not in ("", "issues", *RowOutcome):
            raise ValidationError({"outcome": [f"One of {', '.join(RowOutcome)}, issues."]})
        run = self._run(pk)
        mask = reads.money_mask(self.actor, run)
        page: list[ImportRow] | None = self._rows_page(reads.rows_of(run, outcome))
        return self.get_paginated_response([reads.row_shape(row, mask) for row in page or ()])

    @extend_schema(request=None, responses={202: RunShape})
    def publish(self, request: Any, pk: str) -> Response:
        """Let a worker publish what the preview shows; asking twice is the same as once."""
        return self._accepted(self.write(runs.request_publish, run=self._run(pk)))

    @extend_schema(request=None, responses=RunShape)
    def cancel(self, request: Any, pk: str) -> Response:
        """Give the run up; nothing of it was ever in the register."""
        return Response(self._shape(self.write(runs.cancel_run, run=self._run(pk))))

    def _rows_page(self, rows: QuerySet[ImportRow]) -> Any:
        paginator = self.paginator
        paginator.ordering = "id"  # type: ignore[union-attr]
        return paginator.paginate_queryset(rows, self.request, view=self)  # type: ignore[union-attr]

    def _run(self, pk: str) -> ImportRun:
        run: ImportRun | None = ImportRun.objects.visible_to(self.actor).select_related("unit").filter(pk=pk).first()
        if run is None:
            raise Http404
        return run

    def _accepted(self, run: ImportRun) -> Response:
        shape = self._shape(run)
        return Response(shape, status=202, headers={"Location": shape["url"]})

    def _shape(self, run: ImportRun) -> dict[str, Any]:
        own = ("id", "state", "register_id", "unit_id", "as_of", "file_name", "sha256", "size", "rows_done", "rows_total",
               "counts", "notes", "error", "publish_when_staged", "created_at", "finished_at")  # fmt: skip
        return {name: getattr(run, name) for name in own} | {
            "url": reverse("api-import", args=[run.pk], request=self.request),
            "rows_url": reverse("api-import-rows", args=[run.pk], request=self.request),
            "register": run.plan.get("register", ""),
            "profile": run.plan.get("profile", ""),
            "started_by": run.started_label,
        }


class RegisterShape(serializers.Serializer[dict[str, Any]]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    unit_id = serializers.IntegerField()
    unit_name = serializers.CharField()
    profile = serializers.CharField()
    key_rule = serializers.CharField()
    lifecycle_key = serializers.CharField()
    initiatives = serializers.IntegerField()
    missing = serializers.IntegerField(help_text="not in the latest import")
    mapping = serializers.DictField()
    created_at = serializers.DateTimeField()


class RegisterViewSet(ScopedApi, GenericViewSet[Register]):
    """Named sources of initiatives, with the mapping of their latest import."""

    resource = "imports"
    queryset = Register.objects.none()
    filter_backends = ()

    @extend_schema(responses=RegisterShape(many=True))
    def list(self, request: Any) -> Response:
        self.refuse_unknown_parameters(set())
        page = self.paginate_queryset(reads.register_rows(self.actor))
        return self.get_paginated_response([row | {"initiatives": row.pop("count")} for row in page or ()])


class ProfileViewSet(ScopedApi, GenericViewSet[Register]):
    """Built-in profiles: a known register's mapping, with its value maps, and the lifecycle template it brings."""

    resource = "imports"
    queryset = Register.objects.none()
    filter_backends = ()
    pagination_class = None

    @extend_schema(responses={200: serializers.ListField(child=serializers.DictField())})
    def list(self, request: Any) -> Response:
        self.refuse_unknown_parameters(set())
        return Response([reads.profile_shape(name) for name in PROFILES])


def _plan(values: dict[str, Any]) -> tuple[Plan, Mapping]:
    """Plan and mapping of a request. Raises ValidationError that names the place in the mapping."""
    try:
        plan, mapping = profile_plan(values["profile"]) if "profile" in values else file_plan(values["mapping"])
    except FormatError as error:
        raise ValidationError({"mapping": [str(error)]}) from error
    read = ReadPlan(**{name: values[name] for name in ReadPlan.__dataclass_fields__ if name in values})
    plan = replace(plan, read=read)
    if "unit" in values:
        plan = replace(plan, unit_name="")
    if "unit_name" in values:
        plan = replace(plan, unit_name=values["unit_name"])
    return (replace(plan, register=values["register"]) if "register" in values else plan), mapping


urlpatterns = [
    path("imports/", ImportViewSet.as_view({"get": "list", "post": "create"}), name="api-imports"),
    path("imports/<int:pk>/", ImportViewSet.as_view({"get": "retrieve"}), name="api-import"),
    path("imports/<int:pk>/rows/", ImportViewSet.as_view({"get": "rows"}), name="api-import-rows"),
    path("imports/<int:pk>/publish/", ImportViewSet.as_view({"post": "publish"}), name="api-import-publish"),
    path("imports/<int:pk>/cancel/", ImportViewSet.as_view({"post": "cancel"}), name="api-import-cancel"),
    path("registers/", RegisterViewSet.as_view({"get": "list"}), name="api-registers"),
    path("import-profiles/", ProfileViewSet.as_view({"get": "list"}), name="api-import-profiles"),
]
