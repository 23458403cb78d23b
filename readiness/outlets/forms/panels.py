"""The form of a panel that is shared by a secret address."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portfolio.accounts.choices import Action
from portfolio.accounts.models import BusinessUnit
from portfolio.accounts.queries import units_where
from portfolio.accounts.rules import EVERYTHING, Actor
from portfolio.initiatives.choices import choices_of
from readiness.outlets.choices import PANEL_LABELS, PanelKind
from readiness.outlets.rules.origins import origins

LIVES = [(7, _("7 days")), (30, _("30 days")), (90, _("90 days")), (365, _("a year"))]


class UnitChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # not subscriptable at run time
    """A unit out of a tree, deeper ones indented; none is the whole organisation, for who holds all of it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(BusinessUnit.objects.none(), **options)

    def label_from_instance(self, obj: Any) -> str:
        return f"{chr(0x2003) * obj.depth}{obj.name}"

    def offer(self, actor: Actor, action: Action) -> None:
        self.queryset = units_where(actor, action)
        self.required = not actor.may(action, EVERYTHING)
        self.empty_label = None if self.required else str(_("The whole organisation"))


class PanelForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=100, help_text=_("Shown as the title of the panel."))
    kind = forms.ChoiceField(label=_("What it shows"), choices=choices_of(PanelKind, PANEL_LABELS), initial=PanelKind.ALL)
    unit = UnitChoice(label=_("About the unit"), help_text=_("With its sub-units, as far as you see them."))
    origins_text = forms.CharField(
        label=_("Pages that may show it"), required=False, widget=forms.Textarea({"rows": 3, "spellcheck": "false"}),
        help_text=_("One a line, such as https://wiki.example.org. Without any it opens by itself, and no page may frame it."),
    )  # fmt: skip
    days = forms.TypedChoiceField(label=_("Ends after"), choices=LIVES, coerce=int, initial=90)
    money = forms.BooleanField(
        label=_("With sums of money"), required=False,
        help_text=_("Whoever has the address reads them. Sums of one are never told."),
    )  # fmt: skip

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        unit: UnitChoice = self.fields["unit"]  # type: ignore[assignment]
        unit.offer(actor, Action.TOKEN)
        if not actor.may_somewhere(Action.MONEY):
            del self.fields["money"]

    def clean_origins_text(self) -> list[str]:
        try:
            return origins(self.cleaned_data["origins_text"])
        except ValueError as problem:
            raise forms.ValidationError(_("This is no address of a site: %s") % problem) from problem

    def values(self) -> dict[str, Any]:
        """As services.panels.making wants them."""
        data = self.cleaned_data
        return {
            "name": data["name"], "kind": PanelKind(data["kind"]), "unit": data["unit"], "origins": data["origins_text"],
            "days": data["days"], "money": data.get("money", False),
        }  # fmt: skip
