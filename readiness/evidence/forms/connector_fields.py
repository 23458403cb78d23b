"""What a connector asks for, as fields of a form: `config-address`, `ask-queries`, each with what is entered its way."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from readiness.connectors.access import SIGN_IN
from readiness.connectors.live import ConfigField, FieldKind
from readiness.evidence.forms.rows import JsonField, RowsField
from readiness.evidence.forms.shapes import PLAIN, SHAPES

CONFIG, ASK = "config", "ask"
LONGEST_TEXT, LONGEST_PEM = 8_000, 200_000
_SIGN_IN = frozenset(one.name for one in SIGN_IN)
# Fields of a bucket, which count where that is what is there.
_OF_STORE = frozenset({"access_id", "secret_key", "session_token", "region", "bucket_in_host"})
CLEAR = "clear"  # beside a secret that is set
_PLAIN_HINTS = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}


class ConnectorFields:
    """The fields of one connector within a form, and the values that they give.

    Of a secret that is set nothing is shown: empty keeps it, a tick takes it away.
    """

    def __init__(self, form: forms.Form, kind: str, known: Iterable[ConfigField], prefix: str) -> None:
        self.form, self.kind, self.prefix = form, kind, prefix
        self.known = {one.name: one for one in known}

    def add(self, kept: Mapping[str, Any] | None = None, secrets: Collection[str] = ()) -> None:
        """Fields for all of them, filled with `kept`, else with their defaults."""
        for name, one in self.known.items():
            field = _field(self.kind, one, is_set=name in secrets)
            here = self.html_name(name)
            self.form.fields[here] = field
            value = one.default if kept is None else kept.get(name, one.default if name not in kept else "")
            if not one.secret:
                self.form.initial.setdefault(here, field.texts(value) if isinstance(field, RowsField) else _whole(value))
            if name in secrets and not one.required:
                self.form.fields[f"{here}-{CLEAR}"] = forms.BooleanField(
                    label=_("Forget the one that is set"), required=False
                )  # fmt: skip

    def html_name(self, name: str) -> str:
        return f"{self.prefix}-{name}"

    @property
    def place(self) -> list[forms.BoundField]:
        """What must be said, and what is asked in lists: the shorter part of the form."""
        return self._bound(one.name for one in self.known.values() if one.name not in {*_SIGN_IN, *_OF_STORE, *self._seldom})

    @property
    def sign_in(self) -> list[forms.BoundField]:
        """As whom it is asked."""
        return self._bound(self._signing)

    @property
    def seldom(self) -> list[forms.BoundField]:
        """What has a default that mostly holds."""
        return self._bound(self._seldom)

    @property
    def seldom_in_use(self) -> bool:
        """Whether one of these says something of its own, or is wrong."""
        usual = {self.html_name(name): _whole(self.known[name].default) for name in self._seldom}
        return any(one.errors or str(one.value() or "") != str(usual[one.name] or "") for one in self.seldom)

    def _bound(self, names: Iterable[str]) -> list[forms.BoundField]:
        here = [self.html_name(name) for name in names]
        return [self.form[one] for name in here for one in (name, f"{name}-{CLEAR}") if one in self.form.fields]

    @property
    def of_store(self) -> list[forms.BoundField]:
        """Of a bucket alone."""
        return self._bound(name for name in self.known if name in _OF_STORE)

    @property
    def _signing(self) -> list[str]:
        return [name for name in self.known if name in _SIGN_IN]

    @property
    def _seldom(self) -> list[str]:
        """Not the first choice of a kind of server: that decides what the address means."""
        kinds = (FieldKind.NUMBER, FieldKind.BOOLEAN, FieldKind.PEM, FieldKind.TEXT)
        known = self.known.values()
        apart = _SIGN_IN | _OF_STORE
        return [one.name for one in known if not one.required and one.kind in kinds and one.name not in apart]

    def values(self) -> dict[str, Any]:
        """What was given, without secrets; what was left empty is not in it."""
        given = {name: self.form.cleaned_data.get(self.html_name(name)) for name, one in self.known.items() if not one.secret}
        return {name: value for name, value in given.items() if value not in (None, "", {}, [])}

    def secrets(self) -> dict[str, str]:
        """Those that were typed, and "" for those to be forgotten."""
        found: dict[str, str] = {}
        for name in (name for name, one in self.known.items() if one.secret):
            typed = self.form.cleaned_data.get(self.html_name(name)) or ""
            if typed or self.form.cleaned_data.get(f"{self.html_name(name)}-{CLEAR}"):
                found[name] = typed
        return found

    def errors(self, problem: ValidationError) -> None:
        """A service's objections beside the fields they are about, whether it names them bare or after the prefix."""
        named = problem.message_dict if hasattr(problem, "error_dict") else {"": problem.messages}
        for name, texts in named.items():
            bare = name.removeprefix(f"{self.prefix}.")
            place = self.html_name(bare) if bare in self.known else bare
            for text in texts:
                self.form.add_error(place if place in self.form.fields else None, text)


def _field(kind: str, one: ConfigField, *, is_set: bool) -> forms.Field:
    common: dict[str, Any] = {
        "label": gettext(one.label), "help_text": gettext(one.help) if one.help else "", "required": one.required,
    }  # fmt: skip
    if one.kind is FieldKind.SECRET:
        return _secret(common, is_set=is_set)
    if one.kind is FieldKind.MAPPING:
        return RowsField(SHAPES.get((kind, one.name), PLAIN), **common)
    if one.kind is FieldKind.QUERIES:
        shape = SHAPES.get((kind, one.name))
        return RowsField(shape, **common) if shape else JsonField(list, **common)
    return _simple(one, common)


def _simple(one: ConfigField, common: dict[str, Any]) -> forms.Field:
    if one.kind is FieldKind.CHOICE:
        return forms.ChoiceField(choices=[(value, gettext(label)) for value, label in one.choices], **common)
    if one.kind is FieldKind.BOOLEAN:
        return forms.BooleanField(**common | {"required": False})
    if one.kind is FieldKind.NUMBER:
        return forms.FloatField(**common)
    if one.kind is FieldKind.PEM:
        area = forms.Textarea(attrs={"rows": 4, "class": "num", **_PLAIN_HINTS})
        return forms.CharField(widget=area, max_length=LONGEST_PEM, strip=False, **common)
    widget = forms.TextInput(attrs=_PLAIN_HINTS | ({"inputmode": "url"} if one.kind is FieldKind.URL else {}))
    return forms.CharField(widget=widget, max_length=LONGEST_TEXT, **common)


def _secret(common: dict[str, Any], *, is_set: bool) -> forms.CharField:
    """Never filled by us nor by the browser."""
    if is_set:
        said = _("It is set and never shown again. Empty keeps it.")
        common |= {"help_text": f"{common['help_text']} {said}".strip(), "required": False}
    widget = forms.PasswordInput(render_value=False, attrs={"autocomplete": "off", "spellcheck": "false"})
    return forms.CharField(widget=widget, max_length=LONGEST_TEXT, strip=False, **common)


def _whole(value: Any) -> Any:
    """A number as a person types it: 96 and not 96.0."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
