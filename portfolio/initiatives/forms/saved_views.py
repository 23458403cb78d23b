"""The name of a view and whom it is for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portfolio.accounts.models import BusinessUnit
from portfolio.initiatives.forms.fields import optional, pick
from portfolio.initiatives.queries.pickers import unit_options


class ViewForm(forms.Form):
    """`page` and `query` come along from the page that is being kept."""

    name = forms.CharField(label=_("Name"), max_length=100)
    unit = pick(_("Shared with"), help_text=_("Everybody who sees that unit finds it in the menu."))
    page = forms.CharField(max_length=30, widget=forms.HiddenInput, required=False)
    query = forms.CharField(max_length=2000, widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, units: dict[int, BusinessUnit], **more: Any) -> None:
        super().__init__(*args, **more)
        self.units = units
        field = self.fields["unit"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = optional(unit_options(units), _("nobody, it is for me"))

    @property
    def shared_with(self) -> BusinessUnit | None:
        return self.units.get(int(self.cleaned_data["unit"] or 0))
