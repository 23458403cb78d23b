"""Forms of vendors, products, price tiers, capabilities and items of the plan."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from portfolio.finance.choices import CATEGORY_LABELS, IN_NO_CATEGORY
from portfolio.initiatives.forms.fields import day_field, pick, text_area
from portfolio.procurement.forms.purchases import amount_field, currency_field
from portfolio.procurement.forms.rows import RowForm, Sections

CATEGORIES = [("", IN_NO_CATEGORY), *((one.value, label) for one, label in CATEGORY_LABELS.items())]


class VendorForm(RowForm):
    sections_of: ClassVar[Sections] = ((_("The vendor"), ("name", "parent", "note")),)
    name = forms.CharField(label=_("Name"), max_length=255)
    parent = pick(_("Belongs to"), help_text=_("The company above it, with whom terms are agreed for both."))
    note = text_area(_("Note"), rows=2, max_length=5_000)


class AliasForm(forms.Form):
    name = forms.CharField(
        label=_("Other name"), max_length=255, help_text=_("Imports and bills that write it then find this vendor.")
    )


class MergeForm(forms.Form):
    """`vendors` are those that it could be."""

    into = pick(_("It is the same as"), required=True)
    reason = text_area(_("Reason"), rows=2, required=True, max_length=1_000)

    def __init__(self, *args: Any, vendors: dict[int, str], **more: Any) -> None:
        super().__init__(*args, **more)
        into = self.fields["into"]
        assert isinstance(into, forms.ChoiceField)
        into.choices = [("", _("Choose")), *((str(pk), name) for pk, name in vendors.items())]


class ProductForm(RowForm):
    sections_of: ClassVar[Sections] = ((_("The product"), ("name", "capability", "sku")),)
    name = forms.CharField(label=_("Name"), max_length=255)
    capability = pick(_("Capability"), help_text=_("Purchases of it have this one where nobody says otherwise."))
    sku = forms.CharField(label=_("Article number"), max_length=120, required=False)


class TierForm(RowForm):
    """The discount is typed as a percentage and kept as a fraction."""

    sections_of: ClassVar[Sections] = (
        (_("From which amount"), ("from_amount", "currency", "per_year", "discount")),
        (_("For what, and when"), ("capability", "product", "effective_on", "ends_on", "source")),
    )
    from_amount = amount_field(_("From"), required=True)
    currency = currency_field(required=True)
    per_year = forms.BooleanField(label=_("a year (not in all)"), required=False, initial=True)
    discount = forms.DecimalField(label=_("Discount (%)"), min_value=0, max_value=99, max_digits=6, decimal_places=3)
    capability = pick(_("Only for this capability"))
    product = pick(_("Only for this product"))
    effective_on = day_field(_("From day"), required=True)
    ends_on = day_field(_("Last day"))
    source = forms.CharField(label=_("Source"), max_length=300, required=False, help_text=_("Such as the price list of a date."))

    def values(self) -> dict[str, Any]:
        values = super().values()
        return values | {"discount": values["discount"] / 100}


class CapabilityForm(RowForm):
    sections_of: ClassVar[Sections] = ((_("The capability"), ("label", "category", "is_infrastructure", "position", "retired")),)
    label = forms.CharField(label=_("Name"), max_length=120)
    category = forms.ChoiceField(label=_("Budget category"), required=False, choices=CATEGORIES)
    is_infrastructure = forms.BooleanField(label=_("it is infrastructure"), required=False)
    position = forms.IntegerField(label=_("Place in lists"), min_value=0, max_value=9_999, initial=100)
    retired = forms.BooleanField(label=_("no longer offered for new purchases"), required=False)


class PlanItemForm(RowForm):
    money_fields: ClassVar[tuple[str, ...]] = ("planned_amount", "currency")
    sections_of: ClassVar[Sections] = (
        (_("What is planned"), ("name", "unit", "year", "code", "capability")),
        (_("What it may cost"), ("planned_amount", "currency")),
    )
    name = forms.CharField(label=_("Name"), max_length=300)
    unit = pick(_("Business unit"), required=True)
    year = forms.IntegerField(label=_("Year"), min_value=1990, max_value=2200)
    code = forms.CharField(label=_("Code"), max_length=80, required=False, help_text=_("As the plan numbers it."))
    capability = pick(_("Capability"))
    planned_amount = amount_field(_("Planned amount"))
    currency = currency_field()
