"""Uploading a request log: the file, and the columns that are not to be found by name."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

UNITS = [("", _("find out")), ("s", "s"), ("ms", "ms"), ("us", "µs"), ("ns", "ns")]
_COLUMNS = ("timestamp", "input_tokens", "output_tokens", "unit")


class TraceForm(forms.Form):
    """Empty columns are found by their names."""

    file = forms.FileField(label=_("Request log"), allow_empty_file=True)
    timestamp = forms.CharField(label=_("Column with the time"), max_length=300, required=False)
    input_tokens = forms.CharField(label=_("Column with input tokens"), max_length=300, required=False)
    output_tokens = forms.CharField(label=_("Column with output tokens"), max_length=300, required=False)
    unit = forms.ChoiceField(label=_("Times written as numbers are in"), choices=UNITS, required=False)

    @property
    def columns(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in _COLUMNS if self.cleaned_data[name]}
