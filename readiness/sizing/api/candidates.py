"""Candidates as JSON for the stateless calculation: by their facts, or by the keys of the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from portfolio.initiatives.choices import choices_of
from readiness.core.sizing.inputs import (
    AcceleratorFacts,
    Candidate,
    Layers,
    Measured,
    ModelApi,
    ModelFacts,
    Price,
    SelfHosted,
    Workers,
)
from readiness.sizing.api.shapes import PointShape, QuantityField, Strict
from readiness.sizing.choices import Approach
from readiness.sizing.queries.options import ACCELERATOR, MODEL
from readiness.sizing.rules.drafts import flops_of, points_of
from readiness.workloads.choices import BYTES_PER_PARAMETER, Precision
from readiness.workloads.models import Accelerator, CatalogueModel

_POSITIVE = 1e-12


def _number(least: float = _POSITIVE, most: float = 1e18, **more: Any) -> serializers.FloatField:
    return serializers.FloatField(min_value=least, max_value=most, **more)


def _whole(most: int = 65_536, **more: Any) -> serializers.IntegerField:
    return serializers.IntegerField(min_value=1, max_value=most, **more)


class LayersShape(Strict):
    count = _whole(10_000)
    kv_heads = serializers.IntegerField(min_value=0, max_value=65_536, default=0)
    head_dim = serializers.IntegerField(min_value=0, max_value=65_536, default=0)
    window_tokens = _whole(100_000_000, allow_null=True, default=None)
    latent_dim = _whole(allow_null=True, default=None)


class ModelShape(Strict):
    """`{key}` of the catalogue, or its facts."""

    key = serializers.SlugField(required=False)
    parameters = _number(1, required=False)
    active_parameters = _number(1, required=False)
    layers = LayersShape(many=True, required=False)
    max_context_tokens = _whole(2_000_000_000, required=False, allow_null=True)


class AcceleratorShape(Strict):
    """`{key}` of the catalogue, or its facts: bytes, operations and bytes per second."""

    key = serializers.SlugField(required=False)
    memory_bytes = _number(1, required=False)
    flops = _number(1, required=False)
    bandwidth = _number(1, required=False)


class MeasuredShape(Strict):
    points = PointShape(many=True)
    input_tokens = _number(required=False, allow_null=True)
    output_tokens = _number(0, required=False, allow_null=True)
    max_num_seqs = _whole(required=False, allow_null=True)
    kv_tokens = _whole(2_000_000_000, required=False, allow_null=True)
    same_stack = serializers.BooleanField(default=True)


class CandidateShape(Strict):
    """`kind` says which of the other members count."""

    kind = serializers.ChoiceField(choices_of(Approach))
    model = ModelShape(required=False)
    accelerator = AcceleratorShape(required=False)
    accelerators = _whole(1024, default=1)
    precision = serializers.ChoiceField(choices_of(Precision), default=Precision.BF16.value)
    kv_precision = serializers.ChoiceField(choices_of(Precision), default=Precision.BF16.value)
    measured = MeasuredShape(required=False)
    utilisation = _number(0.01, 1, default=0.8)
    max_num_seqs = _whole(default=256)
    replica_availability = _number(0.5, 0.999999, default=0.995)
    mfu = QuantityField(least=0.001, most=1, required=False)
    mbu = QuantityField(least=0.001, most=1, required=False)
    service_s = QuantityField(least=1e-6, most=1e6, required=False)
    service_cv2 = QuantityField(most=1e4, required=False)
    slots = _whole(default=1)
    requests_per_minute = _number(required=False, allow_null=True)
    tokens_per_minute = _number(required=False, allow_null=True)
    ttft_p_s = _number(required=False, allow_null=True)
    tpot_p_s = _number(required=False, allow_null=True)
    availability = _number(0.5, 1, required=False, allow_null=True)


class PriceShape(Strict):
    per_accelerator_hour = QuantityField(most=1e6, required=False)
    per_month = QuantityField(most=1e12, required=False)
    per_million_input = QuantityField(most=1e6, required=False)
    per_million_output = QuantityField(most=1e6, required=False)


def candidate_of(values: Mapping[str, Any]) -> Candidate:
    """The core's candidate. Raises ValidationError naming what is missing."""
    if values["kind"] == Approach.API:
        names = ("requests_per_minute", "tokens_per_minute", "ttft_p_s", "tpot_p_s", "availability")
        return ModelApi(**{name: values[name] for name in names if name in values})
    if values["kind"] == Approach.WORKERS:
        return _workers(values)
    return _hosted(values)


def price_of(values: Mapping[str, Any]) -> Price:
    return Price(**values)


def _workers(values: Mapping[str, Any]) -> Workers:
    if "service_s" not in values:
        raise serializers.ValidationError({"candidate": {"service_s": ["How long one request takes on one worker."]}})
    names = ("service_s", "service_cv2", "slots", "accelerators", "utilisation", "replica_availability")
    return Workers(**{name: values[name] for name in names if name in values})


def _hosted(values: Mapping[str, Any]) -> SelfHosted:
    more = {name: values[name] for name in ("mfu", "mbu") if name in values}
    return SelfHosted(
        model=_model(values), accelerator=_accelerator(values), accelerators=values["accelerators"],
        measured=_measured(values.get("measured")), utilisation=values["utilisation"], max_num_seqs=values["max_num_seqs"],
        replica_availability=values["replica_availability"], **more,
    )  # fmt: skip


def _model(values: Mapping[str, Any]) -> ModelFacts:
    given = values.get("model") or {}
    if "key" in given:
        row = CatalogueModel.objects.filter(key=given["key"]).values(*MODEL).first()
        if row is None or not row["parameters"]:
            raise serializers.ValidationError({"candidate": {"model": {"key": ["No self-hosted model of the catalogue."]}}})
        given = {name: row[name] for name in ("parameters", "active_parameters", "layers", "max_context_tokens")}
    if not given.get("parameters"):
        raise serializers.ValidationError({"candidate": {"model": {"parameters": ["How many parameters the model has."]}}})
    known = ("count", "kv_heads", "head_dim", "window_tokens", "latent_dim")
    return ModelFacts(
        parameters=given["parameters"],
        active_parameters=given.get("active_parameters") or given["parameters"],
        layers=tuple(Layers(**{name: row[name] for name in known if name in row}) for row in given.get("layers") or ()),
        weight_bytes=BYTES_PER_PARAMETER[Precision(values["precision"])],
        kv_bytes=BYTES_PER_PARAMETER[Precision(values["kv_precision"])],
        max_context_tokens=given.get("max_context_tokens"),
    )


def _accelerator(values: Mapping[str, Any]) -> AcceleratorFacts:
    given = values.get("accelerator") or {}
    if "key" in given:
        row = Accelerator.objects.filter(key=given["key"]).values(*ACCELERATOR).first()
        given = _facts(row, Precision(values["precision"])) if row is not None else {}
    missing = [name for name in ("memory_bytes", "flops", "bandwidth") if not given.get(name)]
    if missing:
        raise serializers.ValidationError({"candidate": {"accelerator": {name: ["It is not known."] for name in missing}}})
    return AcceleratorFacts(**{name: float(given[name]) for name in ("memory_bytes", "flops", "bandwidth")})


def _facts(row: Mapping[str, Any], precision: Precision) -> dict[str, Any]:
    return {"memory_bytes": row["memory_bytes"], "bandwidth": row["bandwidth"], "flops": flops_of(row, precision)}


def _measured(given: Mapping[str, Any] | None) -> Measured:
    if given is None:
        return Measured()
    points = [{name: value for name, value in point.items() if value is not None} for point in given["points"]]
    names = ("input_tokens", "output_tokens", "max_num_seqs", "kv_tokens", "same_stack")
    return Measured(points=points_of(points), **{name: given[name] for name in names if name in given})
