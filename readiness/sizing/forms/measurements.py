"""The form of a measurement: what was measured on what, and the table of its points as it was pasted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from portfolio.accounts.models import BusinessUnit
from portfolio.initiatives.forms.fields import day_field, text_area
from readiness.sizing.models import Measurement
from readiness.sizing.rules.points import MAX_CHARACTERS, read_table
from readiness.sizing.services.messages import line_message
from readiness.workloads.choices import Precision
from readiness.workloads.models import Accelerator, CatalogueModel

EXAMPLE = (
    "concurrency,completed_per_s,mean_tpot_ms,p99_tpot_ms,p99_ttft_ms\n"
    "1,0.33,12.1,13.0,180\n32,6.9,18.5,22.4,310\n64,10.3,24.9,31.0,520"
)
GROUPS: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (_("What was measured"), ("name", "unit", "model", "accelerator", "accelerators", "precision", "software", "observed_on")),
    (
        _("A language or embedding model: points of a load test"),
        ("table", "input_tokens", "output_tokens", "max_num_seqs", "kv_tokens"),
    ),
    (_("A classic model: time of one request on a worker"), ("service_s", "service_low_s", "service_high_s", "service_cv2")),
    (_("Where it comes from"), ("source",)),
)


class MeasurementForm(forms.Form):
    """Numbers by field, points by line; `points` are the table as read."""

    name = forms.CharField(label=_("Name"), max_length=200, help_text=_("Such as “Sweep of July on one H100”."))
    unit = forms.ChoiceField(label=_("Business unit"))
    model = forms.ChoiceField(label=_("Model"), required=False)
    accelerator = forms.ChoiceField(label=_("Accelerator"), required=False)
    accelerators = forms.IntegerField(label=_("Accelerators per replica"), min_value=1, max_value=1024, initial=1)
    precision = forms.ChoiceField(label=_("Precision"), choices=[(one.value, one.value.upper()) for one in Precision])
    software = forms.CharField(
        label=_("Software and version"), required=False, max_length=200, help_text=_("Such as vLLM 0.6.1.")
    )
    observed_on = day_field(_("Measured on"))
    table = text_area(
        _("Points, with a header"), rows=9, max_length=MAX_CHARACTERS,
        help_text=_("Paste CSV or cells of a spreadsheet, one line per load. Times in s, or in ms where the header says _ms."),
    )  # fmt: skip
    input_tokens = forms.FloatField(label=_("Input tokens per request"), required=False)
    output_tokens = forms.FloatField(label=_("Output tokens per request"), required=False)
    max_num_seqs = forms.IntegerField(label=_("Sequences in a batch, at most"), required=False, min_value=1, max_value=65_536)
    kv_tokens = forms.IntegerField(label=_("KV cache (tokens)"), required=False, min_value=1, max_value=2_000_000_000)
    service_s = forms.FloatField(label=_("Time of one request (s)"), required=False)
    service_low_s = forms.FloatField(label=_("at least (s)"), required=False)
    service_high_s = forms.FloatField(label=_("at most (s)"), required=False)
    service_cv2 = forms.FloatField(
        label=_("Squared variation of that time"), required=False, help_text=_("Variance over squared mean; empty: not known.")
    )
    source = text_area(_("Who measured it, how, with which tool"), rows=3)

    def __init__(
        self, data: Any = None, *, units: Iterable[BusinessUnit], models: Iterable[Mapping[str, Any]],
        accelerators: Iterable[Mapping[str, Any]], **more: Any,
    ) -> None:  # fmt: skip
        super().__init__(data, **more)
        self.points: list[dict[str, float]] = []
        self.ignored: list[str] = []
        self._units = {str(unit.pk): unit for unit in units}
        self._choose("unit", [(pk, unit.name) for pk, unit in self._units.items()])
        self._choose("model", [("", _now("none")), *((str(row["id"]), row["name"]) for row in models)])
        self._choose("accelerator", [("", _now("none")), *((str(row["id"]), row["name"]) for row in accelerators)])
        self.fields["table"].widget.attrs |= {"placeholder": EXAMPLE, "class": "num", "spellcheck": "false"}

    @property
    def groups(self) -> list[dict[str, Any]]:
        return [{"label": label, "fields": [self[name] for name in names]} for label, names in GROUPS]

    def clean_table(self) -> str:
        """Read the points; every line that cannot be taken is named."""
        text: str = self.cleaned_data["table"]
        if text.strip():
            table = read_table(text)
            if table.faults:
                raise ValidationError([line_message(one) for one in table.faults[:20]])
            self.points, self.ignored = table.points, table.ignored
        return text

    def values(self) -> dict[str, Any]:
        """What the service takes, without the table."""
        made = {name: value for name, value in self.cleaned_data.items() if name not in ("table", "unit")}
        for name, model in (("model", CatalogueModel), ("accelerator", Accelerator)):
            made[name] = model._default_manager.filter(pk=int(made[name])).first() if made[name] else None
        return made

    @property
    def business_unit(self) -> BusinessUnit:
        """The one chosen; only after validation."""
        return self._units[self.cleaned_data["unit"]]

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices


def stored_texts(row: Measurement) -> dict[str, Any]:
    """A measurement as initial values of the one that replaces it."""
    made = {
        name: getattr(row, name) for name in MeasurementForm.base_fields if name not in ("unit", "model", "accelerator", "table")
    }
    made |= {name: str(getattr(row, f"{name}_id") or "") for name in ("unit", "model", "accelerator")}
    names = list(dict.fromkeys(name for point in row.points for name in point))
    lines = [",".join(names), *(",".join(_cell(point.get(name)) for name in names) for point in row.points)]
    return made | {"table": "\n".join(lines) if row.points else ""}


def _cell(value: Any) -> str:
    return "" if value is None else f"{value:.12g}"
