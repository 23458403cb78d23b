"""A source: what its connector asks for, how often it is asked, and what one pull may take."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from portfolio.accounts.models import BusinessUnit
from portfolio.initiatives.forms.fields import pick, text_area
from portfolio.initiatives.queries.lists import UnitRow
from portfolio.initiatives.queries.pickers import unit_options
from readiness.connectors.live import Connector
from readiness.evidence.forms.connector_fields import CONFIG, ConnectorFields
from readiness.evidence.models import Source
from readiness.evidence.rules.typed import duration

MEGABYTE = 2**20
INTERVALS = (
    (60, _("every minute")), (300, _("every 5 minutes")), (900, _("every 15 minutes")), (3_600, _("every hour")),
    (21_600, _("every 6 hours")), (86_400, _("every day")), (604_800, _("every week")),
)  # fmt: skip
BUDGET = ("interval_s", "deadline_s", "max_mb")
OWN = ("name", "unit", "note", *BUDGET)


class SourceForm(forms.Form):
    """`units` by id are what may be chosen; `row` is the source that is changed."""

    name = forms.CharField(label=_("Name"), max_length=200, help_text=_("Such as “Prometheus of the platform team”."))
    unit = pick(_("Business unit"), required=True, help_text=_("Whose source it is: its people see it and what it brings."))
    note = text_area(_("Note"), rows=2, max_length=5_000, help_text=_("Who runs it, whom to ask."))
    interval_s = forms.TypedChoiceField(label=_("Asked"), coerce=int, choices=INTERVALS, initial=900)
    deadline_s = forms.IntegerField(
        label=_("At most this long at a time (s)"), min_value=1, initial=60,
        help_text=_("A pull that takes longer is broken off; nothing of it counts."),
    )  # fmt: skip
    max_mb = forms.IntegerField(
        label=_("At most this much at a time (MB)"), min_value=1, max_value=10_000, initial=200,
        help_text=_("All answers of one pull together."),
    )  # fmt: skip
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, connector: Connector, units: Mapping[int, BusinessUnit], row: Source | None = None, **more: Any
    ) -> None:  # fmt: skip
        super().__init__(*args, **more)
        self.units, self.connector = units, connector
        self.connection = ConnectorFields(self, connector.kind, connector.fields, CONFIG)
        if row is None:
            self._choose("unit", unit_options(dict(units)))
            self.connection.add()
            return
        del self.fields["unit"]  # whose it is decides who sees what it brought: it stays
        self.connection.add(row.config, row.secret_names)
        self.initial = {**self.initial, **stored(row)}
        if row.interval_s not in dict(INTERVALS):
            said = _("every %s") % duration(row.interval_s)
            self._choose("interval_s", sorted([*INTERVALS, (row.interval_s, said)], key=lambda choice: choice[0]))

    @property
    def about(self) -> list[forms.BoundField]:
        return [self[name] for name in ("name", "unit", "note") if name in self.fields]

    @property
    def budget(self) -> list[forms.BoundField]:
        return [self[name] for name in BUDGET]

    def values(self) -> dict[str, Any]:
        """What create_source and change_source take, without the secrets."""
        data = self.cleaned_data
        made = {
            "name": data["name"], "note": data["note"], "interval_s": data["interval_s"], "deadline_s": data["deadline_s"],
            "max_bytes": data["max_mb"] * MEGABYTE, "config": self.connection.values(),
        }  # fmt: skip
        return made | ({"unit": self.units[int(data["unit"])]} if "unit" in self.fields else {})

    def objections(self, problem: ValidationError) -> None:
        """A service's, beside the fields that they are about."""
        if hasattr(problem, "error_dict") and "max_bytes" in problem.message_dict:
            named = {("max_mb" if name == "max_bytes" else name): texts for name, texts in problem.message_dict.items()}
            problem = ValidationError(named)
        self.connection.errors(problem)

    def _choose(self, name: str, choices: list[tuple[Any, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices


def stored(row: Source) -> dict[str, Any]:
    """A source as initial values of its own fields."""
    return {
        "name": row.name, "note": row.note, "interval_s": row.interval_s, "version": row.version,
        "deadline_s": row.deadline_s, "max_mb": max(1, round(row.max_bytes / MEGABYTE)),
    }  # fmt: skip


class SourceBar(forms.Form):
    """The filter bar over sources: the fields of filters.SourceFilter. `words` are the labels of the choices by field."""

    q = forms.CharField(
        label=_("Name, address or note"), required=False, max_length=200, widget=forms.TextInput(attrs={"type": "search"})
    )
    kind = forms.ChoiceField(label=_("Kind"), required=False)
    health = forms.ChoiceField(label=_("Health"), required=False)
    unit = forms.ChoiceField(label=_("Unit"), required=False)

    def __init__(self, *args: Any, units: Mapping[int, UnitRow], words: Mapping[str, Mapping[str, Any]]) -> None:
        super().__init__(*args)
        least = min((unit.depth for unit in units.values()), default=0)
        named = [(str(unit.id), "\u2003" * (unit.depth - least) + unit.name) for unit in units.values()]
        for name, choices in (("unit", named), *((name, list(labels.items())) for name, labels in words.items())):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", _("all")), *choices]
