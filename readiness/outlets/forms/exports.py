"""The form of an export that comes by itself."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portfolio.initiatives.choices import choices_of
from readiness.outlets.choices import EVERY_LABELS, FORMAT_LABELS, WHAT_LABELS, Every, Format, What


class ExportForm(forms.Form):
    """`views`: saved views of the person, as (id, name); the filters of one are taken as they are now."""

    name = forms.CharField(label=_("Name"), max_length=100)
    what = forms.ChoiceField(label=_("What"), choices=choices_of(What, WHAT_LABELS))
    view = forms.ChoiceField(
        label=_("Filters"), required=False, help_text=_("Those of a saved view, with its columns and order; as they are now.")
    )
    format_ = forms.ChoiceField(
        label=_("Format"), choices=choices_of(Format, FORMAT_LABELS), help_text=_("Figures of the portfolio come as JSON.")
    )
    every = forms.ChoiceField(label=_("How often"), choices=choices_of(Every, EVERY_LABELS), initial=Every.WEEK)
    keep_days = forms.IntegerField(label=_("Days that a file is kept"), min_value=1, max_value=400, initial=30)
    mail = forms.BooleanField(label=_("Tell me by mail when it is there"), required=False, initial=True)

    def __init__(self, *args: Any, views: list[tuple[str, str]], kept: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        first = ("", _("Those that you came with") if kept else _("None: all that you may see"))
        self.fields["view"].choices = [first, *views]  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        data = self.cleaned_data
        words = {"what": What(data["what"]), "format_": Format(data["format_"]), "every": Every(data["every"])}
        return words | {key: data[key] for key in ("name", "keep_days", "mail")}
