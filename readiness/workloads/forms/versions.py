"""Keeping a version: one sentence."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class KeepForm(forms.Form):
    """Why this state is worth keeping."""

    label = forms.CharField(
        label=_("What changed"), max_length=200, required=False, help_text=_("Such as “load measured in the pilot”.")
    )
