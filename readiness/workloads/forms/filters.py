"""The filter bar over all workloads: the fields of filters.WorkloadFilter with what the reader may choose."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portfolio.initiatives.queries.lists import UnitRow


class WorkloadFilterForm(forms.Form):
    """`units` are those the reader sees; `words` the labels of the other choices."""

    q = forms.CharField(
        label=_("Name, initiative or key"), required=False, max_length=200, widget=forms.TextInput(attrs={"type": "search"})
    )
    unit = forms.ChoiceField(label=_("Unit"), required=False)
    initiatives = forms.ChoiceField(label=_("Initiatives"), required=False)
    task = forms.ChoiceField(label=_("Task"), required=False)
    workload_class = forms.ChoiceField(label=_("Class"), required=False)
    experience = forms.ChoiceField(label=_("Experience"), required=False)

    def __init__(self, *args: Any, units: Mapping[int, UnitRow], words: Mapping[str, Mapping[str, Any]]) -> None:
        super().__init__(*args)
        least = min((unit.depth for unit in units.values()), default=0)
        choices: dict[str, list[tuple[str, Any]]] = {
            "unit": [(str(unit.id), "\u2003" * (unit.depth - least) + unit.name) for unit in units.values()]
        }
        choices |= {name: [(str(key), label) for key, label in labels.items()] for name, labels in words.items()}
        for name, offered in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", _("all")), *offered]
