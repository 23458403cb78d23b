"""The filter bar over observations: the fields of filters.observations with what the reader may choose."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portfolio.initiatives.queries.lists import UnitRow

Options = Iterable[tuple[str, Any]]
_SOUNDNESS = (("false", _("sound alone")), ("true", _("unsound alone")))


class ObservationBar(forms.Form):
    """`units` are those the reader sees; `options` the choices of the other fields by name.

    `about` are the choices that an address carries (a workload, a pool, a run): shown only there, so that one sees what narrows
    the list and can take it away.
    """

    q = forms.CharField(
        label=_("Workload, initiative, pool or source"), required=False, max_length=200,
        widget=forms.TextInput(attrs={"type": "search"}),
    )  # fmt: skip
    metric = forms.MultipleChoiceField(label=_("Metric"), required=False)
    kind = forms.ChoiceField(label=_("Kind"), required=False)
    unit = forms.ChoiceField(label=_("Unit"), required=False)
    source = forms.ChoiceField(label=_("Source"), required=False)
    flawed = forms.ChoiceField(label=_("Soundness"), required=False, choices=(("", _("all")), *_SOUNDNESS))
    since = forms.DateField(
        label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date", "class": "form-control w-auto"})
    )

    def __init__(
        self, *args: Any, units: Mapping[int, UnitRow], options: Mapping[str, Options], about: Mapping[str, Options]
    ) -> None:
        super().__init__(*args)
        least = min((unit.depth for unit in units.values()), default=0)
        offered = {"unit": [(str(unit.id), "\u2003" * (unit.depth - least) + unit.name) for unit in units.values()]}
        for name, choices in (offered | dict(options)).items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            blank = [] if isinstance(field, forms.MultipleChoiceField) else [("", _("all"))]
            field.choices = [*blank, *choices]
        for name, choices in about.items():
            self.fields[name] = forms.ChoiceField(label=_ABOUT[name], required=False, choices=[("", _("all")), *choices])


_ABOUT = {"initiative": _("Initiative"), "workload": _("Workload"), "pool": _("Pool"), "run": _("Run"), "until": _("Until")}
