"""What goes in and out of the API of sizing: quantities, answers, options, measurements."""

from __future__ import annotations

from dataclasses import fields
from math import isfinite
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from portfolio.initiatives.choices import choices_of
from readiness.core.sizing.answer import Constraint
from readiness.core.sizing.inputs import Demand, Grade, Task, WorkloadClass
from readiness.core.sizing.quantity import Quantity
from readiness.sizing.choices import Approach, Headroom, PriceOrigin
from readiness.sizing.rules.points import NAMES
from readiness.workloads.choices import Precision

Shape = serializers.Serializer[dict[str, Any]]
MOST = 1e18
PERCENTILES = tuple(one.name for one in fields(Demand) if one.name.endswith("_percentile"))
QUANTITIES = tuple(one.name for one in fields(Demand) if one.name not in ("task", "workload_class", *PERCENTILES))
_QUANTITY = {
    "type": "object",
    "properties": {
        "likely": {"type": "number"},
        "low": {"type": "number"},
        "high": {"type": "number"},
        "known": {"type": "boolean", "description": "false: nobody knows; low and high bound what is plausible"},
    },
}


class Strict(Shape):
    """An input whose unknown members are an error: a misspelt one must not quietly change nothing."""

    def to_internal_value(self, data: Any) -> Any:
        unknown = set(data) - set(self.fields) if isinstance(data, dict) else set()
        if unknown:
            raise serializers.ValidationError({key: ["There is no such field."] for key in sorted(map(str, unknown))})
        return super().to_internal_value(data)


@extend_schema_field({"oneOf": [{"type": "number"}, _QUANTITY]})
class QuantityField(serializers.Field[Any, Any, Any, Any]):
    """A number that is known exactly, or `{likely, low, high, known}`."""

    def __init__(self, *, least: float = 0.0, most: float = MOST, **more: Any) -> None:
        super().__init__(**more)
        self.least, self.most = least, most

    def to_internal_value(self, data: Any) -> Quantity:
        if not isinstance(data, dict):
            return Quantity.exactly(self._number(data))
        unknown = set(data) - {"likely", "low", "high", "known"}
        if unknown or "likely" not in data or not isinstance(data.get("known", True), bool):
            raise serializers.ValidationError("A number, or {likely, low, high, known}.")
        likely = self._number(data["likely"])
        low, high = (self._number(data.get(name, likely)) for name in ("low", "high"))
        if not low <= likely <= high:
            raise serializers.ValidationError("It must hold that low <= likely <= high.")
        return Quantity(likely, low, high, data.get("known", True))

    def to_representation(self, value: Any) -> Any:
        return value

    def _number(self, value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise serializers.ValidationError("A number, or {likely, low, high, known}.")
        try:
            number = float(value)
        except OverflowError:
            raise serializers.ValidationError("This number is too large.") from None
        if not isfinite(number) or not self.least <= number <= self.most:
            raise serializers.ValidationError(f"Between {self.least:g} and {self.most:g}.")
        return number


class CountShape(Shape):
    """A whole number with its hull over everything that is not known."""

    low = serializers.IntegerField()
    likely = serializers.IntegerField()
    high = serializers.IntegerField()


class StepShape(Shape):
    name = serializers.CharField()
    value = serializers.FloatField(allow_null=True)
    unit = serializers.CharField()
    formula = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]


class InfluenceShape(Shape):
    """Replicas at both ends of one input's range, all else likely; 0: no number is enough."""

    name = serializers.CharField()
    at_low = serializers.IntegerField()
    at_high = serializers.IntegerField()
    known = serializers.BooleanField()


class LeverShape(Shape):
    """A change that somebody could decide, and the likely count after it."""

    name = serializers.CharField()
    field = serializers.CharField()
    value = serializers.FloatField()
    replicas = serializers.IntegerField()


class AnswerShape(Shape):
    """`replicas` null: no number is enough, `constraint` says why. Behind an API it counts multiples of the quota."""

    grade = serializers.ChoiceField(choices_of(Grade))
    constraint = serializers.ChoiceField(choices_of(Constraint))
    replicas = CountShape(allow_null=True)
    unsafe = serializers.IntegerField(allow_null=True, help_text="at z = 0: what the margin for not measuring costs")
    accelerators = CountShape(allow_null=True)
    figures = serializers.DictField(child=QuantityField(), help_text="by metric, in the unit of its name")
    influences = InfluenceShape(many=True)
    levers = LeverShape(many=True)
    steps = StepShape(many=True)
    notes = serializers.ListField(child=serializers.CharField())
    refused = serializers.ListField(help_text="[place, reason] of measured points left out")
    unbounded = serializers.BooleanField(help_text="at the unkind end no number is enough")


class CostShape(Shape):
    per_month = QuantityField(allow_null=True)
    per_million_tokens = QuantityField(allow_null=True)
    per_request = QuantityField(allow_null=True)


class SizedShape(Shape):
    """One candidate sized; `answer` null while something is `missing`."""

    option_id = serializers.IntegerField(allow_null=True, help_text="null: not stored, a proposal or a supposition")
    key = serializers.CharField(help_text="what ?option= takes")
    label = serializers.CharField()  # type: ignore[assignment]
    approach = serializers.ChoiceField(choices_of(Approach))
    chosen = serializers.BooleanField()
    model = serializers.CharField(allow_null=True, help_text="its key in the catalogue")
    accelerator = serializers.CharField(allow_null=True, help_text="its key in the catalogue")
    accelerators = serializers.IntegerField(help_text="per replica")
    precision = serializers.ChoiceField(choices_of(Precision))
    pool_id = serializers.IntegerField(allow_null=True)
    missing = serializers.ListField(child=serializers.CharField())
    verdict = serializers.ChoiceField(choices_of(Headroom), help_text="need against what is free in the pool")
    free = serializers.FloatField(allow_null=True, help_text="null: not known, or no pool is named")
    short_low = serializers.IntegerField()
    short_high = serializers.IntegerField()
    cost = CostShape(allow_null=True)
    currency = serializers.CharField()
    price_origin = serializers.ChoiceField(choices_of(PriceOrigin))
    price_hidden = serializers.BooleanField(help_text="there is a price of ours that you may not see")
    answer = AnswerShape(allow_null=True)


class LiveShape(Shape):
    """The live sizing of a workload, as its page shows it for the same parameters."""

    workload_id = serializers.IntegerField()
    sentence = serializers.CharField()
    proposed = serializers.BooleanField(help_text="no option is stored yet: these are proposals")
    supposed = serializers.ListField(child=serializers.CharField(), help_text="names that the parameters override")
    demand = serializers.DictField(help_text="what was sized, quantity by quantity")
    unknowns = serializers.ListField(child=serializers.CharField(), help_text="most influential first")
    main = SizedShape()
    options = SizedShape(many=True)


class OverviewRow(Shape):
    """The standing of a workload; figures are those of its standing option's stored answer, `free` is of now."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    initiative_id = serializers.IntegerField()
    initiative_key = serializers.CharField()
    option_id = serializers.IntegerField(allow_null=True)
    label = serializers.CharField(allow_null=True)  # type: ignore[assignment]
    chosen = serializers.BooleanField()
    grade = serializers.ChoiceField(choices_of(Grade), allow_null=True)
    constraint = serializers.ChoiceField(choices_of(Constraint), allow_null=True)
    accelerators = CountShape(allow_null=True)
    replicas = CountShape(allow_null=True)
    unbounded = serializers.BooleanField(allow_null=True)
    pool_name = serializers.CharField(allow_null=True)
    free = serializers.FloatField(allow_null=True)
    verdict = serializers.ChoiceField(choices_of(Headroom))
    short_low = serializers.IntegerField()
    short_high = serializers.IntegerField()
    unknown_count = serializers.IntegerField()
    needed_on = serializers.DateField(allow_null=True)
    order_by = serializers.DateField(allow_null=True)
    late_days = serializers.IntegerField()


class ResultShape(Shape):
    """What the sizing said for these inputs; the same inputs appear once."""

    id = serializers.IntegerField()
    option_id = serializers.IntegerField()
    profile_version = serializers.IntegerField(allow_null=True, help_text="number of the kept version that it stands on")
    standing = serializers.BooleanField(help_text="it holds now")
    inputs = serializers.DictField()
    answer = AnswerShape()
    unknowns = serializers.IntegerField()
    core_version = serializers.CharField()
    computed_at = serializers.DateTimeField()


class PointShape(Strict):
    """One load of a sweep, per replica; figures that were not measured are left out."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {name: serializers.FloatField(required=name == "completed_per_s", allow_null=True) for name in NAMES}


class DemandShape(Strict):
    """A workload at its horizon. null or left out: not applicable. An unknown is a quantity with `known` false."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        made: dict[str, serializers.Field[Any, Any, Any, Any]] = {
            "task": serializers.ChoiceField(choices_of(Task)),
            "workload_class": serializers.ChoiceField(choices_of(WorkloadClass)),
        }
        made |= {name: QuantityField(required=False, allow_null=True) for name in QUANTITIES}
        return made | {name: serializers.FloatField(required=False, min_value=0.5, max_value=0.9999) for name in PERCENTILES}
