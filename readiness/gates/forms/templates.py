"""A template as YAML: a file or its text."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

MAX_BYTES = 300_000


def yaml_area(label: Any, *, rows: int, required: bool) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows, "class": "font-monospace", "spellcheck": "false"})
    return forms.CharField(label=label, required=required, max_length=MAX_BYTES, strip=False, widget=widget)


class ImportForm(forms.Form):
    """A file, or its text pasted."""

    file = forms.FileField(label=gettext_lazy("YAML file"), required=False)
    text = yaml_area(gettext_lazy("or its text"), rows=12, required=False)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        file = values.get("file")
        if file is None:
            if not values.get("text", "").strip():
                raise ValidationError(_("Choose a file or paste its text."))
            return values
        if file.size > MAX_BYTES:
            raise ValidationError({"file": _("Larger than 300 kB; a template is a short text.")})
        try:
            values["text"] = file.read().decode("utf-8-sig")
        except UnicodeDecodeError:
            raise ValidationError({"file": _("Not a UTF-8 text; save it as YAML in UTF-8 and choose it again.")}) from None
        return values


class DraftForm(forms.Form):
    """The text of a draft; `row_version` is what the page showed."""

    text = yaml_area(gettext_lazy("Template"), rows=30, required=True)
    row_version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)


class PublishForm(forms.Form):
    make_default = forms.BooleanField(label=gettext_lazy("New reviews of its lifecycle use it"), required=False)
