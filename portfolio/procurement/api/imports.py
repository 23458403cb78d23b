"""`/api/v1/procurement-imports/`: hand in a list of purchases, plan items, requests or vendors, map it, look at it, publish it.

A run shows amounts as the file writes them, so it takes `purchases:write` and `money`, as its page takes both rights.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import django_filters
from django.http import Http404
from django.urls import reverse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from portfolio.accounts.choices import Action
from portfolio.accounts.models import BusinessUnit
from portfolio.formats.errors import FormatError
from portfolio.formats.registers.dates import DateOrder
from portfolio.formats.sheets.fields import Field
from portfolio.formats.sheets.mapping import SheetMapping, mapping_from
from portfolio.initiatives.choices import choices_of
from portfolio.kit.api.base import ScopedApi
from portfolio.procurement.api.shapes import Shape, Strict
from portfolio.procurement.choices import ImportKind, ImportState, Outcome
from portfolio.procurement.forms.imports import MappingForm
from portfolio.procurement.models import RegisterImport, RegisterImportRow
from portfolio.procurement.queries import imports as reading
from portfolio.procurement.services.imports import runs
from portfolio.procurement.services.imports.fields import fields_of

STATES = (
    "uploaded (say its columns) -> reading (poll) -> preview (publish or cancel) -> publishing (poll) -> published. Or cancelled;"
    " or failed, with the reason in `error`: another mapping may do."
)
SHOW = ("reported", "changes")
_BY_OUTCOME = [
    OpenApiParameter("outcome", enum=[*Outcome, *SHOW], description="reported: says something; changes: writes something")
]
_PREFIXES = {"columns": "column_", "fixed": "fixed_"}


class ProcurementImportShape(Shape):
    """`counts` is empty until the file was read. rows = created + updated + unchanged + rejected; what is none is left out."""

    id = serializers.IntegerField()
    url = serializers.CharField()
    kind = serializers.ChoiceField(choices_of(ImportKind))
    state = serializers.ChoiceField(choices_of(ImportState), help_text=STATES)
    unit_id = serializers.IntegerField()
    source = serializers.CharField()  # type: ignore[assignment]
    file_name = serializers.CharField()
    sha256 = serializers.CharField()
    size = serializers.IntegerField(help_text="bytes")
    counts = serializers.DictField(help_text="{rows, created, updated, unchanged, rejected, reported, new_vendors}")
    notes = serializers.ListField(child=serializers.DictField(), help_text="{kind, ...} of the file as a whole")
    error = serializers.CharField()
    started_by = serializers.CharField()
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)


class OneProcurementImportShape(ProcurementImportShape):
    headers = serializers.ListField(child=serializers.CharField(), help_text="empty once it is published or cancelled")
    fields_known = serializers.ListField(
        child=serializers.DictField(), help_text="{name, label, required}: what columns may fill"
    )
    mapping = serializers.DictField(help_text="as proposed, or as it was said last")


class ProcurementFileInput(Strict):
    """multipart/form-data"""

    file = serializers.FileField(help_text="CSV or XLSX; its content decides, not its name")
    kind = serializers.ChoiceField(choices_of(ImportKind))
    unit = serializers.PrimaryKeyRelatedField(
        queryset=BusinessUnit.objects.none(), help_text="rows that name no unit, or one that nobody knows, count for this one"
    )
    source = serializers.CharField(  # type: ignore[assignment]
        max_length=60, help_text="where it comes from: the same row from the same source is never there twice"
    )


class ProcurementMappingInput(Strict):
    """What is left out stays as proposed, or as it was said last. `columns` and `fixed` are replaced whole."""

    columns = serializers.DictField(
        child=serializers.CharField(allow_blank=True, max_length=1_000), required=False, help_text="{field: header}"
    )
    fixed = serializers.DictField(
        child=serializers.CharField(allow_blank=True, max_length=60), required=False, help_text="{field: one value for every row}"
    )
    decimal_sign = serializers.ChoiceField(["", ".", ","], required=False, help_text="empty: each amount speaks for itself")
    date_order = serializers.ChoiceField(choices_of(DateOrder), required=False)
    alike = serializers.BooleanField(required=False, help_text="take names much like a known vendor's for that vendor")
    new = serializers.BooleanField(required=False, help_text="make vendors of names that nobody knows")


class ProcurementImportRowShape(Shape):
    line = serializers.IntegerField()
    outcome = serializers.ChoiceField(choices_of(Outcome))
    key = serializers.CharField(help_text="what the row is known by at the next import")
    raw = serializers.DictField(help_text="the cells as the file has them")
    fields = serializers.DictField(help_text="what was read")  # type: ignore[assignment]
    issues = serializers.ListField(child=serializers.DictField(), help_text="{kind: rejected or unread, column, value, reason}")
    changed = serializers.ListField(child=serializers.CharField())
    target_id = serializers.IntegerField(allow_null=True, help_text="the row that it changes; null: it makes one, or none")


_ROW = ("line", "outcome", "key", "raw", "fields", "issues", "changed", "target_id")


class ProcurementImportFilter(django_filters.FilterSet):
    state = django_filters.MultipleChoiceFilter(choices=choices_of(ImportState))
    kind = django_filters.ChoiceFilter(choices=choices_of(ImportKind))

    class Meta:
        model = RegisterImport
        fields: tuple[str, ...] = ()


class ProcurementImportViewSet(ScopedApi, GenericViewSet[RegisterImport]):
    """Lists on their way into the register of purchases. Nothing of one is there until it is published, whole."""

    resource = "purchases"
    queryset = RegisterImport.objects.none()
    filterset_class = ProcurementImportFilter
    serializer_class = ProcurementFileInput  # type: ignore[assignment]
    lookup_value_regex = r"\d+"
    parser_classes = (*ScopedApi.parser_classes, MultiPartParser)

    @extend_schema(responses=ProcurementImportShape(many=True))
    def list(self, request: Request) -> Response:
        self.refuse_unknown_parameters(set(ProcurementImportFilter.base_filters))
        page = self.paginate_queryset(self.filter_queryset(reading.visible_imports(self.actor)))
        return self.get_paginated_response([_shape(run) for run in page or ()])

    @extend_schema(responses=OneProcurementImportShape)
    def retrieve(self, request: Request, pk: str) -> Response:
        return Response(_whole(self._one(pk)))

    @extend_schema(
        request={"multipart/form-data": ProcurementFileInput},
        responses={200: OneProcurementImportShape, 201: OneProcurementImportShape},
    )
    def create(self, request: Request) -> Response:
        """Hand in a file; the answer proposes its mapping. 200: your import of the same file still waits, and it is that one."""
        given = ProcurementFileInput(data=request.data, context={"actor": self.actor, "action": Action.PURCHASE})
        given.is_valid(raise_exception=True)
        values = given.validated_data | {"kind": ImportKind(given.validated_data["kind"])}
        run, new = self.write(runs.start_once, demo=self.actor.showing_demo, **values)
        shape = _whole(run)
        return Response(shape, status=201 if new else 200, headers={"Location": shape["url"]})

    @extend_schema(request=ProcurementMappingInput, responses={202: ProcurementImportShape})
    @action(detail=True, methods=["patch"])
    def mapping(self, request: Request, pk: str) -> Response:
        """Say which column is what, and let a worker read the file; `{}` takes what is proposed."""
        run = self._one(pk)
        given = ProcurementMappingInput(data=request.data)
        given.is_valid(raise_exception=True)
        if run.state not in runs.OPEN:
            raise ValidationError(f"This import is {run.get_state_display().lower()}.")
        form = _filled(run, given.validated_data)
        return _accepted(self.write(runs.map_import, run=run, mapping=form.mapping(), options=form.options()))

    @extend_schema(responses=ProcurementImportRowShape(many=True), parameters=_BY_OUTCOME)
    @action(detail=True, methods=["get"], filter_backends=())
    def rows(self, request: Request, pk: str) -> Response:
        """What would happen row by row, in file order. Once it is published the unchanged rows are gone."""
        self.refuse_unknown_parameters({"outcome"})
        outcome = request.query_params.get("outcome", "")
        if outcome not in ("", *Outcome, *SHOW):
            raise ValidationError({"outcome": [f"One of {', '.join((*Outcome, *SHOW))}."]})
        self.paginator.ordering = "id"  # type: ignore[union-attr]
        found: Any = reading.rows_to_show(self._one(pk), outcome)
        page: Any = self.paginate_queryset(found)
        return self.get_paginated_response([_row(row) for row in page or ()])

    @extend_schema(request=None, responses={202: ProcurementImportShape})
    @action(detail=True, methods=["post"])
    def publish(self, request: Request, pk: str) -> Response:
        """Let a worker write every row that lands, whole or not at all; asking twice is the same as once."""
        return _accepted(self.write(runs.request_publish, run=self._one(pk)))

    @extend_schema(request=None, responses=ProcurementImportShape)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """Give it up: nothing of it was ever in the register."""
        return Response(_shape(self.write(runs.cancel_import, run=self._one(pk))))

    def _one(self, pk: str) -> RegisterImport:
        """A run that the actor may see; 404 for anything else."""
        run = reading.visible_imports(self.actor).filter(pk=pk).first()
        if run is None:
            raise Http404
        return run


def _shape(run: RegisterImport) -> dict[str, Any]:
    made = {"url": reverse("procurement-import-detail", args=[run.pk]), "started_by": run.started_label}
    return made | {name: getattr(run, name) for name in map(str, ProcurementImportShape().fields) if name not in made}


def _accepted(run: RegisterImport) -> Response:
    shape = _shape(run)
    return Response(shape, status=202, headers={"Location": shape["url"]})


def _row(row: RegisterImportRow) -> dict[str, Any]:
    return {name: getattr(row, name) for name in _ROW}


def _whole(run: RegisterImport) -> dict[str, Any]:
    """With what may still be chosen: the file is opened for its headers as long as it waits."""
    wanted = fields_of(run.kind, runs.known_capabilities())
    first, headers = _first(run, wanted) if run.state in runs.OPEN and run.file else (SheetMapping(()), ())
    said: Mapping[str, Any] = run.mapping.get("sheet") or first.as_data()
    names = ("columns", "fixed", "decimal_sign", "date_order")
    return _shape(run) | {
        "headers": list(headers),
        "fields_known": [{"name": one.name, "label": one.label, "required": one.required} for one in wanted],
        "mapping": {name: said[name] for name in names} | {"alike": False, "new": False} | run.mapping.get("options", {}),
    }


def _first(run: RegisterImport, wanted: Sequence[Field]) -> tuple[SheetMapping, tuple[str, ...]]:
    """The mapping said last or proposed, and the headers. Raises ValidationError for a file that cannot be read."""
    try:
        proposal, headers = runs.suggest(run)
    except FormatError as error:
        raise ValidationError({"file": [str(error)]}) from error
    return (mapping_from(run.mapping["sheet"], wanted) if run.mapping else proposal.mapping), headers


def _filled(run: RegisterImport, given: Mapping[str, Any]) -> MappingForm:
    """The page's form, filled: the same checks, the same words. Raises ValidationError with its place."""
    wanted = fields_of(run.kind, runs.known_capabilities())
    first, headers = _first(run, wanted)
    asked: dict[str, Any] = {"wanted": wanted, "headers": headers, "first": first}
    empty = MappingForm(None, initial=run.mapping.get("options"), **asked)
    data = {name: empty.get_initial_for_field(field, name) for name, field in empty.fields.items()}
    for place, prefix in _PREFIXES.items():
        if place in given:
            known = {name for name in empty.fields if name.startswith(prefix)}
            if unknown := sorted(set(given[place]) - {name.removeprefix(prefix) for name in known}):
                raise ValidationError({place: {name: ["There is no such field."] for name in unknown}})
            data |= dict.fromkeys(known, "") | {prefix + name: text for name, text in given[place].items()}
    form = MappingForm(data | {name: value for name, value in given.items() if name not in _PREFIXES}, **asked)
    if not form.is_valid():
        raise ValidationError(_placed(form.errors))
    return form


def _placed(errors: Mapping[str, Any]) -> dict[str, Any]:
    """A form's errors by the members of the body: `column_title` is `columns/title`."""
    placed: dict[str, Any] = {}
    for name, texts in errors.items():
        place = next((one for one, prefix in _PREFIXES.items() if name.startswith(prefix)), "")
        if place:
            placed.setdefault(place, {})[name.removeprefix(_PREFIXES[place])] = list(texts)
        else:
            placed[name] = list(texts)
    return placed
