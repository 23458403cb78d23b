"""What goes in and out of the API of the register of purchases. Amounts are absent from rows whose amounts are hidden."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from portfolio.accounts.choices import Action
from portfolio.accounts.models import BusinessUnit
from portfolio.accounts.queries import units_where
from portfolio.initiatives.choices import VENUE_LABELS, Venue, choices_of
from portfolio.initiatives.models import Initiative
from portfolio.procurement.choices import Ask, Function, InPlan, Kind, Quantity, Renews, State
from portfolio.procurement.models import Capability, PlanItem, Product, Purchase, Vendor

Shape = serializers.Serializer[dict[str, Any]]
CURRENCY = r"^[A-Z][A-Z0-9_]{2,15}$"
ABSENT = "absent where you may not see amounts of the unit; null: nobody knows it"
VENUES = choices_of(Venue, VENUE_LABELS)


class Strict(Shape):
    """An input whose unknown members are an error: a misspelt one must not quietly change nothing."""

    def to_internal_value(self, data: Any) -> Any:
        unknown = set(data) - set(self.fields) if isinstance(data, dict) else set()
        if unknown:
            raise serializers.ValidationError({key: ["There is no such field."] for key in sorted(map(str, unknown))})
        return super().to_internal_value(data)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Rows may be named as far as the actor sees them; units where it may do `action` of the context."""
        fields = super().get_fields()
        actor: Any = self.context.get("actor")
        for name, field in fields.items() if actor is not None else ():
            if name == "unit":
                field.queryset = units_where(actor, self.context["action"])  # type: ignore[attr-defined]
            elif (model := _SCOPED.get(name)) is not None:
                field.queryset = model._default_manager.visible_to(actor)  # type: ignore[attr-defined]
        return fields


_SCOPED: dict[str, Any] = {
    "vendor": Vendor, "parent": Vendor, "product": Product, "plan_item": PlanItem, "initiative": Initiative, "purchase": Purchase,
}  # fmt: skip


def _row(model: Any, **more: Any) -> Any:
    return serializers.PrimaryKeyRelatedField(queryset=model.objects.none(), **more)


def _optional(model: Any) -> Any:
    return _row(model, required=False, allow_null=True)


def _capability() -> Any:
    return serializers.SlugRelatedField(slug_field="key", queryset=Capability.objects.all(), required=False, allow_null=True)


def _text(length: int) -> Any:
    return serializers.CharField(max_length=length, required=False, allow_blank=True)


def _money() -> Any:
    return serializers.DecimalField(20, 2, required=False, allow_null=True, min_value=0)


class VendorInput(Strict):
    name = serializers.CharField(max_length=255)
    parent = _optional(Vendor)
    note = _text(5_000)


class ProductInput(Strict):
    vendor = _row(Vendor)
    name = serializers.CharField(max_length=255)
    capability = _capability()
    sku = _text(120)


class PriceTierInput(Strict):
    """A vendor's terms. Whose they are is said once, when the tier is made."""

    vendor = _row(Vendor)
    capability = _capability()
    product = _optional(Product)
    from_amount = serializers.DecimalField(20, 2, min_value=0)
    currency = serializers.RegexField(CURRENCY)
    per_year = serializers.BooleanField(required=False, help_text="a year (true, unless said) or in all")
    discount = serializers.DecimalField(6, 5, min_value=0, help_text="a fraction from 0 to less than 1: 0.1 is 10 %")
    effective_on = serializers.DateField()
    ends_on = serializers.DateField(required=False, allow_null=True, help_text="the last day, it counts")
    source = _text(300)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        fields = super().get_fields()
        if self.partial:
            fields.pop("vendor")
        return fields


class PlanItemInput(Strict):
    unit = _row(BusinessUnit)
    name = serializers.CharField(max_length=300)
    year = serializers.IntegerField(min_value=1990, max_value=2200)
    code = _text(80)
    capability = _capability()
    planned_amount = _money()
    currency = serializers.RegexField(CURRENCY, required=False, allow_blank=True)


class PurchaseInput(Strict):
    """What one may send; every field is optional in a PATCH. What is left out or null is unknown."""

    unit = _row(BusinessUnit)
    kind = serializers.ChoiceField(choices_of(Kind))
    title = serializers.CharField(max_length=500)
    vendor = _optional(Vendor)
    vendor_name = _text(255)
    product = _optional(Product)
    capability = _capability()
    venue = serializers.ChoiceField(VENUES, required=False)
    function = serializers.ChoiceField(choices_of(Function), required=False)
    buyer_name = _text(200)
    amount = _money()
    currency = serializers.RegexField(CURRENCY, required=False, allow_blank=True)
    starts_on = serializers.DateField(required=False, allow_null=True)
    ends_on = serializers.DateField(required=False, allow_null=True)
    notice_days = serializers.IntegerField(min_value=0, max_value=3660, required=False, allow_null=True)
    renews = serializers.ChoiceField(choices_of(Renews), required=False)
    committed_quantity = serializers.DecimalField(20, 3, required=False, allow_null=True, min_value=0)
    committed_unit = serializers.ChoiceField([("", ""), *choices_of(Quantity)], required=False)
    non_cancellable_until = serializers.DateField(required=False, allow_null=True)
    order_number = _text(120)
    contract_number = _text(120)
    cost_centre = _text(80)
    plan_item = _optional(PlanItem)
    in_plan = serializers.ChoiceField(choices_of(InPlan), required=False)
    billing_account_id = _text(200)
    sub_account_id = _text(200)
    state = serializers.ChoiceField(choices_of(State), required=False)
    note = _text(5_000)


class ShareInput(Strict):
    initiative = _row(Initiative)
    share = serializers.DecimalField(7, 6, help_text="more than 0, at most 1")


class SharesInput(Strict):
    """All shares of a purchase; they replace those there are and add up to 1 at most."""

    shares = ShareInput(many=True)


class PurchaseRequestInput(Strict):
    unit = _row(BusinessUnit)
    initiative = _optional(Initiative)
    title = serializers.CharField(max_length=300)
    capability = _capability()
    vendor = _optional(Vendor)
    quantity = serializers.DecimalField(20, 3, required=False, allow_null=True)
    quantity_unit = serializers.ChoiceField(
        [("", ""), *(one for one in choices_of(Quantity) if one[0] != Quantity.AMOUNT)], required=False
    )
    amount = _money()
    currency = serializers.RegexField(CURRENCY, required=False, allow_blank=True)
    needed_on = serializers.DateField(required=False, allow_null=True)
    note = _text(5_000)


class EndRequestInput(Strict):
    reason = serializers.CharField(max_length=1_000)


class ApproveInput(Strict):
    reason = _text(1_000)


class OrderInput(Strict):
    purchase = _row(Purchase)
    share = serializers.DecimalField(7, 6, required=False, allow_null=True)
    reason = _text(1_000)


class CancelInput(Strict):
    reason = serializers.CharField(max_length=1_000)
    ends_on = serializers.DateField(required=False, allow_null=True)


class PurchaseRow(Shape):
    """A purchase. `in_plan` is declared, `plan_item_id` derives; `counts_as` is what totals count."""

    id = serializers.IntegerField()
    title = serializers.CharField()
    kind = serializers.ChoiceField(choices_of(Kind))
    unit_id = serializers.IntegerField()
    unit_name = serializers.CharField()
    vendor_id = serializers.IntegerField(allow_null=True)
    vendor_known = serializers.CharField(allow_null=True)
    vendor_name = serializers.CharField(help_text="as the order writes it")
    product_id = serializers.IntegerField(allow_null=True)
    product_name = serializers.CharField(allow_null=True)
    capability_key = serializers.CharField(allow_null=True)
    venue = serializers.ChoiceField(VENUES)
    function = serializers.ChoiceField(choices_of(Function))
    amount = serializers.DecimalField(20, 2, allow_null=True, required=False, help_text=ABSENT)
    currency = serializers.CharField(required=False, help_text=ABSENT)
    amount_hidden = serializers.BooleanField()
    starts_on = serializers.DateField(allow_null=True)
    ends_on = serializers.DateField(allow_null=True)
    notice_on = serializers.DateField(allow_null=True)
    renews = serializers.ChoiceField(choices_of(Renews))
    committed_quantity = serializers.DecimalField(20, 3, allow_null=True)
    committed_unit = serializers.CharField()
    in_plan = serializers.ChoiceField(choices_of(InPlan))
    plan_item_id = serializers.IntegerField(allow_null=True)
    counts_as = serializers.ChoiceField(choices_of(InPlan))
    state = serializers.ChoiceField(choices_of(State))
    shares = serializers.ListField(child=serializers.DictField(), required=False, help_text="of one purchase alone")
    version = serializers.IntegerField()


class PurchaseRequestRow(Shape):
    """A purchase request; `steps` are in the answer about one request alone."""

    id = serializers.IntegerField()
    title = serializers.CharField()
    unit_id = serializers.IntegerField()
    initiative_id = serializers.IntegerField(allow_null=True)
    capability_key = serializers.CharField(allow_null=True)
    quantity = serializers.DecimalField(20, 3, allow_null=True)
    quantity_unit = serializers.CharField()
    amount = serializers.DecimalField(20, 2, allow_null=True, required=False, help_text=ABSENT)
    currency = serializers.CharField(required=False, help_text=ABSENT)
    amount_hidden = serializers.BooleanField()
    needed_on = serializers.DateField(allow_null=True)
    state = serializers.ChoiceField(choices_of(Ask))
    reason = serializers.CharField()
    purchase_id = serializers.IntegerField(allow_null=True)
    steps = serializers.ListField(child=serializers.DictField(), required=False)
    version = serializers.IntegerField()


class PlanItemRow(Shape):
    id = serializers.IntegerField()
    unit_id = serializers.IntegerField()
    year = serializers.IntegerField()
    code = serializers.CharField()
    name = serializers.CharField()
    capability_key = serializers.CharField(allow_null=True)
    planned_amount = serializers.DecimalField(20, 2, allow_null=True, required=False, help_text=ABSENT)
    currency = serializers.CharField(required=False, help_text=ABSENT)
    amount_hidden = serializers.BooleanField()
    bought = serializers.IntegerField(help_text="visible purchases that are linked to it")
    version = serializers.IntegerField()


class VendorRow(Shape):
    id = serializers.IntegerField()
    name = serializers.CharField()
    parent_id = serializers.IntegerField(allow_null=True)
    bought = serializers.IntegerField(help_text="visible purchases that name it")
    running = serializers.IntegerField()
    units = serializers.IntegerField()
    note = serializers.CharField()
    version = serializers.IntegerField()


class ProductRow(Shape):
    id = serializers.IntegerField()
    vendor_id = serializers.IntegerField()
    name = serializers.CharField()
    capability_key = serializers.CharField(allow_null=True)
    sku = serializers.CharField()
    bought = serializers.IntegerField()
    version = serializers.IntegerField()


class PriceTierRow(Shape):
    """From `from_amount` on the vendor gives `discount` off its list price; for all that it sells where nothing is named."""

    id = serializers.IntegerField()
    vendor_id = serializers.IntegerField()
    vendor_name = serializers.CharField()
    capability_key = serializers.CharField(allow_null=True)
    product_id = serializers.IntegerField(allow_null=True)
    product_name = serializers.CharField(allow_null=True)
    from_amount = serializers.DecimalField(20, 2)
    currency = serializers.CharField()
    per_year = serializers.BooleanField()
    discount = serializers.DecimalField(6, 5)
    effective_on = serializers.DateField()
    ends_on = serializers.DateField(allow_null=True)
    source = serializers.CharField()  # type: ignore[assignment]
    version = serializers.IntegerField()


class CapabilityRow(Shape):
    id = serializers.IntegerField()
    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    is_infrastructure = serializers.BooleanField()
    category = serializers.CharField()
    retired = serializers.BooleanField()
    bought = serializers.IntegerField()
    units = serializers.IntegerField()


BUYING, ASKING = {"action": Action.PURCHASE}, {"action": Action.ASK}
