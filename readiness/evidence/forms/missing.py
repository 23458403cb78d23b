"""The filter bar over what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portfolio.initiatives.queries.lists import UnitRow

Options = Iterable[tuple[str, Any]]


class MissingBar(forms.Form):
    """`units` are those that the reader sees; `options` the choices of the other fields by name."""

    q = forms.CharField(
        label=_("Workload, initiative or key"), required=False, max_length=200, widget=forms.TextInput(attrs={"type": "search"})
    )
    verdict = forms.MultipleChoiceField(label=_("Verdict"), required=False)
    what = forms.ChoiceField(label=_("What"), required=False)
    who = forms.ChoiceField(label=_("Who"), required=False)
    unit = forms.ChoiceField(label=_("Unit"), required=False)
    metric = forms.ChoiceField(label=_("Metric"), required=False)

    def __init__(self, *args: Any, units: Mapping[int, UnitRow], options: Mapping[str, Options]) -> None:
        super().__init__(*args)
        least = min((unit.depth for unit in units.values()), default=0)
        offered = {"unit": [(str(unit.id), "\u2003" * (unit.depth - least) + unit.name) for unit in units.values()]}
        for name, choices in (offered | dict(options)).items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = list(choices) if isinstance(field, forms.MultipleChoiceField) else [("", _("all")), *choices]
