"""Editing a published figure."""

from __future__ import annotations

from django import forms

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
