"""One value of a profile as it is typed: every part a text, so that it can be kept, compared and merged.

A value travels with the token of what the person saw. Two people who answer different values never meet; two who answer the
same one are asked which answer stays.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from portfolio.initiatives.forms.fields import day_field
from readiness.workloads.choices import Knowledge, Origin
from readiness.workloads.forms.people import People
from readiness.workloads.models import ProfileValue
from readiness.workloads.rules.fields import BY_NAME, Field
from readiness.workloads.rules.units import factor, kept, typed
from readiness.workloads.rules.values import PERCENTILE_OF
from readiness.workloads.services.profiles import ValueInput

_NOTE = 500


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the fields of one value. `knowledge` "" is not answered; `share` is the percentile of a target."""

    knowledge: str = ""
    value: str = ""
    low: str = ""
    high: str = ""
    owner: str = ""
    due: str = ""
    note: str = ""
    share: str = ""

    @property
    def token(self) -> str:
        """The same for texts that mean the same number."""
        texts = {part: _number_text(text) if part in _NUMBERS else text.strip() for part, text in asdict(self).items()}
        return hashlib.sha256(json.dumps(texts, sort_keys=True).encode()).hexdigest()[:16]


_NUMBERS = frozenset({"value", "low", "high", "share"})


def _number_text(text: str) -> str:
    try:
        return f"{float(text):.12g}"
    except ValueError:
        return text.strip()


def typed_of(one: Field, values: Mapping[str, ProfileValue], people: People) -> Typed:
    """What the fields show for what is kept. A template's assumption is no answer, so its number is no typed one."""
    share = _share(one, values)
    value = values.get(one.name)
    if value is None or is_assumed(value):
        return Typed(share=share)
    return Typed(
        knowledge=value.knowledge,
        value=typed(value.value, one.unit),
        low=typed(value.low, one.unit),
        high=typed(value.high, one.unit),
        owner=people.label_of(value.owner),
        due=value.due.isoformat() if value.due else "",
        note=value.note,
        share=share,
    )


def is_assumed(value: ProfileValue) -> bool:
    """A number of a template that nobody confirmed or answered."""
    return value.knowledge == Knowledge.UNKNOWN and value.origin == Origin.TEMPLATE and value.value is not None


def _share(one: Field, values: Mapping[str, ProfileValue]) -> str:
    """The percentile beside a target: the kept one, else the usual one."""
    name = PERCENTILE_OF.get(one.name)
    if name is None:
        return ""
    value = values.get(name)
    share = value.value if value is not None and value.value is not None else BY_NAME[name].plausible[1]
    return typed(share, BY_NAME[name].unit)


def posted(one: Field, data: Mapping[str, Any]) -> Typed:
    """What was sent for one value."""
    return Typed(**{part: str(data.get(f"{one.name}-{part}") or "") for part in Typed.__slots__})


def base_of(one: Field, data: Mapping[str, Any]) -> str:
    """The token of what the person saw when they began."""
    return str(data.get(f"{one.name}-base") or "")


class ValueForm(forms.Form):
    """The parts of one value, read."""

    knowledge = forms.ChoiceField(choices=[(each.value, each.value) for each in Knowledge], required=False)
    value = forms.FloatField(required=False)
    low = forms.FloatField(required=False)
    high = forms.FloatField(required=False)
    owner = forms.CharField(required=False, max_length=300)
    due = day_field("", required=False)
    note = forms.CharField(required=False, max_length=_NOTE)
    share = forms.FloatField(required=False)

    def __init__(self, *, one: Field, now: Typed, people: People) -> None:
        super().__init__(asdict(now))
        self.one, self.people = one, people

    def clean_owner(self) -> Any:
        label = self.cleaned_data["owner"].strip()
        if not label:
            return None
        person = self.people.named(label)
        if person is None:
            raise forms.ValidationError(_("Nobody here is called “%s”; choose a name from the list.") % label)
        return person

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if self.one.unit == "share":  # the services speak of 0.5, people type 50
            low, high = (factor("share") * end for end in (self.one.least, self.one.most))
            for part in ("value", "low", "high"):
                if values.get(part) is not None and not low <= values[part] <= high:
                    self.add_error(part, _("Between %(low)g and %(high)g %%.") % {"low": low, "high": high})
        return values

    @property
    def knows(self) -> Knowledge | None:
        """What was chosen; a number without a choice is a known one. None: nothing was answered."""
        values = self.cleaned_data
        if values.get("knowledge"):
            return Knowledge(values["knowledge"])
        return Knowledge.KNOWN if values.get("value") is not None else None

    def inputs(self, before: ProfileValue | None) -> Iterator[tuple[str, ValueInput]]:
        """What the services take: the value, and the percentile that stands in the same sentence."""
        knows, values = self.knows, self.cleaned_data
        if knows is None:
            return
        given = ValueInput(knowledge=knows, note=values["note"])
        if knows != Knowledge.NOT_APPLICABLE:
            value, low, high = (_kept(values[part], self.one.unit, before, part) for part in ("value", "low", "high"))
            given = replace(given, value=value, low=low, high=high)
        if knows == Knowledge.UNKNOWN:
            given = replace(given, owner=values["owner"], due=values["due"])
            given = _with_assumption(given, before)
        yield self.one.name, replace(given, origin=_origin(given, before))
        if knows == Knowledge.KNOWN and values.get("share") is not None:
            name = PERCENTILE_OF[self.one.name]
            yield name, ValueInput(knowledge=Knowledge.KNOWN, value=_kept(values["share"], BY_NAME[name].unit))


def _with_assumption(given: ValueInput, before: ProfileValue | None) -> ValueInput:
    """Who says "we do not know" to a template's number, and no other, goes on working with it."""
    if before is None or not is_assumed(before) or any(end is not None for end in (given.value, given.low, given.high)):
        return given
    return replace(given, value=before.value, low=before.low, high=before.high)


def _kept(text: float | None, unit: str, before: ProfileValue | None = None, part: str = "") -> float | None:
    """The number behind a typed one; where the text was left as it stood, the exact one that it stood for."""
    return None if text is None else kept(text, unit, getattr(before, part) if before else None)


def _origin(given: ValueInput, before: ProfileValue | None) -> Origin:
    """Only a number that stays as it was keeps where it came from; what a person answers anew is stated."""
    if before is None or is_assumed(before):
        return Origin.STATED
    same = all(getattr(given, part) == getattr(before, part) for part in ("knowledge", "value", "low", "high"))
    return Origin(before.origin) if same else Origin.STATED
