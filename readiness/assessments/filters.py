"""The filters of the unknowns: the same words in the page's address, in exports and over the API."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from readiness.assessments.choices import UnknownKind
from readiness.assessments.queries.unknowns.wanted import Wanted

NOBODY, MINE = "nobody", "me"
NAMES = ("unit", "kind", "key", "owner", "overdue", "initiative")
KINDS = [
    (UnknownKind.VALUE.value, _("Values of workloads")),
    (UnknownKind.ANSWER.value, _("Answers of assessments")),
    (UnknownKind.COMPONENT.value, _("Components")),
    (UnknownKind.FACT.value, _("Facts of the register")),
]
_MOST = 2**62


class UnknownFilter(forms.Form):
    """What cannot be read is named in `errors` and filters nothing. `owner` is an id, `me` or `nobody`."""

    unit = forms.IntegerField(label=_("Unit"), required=False, min_value=1, max_value=_MOST)
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[("", ""), *KINDS])
    key = forms.CharField(label=_("What"), required=False, max_length=80)
    owner = forms.RegexField(rf"^(\d{{1,18}}|{MINE}|{NOBODY})$", label=_("Found out by"), required=False)
    overdue = forms.BooleanField(label=_("Overdue"), required=False)
    initiative = forms.IntegerField(label=_("Initiative"), required=False, min_value=1, max_value=_MOST)

    def wanted(self, reader: int | None) -> Wanted:
        """The filters as queries take them; `reader` is who `me` is."""
        self.full_clean()
        values: dict[str, Any] = self.cleaned_data
        owner = values.get("owner") or ""
        return Wanted(
            unit=values.get("unit"),
            kind=UnknownKind(values["kind"]) if values.get("kind") else None,
            key=values.get("key") or "",
            owner=reader or 0 if owner == MINE else int(owner) if owner.isdigit() else None,
            nobody=owner == NOBODY,
            overdue=bool(values.get("overdue")),
            initiative=values.get("initiative"),
        )


class UnknownBar(forms.Form):
    """The same as the page offers it: choices with the words of units and people."""

    unit = forms.ChoiceField(label=_("Unit"), required=False)
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[("", ""), *KINDS])
    owner = forms.ChoiceField(label=_("Found out by"), required=False)
    overdue = forms.ChoiceField(label=_("Overdue"), required=False, choices=[("", ""), ("1", _("only overdue"))])

    key = forms.ChoiceField(label=_("What"), required=False)

    def __init__(
        self, *args: Any, units: Iterable[tuple[str, str]], people: Iterable[tuple[str, str]],
        what: tuple[str, str] | None = None, **more: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **more)
        if what is None:
            del self.fields["key"]  # shown only where one question is looked at already
        owners = [(MINE, _("me")), (NOBODY, _("nobody yet")), *people]
        for name, choices in (("unit", units), ("owner", owners), ("key", [what] if what else [])):
            if name not in self.fields:
                continue
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", ""), *choices]
