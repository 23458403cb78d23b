"""`/api/v1/sizing-options/`: candidates of workloads, their answers over time; and `/api/v1/measurements/`."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework import status as http
from rest_framework.decorators import action
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from portfolio.accounts.choices import Action
from portfolio.accounts.models import BusinessUnit
from portfolio.accounts.queries import units_where
from portfolio.accounts.rules import may_see_money
from portfolio.initiatives.choices import choices_of
from portfolio.kit.api.base import ScopedApi, etag
from readiness.sizing.api import rows, shapes
from readiness.sizing.choices import Approach
from readiness.sizing.filters import MeasurementFilter, OptionFilter
from readiness.sizing.models import Measurement, SizingOption, SizingResult
from readiness.sizing.queries.options import get_option, results, visible_options
from readiness.sizing.services import options as verbs
from readiness.sizing.services.measurements import record_measurement
from readiness.workloads.choices import Precision
from readiness.workloads.models import Accelerator, CapacityPool, CatalogueModel, VenueOption, Workload

NULLABLE: dict[str, Any] = {"required": False, "allow_null": True}


class StaleOption(APIException):
    status_code = http.HTTP_412_PRECONDITION_FAILED
    default_code = "stale_version"


class OptionInput(shapes.Strict):
    """Related rows by id. Prices need the right to see amounts."""

    workload = serializers.PrimaryKeyRelatedField(queryset=Workload.objects.none())
    label = serializers.CharField(max_length=200, required=False, allow_blank=True)  # type: ignore[assignment]
    approach = serializers.ChoiceField(choices_of(Approach))
    model = serializers.PrimaryKeyRelatedField(queryset=CatalogueModel.objects.all(), **NULLABLE)
    accelerator = serializers.PrimaryKeyRelatedField(queryset=Accelerator.objects.all(), **NULLABLE)
    accelerators = serializers.IntegerField(min_value=1, max_value=1024, required=False)
    precision = serializers.ChoiceField(choices_of(Precision), required=False)
    kv_precision = serializers.ChoiceField(choices_of(Precision), required=False)
    software = serializers.CharField(max_length=200, required=False, allow_blank=True)
    measurement = serializers.PrimaryKeyRelatedField(queryset=Measurement.objects.none(), **NULLABLE)
    pool = serializers.PrimaryKeyRelatedField(queryset=CapacityPool.objects.none(), **NULLABLE)
    venue_option = serializers.PrimaryKeyRelatedField(queryset=VenueOption.objects.none(), **NULLABLE)
    utilisation = serializers.FloatField(required=False, help_text="share, 0..1")
    max_num_seqs = serializers.IntegerField(min_value=1, max_value=65_536, required=False)
    slots = serializers.IntegerField(min_value=1, max_value=65_536, required=False)
    replica_availability = serializers.FloatField(required=False, help_text="share, 0..1")
    requests_per_minute = serializers.FloatField(**NULLABLE)
    tokens_per_minute = serializers.FloatField(**NULLABLE)
    price_per_accelerator_hour = serializers.FloatField(**NULLABLE)
    price_input = serializers.FloatField(help_text="per million tokens", **NULLABLE)
    price_output = serializers.FloatField(help_text="per million tokens", **NULLABLE)
    price_currency = serializers.RegexField(r"^([A-Z]{3})?$", required=False, allow_blank=True)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Related ids are looked up among what the actor may see, so a foreign id reads like a missing one."""
        found = super().get_fields()
        actor = self.context.get("actor")
        if actor:
            rows = {"workload": Workload, "measurement": Measurement, "pool": CapacityPool, "venue_option": VenueOption}
            for name in rows.keys() & found.keys():
                found[name].queryset = rows[name]._default_manager.visible_to(actor)  # type: ignore[attr-defined]
        return found


class OptionChange(OptionInput):
    workload = None  # type: ignore[assignment]  # an option stays with its workload


class OptionRow(shapes.Shape):
    id = serializers.IntegerField()
    workload = serializers.IntegerField()
    initiative_id = serializers.IntegerField()
    label = serializers.CharField()  # type: ignore[assignment]
    approach = serializers.ChoiceField(choices_of(Approach))
    model = serializers.IntegerField(allow_null=True)
    accelerator = serializers.IntegerField(allow_null=True)
    accelerators = serializers.IntegerField()
    precision = serializers.ChoiceField(choices_of(Precision))
    kv_precision = serializers.ChoiceField(choices_of(Precision))
    software = serializers.CharField()
    measurement = serializers.IntegerField(allow_null=True)
    pool = serializers.IntegerField(allow_null=True)
    venue_option = serializers.IntegerField(allow_null=True)
    utilisation = serializers.FloatField()
    max_num_seqs = serializers.IntegerField()
    slots = serializers.IntegerField()
    replica_availability = serializers.FloatField()
    requests_per_minute = serializers.FloatField(allow_null=True)
    tokens_per_minute = serializers.FloatField(allow_null=True)
    price_per_accelerator_hour = serializers.FloatField(allow_null=True)
    price_input = serializers.FloatField(allow_null=True)
    price_output = serializers.FloatField(allow_null=True)
    price_currency = serializers.CharField(allow_null=True)
    price_hidden = serializers.BooleanField()
    chosen = serializers.BooleanField()
    result = serializers.IntegerField(allow_null=True, help_text="the answer that holds now")
    version = serializers.IntegerField()
    retired_at = serializers.DateTimeField(allow_null=True)


class OptionViewSet(ScopedApi, GenericViewSet[SizingOption]):
    """Candidates to run a workload."""

    resource = "workloads"
    queryset = SizingOption.objects.none()
    filterset_class = OptionFilter
    serializer_class = OptionInput  # type: ignore[assignment]
    lookup_value_regex = r"\d{1,18}"

    @extend_schema(responses=OptionRow(many=True))
    def list(self, request: Request) -> Response:
        self.refuse_unknown_parameters(set(OptionFilter.base_filters))
        page = self.paginate_queryset(self.filter_queryset(self._visible())) or []
        return self.get_paginated_response([self._row(row) for row in page])

    @extend_schema(responses=OptionRow)
    def retrieve(self, request: Request, pk: str) -> Response:
        return self._answer(self._get(pk))

    @extend_schema(request=OptionInput, responses={201: OptionRow})
    def create(self, request: Request) -> Response:
        """Store a candidate; it is sized at once."""
        made = self.write(verbs.add_option, **self._input(OptionInput))
        return self._answer(self._get(str(made.pk)), http.HTTP_201_CREATED)

    @extend_schema(request=OptionChange, responses=OptionRow)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change what it is. Send the ETag you read as If-Match (412 if stale)."""
        row, values = self._get(pk), self._input(OptionChange, partial=True)
        try:
            self.write(verbs.change_option, option=row, changes=values, version=self.version())
        except verbs.StaleOption as stale:
            raise StaleOption(f"Somebody saved version {stale.current.version} meanwhile; read it again.") from stale
        return self._answer(self._get(pk))

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Retire it: it leaves the comparison, its answers stay."""
        self.write(verbs.retire_option, option=self._get(pk))
        return Response(status=http.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses=OptionRow)
    @action(detail=True, methods=["post"])
    def choose(self, request: Request, pk: str) -> Response:
        """Make it the one that the workload goes with."""
        self.write(verbs.choose_option, option=self._get(pk))
        return self._answer(self._get(pk))

    @extend_schema(responses=shapes.ResultShape(many=True))
    @action(detail=True, filter_backends=())
    def results(self, request: Request, pk: str) -> Response:
        """What its sizing said, newest first."""
        self.refuse_unknown_parameters(set())
        option = self._get(pk)
        found: QuerySet[SizingResult] = results(option)
        page = self.paginator.paginate_queryset(found, request, view=self) or []  # type: ignore[union-attr]
        return self.get_paginated_response([rows.result_row(row, option.result_id) for row in page])

    def _visible(self) -> QuerySet[SizingOption]:
        return visible_options(self.actor).select_related("initiative__unit")

    def _get(self, pk: str) -> SizingOption:
        row = get_option(self.actor, int(pk))
        if row is None:
            raise Http404
        return row

    def _input(self, shape: Any, *, partial: bool = False) -> dict[str, Any]:
        serializer = shape(data=self.request.data, partial=partial, context={"actor": self.actor})
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)

    def _row(self, row: SizingOption) -> dict[str, Any]:
        owner = row.initiative
        money = may_see_money(self.actor, unit_path=owner.unit.path, owner_id=owner.owner_id, sponsor_id=owner.sponsor_id)
        return rows.option_row(row, money=money)

    def _answer(self, row: SizingOption, code: int = http.HTTP_200_OK) -> Response:
        return Response(self._row(row), status=code, headers=etag(row.version))


class MeasurementInput(shapes.Strict):
    unit = serializers.PrimaryKeyRelatedField(queryset=BusinessUnit.objects.none())
    name = serializers.CharField(max_length=200)
    accelerator = serializers.PrimaryKeyRelatedField(queryset=Accelerator.objects.all(), **NULLABLE)
    accelerators = serializers.IntegerField(min_value=1, max_value=1024, required=False)
    model = serializers.PrimaryKeyRelatedField(queryset=CatalogueModel.objects.all(), **NULLABLE)
    precision = serializers.ChoiceField(choices_of(Precision), required=False)
    software = serializers.CharField(max_length=200, required=False, allow_blank=True)
    input_tokens = serializers.FloatField(**NULLABLE)
    output_tokens = serializers.FloatField(**NULLABLE)
    max_num_seqs = serializers.IntegerField(min_value=1, max_value=65_536, **NULLABLE)
    kv_tokens = serializers.IntegerField(min_value=1, max_value=2_000_000_000, **NULLABLE)
    points = shapes.PointShape(many=True, required=False)
    service_s = serializers.FloatField(**NULLABLE)
    service_low_s = serializers.FloatField(**NULLABLE)
    service_high_s = serializers.FloatField(**NULLABLE)
    service_cv2 = serializers.FloatField(**NULLABLE)
    observed_on = serializers.DateField(**NULLABLE)
    source = serializers.CharField(required=False, allow_blank=True, max_length=20_000)  # type: ignore[assignment]
    replaces = serializers.PrimaryKeyRelatedField(queryset=Measurement.objects.none(), **NULLABLE)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        found = super().get_fields()
        actor = self.context.get("actor")
        if actor:
            found["unit"].queryset = units_where(actor, Action.WORKLOAD)  # type: ignore[attr-defined]
            found["replaces"].queryset = Measurement.objects.visible_to(actor)  # type: ignore[attr-defined]
        return found


class MeasurementRow(MeasurementInput):
    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        made: dict[str, serializers.Field[Any, Any, Any, Any]] = {
            "id": serializers.IntegerField(),
            "recorded_at": serializers.DateTimeField(),
            **super().get_fields(),
        }
        return {f"{name}_id" if name in ("unit", "accelerator", "model", "replaces") else name: one for name, one in made.items()}


class MeasurementViewSet(ScopedApi, GenericViewSet[Measurement]):
    """Benchmarks of one replica; insert-only, a correction replaces."""

    resource = "workloads"
    queryset = Measurement.objects.none()
    filterset_class = MeasurementFilter
    serializer_class = MeasurementInput  # type: ignore[assignment]
    lookup_value_regex = r"\d{1,18}"

    @extend_schema(responses=MeasurementRow(many=True))
    def list(self, request: Request) -> Response:
        self.refuse_unknown_parameters(set(MeasurementFilter.base_filters))
        page = self.paginate_queryset(self.filter_queryset(Measurement.objects.visible_to(self.actor))) or []
        return self.get_paginated_response([rows.measurement_row(row) for row in page])

    @extend_schema(responses=MeasurementRow)
    def retrieve(self, request: Request, pk: str) -> Response:
        row = Measurement.objects.visible_to(self.actor).filter(pk=int(pk)).first()
        if row is None:
            raise Http404
        return Response(rows.measurement_row(row))

    @extend_schema(request=MeasurementInput, responses={201: MeasurementRow})
    def create(self, request: Request) -> Response:
        """Record what was measured. Points that contradict themselves are kept, and refused by every sizing with the reason."""
        shape = MeasurementInput(data=request.data, context={"actor": self.actor})
        shape.is_valid(raise_exception=True)
        made = self.write(record_measurement, **shape.validated_data)
        return Response(rows.measurement_row(made), status=http.HTTP_201_CREATED)
