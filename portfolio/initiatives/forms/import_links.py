"""Confirming many links at once: from which score on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext


class LinkFloorForm(forms.Form):
    """`sure`: floor -> how many open pairs reach it."""

    at_least = forms.TypedChoiceField(label=_("Pairs of a score of at least"), coerce=float)

    def __init__(self, *args: Any, sure: Mapping[float, int], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["at_least"].choices = [(str(floor), self._said(floor, count)) for floor, count in sure.items()]  # type: ignore[attr-defined]

    @staticmethod
    def _said(floor: float, count: int) -> str:
        pairs = ngettext("%d pair", "%d pairs", count) % count
        return f"{floor:.2f} ({pairs})"
