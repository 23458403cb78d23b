"""Votes, attendance and judgements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portfolio.initiatives.forms.fields import text_area
from readiness.evidence.choices import Verdict

SAID = ((Verdict.MET, _("Met")), (Verdict.WARNING, _("Warning")), (Verdict.NOT_MET, _("Not met")))


class VoteForm(forms.Form):
    """On one's own seat. `supersedes`: the vote of the seat that the page showed, 0 for none."""

    ballot = forms.ChoiceField(label=_("Your vote"), widget=forms.RadioSelect)
    rationale = text_area(_("Why"), help_text=_("Needed for everything but Go and Abstain. Everybody on the panel reads it."))
    supersedes = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)

    def __init__(self, *args: Any, ballots: Iterable[tuple[str, Any]], **more: Any) -> None:
        super().__init__(*args, **more)
        field = self.fields["ballot"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(ballots)

    @classmethod
    def shown(cls, vote: Mapping[str, Any] | None, *, ballots: Iterable[tuple[str, Any]]) -> VoteForm:
        """With the vote that is in effect on the seat."""
        first = {"ballot": vote["ballot"]["key"], "rationale": vote["rationale"]} if vote else {}
        return cls(initial={**first, "supersedes": vote["id"] if vote else 0}, ballots=ballots)

    @property
    def seen(self) -> int | None:
        """The vote that the page showed; None where it showed none."""
        return self.cleaned_data["supersedes"] or None


class JudgeForm(forms.Form):
    """A person's word on one criterion."""

    verdict = forms.ChoiceField(label=_("Your judgement"), choices=SAID, widget=forms.RadioSelect)
    impossible = forms.BooleanField(
        label=_("It can never be met"), required=False, help_text=_("With “not met” alone. The recommendation is then Kill.")
    )
    note = text_area(_("Why"), required=True, help_text=_("What you looked at, so that others can follow it."))
