"""What a picture of curves shows: the latency, at which percentile, over what, which sweeps."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

Options = Iterable[tuple[str, Any]]


class CurveForm(forms.Form):
    """A filter bar; every choice has a value, so none is empty."""

    metric = forms.ChoiceField(label=_("Latency"), required=False)
    of = forms.ChoiceField(label=_("Percentile"), required=False)
    over = forms.ChoiceField(label=_("Drawn"), required=False)
    sweep = forms.MultipleChoiceField(label=_("Sweeps"), required=False)

    def __init__(self, *args: Any, metrics: Options, statistics: Options, overs: Options, sweeps: Options) -> None:
        super().__init__(*args)
        offered = {"metric": metrics, "of": statistics, "over": overs, "sweep": sweeps}
        for name, choices in offered.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = list(choices)
