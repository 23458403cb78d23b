"""The small forms of one initiative: stage, status note, closure, template, milestones, dependencies."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portfolio.initiatives.choices import CLOSURE_LABELS, REASON_LABELS, ClosureKind, DependencyKind, Rag, ReasonCode, choices_of
from portfolio.initiatives.forms.fields import PRECISIONS, day_field, first_day, optional, text_area
from portfolio.initiatives.models import Lifecycle, Stage
from portfolio.initiatives.queries.pickers import stages_by_template

KINDS = [choice for choice in choices_of(ClosureKind, CLOSURE_LABELS) if choice[0] != ClosureKind.ABANDONED_UNKNOWN]
REASONS = sorted(choices_of(ReasonCode, REASON_LABELS), key=lambda choice: choice[0] != ReasonCode.UNKNOWN)
DEPENDENCY_KINDS = [
    (DependencyKind.NEEDS.value, _("needs it")),
    (DependencyKind.FEEDS.value, _("is fed by it")),
    (DependencyKind.SHARES_PLATFORM.value, _("shares a platform with it")),
]
READY = [("", _("nobody knows")), ("yes", _("ready")), ("no", _("not ready"))]
UNKNOWN = "unknown"


class StageForm(forms.Form):
    """Where it goes and since when; unknown is a choice."""

    stage = forms.ChoiceField(label=_("Stage"))
    on = day_field(_("Since"), help_text=_("Empty means today."))
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, stages: list[Stage], **more: Any) -> None:
        super().__init__(*args, **more)
        self.stages = {stage.key: stage for stage in stages}
        field = self.fields["stage"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [*((stage.key, stage.name) for stage in stages), (UNKNOWN, _("Unknown"))]

    @property
    def chosen(self) -> Stage | None:
        return self.stages.get(self.cleaned_data["stage"])


class NoteForm(forms.Form):
    """The owner's colour and words."""

    rag = forms.ChoiceField(
        label=_("Colour"), choices=[*choices_of(Rag)[:3], ("", _("none"))], required=False, widget=forms.RadioSelect
    )
    status_note = text_area(_("In a sentence"), max_length=2000)


class CloseForm(forms.Form):
    """How it ended, why, and what the next one should know."""

    kind = forms.ChoiceField(label=_("How it ended"), choices=optional(KINDS, _("Choose")))
    reason = forms.ChoiceField(label=_("Main reason"), choices=REASONS)
    lesson = text_area(_("Lesson"), help_text=_("What should the next initiative know? Needed when it is stopped by decision."))
    closed_on = day_field(_("Closed on"), help_text=_("Empty means today."))
    precision = forms.ChoiceField(label=_("known to the"), choices=PRECISIONS, required=False)
    merged_into = forms.CharField(
        label=_("Merged into"),
        required=False,
        max_length=24,
        help_text=_("The key of that initiative, such as AI-0042; for a merger only."),
    )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if values.get("closed_on"):
            values["closed_on"] = first_day(values["closed_on"], values.get("precision") or "day")
        return values


class TemplateForm(forms.Form):
    """Another template, and the initiative's place in it."""

    stage = forms.ChoiceField(label=_("Template and stage"))

    def __init__(self, *args: Any, templates: list[Lifecycle], **more: Any) -> None:
        super().__init__(*args, **more)
        self.templates = {str(row.pk): row for row in templates}
        field = self.fields["stage"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            (group, [*stages, (f"{UNKNOWN}-{row.pk}", _("Stage unknown"))])
            for row, (group, stages) in zip(templates, stages_by_template(templates), strict=True)
        ]

    @property
    def place(self) -> tuple[Lifecycle, Stage | None]:
        """The template and the stage in it; None is unknown."""
        chosen = self.cleaned_data["stage"]
        if chosen.startswith(UNKNOWN):
            return self.templates[chosen.partition("-")[2]], None
        stages = {str(stage.pk): (row, stage) for row in self.templates.values() for stage in row.stages.all()}
        return stages[chosen]


class MilestoneForm(forms.Form):
    """`done_on` shows when an existing one is changed."""

    name = forms.CharField(label=_("Milestone"), max_length=200)
    due = day_field(_("Due"), help_text=_("Empty means nobody knows yet."))
    done_on = day_field(_("Done on"))

    def __init__(self, *args: Any, new: bool = False, **more: Any) -> None:
        super().__init__(*args, **more)
        if new:
            del self.fields["done_on"]


class DependencyForm(forms.Form):
    """On an initiative by its key, or on a platform by name; only the rest can be changed later."""

    on = forms.CharField(label=_("Initiative"), required=False, max_length=24, help_text=_("Its key, such as AI-0042."))
    platform = forms.CharField(
        label=_("or a platform"), required=False, max_length=200, help_text=_("Such as “GPU cluster Frankfurt”.")
    )
    kind = forms.ChoiceField(label=_("How"), choices=DEPENDENCY_KINDS)
    ready = forms.ChoiceField(label=_("Is it ready?"), choices=READY, required=False)
    note = forms.CharField(label=_("Note"), required=False, max_length=300)

    def __init__(self, *args: Any, new: bool = False, **more: Any) -> None:
        super().__init__(*args, **more)
        if not new:
            del self.fields["on"], self.fields["platform"]

    @property
    def is_ready(self) -> bool | None:
        return {"yes": True, "no": False}.get(self.cleaned_data["ready"])
