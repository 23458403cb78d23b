"""Editing a published figure, and naming what is supposed."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from readiness.risk.models import ReferenceStatistic
from readiness.risk.rules.funding import Pick

MOST = 10**15
PICKS = {
    Pick.VALUE_PER_RISK.value: _("largest expected value x chance not to be abandoned"),
    Pick.VALUE.value: _("largest expected value"), Pick.RISK.value: _("lowest likelihood to be abandoned"),
    Pick.LOSS.value: _("smallest expected loss"),
}  # fmt: skip


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


class SpendingForm(forms.Form):
    """The amount that is asked about, in the reporting currency."""

    threshold = forms.DecimalField(label=_("At least this much is abandoned"), min_value=0, max_value=MOST, required=False)


class FundingForm(SpendingForm):
    """What goes on being funded: named ones, or the first by a rule, within a number or a budget."""

    by = forms.ChoiceField(label=_("The first by"), choices=[("", _("named below")), *PICKS.items()], required=False)
    top = forms.IntegerField(label=_("How many"), min_value=1, max_value=10_000, required=False)
    budget = forms.DecimalField(
        label=_("Within a budget for what is planned from now on"), min_value=0, max_value=MOST, required=False
    )
    find = forms.CharField(label=_("Find"), max_length=100, required=False)
