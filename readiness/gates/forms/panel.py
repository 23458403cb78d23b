"""Gatekeepers of units, seats of a review, and who stands for whom."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portfolio.initiatives.choices import choices_of
from portfolio.initiatives.forms.fields import pick
from readiness.gates.choices import FUNCTION_LABELS, GateFunction
from readiness.gates.forms.steps import moment_field

Choices = Iterable[tuple[str, Any]]


def functions_field() -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=_("Stands for"), choices=choices_of(GateFunction, FUNCTION_LABELS), widget=forms.CheckboxSelectMultiple
    )


def offer(form: forms.Form, name: str, choices: Choices) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = list(choices)


class SeatForm(forms.Form):
    person = pick(_("Person"), required=True)
    functions = functions_field()
    chair = forms.BooleanField(label=_("Chairs"), required=False)

    def __init__(self, *args: Any, people: Choices, **more: Any) -> None:
        super().__init__(*args, **more)
        offer(self, "person", [("", "-"), *people])

    @property
    def functions_chosen(self) -> list[GateFunction]:
        return [GateFunction(one) for one in self.cleaned_data["functions"]]


class GatekeeperForm(SeatForm):
    """Without gates ticked they sit at all of them."""

    unit = pick(_("Unit"))
    gates = forms.MultipleChoiceField(
        label=_("Gates"), required=False, widget=forms.CheckboxSelectMultiple, help_text=_("None ticked: all of them.")
    )
    field_order = ("person", "unit", "functions", "gates", "chair")

    def __init__(self, *args: Any, people: Choices, units: Choices, gates: Choices, **more: Any) -> None:
        super().__init__(*args, people=people, **more)
        offer(self, "unit", units)
        offer(self, "gates", gates)


class DelegateForm(forms.Form):
    taker = pick(_("Who stands for you"), required=True)
    begins_at = moment_field(_("From"), required=True)
    ends_at = moment_field(_("Until"), required=True)
    note = forms.CharField(label=_("Note"), required=False, max_length=300)

    def __init__(self, *args: Any, people: Choices, **more: Any) -> None:
        super().__init__(*args, **more)
        offer(self, "taker", [("", "-"), *people])
