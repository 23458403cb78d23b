"""The filter bar over findings, with names to choose from instead of numbers to know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django import forms
from django.utils.translation import gettext_lazy as _

from portfolio.initiatives.queries.lists import UnitRow

SHOWN = ("unit", "kind", "state", "proposal", "capability", "seen")


def bar(form: forms.Form, units: Mapping[int, UnitRow], capabilities: Iterable[tuple[str, str]]) -> forms.Form:
    """The filterset's form, cut to what the bar shows."""
    least = min((unit.depth for unit in units.values()), default=0)
    named = [(str(unit.id), "\u2003" * (unit.depth - least) + unit.name) for unit in units.values()]
    form.fields["unit"].label, form.fields["unit"].widget = _("Unit"), forms.Select(choices=[("", ""), *named])
    form.fields["capability"].widget = forms.Select(choices=[("", ""), *capabilities, ("unknown", _("unknown"))])
    for name in list(form.fields):
        if name not in SHOWN:
            form.fields[name].widget = forms.HiddenInput()
    return form
