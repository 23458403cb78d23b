"""What a workload is, and the first numbers of a new one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from portfolio.initiatives.forms.fields import day_field, pick, text_area
from readiness.workloads.rules.fields import Field
from readiness.workloads.rules.units import factor, kept

_FIXED = ("task", "workload_class")


class WorkloadForm(forms.Form):
    """`choices` are the words of task, class and experience. A template has `fixed` task and class; only a `whole` form,
    one of an existing workload, asks whom it serves besides."""

    name = forms.CharField(label=_("Name"), max_length=200)
    task = pick(_("What the model does"), required=True)
    workload_class = pick(_("Class"), required=True, help_text=_("A training run is a batch."))
    experience = pick(_("Experience"), required=True, help_text=_("How long a user is willing to wait."))
    needed_on = day_field(_("Capacity needed on"), help_text=_("Order-by dates count back from it."))
    note = text_area(_("Note"), rows=2, max_length=5_000)
    serves = forms.CharField(
        label=_("Also serves"), required=False, max_length=2_000,
        help_text=_("Keys of other initiatives that a shared platform carries, such as AI-0042, AI-0107."),
    )  # fmt: skip
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, choices: Mapping[str, Mapping[str, Any]], fixed: object = None, whole: bool = False, **more: Any
    ) -> None:  # fmt: skip
        super().__init__(*args, **more)
        for name, words in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [(str(key), label) for key, label in words.items()]
        for name in (_FIXED if fixed else ()) + (() if whole else ("serves", "version")):
            del self.fields[name]


class FirstNumbers(forms.Form):
    """Up to three numbers; each may stay empty, which is "we do not know" and keeps the assumption.

    `fields` with the words that stand in the empty field and a sentence on what is assumed.
    """

    def __init__(self, *args: Any, fields: Iterable[tuple[Field, str, str]]) -> None:
        super().__init__(*args)
        self.asked: dict[str, Field] = {}
        for one, example, hint in fields:
            scale = factor(one.unit)
            self.asked[one.name] = one
            self.fields[one.name] = forms.FloatField(
                label=_now(one.label), required=False, min_value=one.least * scale, max_value=one.most * scale,
                widget=forms.NumberInput(attrs={"step": "1" if one.whole else "any", "placeholder": example}),
                help_text=hint,
            )  # fmt: skip

    @property
    def known(self) -> dict[str, float]:
        """What was typed, in the fields' own units."""
        given = {name: self.cleaned_data[name] for name in self.asked if self.cleaned_data.get(name) is not None}
        return {name: kept(number, self.asked[name].unit) for name, number in given.items()}
