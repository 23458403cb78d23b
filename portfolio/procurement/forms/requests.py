"""Forms of purchase requests and of the steps on their way to an order."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from portfolio.initiatives.choices import choices_of
from portfolio.initiatives.forms.fields import day_field, optional, pick, text_area
from portfolio.procurement.choices import QUANTITY_LABELS, Quantity
from portfolio.procurement.forms.purchases import amount_field, currency_field
from portfolio.procurement.forms.rows import NOT_SAID, RowForm, Sections

COUNTED = [one for one in choices_of(Quantity, QUANTITY_LABELS) if one[0] != Quantity.AMOUNT]


class RequestForm(RowForm):
    """`initiative` is typed by its key, `vendor` by its name."""

    money_fields: ClassVar[tuple[str, ...]] = ("amount", "currency")
    sections_of: ClassVar[Sections] = (
        (_("What is wanted"), ("title", "unit", "initiative", "capability", "vendor", "quantity", "quantity_unit", "needed_on")),
        (_("What it may cost"), ("amount", "currency")),
        (_("Why"), ("note",)),
    )
    title = forms.CharField(label=_("What is wanted"), max_length=300)
    unit = pick(_("Business unit"), required=True)
    initiative = forms.CharField(
        label=_("For which initiative"), max_length=24, required=False, widget=forms.TextInput(attrs={"placeholder": "AI-0042"}),
        help_text=_("Its key. Empty: for none of them."),
    )  # fmt: skip
    capability = pick(_("Capability"))
    vendor = forms.CharField(
        label=_("Vendor, if it must be one"), max_length=255, required=False,
        widget=forms.TextInput(attrs={"list": "vendor-names"}),
    )  # fmt: skip
    quantity = forms.DecimalField(label=_("How much"), max_digits=17, decimal_places=3, min_value=0, required=False)
    quantity_unit = forms.ChoiceField(label=_("Counted in"), choices=optional(COUNTED, NOT_SAID), required=False)
    needed_on = day_field(_("Needed on"))
    amount = amount_field(_("Estimated amount"))
    currency = currency_field()
    note = text_area(_("What for"), rows=3, max_length=5_000)


class ReasonForm(forms.Form):
    """A step that others must be able to follow."""

    reason = text_area(_("Reason"), rows=2, required=True, max_length=1_000)


class ApproveForm(forms.Form):
    reason = text_area(_("Reason"), rows=2, max_length=1_000)


class OrderForm(forms.Form):
    """`purchases` by id are what it may have become."""

    purchase = pick(_("It became this purchase"), required=True)
    share = forms.DecimalField(
        label=_("Of which serves the initiative (%)"), min_value=0, max_value=100, max_digits=7, decimal_places=4, required=False,
        help_text=_("Empty: its shares stay as they are."),
    )  # fmt: skip
    reason = text_area(_("Remark"), rows=2, max_length=1_000)

    def __init__(self, *args: Any, purchases: dict[int, str], **more: Any) -> None:
        super().__init__(*args, **more)
        field = self.fields["purchase"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("Choose")), *((str(pk), title) for pk, title in purchases.items())]
