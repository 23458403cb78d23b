"""Forms of the import wizard: the file, and where it goes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portfolio.accounts.models import BusinessUnit
from portfolio.formats.registers.profiles import PROFILES, load_profile
from portfolio.initiatives.choices import KeyRule
from portfolio.initiatives.forms.fields import day_field
from portfolio.initiatives.models import Lifecycle, Register
from portfolio.initiatives.queries.pickers import unit_options
from portfolio.initiatives.services.imports.plans import LifecyclePlan, Plan, ReadPlan
from portfolio.initiatives.services.lifecycles import StageSpec

KEY_RULES = [
    (KeyRule.EXTERNAL_ID.value, _("its own id")),
    (KeyRule.UNIT_NAME_ORDINAL.value, _("unit, name, and number among equals")),
]
PROFILE, REGISTER = "profile:", "register:"


class UploadForm(forms.Form):
    """The first step: which file, and whether its columns are known already."""

    file = forms.FileField(label=_("File"), allow_empty_file=True)
    source = forms.ChoiceField(
        label=_("What kind of register is it?"),
        required=False,
        help_text=_("A known register brings its mapping along; you see it before anything is imported."),
    )

    def __init__(self, *args: Any, registers: list[Register], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.registers = {row.pk: row for row in registers}
        known = [(f"{PROFILE}{name}", load_profile(name).title) for name in PROFILES]
        again = [(f"{REGISTER}{row.pk}", row.name) for row in registers]
        choices: list[tuple[Any, Any]] = [("", _("Another one: suggest a mapping from its columns"))]
        choices += [(_("Known registers"), known)] + ([(_("A newer file of"), again)] if again else [])
        self.fields["source"].choices = choices  # type: ignore[attr-defined]

    @property
    def profile(self) -> str:
        source = str(self.cleaned_data["source"])
        return source.removeprefix(PROFILE) if source.startswith(PROFILE) else ""

    @property
    def register(self) -> Register | None:
        source = str(self.cleaned_data["source"])
        return self.registers[int(source.removeprefix(REGISTER))] if source.startswith(REGISTER) else None


class PlanForm(forms.Form):
    """Where the register goes and how its file is read; the columns have a form of their own."""

    register = forms.CharField(
        label=_("Name of the register"), max_length=60, help_text=_("A newer file under the same name updates it.")
    )
    key = forms.ChoiceField(label=_("A row is found again by"), choices=KEY_RULES)
    as_of = day_field(
        _("The day that this file tells of"),
        help_text=_("What it tells is known since then; empty: since its publishing. A known register proposes its year's end."),
    )
    unit = forms.ChoiceField(label=_("It belongs to"), required=False, help_text=_("Its own units are made below."))
    unit_name = forms.CharField(
        label=_("New unit for it"), max_length=255, required=False, help_text=_("Empty: it needs none of its own.")
    )
    lifecycle = forms.ChoiceField(label=_("Lifecycle template"), required=False)
    encoding = forms.CharField(label=_("Encoding"), max_length=40, required=False)
    delimiter = forms.CharField(label=_("Delimiter"), max_length=1, required=False, strip=False)
    header_line = forms.IntegerField(label=_("Line of the headers"), min_value=1, required=False)
    sheet = forms.CharField(label=_("Sheet"), max_length=100, required=False)
    json_list = forms.CharField(label=_("Name of the list"), max_length=200, required=False)
    lenient_quotes = forms.BooleanField(label=_("Quotation marks inside texts"), required=False)

    READ = ("encoding", "delimiter", "header_line", "sheet", "json_list", "lenient_quotes")

    def __init__(
        self, *args: Any, units: dict[int, BusinessUnit], on_top: bool, lifecycles: list[Lifecycle], plan: Plan,
        fixed: Register | None, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.units, self.plan, self.fixed = units, plan, fixed
        self.lifecycles = {f"{row.key}": row for row in lifecycles}
        top = [("", _("the whole organisation (a new unit on top)"))] if on_top else []
        self.fields["unit"].choices = top + unit_options(units)  # type: ignore[attr-defined]
        own = [("", plan.lifecycle.name)] if plan.lifecycle else []
        named = [(row.key, row.name) for row in lifecycles if not plan.lifecycle or row.key != plan.lifecycle.key]
        self.fields["lifecycle"].choices = own + named  # type: ignore[attr-defined]

    @property
    def chosen_unit(self) -> BusinessUnit | None:
        text = str(self.cleaned_data.get("unit") or "")
        return self.units.get(int(text)) if text else None

    def chosen_plan(self) -> Plan:
        values = self.cleaned_data
        plan = replace(
            self.plan, register=values["register"].strip(), unit_name=values["unit_name"].strip(), read=self.read_plan()
        )
        row = self.lifecycles.get(values["lifecycle"])
        return replace(plan, lifecycle=lifecycle_plan(row)) if row else plan

    def read_plan(self) -> ReadPlan:
        values = {name: self.cleaned_data.get(name) for name in self.READ}
        return ReadPlan(**{name: value for name, value in values.items() if value})


def lifecycle_plan(row: Lifecycle) -> LifecyclePlan:
    """An existing template as a plan; publishing finds the same version again."""
    stages = tuple(StageSpec(stage.key, stage.name, stage.kind, stage.gate) for stage in row.stages.order_by("position"))
    return LifecyclePlan(row.key, row.name, stages)
