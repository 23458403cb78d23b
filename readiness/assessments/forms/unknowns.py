"""Who finds unknowns out, by when."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portfolio.accounts.models import User
from portfolio.initiatives.forms.fields import day_field, optional, pick


class AssignForm(forms.Form):
    """A person, a day, or both; what is left empty stays as it is."""

    person = pick(_("Who finds it out"))
    due = day_field(_("By"))

    def __init__(self, *args: Any, people: Iterable[User], **more: Any) -> None:
        super().__init__(*args, **more)
        self.people = {str(person.pk): person for person in people}
        field = self.fields["person"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = optional([(key, str(person)) for key, person in self.people.items()], _("leave as it is"))

    @property
    def owner(self) -> User | None:
        return self.people.get(self.cleaned_data["person"])
