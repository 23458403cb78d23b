"""Forms of one row: fields by topic, what may be chosen by id, and amounts for those alone who may see them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, NamedTuple

from django import forms
from django.utils.translation import gettext_lazy as _

from portfolio.accounts.models import BusinessUnit
from portfolio.initiatives.forms.fields import optional
from portfolio.initiatives.queries.pickers import unit_options

NOT_SAID = _("not said")
Sections = tuple[tuple[Any, tuple[str, ...]], ...]


class Offer(NamedTuple):
    """Rows by id with the words that stand for each."""

    rows: Mapping[int, Any]
    options: Sequence[tuple[str, str]]


def offer(rows: Mapping[int, Any], words: Callable[[Any], str] = str) -> Offer:
    return Offer(rows, [(str(pk), words(row)) for pk, row in rows.items()])


def offer_units(rows: dict[int, BusinessUnit]) -> Offer:
    return Offer(rows, unit_options(rows))


class RowForm(forms.Form):
    """`offers` by field name are what may be chosen; `money` says whether amounts are asked for."""

    sections_of: ClassVar[Sections] = ()
    money_fields: ClassVar[tuple[str, ...]] = ()
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, offers: Mapping[str, Offer] | None = None, money: bool = True, **more: Any) -> None:
        super().__init__(*args, **more)
        self.offers, self.money = dict(offers or {}), money
        for name, given in self.offers.items():
            field = self.fields.get(name)
            if isinstance(field, forms.ChoiceField):
                field.choices = list(given.options) if field.required else optional(given.options, NOT_SAID)
        for name in () if money else self.money_fields:
            del self.fields[name]

    @property
    def sections(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """The fields by topic; a topic without fields is left out."""
        made = [(title, [self[name] for name in names if name in self.fields]) for title, names in self.sections_of]
        return [(title, fields) for title, fields in made if fields]

    def values(self) -> dict[str, Any]:
        """What the service's verb takes: rows instead of their ids, without the version."""
        values = {name: value for name, value in self.cleaned_data.items() if name != "version"}
        for name, given in self.offers.items():
            if name in values:
                values[name] = given.rows.get(int(values[name] or 0))
        return values

    def again(self, current: Mapping[str, Any]) -> RowForm:
        """As it was typed over a newer version, saying what the other person's is, so that saving again is meant."""
        typed = {**self.data.dict(), "version": str(current["version"])}  # type: ignore[attr-defined]
        fresh = type(self)(typed, offers=self.offers, money=self.money, initial=dict(current))
        theirs = [f"{fresh[name].label}: {fresh.told(name, current[name])}" for name in fresh.changed_data if name != "version"]
        fresh.add_error(
            None, _("Somebody else saved meanwhile. Theirs: %s. Save again to put yours in its place.") % "; ".join(theirs)
        )
        return fresh

    def told(self, name: str, value: Any) -> str:
        """A value in words."""
        words = dict(self.offers[name].options) if name in self.offers else {}
        return str(words.get(str(value), value)).strip() if value not in (None, "") else str(_("empty"))


def typed(row: Any, form: type[RowForm], *, money: bool) -> dict[str, Any]:
    """A row as the form's initial values; what points to other rows by id."""
    names = [name for _title, group in form.sections_of for name in group if money or name not in form.money_fields]
    made: dict[str, Any] = {"version": row.version}
    for name in names:
        pointer = f"{name}_id"
        plain = name not in form.base_fields or not hasattr(row, pointer)
        made[name] = getattr(row, name, "") if plain else str(getattr(row, pointer) or "")
    return made
