"""Setting the same values on many initiatives: every field starts at "leave as it is"."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portfolio.initiatives.choices import VENUE_LABELS, Answer, Venue, choices_of
from portfolio.initiatives.forms.fields import pick
from portfolio.initiatives.forms.initiatives import ROUTES
from portfolio.initiatives.queries.pickers import Pickers
from portfolio.initiatives.rules import BULK_EDITABLE, INFRASTRUCTURE_FIELDS

LEAVE, CLEAR = "", "none"
_LEAVE = (LEAVE, _("leave as it is"))
_VENUES = [_LEAVE, *choices_of(Venue, VENUE_LABELS)]
LABELS = {
    "owner": _("Owner"), "sponsor": _("Sponsor"), "programme": _("Programme"), "procurement_route": _("Procurement route"),
    "venue_storage": _("Venue of storage"), "venue_training": _("Venue of training"),
    "venue_inference": _("Venue of inference"), "containerised": _("Containerised"),
}  # fmt: skip


class BulkForm(forms.Form):
    """`infrastructure_only` offers what an architect may set."""

    add_tags = forms.CharField(label=_("Add tags"), required=False, max_length=500, help_text=_("Separated by commas."))
    remove_tags = forms.CharField(label=_("Take tags away"), required=False, max_length=500, help_text=_("Separated by commas."))

    def __init__(self, *args: Any, pickers: Pickers, infrastructure_only: bool = False, **more: Any) -> None:
        super().__init__(*args, **more)
        self.pickers = pickers
        nobody = (CLEAR, _("nobody"))
        people = [_LEAVE, nobody, *((str(row.pk), str(row)) for row in pickers.people.values())]
        programmes = [_LEAVE, (CLEAR, _("none")), *((str(row.pk), row.name) for row in pickers.programmes.values())]
        choices: dict[str, list[tuple[Any, Any]]] = {
            "owner": people, "sponsor": people, "programme": programmes, "procurement_route": [_LEAVE, *ROUTES],
            "containerised": [_LEAVE, *choices_of(Answer)],
        }  # fmt: skip
        for name in BULK_EDITABLE:
            self.fields[name] = pick(LABELS[name], choices=choices.get(name, list[tuple[Any, Any]](_VENUES)))
        if infrastructure_only:
            for name in set(self.fields) - set(INFRASTRUCTURE_FIELDS):
                del self.fields[name]
        self.order_fields([*BULK_EDITABLE, "add_tags", "remove_tags"])

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if not self.errors and not any(values.values()):
            raise forms.ValidationError(_("Choose at least one change."))
        return values

    def changes(self) -> dict[str, Any]:
        """`{field: value}` as services.bulk_update takes it."""
        chosen = {name: self.cleaned_data[name] for name in BULK_EDITABLE if self.cleaned_data.get(name)}
        return {name: self._value(name, value) for name, value in chosen.items()}

    def tags(self, name: str) -> list[str]:
        """The tag names typed into `add_tags` or `remove_tags`."""
        return [tag.strip() for tag in self.cleaned_data.get(name, "").split(",") if tag.strip()]

    def told(self) -> list[tuple[str, str]]:
        """What will be set, as people read it: `[(field, value)]`."""
        made = []
        for name, field in self.fields.items():
            value = self.cleaned_data.get(name)
            if value:
                labels = {str(key): str(label) for key, label in getattr(field, "choices", ())}
                made.append((str(field.label), labels.get(value, value)))
        return made

    def _value(self, name: str, value: str) -> Any:
        if name in ("owner", "sponsor"):
            return None if value == CLEAR else self.pickers.people[int(value)]
        if name == "programme":
            return None if value == CLEAR else self.pickers.programmes[int(value)]
        return value
