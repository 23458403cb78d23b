"""What is typed while a meeting goes on, and what goes on its agenda."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portfolio.accounts.models import User
from portfolio.initiatives.forms.fields import day_field, pick, text_area
from readiness.gates.choices import Ballot
from readiness.gates.tables.words import BALLOTS


class VoteForm(forms.Form):
    """A vote and why. `seen`: the vote of the seat that the page showed."""

    ballot = forms.ChoiceField(label=_("Vote"), widget=forms.RadioSelect)
    rationale = text_area(_("Why"), rows=2, max_length=4000)

    def __init__(self, *args: Any, last_gate: bool = False, **more: Any) -> None:
        super().__init__(*args, **more)
        field = self.fields["ballot"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(one.value, BALLOTS[one][0]) for one in Ballot if not (last_gate and one is Ballot.CONDITIONAL)]


class NotesForm(forms.Form):
    notes = forms.CharField(required=False, max_length=20_000, widget=forms.Textarea, strip=False)
    seen = forms.CharField(required=False, max_length=20_000, strip=False)


class ActionForm(forms.Form):
    """What, who, by when."""

    text = forms.CharField(label=_("What"), max_length=500)
    owner = pick(_("Who"), required=True)
    due = day_field(_("By"), required=True)

    def __init__(self, *args: Any, people: Iterable[User], **more: Any) -> None:
        super().__init__(*args, **more)
        self.people = {str(person.pk): person for person in people}
        field = self.fields["owner"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("choose")), *((key, str(person)) for key, person in self.people.items())]

    @property
    def chosen_owner(self) -> User:
        return self.people[self.cleaned_data["owner"]]


class MinutesForm(forms.Form):
    minutes = forms.IntegerField(min_value=1, max_value=480)


class AddForm(forms.Form):
    """Reviews for the agenda."""

    reviews = forms.TypedMultipleChoiceField(coerce=int)
    minutes = forms.IntegerField(min_value=1, max_value=480, initial=20)

    def __init__(self, *args: Any, offered: Iterable[int] = (), **more: Any) -> None:
        super().__init__(*args, **more)
        field = self.fields["reviews"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(pk, str(pk)) for pk in offered]


class PeopleForm(forms.Form):
    """People to invite."""

    people = forms.TypedMultipleChoiceField(coerce=int, required=False)

    def __init__(self, *args: Any, offered: Iterable[User] = (), **more: Any) -> None:
        super().__init__(*args, **more)
        self.offered = {person.pk: person for person in offered}
        field = self.fields["people"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(pk, str(person)) for pk, person in self.offered.items()]

    @property
    def chosen(self) -> list[User]:
        return [self.offered[pk] for pk in self.cleaned_data["people"]]
