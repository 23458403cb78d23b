"""`/api/v1/billing-imports/`, `/billing-rules/` and `/billing-months/`: bills come in, are said to be for something, are read.

Amounts need the scope `money` beside `purchases:*`; they are decimal texts, as exact as the bills.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import Http404
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework import status as http
from rest_framework.decorators import action
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from portfolio.accounts.choices import Action
from portfolio.accounts.models import BusinessUnit
from portfolio.accounts.queries import units_where
from portfolio.initiatives.choices import choices_of
from portfolio.initiatives.models import Initiative
from portfolio.kit import clock
from portfolio.kit.api.base import ScopedApi, etag
from portfolio.procurement.choices import BillingState
from portfolio.procurement.models import BillingImport, BillingMonth, BillingRule, Capability, Purchase, Vendor
from portfolio.procurement.queries.billing.imports import periods_of, rejects_of, visible_imports
from portfolio.procurement.queries.billing.items import caught
from portfolio.procurement.queries.billing.totals import visible_months
from portfolio.procurement.rules.billing import BadCondition
from portfolio.procurement.services.billing import rules as rule_verbs
from portfolio.procurement.services.billing.publishing import publish, withdraw
from portfolio.procurement.services.billing.uploads import upload_bill
from portfolio.procurement.services.writing import StaleRow

_STATES = "uploaded -> reading (poll) -> staged (publish) -> published; or failed, with the reason in `error`; or withdrawn"


class StaleVersion(APIException):
    status_code = http.HTTP_412_PRECONDITION_FAILED
    default_code = "stale_version"


class ImportShape(serializers.Serializer[dict[str, Any]]):
    """rows = kept + refused."""

    id = serializers.IntegerField()
    url = serializers.CharField()
    version = serializers.IntegerField()
    state = serializers.ChoiceField(choices_of(BillingState), help_text=_STATES)
    unit_id = serializers.IntegerField()
    file_name = serializers.CharField()
    sha256 = serializers.CharField()
    size_bytes = serializers.IntegerField()
    layout = serializers.CharField(help_text="focus, aws_cur or azure_ea")
    layout_version = serializers.CharField()
    container = serializers.CharField(help_text="csv, csv.gz or parquet")
    currency = serializers.CharField(help_text="what was said for a file that names none")
    adds = serializers.BooleanField()
    publish_refused = serializers.BooleanField()
    rows = serializers.IntegerField()
    kept = serializers.IntegerField()
    refused = serializers.IntegerField()
    progress = serializers.FloatField(help_text="0 to 1")
    refusals = serializers.ListField(child=serializers.DictField(), help_text="{field, column, fault, rows}")
    notes = serializers.ListField(child=serializers.CharField())
    error = serializers.CharField()
    created_at = serializers.DateTimeField()
    published_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)


class OneImportShape(ImportShape):
    rejects = serializers.ListField(child=serializers.DictField(), help_text="the first; `value` is null without money")
    periods = serializers.ListField(child=serializers.DictField(), help_text="billing periods and whether they count")


class BillInput(serializers.Serializer[dict[str, Any]]):
    """multipart/form-data"""

    file = serializers.FileField(help_text="FOCUS, AWS CUR or Azure usage details as CSV, gzip or Parquet")
    unit = serializers.PrimaryKeyRelatedField(queryset=BusinessUnit.objects.none(), help_text="whose bill it is")
    currency = serializers.CharField(required=False, default="", max_length=16, help_text="for a file that names none")
    adds = serializers.BooleanField(default=False, help_text="beside what is published for its billing periods, not in its place")
    publish_refused = serializers.BooleanField(default=False, help_text="publish also if rows are refused")

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        fields = super().get_fields()
        if actor := self.context.get("actor"):
            fields["unit"].queryset = units_where(actor, Action.BILLING)  # type: ignore[attr-defined]
        return fields


class WithdrawBillInput(serializers.Serializer[dict[str, Any]]):
    reason = serializers.CharField(max_length=500)


class ImportFilter(django_filters.FilterSet):
    state = django_filters.MultipleChoiceFilter(choices=choices_of(BillingState))
    sha256 = django_filters.CharFilter(max_length=64)

    class Meta:
        model = BillingImport
        fields: tuple[str, ...] = ()


class BillingImportViewSet(ScopedApi, GenericViewSet[BillingImport]):
    """Bills on their way in. Nothing of a file counts until it is published, whole."""

    resource = "purchases"
    queryset = BillingImport.objects.none()
    filterset_class = ImportFilter
    serializer_class = BillInput  # type: ignore[assignment]
    lookup_value_regex = r"\d+"
    parser_classes = (*ScopedApi.parser_classes, MultiPartParser)

    @extend_schema(responses=ImportShape(many=True))
    def list(self, request: Request) -> Response:
        self.refuse_unknown_parameters(set(ImportFilter.base_filters))
        page = self.paginate_queryset(self.filter_queryset(visible_imports(self.actor)))
        return self.get_paginated_response([_import(row) for row in page or ()])

    @extend_schema(responses=OneImportShape)
    def retrieve(self, request: Request, pk: str) -> Response:
        row = self._one(pk)
        periods = periods_of(row).values(
            "provider", "billing_account_id", "starts_on", "ends_on", "rows", "live", "superseded_by_id"
        )  # fmt: skip
        shape = _import(row) | {"rejects": rejects_of(self.actor, row, most=200), "periods": list(periods[:1_000])}
        return Response(shape, headers=etag(row.version))

    @extend_schema(request={"multipart/form-data": BillInput}, responses={200: ImportShape, 202: ImportShape})
    def create(self, request: Request) -> Response:
        """Hand in a file and poll the answer's Location. 200: the same file was brought in before, and nothing changed."""
        given = BillInput(data=request.data, context={"actor": self.actor})
        given.is_valid(raise_exception=True)
        row, new = self.write(upload_bill, **given.validated_data)
        shape = _import(row)
        return Response(shape, status=202 if new else 200, headers={"Location": shape["url"]})

    @extend_schema(request=None, responses=ImportShape)
    @action(detail=True, methods=["post"])
    def publish(self, request: Request, pk: str) -> Response:
        """Let a staged bill count."""
        return Response(_import(self.write(publish, billing_import=self._one(pk), now=clock.now())))

    @extend_schema(request=WithdrawBillInput, responses=ImportShape)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """Take it out of the totals; what had given way to it counts again. If-Match guards the version."""
        given = WithdrawBillInput(data=request.data)
        given.is_valid(raise_exception=True)
        row = _guarded(self, withdraw, billing_import=self._one(pk), now=clock.now(), **given.validated_data)
        return Response(_import(row))

    def _one(self, pk: str) -> BillingImport:
        row = visible_imports(self.actor).select_related("unit").filter(pk=pk).first()
        if row is None:
            raise Http404
        return row


def _import(row: BillingImport) -> dict[str, Any]:
    names = set(ImportShape().fields) - {"url"}
    return {"url": reverse("billing-import-detail", args=[row.pk])} | {
        name: getattr(row, name) for name in sorted(names)
    }  # fmt: skip


def _guarded(view: ScopedApi, verb: Callable[..., Any], **arguments: Any) -> Any:
    """A change under the version that If-Match names."""
    try:
        return view.write(verb, version=view.version(), **arguments)
    except StaleRow as stale:
        raise StaleVersion(f"Somebody saved version {stale.current.version} meanwhile; read it again.") from stale


class RuleShape(serializers.Serializer[dict[str, Any]]):
    id = serializers.IntegerField()
    version = serializers.IntegerField()
    position = serializers.IntegerField(help_text="rules are asked in this order")
    unit_id = serializers.IntegerField(help_text="for bills of this unit and below")
    name = serializers.CharField()
    conditions = serializers.ListField(child=serializers.DictField(), help_text="{field, operator, value, tag}, all to be met")
    vendor_id = serializers.IntegerField(allow_null=True)
    capability_id = serializers.IntegerField(allow_null=True)
    to_unit_id = serializers.IntegerField(allow_null=True)
    initiative_id = serializers.IntegerField(allow_null=True)
    purchase_id = serializers.IntegerField(allow_null=True)
    active = serializers.BooleanField()
    source = serializers.CharField()  # type: ignore[assignment]


_RULE = tuple(RuleShape().fields)


class RuleInput(serializers.Serializer[dict[str, Any]]):
    """At least one of vendor, capability, to_unit, initiative and purchase."""

    unit = serializers.PrimaryKeyRelatedField(queryset=BusinessUnit.objects.none())
    name = serializers.CharField(max_length=200)
    conditions = serializers.ListField(child=serializers.DictField())
    vendor = serializers.PrimaryKeyRelatedField(queryset=Vendor.objects.none(), required=False, allow_null=True)
    capability = serializers.PrimaryKeyRelatedField(queryset=Capability.objects.all(), required=False, allow_null=True)
    to_unit = serializers.PrimaryKeyRelatedField(queryset=BusinessUnit.objects.none(), required=False, allow_null=True)
    initiative = serializers.PrimaryKeyRelatedField(queryset=Initiative.objects.none(), required=False, allow_null=True)
    purchase = serializers.PrimaryKeyRelatedField(queryset=Purchase.objects.none(), required=False, allow_null=True)
    active = serializers.BooleanField(default=True)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        fields = super().get_fields()
        if actor := self.context.get("actor"):
            fields["unit"].queryset = fields["to_unit"].queryset = units_where(actor, Action.BILLING)  # type: ignore[attr-defined]
            for name, model in (("vendor", Vendor), ("initiative", Initiative), ("purchase", Purchase)):
                fields[name].queryset = model._default_manager.visible_to(actor)  # type: ignore[attr-defined]
        return fields


class BillingRuleViewSet(ScopedApi, GenericViewSet[BillingRule]):
    """What charges are for, as data. The first rule that says a thing decides that thing."""

    resource = "purchases"
    queryset = BillingRule.objects.none()
    serializer_class = RuleInput  # type: ignore[assignment]
    filter_backends = ()
    lookup_value_regex = r"\d+"

    @extend_schema(responses=RuleShape(many=True))
    def list(self, request: Request) -> Response:
        self.refuse_unknown_parameters(set())
        page = self.paginate_queryset(BillingRule.objects.visible_to(self.actor).values(*_RULE))
        return self.get_paginated_response(list(page or []))

    @extend_schema(responses=RuleShape)
    def retrieve(self, request: Request, pk: str) -> Response:
        return self._answer(self._one(pk))

    @extend_schema(request=RuleInput, responses={201: RuleShape})
    def create(self, request: Request) -> Response:
        """Asked after all others."""
        made = self.write(rule_verbs.create_rule, demo=self.actor.showing_demo, **self._given())
        return self._answer(made, http.HTTP_201_CREATED)

    @extend_schema(request=RuleInput, responses=RuleShape)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change what is named, but for the unit. If-Match guards the version."""
        changes = self._given(partial=True)
        if "unit" in changes:
            raise ValidationError({"unit": ["A rule stays with the bills that it was made for; make another."]})
        return self._answer(_guarded(self, rule_verbs.change_rule, rule=self._one(pk), changes=changes))

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """What it decided, the next rule decides. If-Match guards the version."""
        _guarded(self, rule_verbs.delete_rule, rule=self._one(pk))
        return Response(status=http.HTTP_204_NO_CONTENT)

    @extend_schema(request=RuleInput, responses={200: serializers.DictField()})
    @action(detail=False, methods=["post"])
    def preview(self, request: Request) -> Response:
        """What conditions would catch of the published bills that you may see; nothing is saved."""
        asked = {"unit": request.data.get("unit"), "conditions": request.data.get("conditions"), "name": "preview"}
        given = RuleInput(data=asked, context={"actor": self.actor})
        given.is_valid(raise_exception=True)
        said = given.validated_data
        try:
            found = caught(self.actor, said["conditions"], unit_path=said["unit"].path)
        except BadCondition as error:
            raise ValidationError({"conditions": [str(error)]}) from error
        amounts = [{"currency": code, "billed": billed, "effective": effective} for code, billed, effective in found.amounts]
        return Response({"items": found.items, "rows": found.rows, "amounts": amounts, "suppressed": found.suppressed})

    def _given(self, *, partial: bool = False) -> dict[str, Any]:
        read = RuleInput(data=self.request.data, partial=partial, context={"actor": self.actor})
        read.is_valid(raise_exception=True)
        return dict(read.validated_data)

    def _one(self, pk: str) -> BillingRule:
        row: BillingRule | None = BillingRule.objects.visible_to(self.actor).filter(pk=pk).first()
        if row is None:
            raise Http404
        return row

    def _answer(self, row: BillingRule, code: int = http.HTTP_200_OK) -> Response:
        return Response({name: getattr(row, name) for name in _RULE}, status=code, headers=etag(row.version))


class MonthFilter(django_filters.FilterSet):
    """Words, never amounts."""

    month = django_filters.DateFilter()
    since = django_filters.DateFilter(field_name="month", lookup_expr="gte")
    charge_category = django_filters.CharFilter(max_length=20)
    service = django_filters.CharFilter(field_name="item__service_name", max_length=500)
    billing_account_id = django_filters.CharFilter(field_name="item__billing_account_id", max_length=500)
    sub_account_id = django_filters.CharFilter(field_name="item__sub_account_id", max_length=500)
    purchase = django_filters.NumberFilter(field_name="item__assignment__purchase", min_value=0, max_value=2**62)
    initiative = django_filters.NumberFilter(field_name="item__assignment__initiative", min_value=0, max_value=2**62)

    class Meta:
        model = BillingMonth
        fields: tuple[str, ...] = ()


_MONTH = (
    "id", "month", "charge_category", "charge_class", "currency", "pricing_currency", "billed", "effective", "list", "contracted",
    "pricing_effective", "rows", "effective_unknown", "item_id",
)  # fmt: skip
_OF_ITEM = (
    "provider",
    "publisher",
    "billing_account_id",
    "sub_account_id",
    "service_name",
    "service_category",
    "resource_id",
    "tags",
)


class MonthShape(serializers.Serializer[dict[str, Any]]):
    """An item in a billing period. Costs of different kinds are never added up; null is unknown."""

    id = serializers.IntegerField()
    item_id = serializers.IntegerField()
    month = serializers.DateField()
    charge_category = serializers.CharField()
    charge_class = serializers.CharField()
    currency = serializers.CharField()
    billed = serializers.CharField()
    effective = serializers.CharField(allow_null=True)
    contracted = serializers.CharField(allow_null=True)
    pricing_currency = serializers.CharField()
    pricing_effective = serializers.CharField(allow_null=True, help_text="in the pricing currency")
    rows = serializers.IntegerField()
    effective_unknown = serializers.IntegerField(help_text="rows whose effective cost nobody knows")


class BillingMonthViewSet(ScopedApi, GenericViewSet[BillingMonth]):
    """What published bills add up to, item by item and month by month."""

    resource = "purchases"
    queryset = BillingMonth.objects.none()
    filterset_class = MonthFilter

    @extend_schema(responses=MonthShape(many=True))
    def list(self, request: Request) -> Response:
        self.refuse_unknown_parameters(set(MonthFilter.base_filters))
        names = [f"item__{name}" for name in _OF_ITEM] + [f"item__assignment__{thing}" for thing in _THINGS]
        rows: QuerySet[BillingMonth, dict[str, Any]] = self.filter_queryset(visible_months(self.actor)).values(*_MONTH, *names)
        page = self.paginate_queryset(rows)
        return self.get_paginated_response([_month(row) for row in page or ()])


_THINGS = ("vendor_id", "capability_id", "holder_id", "initiative_id", "purchase_id")
_AMOUNTS = ("billed", "effective", "list", "contracted", "pricing_effective")


def _month(row: dict[str, Any]) -> dict[str, Any]:
    said = {name.removeprefix("item__assignment__").removeprefix("item__"): value for name, value in row.items()}
    return said | {name: None if said[name] is None else f"{said[name]:f}" for name in _AMOUNTS}
