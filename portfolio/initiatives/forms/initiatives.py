"""Writing one initiative: every field is one text on the wire, so that what was typed can be kept, compared and merged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext_lazy as _

from portfolio.initiatives import rules
from portfolio.initiatives.choices import (
    VENUE_LABELS,
    Answer,
    DateKind,
    Developer,
    TeamFunction,
    Venue,
    choices_of,
)
from portfolio.initiatives.forms.fields import PRECISIONS, day_field, first_day, optional, pick, text_area
from portfolio.initiatives.models import Initiative
from portfolio.initiatives.queries.overview import Overview
from portfolio.initiatives.queries.pickers import Pickers, unit_options

ROUTES = [("unknown", _("Unknown")), ("in_plan", _("In the IT plan")), ("separate", _("Separate from the IT plan"))]
DATES = {
    DateKind.INITIATED: _("Initiated"), DateKind.DEVELOPMENT_BEGAN: _("Development began"),
    DateKind.ARCHITECTURE_DECIDED: _("Architecture decided"), DateKind.MODEL_SELECTED: _("Model selected"),
    DateKind.INFRASTRUCTURE_COMMITTED: _("Infrastructure committed"), DateKind.SCALE_START: _("Scaling starts"),
    DateKind.IMPLEMENTED: _("Implemented"), DateKind.TARGET_PRODUCTION: _("Production planned for"),
    DateKind.RETIRED: _("Retired"),
}  # fmt: skip
FUNCTIONS = {
    TeamFunction.IT_OPERATIONS: _("IT operations"),
    TeamFunction.DATA_SCIENCE: _("Data science"),
    TeamFunction.BUSINESS: _("Business"),
}
_WHAT = ("name", "unit", "programme", "stage", "entered_on", "purpose", "outputs", "topic", "approach", "impact_level")
_WHO = ("owner", "owner_name", "sponsor", "sponsor_name", *(f"{part}_{f}" for f in FUNCTIONS for part in ("person", "name")))
SECTIONS: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (_("What it is"), (*_WHAT, "system_name", "tags")),
    (_("Who answers for it"), _WHO),
    (_("What it is worth"), rules.MONEY_FIELDS),
    (_("Where it runs"), rules.INFRASTRUCTURE_FIELDS),
    (_("How it is bought and built"), ("procurement_route", "developed_by", "contract_numbers")),
    (_("Dates"), tuple(f"{part}_{kind}" for kind in DATES for part in ("date", "precision"))),
    (_("Elsewhere"), ("external_ids", "links")),
)
SECOND = ("owner_name", "sponsor_name", "name_", "precision_", "expected_value_currency")  # stand beside the field before
_VENUES = sorted(choices_of(Venue, VENUE_LABELS), key=lambda choice: choice[0] != "unknown")
_UNKNOWN_FIRST = {"containerised": choices_of(Answer), "developed_by": choices_of(Developer)}


class InitiativeForm(forms.Form):
    """`names` are the changes this person may make (rules.EDITABLE and rules.CHILDREN); other fields are left out."""

    name = forms.CharField(label=_("Name"), max_length=500)
    unit = pick(_("Business unit"), required=True)
    programme = pick(_("Programme"))
    purpose = text_area(_("Purpose and expected benefit"))
    outputs = text_area(_("What it puts out"), rows=2)
    topic = forms.CharField(label=_("Topic"), max_length=300, required=False)
    approach = text_area(_("Approach"), rows=2, help_text=_("Kind of model or method, as far as it is chosen."))
    impact_level = forms.CharField(label=_("Impact level"), max_length=200, required=False)
    system_name = forms.CharField(label=_("System"), max_length=500, required=False)
    tags = forms.CharField(label=_("Tags"), max_length=3000, required=False, help_text=_("Separated by commas."))
    owner = pick(_("Owner"))
    owner_name = forms.CharField(label=_("Owner without an account"), max_length=200, required=False)
    sponsor = pick(_("Sponsor"))
    sponsor_name = forms.CharField(label=_("Sponsor without an account"), max_length=200, required=False)
    expected_value = forms.DecimalField(
        label=_("Expected value"), max_digits=16, decimal_places=2, required=False, help_text=_("Empty means unknown, not zero.")
    )
    expected_value_currency = forms.RegexField(
        r"^[A-Z]{3}$", label=_("Currency"), required=False, help_text=_("Three letters, such as EUR or USD."),
        error_messages={"invalid": _("Three capital letters, such as EUR.")},
    )  # fmt: skip
    venue_storage = forms.ChoiceField(label=_("Venue of storage"), choices=_VENUES)
    venue_training = forms.ChoiceField(label=_("Venue of training"), choices=_VENUES)
    venue_inference = forms.ChoiceField(label=_("Venue of inference"), choices=_VENUES)
    containerised = forms.ChoiceField(label=_("Containerised"), choices=_UNKNOWN_FIRST["containerised"])
    orchestrator = forms.CharField(label=_("Orchestrator"), max_length=100, required=False)
    procurement_route = forms.ChoiceField(label=_("Procurement route"), choices=ROUTES)
    developed_by = forms.ChoiceField(label=_("Developed by"), choices=_UNKNOWN_FIRST["developed_by"])
    contract_numbers = text_area(_("Contract numbers"), rows=2, help_text=_("One a line."))
    external_ids = text_area(
        _("Ids in other systems"), rows=2, help_text=_("One a line: system, colon, id. Such as “jira: AI-17”.")
    )
    links = text_area(_("Links"), rows=2, help_text=_("One a line: the address, then a space and what it is."))

    def __init__(
        self, data: Any = None, *, pickers: Pickers, names: Iterable[str], initial: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(data, initial=dict(initial or {}))
        self.pickers = pickers
        people = optional((str(row.pk), str(row)) for row in pickers.people.values())
        for function, label in FUNCTIONS.items():
            self.fields[f"person_{function}"] = pick(label, choices=people)
            self.fields[f"name_{function}"] = forms.CharField(label=_("or a name"), max_length=200, required=False)
        for kind, label in DATES.items():
            self.fields[f"date_{kind}"] = day_field(label)
            self.fields[f"precision_{kind}"] = forms.ChoiceField(label=_("known to the"), choices=PRECISIONS, required=False)
        self._offer(people)
        allowed = set(names)
        for name in [name for name in self.fields if change_of(name) not in allowed and name not in ("stage", "entered_on")]:
            del self.fields[name]

    def _offer(self, people: list[tuple[Any, Any]]) -> None:
        programmes = ((str(row.pk), row.name) for row in self.pickers.programmes.values())
        units = unit_options(self.pickers.units)
        offered = {"unit": units, "programme": optional(programmes, _("none")), "owner": people, "sponsor": people}
        for name, choices in offered.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices

    @property
    def sections(self) -> list[tuple[Any, list[list[BoundField]]]]:
        """The fields by topic, as the page shows them, pairs together; a topic without fields is left out."""
        made = [(title, [name for name in names if name in self.fields]) for title, names in SECTIONS]
        return [(title, self._groups(names)) for title, names in made if names]

    def _groups(self, names: list[str]) -> list[list[BoundField]]:
        groups: list[list[BoundField]] = []
        for name in names:
            if groups and name.startswith(SECOND) and groups[-1][0].name.split("_")[-1] in name:
                groups[-1].append(self[name])
            else:
                groups.append([self[name]])
        return groups

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        for name, split in (("external_ids", _external_ids), ("links", _links)):
            if values.get(name):
                try:
                    split(values[name])
                except ValueError as problem:
                    self.add_error(name, str(problem))
        return values

    def changes(self, names: Iterable[str]) -> dict[str, Any]:
        """What a service takes (rules.EDITABLE and rules.CHILDREN) for the fields called `names`."""
        wanted = [name for name in names if name in self.fields]
        values, made = self.cleaned_data, dict[str, Any]()
        for name in wanted:
            if name in rules.EDITABLE:
                made[name] = self._own(name, values[name])
            elif name.startswith(("person_", "name_")):
                function = name.partition("_")[2]
                person = self.pickers.people.get(int(values[f"person_{function}"] or 0))
                made.setdefault("functions", {})[function] = {"person": person, "name": values[f"name_{function}"]}
            elif name.startswith(("date_", "precision_")):
                kind = name.partition("_")[2]
                made.setdefault("dates", {})[kind] = _dated(values[f"date_{kind}"], values[f"precision_{kind}"])
        if "tags" in wanted:
            made["tags"] = [tag for tag in values["tags"].split(",") if tag.strip()]
        if "external_ids" in wanted:
            made["external_ids"] = _external_ids(values["external_ids"])
        if "links" in wanted:
            made["links"] = _links(values["links"])
        return made

    def _own(self, name: str, value: Any) -> Any:
        if name in ("owner", "sponsor"):
            return self.pickers.people.get(int(value or 0))
        if name == "unit":
            return self.pickers.units[int(value)]
        if name == "programme":
            return self.pickers.programmes.get(int(value or 0))
        return [line.strip() for line in value.splitlines() if line.strip()] if name == "contract_numbers" else value


class NewInitiativeForm(InitiativeForm):
    """The same with the place where it starts."""

    stage = forms.ChoiceField(label=_("Lifecycle template and stage"))
    entered_on = day_field(_("In this stage since"), help_text=_("Empty means today."))

    def __init__(self, data: Any = None, *, stages: list[Any], **more: Any) -> None:
        super().__init__(data, **more)
        field = self.fields["stage"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = stages


def change_of(field: str) -> str:
    """The change (rules.EDITABLE, rules.CHILDREN) that a form field belongs to."""
    head = field.partition("_")[0]
    if field in rules.EDITABLE or field in rules.CHILDREN:
        return field
    return {"person": "functions", "name": "functions", "date": "dates", "precision": "dates"}.get(head, field)


def typed_values(seen: Overview) -> dict[str, str]:
    """The initiative as the form's texts: what a person saw when they began to type, comparable later."""
    row: Initiative = seen.initiative
    made = {name: str(getattr(row, name) or "") for name in rules.EDITABLE if name not in ("contract_numbers", "answers")}
    made |= {name: str(getattr(row, f"{name}_id") or "") for name in ("unit", "programme", "owner", "sponsor")}
    made["contract_numbers"] = "\n".join(str(number) for number in row.contract_numbers)
    made["expected_value"] = "" if row.expected_value is None else str(row.expected_value)
    made["tags"] = ", ".join(seen.tags)
    made["external_ids"] = "\n".join(f"{child['system']}: {child['value']}" for child in seen.external_ids)
    made["links"] = "\n".join(f"{child['url']} {child['label']}".strip() for child in seen.links)
    for child in seen.functions:
        made[f"person_{child['function']}"] = str(child["person_id"] or "")
        made[f"name_{child['function']}"] = child["name"]
    made |= {f"precision_{kind}": "day" for kind in DATES}
    for child in seen.dates:
        made[f"date_{child['kind']}"] = child["value"].isoformat() if child["value"] else ""
        made[f"precision_{child['kind']}"] = child["precision"] if child["value"] else "day"
    return made


def _dated(value: Any, precision: str) -> dict[str, Any]:
    return {"value": first_day(value, precision) if value else None, "precision": precision or "day"}


def _external_ids(text: str) -> list[dict[str, str]]:
    made = []
    for line in filter(None, (line.strip() for line in text.splitlines())):
        system, colon, value = line.partition(":")
        if not (colon and system.strip() and value.strip()):
            raise ValueError(_("“%s” lacks its system or its id: write “system: id”.") % line[:80])
        made.append({"system": system, "value": value})
    return made


def _links(text: str) -> list[dict[str, str]]:
    lines = (line.strip().partition(" ") for line in text.splitlines() if line.strip())
    return [{"url": url, "label": label} for url, _space, label in lines]
