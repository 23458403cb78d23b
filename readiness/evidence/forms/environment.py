"""What is declared of the measured place (rules/declared.py). Everything may be left unsaid: that is unknown, never a no."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portfolio.initiatives.choices import VENUE_LABELS, Venue, choices_of
from portfolio.initiatives.forms.fields import day_field, optional, pick
from readiness.evidence.rules.declared import Stage
from readiness.workloads.choices import Precision

UNSAID = _("unknown")
STAGES = {Stage.PRODUCTION: _("production"), Stage.PILOT: _("pilot"), Stage.POC: _("proof of concept")}
VENUES = [choice for choice in choices_of(Venue, VENUE_LABELS) if choice[0] != Venue.UNKNOWN]
FIRST = ("stage", "venue", "accelerator", "accelerators", "data_real", "users_real")
FURTHER = ("nodes", "model", "precision", "software", "software_version")
MEASURED_ON = "measured_on"
DECLARED = (*FIRST, *FURTHER, MEASURED_ON)


def _text(label: Any, help_text: Any = "") -> forms.CharField:
    return forms.CharField(label=label, required=False, max_length=200, help_text=help_text)


def _count(label: Any, help_text: Any = "") -> forms.IntegerField:
    return forms.IntegerField(label=label, required=False, min_value=0, max_value=1_000_000, help_text=help_text)


class EnvironmentFields(forms.Form):
    """Names as in rules.declared. `accelerators` are the names of the catalogue."""

    stage = forms.ChoiceField(
        label=_("What the place is for"), required=False,
        choices=optional(((one.value, word) for one, word in STAGES.items()), UNSAID),
        help_text=_("Evidence of a proof of concept does not satisfy what production demands."),
    )  # fmt: skip
    venue = forms.ChoiceField(label=_("Venue"), required=False, choices=optional(VENUES, UNSAID))
    accelerator = pick(_("Accelerator"))
    accelerators = _count(_("How many of them"), _("In all that was measured. 0: a machine without."))
    data_real = forms.ChoiceField(
        label=_("Data"), required=False, choices=[("", UNSAID), ("yes", _("real")), ("no", _("synthetic"))]
    )  # fmt: skip
    users_real = forms.ChoiceField(
        label=_("Users"), required=False, choices=[("", UNSAID), ("yes", _("real")), ("no", _("simulated"))]
    )  # fmt: skip
    nodes = _count(_("Nodes"))
    model = _text(_("Model"))
    precision = forms.ChoiceField(
        label=_("Precision"), required=False, choices=optional(((one.value, one.value.upper()) for one in Precision), UNSAID)
    )  # fmt: skip
    software = _text(_("Serving software"), _("Such as vLLM or Triton."))
    software_version = _text(_("Version of it"))
    measured_on = day_field(_("Measured on"), help_text=_("Counts where a file holds no times. Empty: the day of the upload."))

    def offer_accelerators(self, names: Iterable[str], *, kept: str = "") -> None:
        """What can be chosen; a kept name that the catalogue does not have stays one of them."""
        offered = list(dict.fromkeys([*names, *filter(None, [kept])]))
        field = self.fields["accelerator"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = optional(((name, name) for name in offered), UNSAID)

    def declared(self) -> dict[str, Any]:
        """What was said, by the names that services take."""
        said = {name: self.cleaned_data.get(name) for name in DECLARED if name in self.fields}
        made = {name: value for name, value in said.items() if value not in (None, "")}
        return made | {name: made[name] == "yes" for name in ("data_real", "users_real") if name in made}

    @property
    def first(self) -> list[forms.BoundField]:
        return [self[name] for name in FIRST if name in self.fields]

    @property
    def further(self) -> list[forms.BoundField]:
        return [self[name] for name in FURTHER if name in self.fields]

    @property
    def further_in_use(self) -> bool:
        """Whether something is said there, or wrong."""
        return any(bound.errors or bound.value() not in (None, "") for bound in self.further)


def said_texts(environment: Mapping[str, Any]) -> dict[str, Any]:
    """A stored environment as initial values of the fields."""
    made = {name: environment[name] for name in DECLARED if name in environment}
    return made | {name: "yes" if made[name] else "no" for name in ("data_real", "users_real") if name in made}
