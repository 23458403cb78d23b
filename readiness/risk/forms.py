"""Editing a published figure, and naming what is supposed."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from readiness.risk.models import ReferenceStatistic


class ReferenceStatisticForm(forms.ModelForm):  # type: ignore[type-arg]
    """Everything but the key, which pages name it by."""

    class Meta:
        model = ReferenceStatistic
        fields = (
            "label", "value", "unit", "low", "high", "bound", "definition", "denominator", "horizon_months", "population",
            "source", "year", "verified", "note",
        )  # fmt: skip
        widgets = {"note": forms.Textarea(attrs={"rows": 3}), "definition": forms.Textarea(attrs={"rows": 2})}


class ScenarioForm(forms.Form):
    """What a scenario is called, and who sees it."""

    name = forms.CharField(label=_("Name"), max_length=80)
    note = forms.CharField(label=_("Note"), max_length=2000, required=False)
    shared = forms.BooleanField(label=_("Shared with everybody who sees the initiative"), required=False)
