"""What moving a review asks for: a day, a way of voting, a reason, another template; and planning one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portfolio.initiatives.forms.fields import day_field, pick, text_area
from readiness.gates.choices import Mode

MODES = ((Mode.MEETING.value, _("In a meeting: who attends counts")), (Mode.WRITTEN.value, _("In writing: votes cast count")))


def moment_field(label: Any, *, required: bool = False, help_text: Any = "") -> forms.DateTimeField:
    """A day with its time as browsers pick it, in the reader's zone."""
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]
    return forms.DateTimeField(label=label, required=required, help_text=help_text, widget=widget, input_formats=formats)


def local(moment: datetime | None) -> datetime | None:
    """As a form shows it."""
    return timezone.localtime(moment).replace(tzinfo=None, second=0, microsecond=0) if moment else None


class PlanForm(forms.Form):
    """`choices`: (template id:gate key, words) of what may be reviewed, the gate that it stands before first."""

    gate = pick(_("Gate"), required=True)
    wanted_on = day_field(_("Wanted by"))
    mode = forms.ChoiceField(label=_("How votes are held"), choices=MODES, widget=forms.RadioSelect, initial=Mode.MEETING.value)

    def __init__(self, *args: Any, choices: Iterable[tuple[str, Any]], **more: Any) -> None:
        super().__init__(*args, **more)
        field = self.fields["gate"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(choices)

    @property
    def chosen(self) -> tuple[int, str]:
        """The template's id and the gate's key."""
        template, _colon, gate = self.cleaned_data["gate"].partition(":")
        return int(template), gate


class ScheduleForm(forms.Form):
    at = moment_field(_("Day and time"), required=True)


class OpenForm(forms.Form):
    """Without a choice of ways where the template allows a meeting alone."""

    mode = forms.ChoiceField(label=_("How votes are held"), choices=MODES, widget=forms.RadioSelect)
    window_ends_at = moment_field(_("Votes in writing until"), help_text=_("Of a vote in writing alone."))


class NoteForm(forms.Form):
    note = text_area(_("Why"), required=True)


class ReopenForm(NoteForm):
    window_ends_at = moment_field(_("Votes in writing until"), help_text=_("Of a vote in writing alone."))


class MigrateForm(forms.Form):
    template = pick(_("Template version"), required=True)

    def __init__(self, *args: Any, choices: Iterable[tuple[str, Any]], **more: Any) -> None:
        super().__init__(*args, **more)
        field = self.fields["template"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(choices)
