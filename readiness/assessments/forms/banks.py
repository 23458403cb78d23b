"""Question banks: a file of YAML, and one question of a draft."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portfolio.initiatives.choices import choices_of
from readiness.assessments.choices import DIMENSION_LABELS, PHASE_LABELS, Dimension, Phase
from readiness.assessments.models import Question
from readiness.assessments.rules.packs import MAX_TEXT, MAX_WEIGHT, PackQuestion

MAX_BYTES = 1_000_000


class UploadForm(forms.Form):
    """A file, or its text pasted."""

    file = forms.FileField(label=gettext_lazy("YAML file"), required=False)
    text = forms.CharField(
        label=gettext_lazy("or its text"), required=False, max_length=300_000, strip=False,
        widget=forms.Textarea(attrs={"rows": 8, "class": "font-monospace", "spellcheck": "false"}),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        file = values.get("file")
        if file is None:
            if not values.get("text", "").strip():
                raise ValidationError(_("Choose a file or paste its text."))
            return values
        if file.size > MAX_BYTES:
            raise ValidationError({"file": _("Larger than 1 MB; a question bank is a short text.")})
        try:
            values["text"] = file.read().decode("utf-8-sig")
        except UnicodeDecodeError:
            raise ValidationError({"file": _("Not a UTF-8 text; save it as YAML in UTF-8 and choose it again.")}) from None
        return values


class QuestionForm(forms.Form):
    """One question of a draft."""

    text = forms.CharField(label=gettext_lazy("Question"), max_length=MAX_TEXT, widget=forms.Textarea(attrs={"rows": 2}))
    key = forms.SlugField(
        label=gettext_lazy("Key"), max_length=80,
        help_text=gettext_lazy("Stays the same from version to version: answers are carried over by it."),
    )  # fmt: skip
    dimension = forms.ChoiceField(label=gettext_lazy("Dimension"), choices=choices_of(Dimension, DIMENSION_LABELS))
    phases = forms.MultipleChoiceField(
        label=gettext_lazy("Counts for"), choices=choices_of(Phase, PHASE_LABELS),
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    weight = forms.FloatField(
        label=gettext_lazy("Weight"), min_value=0.1, max_value=MAX_WEIGHT, help_text=gettext_lazy("1 helps, 2 matters, 3 blocks.")
    )
    why = forms.CharField(
        label=gettext_lazy("Why it matters"), required=False, max_length=MAX_TEXT, widget=forms.Textarea(attrs={"rows": 3})
    )
    evidence = forms.CharField(
        label=gettext_lazy("What evidence would answer it"), required=False, max_length=MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip

    @property
    def given(self) -> PackQuestion:
        values = self.cleaned_data
        return PackQuestion(
            key=values["key"],
            dimension=Dimension(values["dimension"]),
            text=values["text"],
            phases=tuple(phase for phase in Phase if phase in values["phases"]),
            why=values["why"],
            evidence=values["evidence"],
            weight=values["weight"],
        )

    @classmethod
    def shown(cls, row: Question) -> dict[str, Any]:
        return {name: getattr(row, name) for name in ("text", "key", "dimension", "phases", "weight", "why", "evidence")}
