"""Asking for an initiative, and answering."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portfolio.initiatives.forms.fields import optional, pick, text_area
from portfolio.initiatives.queries.pickers import Pickers, unit_options

ACCEPT, MERGE, DECLINE = "accept", "merge", "decline"
ANSWERS = [
    (ACCEPT, _("Accept: it becomes an initiative")),
    (MERGE, _("Merge: an initiative does it already")),
    (DECLINE, _("Decline")),
]


class RequestForm(forms.Form):
    """`load_unknown` is an answer of its own: we do not know yet."""

    title = forms.CharField(label=_("What do you ask for?"), max_length=300)
    unit = pick(_("For which unit?"), required=True)
    purpose = text_area(_("What should it do, and for whom?"), required=True)
    expected_value = forms.DecimalField(
        label=_("Expected value a year"),
        max_digits=16,
        decimal_places=2,
        required=False,
        help_text=_("Empty means unknown, not zero."),
    )
    expected_value_currency = forms.RegexField(
        r"^[A-Z]{3}$", label=_("Currency"), required=False, error_messages={"invalid": _("Three capital letters, such as EUR.")}
    )
    sponsor = pick(_("Sponsor"))
    data_needed = text_area(_("Data it needs"), rows=2)
    load_estimate = text_area(
        _("First estimate of the load"), rows=2, help_text=_("Users, requests per day, documents per night.")
    )
    load_unknown = forms.BooleanField(label=_("We do not know the load yet"), required=False)

    def __init__(self, *args: Any, pickers: Pickers, **more: Any) -> None:
        super().__init__(*args, **more)
        self.pickers = pickers
        people = optional((str(row.pk), str(row)) for row in pickers.people.values())
        for name, choices in (("unit", unit_options(pickers.units)), ("sponsor", people)):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if values.get("load_unknown") and values.get("load_estimate"):
            self.add_error("load_unknown", _("You gave an estimate: untick this, or leave the estimate out."))
        if not values.get("load_unknown") and not values.get("load_estimate") and "load_estimate" not in self.errors:
            self.add_error("load_estimate", _("Give an estimate, or tick that the load is not known yet."))
        if values.get("expected_value") is not None and not values.get("expected_value_currency"):
            self.add_error("expected_value_currency", _("An amount needs its currency."))
        return values

    def values(self) -> dict[str, Any]:
        """What services.submit_request takes."""
        values = dict(self.cleaned_data)
        values["unit"] = self.pickers.units[int(values["unit"])]
        values["sponsor"] = self.pickers.people.get(int(values["sponsor"] or 0))
        return values


class TriageForm(forms.Form):
    """One answer with its reason, which the requester reads."""

    answer = forms.ChoiceField(label=_("Answer"), choices=ANSWERS, widget=forms.RadioSelect)
    into = forms.CharField(
        label=_("Merged into"),
        required=False,
        max_length=24,
        help_text=_("The key of that initiative, such as AI-0042; for a merger only."),
    )
    reason = text_area(_("Reason"), rows=2, required=True, max_length=2000, help_text=_("The requester reads this."))
