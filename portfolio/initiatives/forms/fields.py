"""Fields that several forms share, and the way a service's objections come back to the fields they are about."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from html import escape
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import flatatt
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from portfolio.initiatives.choices import Precision

NOBODY = _("not named")
PRECISIONS = [
    (Precision.DAY.value, _("exact day")),
    (Precision.MONTH.value, _("month only")),
    (Precision.QUARTER.value, _("quarter only")),
    (Precision.YEAR.value, _("year only")),
]


class PlainSelect(forms.Select):
    """A select of hundreds of choices (units, people), put together without a template per option."""

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        chosen = "" if value is None else str(value)
        options = "".join(
            f'<option value="{escape(str(key))}"{" selected" if str(key) == chosen else ""}>{escape(str(label))}</option>'
            for key, label in self.choices
        )
        return SafeString(f"<select{flatatt(self.build_attrs(self.attrs, {'name': name, **(attrs or {})}))}>{options}</select>")


def pick(label: Any, *, required: bool = False, help_text: Any = "", choices: Any = ()) -> forms.ChoiceField:
    """A choice among many rows."""
    return forms.ChoiceField(label=label, required=required, help_text=help_text, choices=choices, widget=PlainSelect)


def day_field(label: Any, *, required: bool = False, help_text: Any = "") -> forms.DateField:
    """A date as browsers pick it, ISO on the wire."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=required, help_text=help_text, widget=widget, input_formats=["%Y-%m-%d"])


def text_area(
    label: Any, *, rows: int = 3, required: bool = False, max_length: int = 20_000, help_text: Any = ""
) -> forms.CharField:
    """Several lines of text."""
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, required=required, max_length=max_length, widget=widget, help_text=help_text)


def optional(choices: Iterable[tuple[Any, Any]], empty: Any = NOBODY) -> list[tuple[Any, Any]]:
    """Choices with an empty one in front."""
    return [("", empty), *choices]


def first_day(value: date, precision: str) -> date:
    """The first day of the period that `precision` names: what the register keeps."""
    if precision == Precision.MONTH:
        return value.replace(day=1)
    if precision == Precision.QUARTER:
        return value.replace(month=3 * ((value.month - 1) // 3) + 1, day=1)
    return value.replace(month=1, day=1) if precision == Precision.YEAR else value


def add_errors(form: forms.BaseForm, error: ValidationError) -> None:
    """Put a service's objections beside the fields they name; what the form does not have goes on top."""
    named: Mapping[str, list[str]] = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
    for name, texts in named.items():
        for text in texts:
            form.add_error(name if name in form.fields else None, text)


def json_object(text: str) -> dict[str, str]:
    """A JSON object of texts from a hidden field; {} for anything else."""
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return {str(key): str(item) for key, item in value.items()} if isinstance(value, dict) else {}
