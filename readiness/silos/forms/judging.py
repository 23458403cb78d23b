"""What a person says of a finding, and what tunes a rule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portfolio.accounts.models import User
from portfolio.initiatives.forms.fields import pick, text_area
from readiness.silos.choices import FindingKind, FindingState
from readiness.silos.rules.lifecycle import NEEDS_REASON
from readiness.silos.rules.settings import Settings
from readiness.silos.rules.tuning import KNOBS, as_written


class JudgeForm(forms.Form):
    """The reason for a step; dismissing needs one."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, state: FindingState, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        needed = state in NEEDS_REASON
        says = _("So that nobody finds it again and wonders.") if needed else _("What was agreed, with whom, by when.")
        self.fields["reason"] = text_area(_("Why"), required=needed, max_length=2000, help_text=says)


class OwnerForm(forms.Form):
    """Who looks after it; nobody is an answer."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    owner = pick(_("Looked after by"), help_text=_("Somebody who sees the whole finding."))

    def __init__(self, *args: Any, people: Iterable[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(person.pk): person for person in people}
        field = self.fields["owner"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("nobody")), *((pk, str(person)) for pk, person in self.people.items())]

    def chosen(self) -> User | None:
        return self.people.get(self.cleaned_data["owner"])


class RuleForm(forms.Form):
    """One field a knob, with its default and its reason. An empty field is the default."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, kind: FindingKind, written: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        default = as_written(kind, Settings())
        for knob in KNOBS[kind]:
            usual = " ".join(default[knob.name]) if knob.sort == "keys" else str(default[knob.name])
            value = written.get(knob.name)
            said = " ".join(value) if isinstance(value, list) else "" if value is None else str(value)
            self.fields[knob.name] = forms.CharField(
                label=knob.label, required=False, max_length=1000, initial=said,
                help_text=_("Default %(usual)s. %(why)s") % {"usual": usual, "why": knob.why},
            )  # fmt: skip

    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "version" and value.strip()}


class PoolPurchaseForm(forms.Form):
    """A purchase that pays for a pool."""

    purchase = pick(_("Purchase"), required=True, help_text=_("A purchase of a unit that you see."))

    def __init__(self, *args: Any, purchases: Iterable[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["purchase"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(str(pk), title) for pk, title in purchases]
