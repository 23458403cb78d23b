"""Forms of people, units, roles and tokens. Rights are checked again by the services."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext_lazy as _

from portfolio.accounts import queries
from portfolio.accounts.choices import ROLE_CHOICES, SCOPE_CHOICES, Action, Scope
from portfolio.accounts.models import BusinessUnit
from portfolio.accounts.rules import EVERYTHING, Actor

LIVES = [(30, _("30 days")), (90, _("90 days")), (180, _("180 days")), (365, _("one year"))]
EVERYWHERE = _("The whole organisation")


class UnitField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not subscriptable at run time
    """A unit out of a tree; deeper ones are indented."""

    def __init__(self, **options: Any) -> None:
        super().__init__(BusinessUnit.objects.none(), **options)

    def label_from_instance(self, obj: Any) -> str:
        return f"{chr(0x2003) * obj.depth}{obj.name}"

    def offer(self, actor: Actor, action: Action) -> None:
        """Only units where the actor may do `action`; no unit (everywhere) only if it may do it everywhere."""
        self.queryset = queries.units_where(actor, action)
        self.required = not actor.may(action, EVERYTHING)
        self.empty_label = None if self.required else str(EVERYWHERE)


class ProfileForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=150, widget=forms.TextInput({"autocomplete": "name"}))
    time_zone = forms.ChoiceField(label=_("Time zone"), required=False, help_text=_("Dates and times are shown in it."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zones = sorted(zone for zone in available_timezones() if "/" in zone or zone == "UTC")
        self.fields["time_zone"].choices = [("", _("that of the installation")), *((zone, zone) for zone in zones)]  # type: ignore[attr-defined]


class TokenForm(forms.Form):
    name = forms.CharField(
        label=_("Name"), max_length=100, help_text=_("What it is for, so that you know later what stops when you revoke it.")
    )
    scopes = forms.MultipleChoiceField(label=_("What it may do"), widget=forms.CheckboxSelectMultiple)
    unit = UnitField(label=_("For the unit"), help_text=_("It reaches this unit and its sub-units, as far as you do."))
    days = forms.TypedChoiceField(label=_("Expires after"), choices=LIVES, coerce=int, initial=90)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        needed = {Scope.MONEY: Action.MONEY, Scope.AUDIT_READ: Action.AUDIT}
        withheld = {scope.value for scope, action in needed.items() if not actor.may_somewhere(action)}
        self.fields["scopes"].choices = [choice for choice in SCOPE_CHOICES if choice[0] not in withheld]  # type: ignore[attr-defined]
        unit: UnitField = self.fields["unit"]  # type: ignore[assignment]
        unit.offer(actor, Action.TOKEN)

    def clean_scopes(self) -> list[Scope]:
        return [Scope(scope) for scope in self.cleaned_data["scopes"]]


class PersonForm(forms.Form):
    email = forms.EmailField(label=_("E-mail address"), max_length=254, widget=forms.EmailInput({"autocomplete": "off"}))
    name = forms.CharField(label=_("Name"), max_length=150, widget=forms.TextInput({"autocomplete": "off"}))


class RoleForm(forms.Form):
    role = forms.ChoiceField(label=_("Role"), choices=ROLE_CHOICES)
    unit = UnitField(label=_("For the unit"))

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        unit: UnitField = self.fields["unit"]  # type: ignore[assignment]
        unit.offer(actor, Action.CONFIGURE)


class UnitNameForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=255)
    code = forms.CharField(label=_("Code"), max_length=50, required=False, help_text=_("A short form, if there is one."))


class UnitForm(UnitNameForm):
    parent = UnitField(label=_("Under"))

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parent: UnitField = self.fields["parent"]  # type: ignore[assignment]
        parent.offer(actor, Action.CONFIGURE)
        parent.empty_label = None if parent.required else str(_("the top"))
