"""`/api/v1/finance-imports/`: hand in a file of budget lines, actuals or rates, say its columns, look at it, publish it.

A run shows amounts, so it takes the scope `money` beside `finance:*`, as its page takes a role that sees them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import django_filters
from django.core.exceptions import ValidationError as Refused
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
from portfolio.accounts.queries import units_where
from portfolio.finance.api.amounts import StaleVersion
from portfolio.finance.api.shapes import Shape, Strict
from portfolio.finance.choices import ImportKind, ImportState, RowOutcome
from portfolio.finance.forms.imports import MappingForm
from portfolio.finance.models import FinanceImport, FinanceImportRow
from portfolio.finance.queries.imports import rows_of
from portfolio.finance.rules.quotes import Direction
from portfolio.finance.rules.sheets import FIELDS
from portfolio.finance.services.imports import runs
from portfolio.formats.errors import BadMapping
from portfolio.formats.registers.dates import DateOrder
from portfolio.initiatives.choices import choices_of
from portfolio.kit.api.base import ScopedApi, etag

STATES = (
    "uploaded (say its columns) -> reading (poll) -> ready (publish or cancel) -> publishing (poll) -> published. Or discarded;"
    " or failed, with the reason in `error`: another mapping may do."
)
_BY_OUTCOME = [OpenApiParameter("outcome", enum=list(RowOutcome))]
_RATES_ONLY = ("base", "direction", "currencies", "since", "date")


class FinanceImportShape(Shape):
    """`counts` is empty until the file was read; of what will happen, then of what did."""

    id = serializers.IntegerField()
    url = serializers.CharField()
    version = serializers.IntegerField(help_text="of the mapping; send it back as If-Match")
    kind = serializers.ChoiceField(choices_of(ImportKind))
    state = serializers.ChoiceField(choices_of(ImportState), help_text=STATES)
    unit_id = serializers.IntegerField(allow_null=True, help_text="null: rates, which count for everybody")
    file_name = serializers.CharField()
    sha256 = serializers.CharField()
    size = serializers.IntegerField(help_text="bytes")
    counts = serializers.DictField(help_text="{rows, create, update, unchanged, rejected}")
    error = serializers.CharField()
    started_by = serializers.CharField()
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)


class OneFinanceImportShape(FinanceImportShape):
    headers = serializers.ListField(child=serializers.CharField())
    first_rows = serializers.ListField(child=serializers.ListField(child=serializers.CharField(allow_blank=True)))
    fields_known = serializers.ListField(
        child=serializers.DictField(), help_text="{name, label, required}: what columns may fill"
    )
    mapping = serializers.DictField(help_text="as proposed, or as it was said last")


class FinanceFileInput(Strict):
    """multipart/form-data"""

    file = serializers.FileField(help_text="CSV or XLSX; its content decides, not its name")
    kind = serializers.ChoiceField(choices_of(ImportKind))
    unit = serializers.PrimaryKeyRelatedField(
        queryset=BusinessUnit.objects.none(),
        required=False,
        help_text="its sub-units and their initiatives are in it; not for rates",
    )

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        fields = super().get_fields()
        if actor := self.context.get("actor"):
            fields["unit"].queryset = units_where(actor, Action.BUDGET)  # type: ignore[attr-defined]
        return fields


class FinanceMappingInput(Strict):
    """What is left out stays as proposed, or as it was said last. `columns` and `fixed` are replaced whole."""

    columns = serializers.DictField(
        child=serializers.CharField(allow_blank=True, max_length=1_000), required=False, help_text="{field: header}"
    )
    fixed = serializers.DictField(
        child=serializers.CharField(allow_blank=True, max_length=300), required=False,
        help_text="{currency, category, unit}: where a row says nothing",
    )  # fmt: skip
    decimal_sign = serializers.ChoiceField(["", ".", ","], required=False, help_text="empty: each amount speaks for itself")
    date_order = serializers.ChoiceField(choices_of(DateOrder), required=False)
    base = serializers.CharField(required=False, max_length=3, help_text="of rates: what they are against")
    direction = serializers.ChoiceField(choices_of(Direction), required=False, help_text="of rates")
    currencies = serializers.ListField(
        child=serializers.CharField(max_length=3), required=False, help_text="of rates: only these"
    )
    since = serializers.CharField(required=False, allow_blank=True, max_length=10, help_text="of rates: only from this day on")
    date = serializers.CharField(required=False, max_length=1_000, help_text="of rates with a column per currency")


class FinanceImportRowShape(Shape):
    line = serializers.IntegerField()
    outcome = serializers.ChoiceField(choices_of(RowOutcome))
    raw = serializers.DictField(help_text="the cells as the file has them, by field")
    values = serializers.DictField(help_text="what was read")
    issues = serializers.ListField(child=serializers.DictField(), help_text="{field, column, value, reason, reject}")
    changes = serializers.DictField(help_text="{field: [before, after]}")


class FinanceImportFilter(django_filters.FilterSet):
    state = django_filters.MultipleChoiceFilter(choices=choices_of(ImportState))
    kind = django_filters.ChoiceFilter(choices=choices_of(ImportKind))

    class Meta:
        model = FinanceImport
        fields: tuple[str, ...] = ()


class FinanceImportViewSet(ScopedApi, GenericViewSet[FinanceImport]):
    """Files of amounts on their way in. Nothing of one is counted until it is published, whole."""

    resource = "finance"
    queryset = FinanceImport.objects.none()
    filterset_class = FinanceImportFilter
    serializer_class = FinanceFileInput
    lookup_value_regex = r"\d+"
    parser_classes = (*ScopedApi.parser_classes, MultiPartParser)

    @extend_schema(responses=FinanceImportShape(many=True))
    def list(self, request: Request) -> Response:
        self.refuse_unknown_parameters(set(FinanceImportFilter.base_filters))
        page = self.paginate_queryset(self.filter_queryset(FinanceImport.objects.visible_to(self.actor)))
        return self.get_paginated_response([_shape(run) for run in page or ()])

    @extend_schema(responses=OneFinanceImportShape)
    def retrieve(self, request: Request, pk: str) -> Response:
        return self._answer(self._one(pk))

    @extend_schema(
        request={"multipart/form-data": FinanceFileInput}, responses={200: OneFinanceImportShape, 201: OneFinanceImportShape}
    )
    def create(self, request: Request) -> Response:
        """Hand in a file; the answer proposes its mapping. 200: your import of the same file still waits, and it is that one."""
        given = FinanceFileInput(data=request.data, context={"actor": self.actor})
        given.is_valid(raise_exception=True)
        values = given.validated_data
        unit = values.get("unit")
        run, new = self.write(runs.receive_once, kind=ImportKind(values["kind"]), unit=unit, file=values["file"])
        answer = self._answer(run, code=201 if new else 200)
        answer["Location"] = answer.data["url"]
        return answer

    @extend_schema(request=FinanceMappingInput, responses={202: FinanceImportShape})
    @action(detail=True, methods=["patch"])
    def mapping(self, request: Request, pk: str) -> Response:
        """Say which column is what, and let a worker read the file; `{}` takes what is proposed. If-Match guards the version."""
        run = self._one(pk)
        given = FinanceMappingInput(data=request.data)
        given.is_valid(raise_exception=True)
        try:
            run = self.write(runs.choose_mapping, run=run, mapping=_chosen(run, given.validated_data), version=self.version())
        except BadMapping as problem:
            raise ValidationError({problem.place: [str(problem)]}) from problem
        except Refused as refused:
            if getattr(refused, "code", "") == runs.STALE:
                raise StaleVersion(" ".join(refused.messages)) from refused
            raise
        return self._accepted(run)

    @extend_schema(responses=FinanceImportRowShape(many=True), parameters=_BY_OUTCOME)
    @action(detail=True, methods=["get"], filter_backends=())
    def rows(self, request: Request, pk: str) -> Response:
        """What would happen row by row, in file order. Once it is published the rejected rows alone stay."""
        self.refuse_unknown_parameters({"outcome"})
        outcome = request.query_params.get("outcome", "")
        if outcome not in ("", *RowOutcome):
            raise ValidationError({"outcome": [f"One of {', '.join(RowOutcome)}."]})
        self.paginator.ordering = "id"  # type: ignore[union-attr]
        rows: Any = rows_of(self._one(pk), outcome)
        page: Any = self.paginate_queryset(rows)
        return self.get_paginated_response([_row(row) for row in page or ()])

    @extend_schema(request=None, responses={202: FinanceImportShape})
    @action(detail=True, methods=["post"])
    def publish(self, request: Request, pk: str) -> Response:
        """Let a worker write every accepted row, whole or not at all; asking twice is the same as once."""
        return self._accepted(self.write(runs.request_publish, run=self._one(pk)))

    @extend_schema(request=None, responses=FinanceImportShape)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """Give it up: nothing of it was ever counted."""
        return Response(_shape(self.write(runs.discard, run=self._one(pk))))

    def _one(self, pk: str) -> FinanceImport:
        """A run that the actor may see; 404 for anything else."""
        run = FinanceImport.objects.visible_to(self.actor).select_related("unit").filter(pk=pk).first()
        if run is None:
            raise Http404
        return run

    def _answer(self, run: FinanceImport, code: int = 200) -> Response:
        fields = [{"name": one.name, "label": one.label, "required": one.required} for one in FIELDS[ImportKind(run.kind)]]
        sheet = {"headers": run.sheet.get("headers", []), "first_rows": run.sheet.get("rows", []), "fields_known": fields}
        return Response(_shape(run) | sheet | {"mapping": _mapping(run)}, status=code, headers=etag(run.version))

    def _accepted(self, run: FinanceImport) -> Response:
        shape = _shape(run)
        return Response(shape, status=202, headers=etag(run.version) | {"Location": shape["url"]})


def _shape(run: FinanceImport) -> dict[str, Any]:
    made = {"url": reverse("finance-import-detail", args=[run.pk]), "started_by": run.started_label}
    return made | {name: getattr(run, name) for name in map(str, FinanceImportShape().fields) if name not in made}


def _row(row: FinanceImportRow) -> dict[str, Any]:
    return {name: getattr(row, name) for name in map(str, FinanceImportRowShape().fields)}


def _mapping(run: FinanceImport) -> dict[str, Any]:
    """What FinanceMappingInput takes. A file with a column per currency has no columns to choose."""
    data = run.mapping
    wide, rates = data.get("shape") == "wide", run.kind == ImportKind.RATES
    made = {"columns": {} if wide else _said(data.get("columns", {})), "decimal_sign": data.get("decimal_sign", "")}
    made["date_order"] = data.get("date_order") or DateOrder.AUTO.value
    if not rates:
        return made | {"fixed": _said(data.get("fixed", {}))}
    return made | {name: data[name] for name in _RATES_ONLY if name in data}


def _said(texts: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in texts.items() if text}


def _chosen(run: FinanceImport, given: Mapping[str, Any]) -> dict[str, Any]:
    """The mapping as the page's form takes it: the same checks, the same words. Raises ValidationError with its place."""
    asked = {"kind": ImportKind(run.kind), "headers": run.sheet.get("headers", []), "mapping": run.mapping}
    empty = MappingForm(None, **asked)
    data = {name: empty.initial.get(name, "") for name in empty.fields}
    for place, prefix in (("columns", "column_"), ("fixed", "fixed_")):
        if place in given:
            known = {name for name in empty.fields if name.startswith(prefix)}
            _refuse_unknown(place, set(given[place]) - {name.removeprefix(prefix) for name in known})
            data |= dict.fromkeys(known, "") | {prefix + name: text for name, text in given[place].items()}
    plain = {name: value for name, value in given.items() if name not in ("columns", "fixed")}
    for name, value in plain.items():
        if name not in empty.fields:
            raise ValidationError({name: ["This file has no such habit."]})
        data[name] = ", ".join(value) if name == "currencies" else value
    form = MappingForm(data, **asked)
    if not form.is_valid():
        raise ValidationError(_placed(form.errors))
    return form.mapping(run.mapping)


def _refuse_unknown(place: str, names: set[str]) -> None:
    if names:
        raise ValidationError({place: {name: ["There is no such field."] for name in sorted(names)}})


def _placed(errors: Mapping[str, Any]) -> dict[str, Any]:
    """A form's errors by the members of the body: `column_planned` is `columns/planned`."""
    placed: dict[str, Any] = {}
    for name, texts in errors.items():
        prefix, _line, rest = name.partition("_")
        if prefix in ("column", "fixed"):
            placed.setdefault("columns" if prefix == "column" else "fixed", {})[rest] = list(texts)
        else:
            placed[name] = list(texts)
    return placed
