"""Forms of bills: the upload, a rule with its conditions, what totals are narrowed by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from portfolio.initiatives.forms.fields import optional
from portfolio.procurement.forms.rows import NOT_SAID, RowForm
from portfolio.procurement.queries.billing.totals import GROUPS
from portfolio.procurement.rules.billing import FIELD_LABELS, OPERATOR_LABELS, TAGS, Operator

LINES, PARTS = 5, ("field", "operator", "tag", "value")
GROUP_LABELS = {
    "service": _("Service"), "account": _("Billing account"), "sub_account": _("Sub-account"), "month": _("Month"),
    "category": _("Charge category"), "class": _("Charge class"), "service_category": _("Service category"),
    "vendor": _("Vendor"), "capability": _("Capability"), "unit": _("Business unit"),
    "provider": _("Provider and publisher"), "commitment": _("Commitment"),
}  # fmt: skip
CATEGORIES = ("Usage", "Purchase", "Tax", "Credit", "Adjustment")


class BillForm(forms.Form):
    """A file of whose unit it is."""

    file = forms.FileField(label=_("File"))
    unit = forms.ChoiceField(label=_("Whose bill is it?"))
    currency = forms.CharField(
        label=_("Currency"), required=False, max_length=16, help_text=_("Only for a file that names none, such as USD.")
    )
    adds = forms.BooleanField(
        label=_("It adds to what is there"), required=False,
        help_text=_("One of several files of a billing period. Else it takes the place of what was published for its periods."),
    )  # fmt: skip
    publish_refused = forms.BooleanField(
        label=_("Publish also if rows are refused"), required=False,
        help_text=_("Else a file with refused rows waits until somebody looked at them."),
    )  # fmt: skip

    def __init__(self, *args: Any, units: Sequence[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["unit"].choices = list(units)  # type: ignore[attr-defined]


class ReasonForm(forms.Form):
    """Why an import is withdrawn."""

    reason = forms.CharField(label=_("Why?"), max_length=500)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)


class RuleForm(RowForm):
    """A rule; its conditions are LINES numbered lines of field, operator, value and tag. `values` makes data of them."""

    sections_of = (
        (_("Rule"), ("name", "unit", "active")),
        (_("What they are for"), ("vendor", "capability", "to_unit", "initiative", "purchase")),
    )
    name = forms.CharField(label=_("Name"), max_length=200)
    unit = forms.ChoiceField(label=_("For bills of"))
    active = forms.BooleanField(label=_("In use"), required=False, initial=True)
    vendor = forms.ChoiceField(label=_("Vendor"), required=False)
    capability = forms.ChoiceField(label=_("Capability"), required=False)
    to_unit = forms.ChoiceField(label=_("Business unit"), required=False)
    initiative = forms.ChoiceField(label=_("Initiative"), required=False)
    purchase = forms.ChoiceField(label=_("Purchase"), required=False)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        named = [(name, _t(label)) for name, label in FIELD_LABELS.items() if name != TAGS]
        ways = [(str(one), _t(label)) for one, label in OPERATOR_LABELS.items()]
        for line in range(LINES):
            number = {"n": line + 1}
            self.fields[f"field_{line}"] = forms.ChoiceField(
                label=_("Field %(n)d") % number, required=False, choices=optional(named, NOT_SAID)
            )
            self.fields[f"operator_{line}"] = forms.ChoiceField(label=_("Compared %(n)d") % number, required=False, choices=ways)
            self.fields[f"tag_{line}"] = forms.CharField(label=_("Tag %(n)d") % number, required=False, max_length=200)
            self.fields[f"value_{line}"] = forms.CharField(
                label=_("With %(n)d") % number, required=False, max_length=5_000,
                help_text=_("Several values of \u201cis one of\u201d are separated by semicolons.") if not line else "",
            )  # fmt: skip

    @property
    def lines(self) -> list[list[forms.BoundField]]:
        """The fields of each condition."""
        return [[self[f"{part}_{line}"] for part in PARTS] for line in range(LINES)]

    def conditions(self) -> list[dict[str, Any]]:
        """As rules.billing takes them; lines without a value and a tag are left out."""
        return [one for line in range(LINES) if (one := self._condition(line))]

    def _condition(self, line: int) -> dict[str, Any] | None:
        said = {
            name: str(self.cleaned_data.get(f"{name}_{line}") or "").strip() for name in ("field", "operator", "tag", "value")
        }
        if not said["value"] and not said["tag"]:
            return None
        if said["operator"] == Operator.IN:
            return said | {"value": [part.strip() for part in said["value"].split(";")]}
        return said

    def values(self) -> dict[str, Any]:
        named = {name: value for name, value in super().values().items() if name.rsplit("_", 1)[-1] not in _NUMBERS}
        return named | {"conditions": self.conditions()}

    def add_error(self, field: str | None, error: Any) -> None:
        """What is wrong with the conditions is told at the first of them."""
        super().add_error("value_0" if field == "conditions" else field, error)


_NUMBERS = frozenset(str(line) for line in range(LINES))


def lines_of(conditions: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A rule's conditions as initial values of its form."""
    made: dict[str, Any] = {}
    for line, one in enumerate(conditions[:LINES]):
        value = one.get("value", "")
        made |= {
            f"field_{line}": one.get("field", ""), f"operator_{line}": one.get("operator", ""), f"tag_{line}": one.get("tag", ""),
            f"value_{line}": "; ".join(value) if isinstance(value, list) else value,
        }  # fmt: skip
    return made


class TotalsForm(forms.Form):
    """What the totals are narrowed by. No field asks for an amount."""

    q = forms.CharField(label=_("Service, resource or account"), required=False, max_length=200)
    by = forms.ChoiceField(label=_("By"), required=False)
    month = forms.ChoiceField(label=_("Month"), required=False)
    category = forms.ChoiceField(label=_("Charge category"), required=False, choices=[("", ""), *((c, c) for c in CATEGORIES)])
    unit = forms.ChoiceField(label=_("Unit"), required=False)
    service = forms.CharField(required=False, max_length=500, widget=forms.HiddenInput)
    account = forms.CharField(required=False, max_length=500, widget=forms.HiddenInput)

    def __init__(self, *args: Any, months: Sequence[date], units: Sequence[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        offered: dict[str, list[tuple[str, Any]]] = {
            "by": [(name, GROUP_LABELS[name]) for name in GROUPS], "unit": list(units),
            "month": [(f"{one:%Y-%m-%d}", f"{one:%b %Y}") for one in months],
        }  # fmt: skip
        for name, options in offered.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", ""), *options]
