"""Forms of purchases. What is left empty is unknown, never zero."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from portfolio.initiatives.choices import VENUE_LABELS, Venue, choices_of
from portfolio.initiatives.forms.fields import day_field, optional, pick, text_area
from portfolio.procurement.choices import QUANTITY_LABELS, Function, InPlan, Kind, Quantity, Renews, State
from portfolio.procurement.forms.rows import NOT_SAID, RowForm, Sections

COUNTED = choices_of(Quantity, QUANTITY_LABELS)


def amount_field(label: Any, *, required: bool = False) -> forms.DecimalField:
    """An amount of money; an optional one says that empty is unknown."""
    help_text = "" if required else _("Empty means unknown, not zero.")
    return forms.DecimalField(
        label=label, max_digits=19, decimal_places=2, min_value=0, required=required, help_text=help_text
    )  # fmt: skip


def currency_field(*, required: bool = False) -> forms.RegexField:
    return forms.RegexField(
        r"^[A-Z][A-Z0-9_]{2,15}$", label=_("Currency"), required=required,
        error_messages={"invalid": _("Capital letters, such as EUR.")},
    )  # fmt: skip


def unknown_first(choices: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    return sorted(choices, key=lambda choice: choice[0] != "unknown")


class PurchaseForm(RowForm):
    """`vendor` is typed: a name that nobody knows stays as it was written, until somebody says whose it is."""

    money_fields: ClassVar[tuple[str, ...]] = ("amount", "currency", "price_tier")
    sections_of: ClassVar[Sections] = (
        (_("What was bought"), ("title", "kind", "unit", "vendor_name", "product", "capability", "function", "venue", "state")),
        (_("What it costs"), ("amount", "currency", "price_tier", "cost_centre", "order_number", "contract_number")),
        (_("How long"), ("starts_on", "ends_on", "notice_days", "renews", "non_cancellable_until")),
        (_("What is committed"), ("committed_quantity", "committed_unit")),
        (_("The IT plan"), ("in_plan", "plan_item")),
        (_("Bills and people"), ("billing_account_id", "sub_account_id", "buyer_name", "note")),
    )
    title = forms.CharField(label=_("Title"), max_length=500)
    kind = forms.ChoiceField(label=_("Kind"), choices=choices_of(Kind))
    unit = pick(_("Business unit"), required=True)
    vendor_name = forms.CharField(
        label=_("Vendor"), max_length=255, required=False, widget=forms.TextInput(attrs={"list": "vendor-names"}),
        help_text=_("As the order writes it. A known name, in any spelling, is that vendor."),
    )  # fmt: skip
    product = pick(_("Product"))
    capability = pick(_("Capability"), help_text=_("Left open, it is that of the product."))
    function = forms.ChoiceField(label=_("Function"), choices=unknown_first(choices_of(Function)))
    venue = forms.ChoiceField(label=_("Venue"), choices=unknown_first(choices_of(Venue, VENUE_LABELS)))
    state = forms.ChoiceField(label=_("State"), choices=choices_of(State), initial=State.ACTIVE)
    amount = amount_field(_("Amount for the whole term"))
    currency = currency_field()
    price_tier = pick(_("Price tier"))
    cost_centre = forms.CharField(label=_("Cost centre"), max_length=80, required=False)
    order_number = forms.CharField(label=_("Order number"), max_length=120, required=False)
    contract_number = forms.CharField(label=_("Contract number"), max_length=120, required=False)
    starts_on = day_field(_("From"))
    ends_on = day_field(_("Until"), help_text=_("The last day of the term. Empty: nobody knows."))
    notice_days = forms.IntegerField(label=_("Notice (days before the end)"), min_value=0, max_value=3660, required=False)
    renews = forms.ChoiceField(label=_("Renews by itself"), choices=unknown_first(choices_of(Renews)))
    non_cancellable_until = day_field(_("Cannot be cancelled before"), help_text=_("Empty: it can be cancelled at any time."))
    committed_quantity = forms.DecimalField(
        label=_("Committed"), max_digits=17, decimal_places=3, min_value=0, required=False,
        help_text=_("Capacity or spend that is paid for whether it is used or not."),
    )  # fmt: skip
    committed_unit = forms.ChoiceField(label=_("Counted in"), choices=optional(COUNTED, NOT_SAID), required=False)
    in_plan = forms.ChoiceField(
        label=_("In the IT plan"), choices=unknown_first(choices_of(InPlan)),
        help_text=_("As somebody declares it. An item of the plan is shown beside it."),
    )  # fmt: skip
    plan_item = pick(_("Item of the IT plan"))
    billing_account_id = forms.CharField(
        label=_("Billing account"), max_length=200, required=False, help_text=_("As bills name it: they are joined by it.")
    )
    sub_account_id = forms.CharField(label=_("Sub-account"), max_length=200, required=False)
    buyer_name = forms.CharField(label=_("Buyer"), max_length=200, required=False)
    note = text_area(_("Note"), rows=2, max_length=5_000)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        if not self.money:  # what is committed in money is an amount
            unit = self.fields["committed_unit"]
            assert isinstance(unit, forms.ChoiceField)
            held = self.initial.get("committed_unit") == Quantity.AMOUNT
            unit.choices = optional([one for one in COUNTED if one[0] != Quantity.AMOUNT], NOT_SAID)
            for name in ("committed_quantity", "committed_unit") if held else ():
                del self.fields[name]


class CancelForm(forms.Form):
    """Why it is over, and from when on."""

    reason = text_area(_("Reason"), rows=2, required=True, max_length=1_000)
    ends_on = day_field(_("Last day"), help_text=_("Empty: its term stays as it was agreed."))
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)


class SharesForm(forms.Form):
    """Which initiatives it serves: a key and a percentage in each line; a line without a key counts for nothing."""

    SPARE = 3
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, held: Sequence[tuple[str, Decimal]] = (), **more: Any) -> None:
        super().__init__(*args, **more)
        self.lines = len(held) + self.SPARE
        for number in range(self.lines):
            key, share = held[number] if number < len(held) else ("", None)
            self.fields[f"key_{number}"] = forms.CharField(
                label=_("Initiative"), max_length=24, required=False, initial=key,
                widget=forms.TextInput(attrs={"placeholder": "AI-0042", "autocomplete": "off"}),
            )  # fmt: skip
            self.fields[f"percent_{number}"] = forms.DecimalField(
                label=_("Share"), min_value=0, max_value=100, max_digits=7, decimal_places=4, required=False,
                initial=None if share is None else (share * 100).normalize(),
            )  # fmt: skip

    @property
    def rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[f"key_{number}"], self[f"percent_{number}"]) for number in range(self.lines)]

    def given(self) -> list[tuple[int, str, Decimal]]:
        """(line, key, share of 1) of the lines that say something."""
        found = []
        for number in range(self.lines):
            key, percent = self.cleaned_data[f"key_{number}"].strip(), self.cleaned_data[f"percent_{number}"]
            if key and percent:
                found.append((number, key, percent / 100))
            elif key or percent:
                self.add_error(f"percent_{number}", _("A share needs both: the initiative and the percentage."))
        return found
