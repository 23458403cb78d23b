"""One question's answer and one component's state as people type them; a page holds several, told apart by their prefix."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portfolio.accounts.models import User
from portfolio.initiatives.choices import choices_of
from portfolio.initiatives.forms.fields import day_field
from readiness.assessments.choices import Presence, Reply
from readiness.assessments.models import AssessmentAnswer, ComponentCheck, QuestionBank
from readiness.assessments.services.answers import MAX_NOTE, AnswerInput
from readiness.assessments.services.components import ComponentInput


class FindingForm(forms.Form):
    """What answers and components share: a note, who finds out by when, and the version that was seen."""

    note = forms.CharField(required=False, max_length=MAX_NOTE, strip=True)
    owner = forms.CharField(required=False, max_length=300)
    due = day_field(gettext_lazy("By"))
    version = forms.IntegerField(required=False, min_value=0, max_value=10**9)

    def __init__(self, *args: Any, finders: QuerySet[User], **more: Any) -> None:
        super().__init__(*args, **more)
        self.finders = finders

    def clean_owner(self) -> User | None:
        """A person by e-mail address or by a name that only one of them has."""
        text = self.cleaned_data["owner"].replace("\x00", "").strip()
        if not text:
            return None
        found = list(self.finders.filter(Q(email__iexact=text) | Q(name__iexact=text))[:2])
        if len(found) != 1:
            raise ValidationError(
                _("Nobody with a role in this unit is called %s.") % text if not found else _("More than one; give the address.")
            )
        return found[0]


class AnswerForm(FindingForm):
    """One question."""

    reply = forms.ChoiceField(choices=choices_of(Reply), required=False)
    evidence_url = forms.CharField(required=False, max_length=1_000)

    @property
    def given(self) -> AnswerInput:
        values = self.cleaned_data
        return AnswerInput(
            reply=Reply(values["reply"] or Reply.UNKNOWN),
            note=values["note"],
            evidence_url=values["evidence_url"],
            owner=values["owner"],
            due=values["due"],
            version=values["version"],
        )

    @classmethod
    def shown(cls, answer: AssessmentAnswer | None) -> dict[str, Any]:
        """The texts of a stored answer as this form types them."""
        if answer is None:
            return {"reply": Reply.UNKNOWN.value, "note": "", "evidence_url": "", "owner": "", "due": ""}
        return {
            "reply": answer.reply,
            "note": answer.note,
            "evidence_url": answer.evidence_url,
            "owner": answer.owner.email if answer.owner else "",
            "due": answer.due.isoformat() if answer.due else "",
        }


class ComponentForm(FindingForm):
    """One component."""

    presence = forms.ChoiceField(choices=choices_of(Presence), required=False)

    @property
    def given(self) -> ComponentInput:
        values = self.cleaned_data
        return ComponentInput(
            presence=Presence(values["presence"] or Presence.UNKNOWN),
            note=values["note"],
            owner=values["owner"],
            due=values["due"],
            version=values["version"],
        )

    @classmethod
    def shown(cls, check: ComponentCheck | None) -> dict[str, Any]:
        if check is None:
            return {"presence": Presence.UNKNOWN.value, "note": "", "owner": "", "due": ""}
        return {
            "presence": check.presence,
            "note": check.note,
            "owner": check.owner.email if check.owner else "",
            "due": check.due.isoformat() if check.due else "",
        }


class StartForm(forms.Form):
    """Over which bank, if there is a choice."""

    bank = forms.ChoiceField(label=gettext_lazy("Question bank"))
    note = forms.CharField(
        label=gettext_lazy("Occasion"), required=False, max_length=500, help_text=gettext_lazy("Such as “before the pilot gate”.")
    )

    def __init__(self, *args: Any, banks: Iterable[QuestionBank], **more: Any) -> None:
        super().__init__(*args, **more)
        self.banks = {str(bank.pk): bank for bank in banks}
        field = self.fields["bank"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(key, str(bank)) for key, bank in self.banks.items()]
        if len(self.banks) == 1:
            field.widget = forms.HiddenInput()
            field.initial = next(iter(self.banks))

    @property
    def chosen(self) -> QuestionBank:
        return self.banks[self.cleaned_data["bank"]]


class CloseForm(forms.Form):
    """A last word that is kept with it."""

    note = forms.CharField(label=gettext_lazy("Note"), required=False, max_length=2_000, widget=forms.Textarea(attrs={"rows": 3}))
