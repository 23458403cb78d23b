"""The decision: outcome, reason, conditions, what a Kill keeps, and the digest of what was seen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portfolio.initiatives.choices import ReasonCode
from portfolio.initiatives.forms.fields import day_field, optional, pick, text_area
from readiness.gates.choices import Outcome, ProofKind
from readiness.gates.rules.conditions import Proof
from readiness.gates.rules.conditions import Wanted as WantedCondition
from readiness.gates.rules.decisions import Wanted

MOST_CONDITIONS, SHOWN_CONDITIONS = 20, 2
Choices = Iterable[tuple[str, Any]]


class ConditionForm(forms.Form):
    """One condition; a row that is left empty is none. `proof` is person, criterion:key or requirement:id."""

    text = text_area(_("Condition"), rows=2, max_length=2_000)
    owner = pick(_("Owner"))
    due = day_field(_("Due"))
    proof = pick(_("Proven by"))

    def __init__(self, *args: Any, people: Choices, proofs: Choices, **more: Any) -> None:
        super().__init__(*args, **more)
        for name, choices in (("owner", optional(people)), ("proof", list(proofs))):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices

    @property
    def wanted(self) -> WantedCondition | None:
        """What the rules look at; None for an empty row."""
        given = self.cleaned_data
        if not (given["text"].strip() or given["owner"] or given["due"]):
            return None
        kind, _colon, ref = (given["proof"] or ProofKind.PERSON.value).partition(":")
        owner = int(given["owner"]) if given["owner"] else None
        return WantedCondition(given["text"], owner, given["due"], Proof(ProofKind(kind), ref))


class DecideForm(forms.Form):
    """`seen` is the digest of what the page showed; a decision on anything else is refused."""

    outcome = forms.ChoiceField(
        label=_("Decision"), choices=[(one.value, one.value) for one in Outcome], widget=forms.RadioSelect,
        error_messages={"required": _("Choose an outcome.")},
    )  # fmt: skip
    reason = text_area(_("Reason"), help_text=_("Needed where it differs from what is recommended or from what was voted."))
    reason_code = pick(_("Reason code"))
    lesson = text_area(_("Lesson"), help_text=_("What the next initiative should know. It is kept for ever."))
    seen = forms.CharField(max_length=64, required=False)

    def __init__(self, *args: Any, codes: Choices, **more: Any) -> None:
        super().__init__(*args, **more)
        field = self.fields["reason_code"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = optional(codes, "-")

    def wanted(self, by: int, conditions: Sequence[ConditionForm]) -> Wanted:
        """Conditions of other outcomes and a Kill's words of other outcomes are not sent along: the page hides them."""
        given = self.cleaned_data
        outcome = Outcome(given["outcome"])
        rows = tuple(one for form in conditions if (one := form.wanted) is not None)
        kill = outcome is Outcome.KILL
        return Wanted(
            outcome, by, given["seen"], given["reason"], rows if outcome is Outcome.CONDITIONAL_GO else (),
            ReasonCode(given["reason_code"]) if kill and given["reason_code"] else None, given["lesson"] if kill else "",
        )  # fmt: skip


class PasswordForm(forms.Form):
    """Shown where it was not confirmed lately who sits there."""

    password = forms.CharField(
        label=_("Your password"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        help_text=_("A decision cannot be taken back, so confirm that it is you. What you typed stays."),
        error_messages={"required": _("Enter your password to confirm that it is you.")},
    )  # fmt: skip


def condition_forms(data: Any, *, people: Choices, proofs: Choices) -> list[ConditionForm]:
    """One more than was asked for where `data` says `more`; what was typed stays."""
    people, proofs = list(people), list(proofs)
    told = str((data or {}).get("conditions", ""))
    count = min(int(told), MOST_CONDITIONS) if told.isascii() and told.isdigit() and len(told) < 4 else SHOWN_CONDITIONS
    bound = [ConditionForm(data, prefix=f"c{place}", people=people, proofs=proofs) for place in range(count)]
    if data is not None and "more" in data and count < MOST_CONDITIONS:
        bound.append(ConditionForm(None, prefix=f"c{count}", people=people, proofs=proofs))
    return bound
