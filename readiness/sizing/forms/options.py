"""The form of an option: its fields by approach, choices from the catalogue, the pools and the measurements that one sees."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from readiness.sizing.choices import Approach
from readiness.sizing.models import Measurement, SizingOption
from readiness.sizing.services.messages import APPROACHES
from readiness.sizing.services.options import MONEY_FIELDS
from readiness.workloads.choices import Precision
from readiness.workloads.models import Accelerator, CapacityPool, CatalogueModel, VenueOption

RELATED: dict[str, type[Any]] = {
    "model": CatalogueModel,
    "accelerator": Accelerator,
    "measurement": Measurement,
    "pool": CapacityPool,
    "venue_option": VenueOption,
}
GROUPS: tuple[tuple[str, Any, tuple[str, ...]], ...] = (
    (
        "what",
        _("What runs on what"),
        ("approach", "model", "accelerator", "accelerators", "precision", "kv_precision", "software", "label"),
    ),
    ("where", _("Where, and what was measured"), ("pool", "venue_option", "measurement")),
    ("quota", _("Behind an API: the quota"), ("requests_per_minute", "tokens_per_minute")),
    ("limits", _("Limits"), ("utilisation", "max_num_seqs", "slots", "replica_availability")),
    ("price", _("Our price, where it is not the list price"), MONEY_FIELDS),
)
_PRECISIONS = [(one.value, one.value.upper()) for one in Precision]


@dataclass(frozen=True, slots=True)
class Choices:
    """Rows that may be chosen, each with id and name; those of the catalogue also with their key."""

    models: Iterable[Mapping[str, Any]]
    accelerators: Iterable[Mapping[str, Any]]
    pools: Iterable[Mapping[str, Any]]
    measurements: Iterable[Mapping[str, Any]]
    venues: Iterable[Mapping[str, Any]]


class OptionForm(forms.Form):
    """Texts and choices; what makes sense together is the service's to say."""

    approach = forms.ChoiceField(label=_("Approach"), choices=[(key, label) for key, label in APPROACHES.items()])
    model = forms.ChoiceField(label=_("Model"), required=False)
    accelerator = forms.ChoiceField(label=_("Accelerator"), required=False, help_text=_("Not for a model behind an API."))
    accelerators = forms.IntegerField(label=_("Accelerators per replica"), min_value=1, max_value=1024, initial=1)
    precision = forms.ChoiceField(label=_("Precision of the weights"), choices=_PRECISIONS, initial=Precision.BF16)
    kv_precision = forms.ChoiceField(label=_("Precision of the KV cache"), choices=_PRECISIONS, initial=Precision.BF16)
    software = forms.CharField(
        label=_("Software and version planned"), required=False, max_length=200,
        help_text=_("Such as vLLM 0.6.1. A measurement of other software says nothing about it."),
    )  # fmt: skip
    label = forms.CharField(label=_("Name"), required=False, max_length=200, help_text=_("Empty: it is named after what it is."))
    pool = forms.ChoiceField(label=_("Capacity pool"), required=False)
    venue_option = forms.ChoiceField(label=_("Venue option"), required=False)
    measurement = forms.ChoiceField(
        label=_("Measurement"), required=False, help_text=_("Of the same model, accelerators and precision.")
    )
    requests_per_minute = forms.FloatField(label=_("Requests per minute"), required=False, help_text=_("Empty: not known."))
    tokens_per_minute = forms.FloatField(label=_("Tokens per minute"), required=False, help_text=_("Empty: not known."))
    utilisation = forms.FloatField(label=_("Load a replica at most to (%)"), min_value=1, max_value=100, initial=80)
    max_num_seqs = forms.IntegerField(label=_("Sequences in a batch, at most"), min_value=1, max_value=65_536, initial=256)
    slots = forms.IntegerField(label=_("Worker slots per replica"), min_value=1, max_value=65_536, initial=1)
    replica_availability = forms.FloatField(
        label=_("Availability of one replica (%)"), min_value=50, max_value=99.9999, initial=99.5
    )
    price_per_accelerator_hour = forms.FloatField(label=_("Per accelerator hour"), required=False, min_value=0, max_value=1e6)
    price_input = forms.FloatField(label=_("Per million input tokens"), required=False, min_value=0, max_value=1e6)
    price_output = forms.FloatField(label=_("Per million output tokens"), required=False, min_value=0, max_value=1e6)
    price_currency = forms.CharField(label=_("Currency"), required=False, max_length=3)

    def __init__(self, data: Any = None, *, choices: Choices, money: bool, **more: Any) -> None:
        super().__init__(data, **more)
        if not money:
            for name in MONEY_FIELDS:
                del self.fields[name]
        for name, rows in _offered(choices).items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", _now("none")), *rows]

    @property
    def groups(self) -> list[dict[str, Any]]:
        """The fields under their headings."""
        return [
            {"key": key, "label": label, "fields": [self[name] for name in names if name in self.fields]}
            for key, label, names in GROUPS
            if any(name in self.fields for name in names)
        ]

    def values(self) -> dict[str, Any]:
        """What the service takes: rows for choices, shares for percents, None for what was left empty."""
        made: dict[str, Any] = {}
        for name in self.fields:
            value = self.cleaned_data[name]
            if name in RELATED:
                made[name] = RELATED[name]._default_manager.filter(pk=int(value)).first() if value else None
            elif name in ("utilisation", "replica_availability"):
                made[name] = float(f"{value / 100:.12g}")
            else:
                made[name] = value
        if "price_currency" in made:
            made["price_currency"] = made["price_currency"].upper()
        return made


def stored_texts(option: SizingOption) -> dict[str, Any]:
    """An option as the form's initial values."""
    made: dict[str, Any] = {name: getattr(option, name) for name in OptionForm.base_fields if name not in RELATED}
    made |= {name: str(getattr(option, f"{name}_id") or "") for name in RELATED}
    return made | {
        "utilisation": float(f"{option.utilisation * 100:.12g}"),
        "replica_availability": float(f"{option.replica_availability * 100:.12g}"),
    }


def asked_texts(query: Mapping[str, str], choices: Choices) -> dict[str, Any]:
    """Initial values from an address as the sizing page makes it: rows of the catalogue by key."""
    made: dict[str, Any] = {name: query[name] for name in OptionForm.base_fields if query.get(name)}
    for name, rows in (("model", choices.models), ("accelerator", choices.accelerators)):
        found = next((row for row in rows if row["key"] == made.get(name)), None)
        made[name] = str(found["id"]) if found else ""
    if "utilisation" in made:
        made["utilisation"] = str(made["utilisation"]).rstrip("%")
    made.setdefault("approach", Approach.SELF_HOSTED.value)
    return made


def _offered(choices: Choices) -> dict[str, list[tuple[str, str]]]:
    return {
        "model": [(str(row["id"]), str(row["name"])) for row in choices.models],
        "accelerator": [(str(row["id"]), str(row["name"])) for row in choices.accelerators],
        "pool": [(str(row["id"]), str(row["name"])) for row in choices.pools],
        "measurement": [(str(row["id"]), _measured(row)) for row in choices.measurements],
        "venue_option": [(str(row["id"]), str(row["label"])) for row in choices.venues],
    }


def _measured(row: Mapping[str, Any]) -> str:
    of = [row["model_name"], f"{row['accelerators']} x {row['accelerator_name']}" if row["accelerator_name"] else ""]
    return f"{row['name']} ({', '.join(str(part) for part in of if part)}, {row['precision']})"
