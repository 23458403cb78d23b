"""The filter bars over lists of gates: the fields of filters/ with what the reader may choose."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portfolio.initiatives.queries.lists import UnitRow

Options = Iterable[tuple[str, Any]]
LABELS = {
    "group": _("Where it stands"),
    "gate": _("Gate"),
    "state": _("State"),
    "outcome": _("Outcome"),
    "superseded": _("Corrected"),
}


class GatesBar(forms.Form):
    """A unit, and the choices that a page has: `options` by the name of the filter, in their order."""

    unit = forms.ChoiceField(label=_("Unit"), required=False)

    def __init__(self, *args: Any, units: Mapping[int, UnitRow], options: Mapping[str, Options]) -> None:
        super().__init__(*args)
        least = min((unit.depth for unit in units.values()), default=0)
        unit = self.fields["unit"]
        assert isinstance(unit, forms.ChoiceField)
        rows = [(str(one.id), "\u2003" * (one.depth - least) + one.name) for one in units.values()]
        unit.choices = [("", _("all")), *rows]
        for name, choices in options.items():
            label = LABELS[name]
            self.fields[name] = forms.ChoiceField(label=label, required=False, choices=[("", _("all")), *choices])
