"""What goes in and out of the API of money. Amounts are texts, so that no reader rounds them; null is unknown."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from portfolio.accounts.choices import Action
from portfolio.accounts.models import BusinessUnit
from portfolio.accounts.queries import units_where
from portfolio.finance.choices import MONEY_DIGITS, MONEY_PLACES
from portfolio.finance.models.budget import CATEGORIES
from portfolio.initiatives.models import Initiative


class Shape(serializers.Serializer[Any]):
    """A plain description of rows."""


class Strict(Shape):
    """An input whose unknown members are an error: a misspelt one must not quietly change nothing."""

    def to_internal_value(self, data: Any) -> Any:
        unknown = set(data) - set(self.fields) if isinstance(data, dict) else set()
        if unknown:
            raise serializers.ValidationError({key: ["There is no such field."] for key in sorted(map(str, unknown))})
        return super().to_internal_value(data)


def _amount() -> serializers.DecimalField:
    return serializers.DecimalField(MONEY_DIGITS, MONEY_PLACES, required=False, allow_null=True, help_text="null: unknown")


class Holder(Strict):
    """Whose it is: an initiative, or a unit itself. It is said once, when the row is made."""

    initiative = serializers.PrimaryKeyRelatedField(queryset=Initiative.objects.none(), required=False)
    unit = serializers.PrimaryKeyRelatedField(queryset=BusinessUnit.objects.none(), required=False)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        fields = super().get_fields()
        if self.partial:
            fields.pop("initiative")
            fields.pop("unit")
        elif "actor" in self.context:
            actor = self.context["actor"]
            fields["initiative"].queryset = Initiative.objects.visible_to(actor).select_related("unit")  # type: ignore[attr-defined]
            fields["unit"].queryset = units_where(actor, Action.MONEY)  # type: ignore[attr-defined]
        return fields


class LineInput(Holder):
    category = serializers.ChoiceField(CATEGORIES, required=False, allow_blank=True)
    label = serializers.CharField(max_length=200, required=False, allow_blank=True)  # type: ignore[assignment]
    cost_centre = serializers.CharField(max_length=60, required=False, allow_blank=True)
    period_start = serializers.DateField()
    period_end = serializers.DateField(help_text="the last day, it counts")
    planned = _amount()
    actual = _amount()
    currency = serializers.CharField(max_length=16)
    note = serializers.CharField(max_length=500, required=False, allow_blank=True)


class CommitmentInput(Holder):
    category = serializers.ChoiceField(CATEGORIES, required=False, allow_blank=True)
    label = serializers.CharField(max_length=200)  # type: ignore[assignment]
    amount = _amount()
    currency = serializers.CharField(max_length=16, required=False, allow_blank=True)
    starts_on = serializers.DateField(required=False, allow_null=True)
    ends_on = serializers.DateField(required=False, allow_null=True)
    non_cancellable_until = serializers.DateField(required=False, allow_null=True, help_text="null: at any time")
    note = serializers.CharField(max_length=500, required=False, allow_blank=True)


class RateInput(Strict):
    currency = serializers.CharField(max_length=16)
    effective_on = serializers.DateField()
    per_unit = serializers.DecimalField(24, 12, help_text="the value of one unit in the reporting currency")
    source = serializers.CharField(max_length=200, required=False, allow_blank=True)  # type: ignore[assignment]

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        fields = super().get_fields()
        if self.partial:
            fields.pop("currency")
        return fields


class Kept(Shape):
    """What every kept row has."""

    id = serializers.IntegerField()
    version = serializers.IntegerField(help_text="send it back as If-Match")
    updated_at = serializers.DateTimeField()


class OfHolder(Kept):
    initiative_id = serializers.IntegerField(allow_null=True)
    initiative_key = serializers.CharField(allow_null=True)
    initiative_name = serializers.CharField(allow_null=True)
    unit_id = serializers.IntegerField(allow_null=True, help_text="null: it is an initiative's")
    unit_name = serializers.CharField(help_text="the unit, or the initiative's")
    category = serializers.ChoiceField(CATEGORIES, allow_blank=True)
    label = serializers.CharField(allow_blank=True)  # type: ignore[assignment]
    currency = serializers.CharField(allow_blank=True)
    note = serializers.CharField(allow_blank=True)
    source = serializers.CharField()  # type: ignore[assignment]


class LineRow(OfHolder):
    cost_centre = serializers.CharField(allow_blank=True)
    period_start = serializers.DateField()
    period_end = serializers.DateField()
    planned = serializers.DecimalField(MONEY_DIGITS, MONEY_PLACES, allow_null=True)
    actual = serializers.DecimalField(MONEY_DIGITS, MONEY_PLACES, allow_null=True)


class CommitmentRow(OfHolder):
    amount = serializers.DecimalField(MONEY_DIGITS, MONEY_PLACES, allow_null=True)
    starts_on = serializers.DateField(allow_null=True)
    ends_on = serializers.DateField(allow_null=True)
    non_cancellable_until = serializers.DateField(allow_null=True)
    source_ref = serializers.IntegerField(allow_null=True, help_text="the purchase that it follows from")


class RateRow(Kept):
    currency = serializers.CharField()
    reporting_currency = serializers.CharField()
    effective_on = serializers.DateField()
    per_unit = serializers.DecimalField(24, 12)
    source = serializers.CharField(allow_blank=True)  # type: ignore[assignment]
