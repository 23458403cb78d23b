"""The form of the weekly letter."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portfolio.accounts.models import BusinessUnit
from portfolio.accounts.queries import visible_units
from portfolio.accounts.rules import Actor
from portfolio.initiatives.choices import choices_of
from readiness.outlets.choices import WEEKDAY_LABELS, Weekday


class AnyUnit(forms.ModelChoiceField):  # type: ignore[type-arg]  # not subscriptable at run time
    """A unit that the reader sees, deeper ones indented; none is all of them."""

    def __init__(self, **options: Any) -> None:
        super().__init__(BusinessUnit.objects.none(), required=False, empty_label=str(_("All that I see")), **options)

    def label_from_instance(self, obj: Any) -> str:
        return f"{chr(0x2003) * obj.depth}{obj.name}"


class LetterForm(forms.Form):
    weekday = forms.ChoiceField(label=_("Comes on"), choices=choices_of(Weekday, WEEKDAY_LABELS), initial=Weekday.MONDAY)
    unit = AnyUnit(label=_("About the unit"), help_text=_("With its sub-units. What waits for you is always in it."))

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = visible_units(actor)  # type: ignore[attr-defined]

    def clean_weekday(self) -> Weekday:
        return Weekday(self.cleaned_data["weekday"])
