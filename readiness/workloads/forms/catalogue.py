"""Forms of the catalogues, in the units that data sheets use; the service takes bytes and operations per second."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from portfolio.initiatives.choices import choices_of
from portfolio.initiatives.forms.fields import day_field, optional, text_area
from readiness.core.sizing.inputs import Task
from readiness.workloads.choices import ModelSource, Precision
from readiness.workloads.models import Accelerator, CatalogueModel
from readiness.workloads.rules.catalogue import Unreadable, read_layers

# field of the form -> field of the row, and how much of the row's unit one of the form's is
SCALED: dict[str, tuple[str, float]] = {
    "memory_gib": ("memory_bytes", 2**30),
    "bandwidth_gb": ("bandwidth", 1e9),
    "tflops_bf16": ("flops_bf16", 1e12),
    "tflops_fp8": ("flops_fp8", 1e12),
    "parameters_b": ("parameters", 1e9),
    "active_parameters_b": ("active_parameters", 1e9),
}
YES_NO = [("yes", _("yes")), ("no", _("no"))]


def _number(label: Any, help_text: Any = "") -> forms.FloatField:
    widget = forms.NumberInput(attrs={"step": "any", "min": "0"})
    return forms.FloatField(label=label, required=False, min_value=0, help_text=help_text, widget=widget)


class EntryForm(forms.Form):
    """What both catalogues ask; the key is asked once, when a row is added."""

    key = forms.SlugField(label=_("Key"), max_length=60, help_text=_("Files and the API name the row by it; it stays."))
    name = forms.CharField(label=_("Name"), max_length=120)

    def __init__(self, data: Any = None, *, entry: Accelerator | CatalogueModel | None = None) -> None:
        super().__init__(data, initial=None if entry is None else self._initial(entry))
        if entry is not None:
            del self.fields["key"]
        self.order_fields([*(name for name in self.fields if name not in self.tail), *self.tail])

    tail = ("aliases", "source", "as_of", "verified", "retired")
    aliases = forms.CharField(label=_("Other names"), required=False, max_length=2000, help_text=_("Separated by semicolons."))
    source = text_area(_("Source"), rows=2, max_length=2000, help_text=_("What the figures were taken from: a document's title."))
    as_of = day_field(_("As of"))
    verified = forms.BooleanField(
        label=_("Verified"), required=False, help_text=_("Only if you compared these figures with that source.")
    )
    retired = forms.BooleanField(label=_("No longer offered"), required=False)

    def _initial(self, entry: Accelerator | CatalogueModel) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for name in self.base_fields:
            own, unit = SCALED.get(name, (name, 1.0))
            value = getattr(entry, own)
            if isinstance(value, list):
                value = json.dumps(value) if own == "layers" else "; ".join(value)
            made[name] = value / unit if name in SCALED and value is not None else value
        return made

    def values(self) -> dict[str, Any]:
        """What was typed, as fields of the row."""
        made: dict[str, Any] = {}
        for name, value in self.cleaned_data.items():
            own, unit = SCALED.get(name, (name, 1.0))
            made[own] = round(value * unit) if name in SCALED and value is not None else value
        made["aliases"] = [part for item in made["aliases"].split(";") if (part := item.strip())]
        return made

    def blame(self, error: ValidationError) -> None:
        """Put the service's objections beside the fields that they are about."""
        shown = {own: name for name, (own, _unit) in SCALED.items() if name in self.fields}
        for name, texts in error.message_dict.items():
            for text in texts:
                self.add_error(here if (here := shown.get(name, name)) in self.fields else None, text)


class AcceleratorForm(EntryForm):
    """An accelerator as its data sheet tells it."""

    vendor = forms.CharField(label=_("Vendor"), required=False, max_length=80)
    memory_gib = _number(_("Memory (GiB)"))
    bandwidth_gb = _number(_("Memory bandwidth (GB/s)"))
    tflops_bf16 = _number(_("BF16 speed (TFLOPS)"), _("Dense, without sparsity."))
    tflops_fp8 = _number(_("FP8 speed (TFLOPS)"), _("Dense, without sparsity; empty if it has none."))
    power_w = _number(_("Power (W)"))
    price_low = _number(_("List price per hour, low"))
    price_likely = _number(_("List price per hour, usual"))
    price_high = _number(_("List price per hour, high"))
    price_currency = forms.CharField(label=_("Currency"), required=False, max_length=3)


class ModelForm(EntryForm):
    """A model as its published config or its provider's price page tells it."""

    provider = forms.CharField(label=_("Provider"), required=False, max_length=80)
    offered_as = forms.ChoiceField(label=_("Offered as"), choices=choices_of(ModelSource))
    task = forms.ChoiceField(label=_("What it does"), choices=choices_of(Task))
    parameters_b = _number(_("Parameters (billions)"))
    active_parameters_b = _number(_("Active parameters (billions)"), _("Fewer than all in mixtures of experts."))
    layers = text_area(
        _("Layers"),
        rows=3,
        help_text=_(
            'Groups as JSON, such as [{"count": 32, "kv_heads": 8, "head_dim": 128}]; add "window_tokens" for sliding windows, '
            'or give "latent_dim" for latent attention. Empty: not known.'
        ),
    )
    precision = forms.ChoiceField(label=_("Published precision"), choices=[(one.value, one.upper()) for one in Precision])
    max_context_tokens = forms.IntegerField(label=_("Longest context (tokens)"), required=False, min_value=1)
    price_input = _number(_("Price per million input tokens"))
    price_output = _number(_("Price per million output tokens"))
    price_currency = forms.CharField(label=_("Currency"), required=False, max_length=3)

    def clean_layers(self) -> list[dict[str, int]]:
        try:
            return read_layers(self.cleaned_data["layers"])
        except Unreadable as error:
            raise ValidationError(str(error)) from error


class CatalogueFilterForm(forms.Form):
    """The filter bar of both tables."""

    q = forms.CharField(label=_("Name or maker"), required=False, max_length=100)
    verified = forms.ChoiceField(label=_("Verified"), required=False, choices=optional(YES_NO, ""))
    retired = forms.ChoiceField(label=_("No longer offered"), required=False, choices=optional(YES_NO, ""))


class ModelFilterForm(CatalogueFilterForm):
    """Models are also told apart by who runs them."""

    offered_as = forms.ChoiceField(label=_("Offered as"), required=False, choices=optional(choices_of(ModelSource), ""))


class CatalogueImportForm(forms.Form):
    """A file of rows; its ending says what it is."""

    file = forms.FileField(label=_("File"), help_text=_("YAML, JSON or CSV as an export writes them, up to 4 MB."))
