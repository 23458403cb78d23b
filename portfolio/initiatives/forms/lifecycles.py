"""A new version of a lifecycle template: one stage a line, in order."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portfolio.initiatives.choices import StageKind
from portfolio.initiatives.forms.fields import text_area
from portfolio.initiatives.services.lifecycles import StageSpec

MOST = 12
_KINDS = [(StageKind.BEFORE.value, gettext_lazy("before production")), (StageKind.PRODUCTION.value, gettext_lazy("production"))]


class LifecycleForm(forms.Form):
    """Rows `stage_1_name`, `stage_1_gate`, `stage_1_kind`, `stage_1_key` and so on; an empty name is no stage."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)
    key = forms.SlugField(
        label=gettext_lazy("Key"), max_length=60,
        help_text=gettext_lazy("Short and lasting; a key that exists makes a new version of that template."),
    )  # fmt: skip
    description = text_area(gettext_lazy("Description"), rows=2, max_length=2000)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for number in range(1, MOST + 1):
            self.fields[f"stage_{number}_name"] = forms.CharField(label=_("Stage %d") % number, max_length=100, required=False)
            self.fields[f"stage_{number}_gate"] = forms.CharField(label=_("Gate before it"), max_length=100, required=False)
            self.fields[f"stage_{number}_kind"] = forms.ChoiceField(label=_("Counts as"), choices=_KINDS, required=False)
            self.fields[f"stage_{number}_key"] = forms.SlugField(max_length=60, required=False, widget=forms.HiddenInput)

    @property
    def rows(self) -> list[list[Any]]:
        """The stage rows as bound fields: name, gate, kind, key."""
        return [[self[f"stage_{n}_{part}"] for part in ("name", "gate", "kind", "key")] for n in range(1, MOST + 1)]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if not self.errors and not self.specs():
            raise forms.ValidationError(_("A template needs at least one stage."))
        return values

    def specs(self) -> list[StageSpec]:
        """The stages in order; a stage keeps its key when it is renamed, so that history stays comparable."""
        made = []
        for number in range(1, MOST + 1):
            name, gate, kind, key = (
                self.cleaned_data.get(f"stage_{number}_{part}") or "" for part in ("name", "gate", "kind", "key")
            )
            if name.strip():
                made.append(
                    StageSpec(
                        key or slugify(name)[:60] or f"stage-{number}", name.strip(), kind or StageKind.BEFORE.value, gate.strip()
                    )
                )
        return made
