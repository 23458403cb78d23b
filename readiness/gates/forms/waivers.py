"""Asking for a waiver, extending it, and what is said when one is decided; proving a condition."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from portfolio.initiatives.forms.fields import text_area
from readiness.gates.forms.steps import moment_field


class WaiverForm(forms.Form):
    reason = text_area(_("Reason"), required=True, help_text=_("Why the gate may be passed without it."))
    measure = text_area(
        _("Compensating measure"), required=True, help_text=_("What makes up for it as long as the waiver runs.")
    )  # fmt: skip
    begins_at = moment_field(_("From"), help_text=_("Empty: as soon as it is approved."))
    expires_at = moment_field(_("Until"), required=True, help_text=_("A waiver always ends."))


class ExtendForm(forms.Form):
    reason = text_area(_("Reason"), required=True)
    measure = text_area(_("Compensating measure"), required=True)
    expires_at = moment_field(_("Until"), required=True, help_text=_("It goes back to review."))


class NoteForm(forms.Form):
    note = text_area(_("Note"))


class WhyForm(forms.Form):
    note = text_area(_("Why"), required=True)


class ProofForm(forms.Form):
    note = text_area(_("How it was shown"), required=True, help_text=_("What you looked at, so that others can follow it."))
