"""The filter bar over deliveries: the fields of filters.deliveries with what the reader may choose."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portfolio.initiatives.queries.lists import UnitRow

Options = Iterable[tuple[str, Any]]
ABOUT = {"initiative": _("Initiative"), "workload": _("Workload"), "pool": _("Pool"), "ids": _("Just brought in")}


class DeliveryBar(forms.Form):
    """`units` are those the reader sees, `options` the choices of the other fields by name; `about` are the choices that an
    address carries, shown only there."""

    q = forms.CharField(
        label=_("File, source, workload or initiative"), required=False, max_length=200,
        widget=forms.TextInput(attrs={"type": "search"}),
    )  # fmt: skip
    way = forms.ChoiceField(label=_("How it came"), required=False)
    state = forms.ChoiceField(label=_("State"), required=False)
    source = forms.ChoiceField(label=_("Source"), required=False)
    unit = forms.ChoiceField(label=_("Unit"), required=False)

    def __init__(
        self, *args: Any, units: Mapping[int, UnitRow], options: Mapping[str, Options], about: Mapping[str, Options]
    ) -> None:  # fmt: skip
        super().__init__(*args)
        least = min((unit.depth for unit in units.values()), default=0)
        offered = {
            "unit": [(str(unit.id), "\u2003" * (unit.depth - least) + unit.name) for unit in units.values()],
        }
        for name, choices in (offered | dict(options)).items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", _("all")), *choices]
        for name, more in about.items():
            self.fields[name] = forms.ChoiceField(label=ABOUT[name], required=False, choices=[("", _("all")), *more])
