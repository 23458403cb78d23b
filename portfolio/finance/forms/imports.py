"""Forms of an import of amounts: the file, and which of its columns is what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portfolio.accounts.models import BusinessUnit
from portfolio.finance.choices import CATEGORY_LABELS, IMPORT_LABELS, IN_NO_CATEGORY, ImportKind
from portfolio.finance.rules.quotes import Direction
from portfolio.finance.rules.sheets import FIELDS
from portfolio.formats.registers.dates import DateOrder
from portfolio.initiatives.forms.fields import day_field, pick

_SIGNS = [("", _("each amount speaks for itself")), (",", _("comma: 1.234,56")), (".", _("point: 1,234.56"))]
_ORDERS = [
    (DateOrder.AUTO.value, _("only what is sure")), (DateOrder.DMY.value, _("day first: 31/12/2026")),
    (DateOrder.MDY.value, _("month first: 12/31/2026")), (DateOrder.YMD.value, _("year first: 2026/12/31")),
]  # fmt: skip
_FIXED = ("currency", "category", "unit")


class UploadForm(forms.Form):
    """What the file holds, and for which unit."""

    kind = forms.ChoiceField(label=_("What does it hold?"), choices=[])
    unit = pick(_("Business unit"), help_text=_("Its sub-units and their initiatives are in it. Rates need none."))
    file = forms.FileField(label=_("File"))

    def __init__(self, *args: Any, units: dict[int, BusinessUnit], rates: bool, **more: Any) -> None:
        super().__init__(*args, **more)
        self.units = units
        kinds = [kind for kind in ImportKind if (rates if kind is ImportKind.RATES else units)]
        least = min((unit.depth for unit in units.values()), default=0)
        shown = [(str(unit.pk), "\u2003" * (unit.depth - least) + unit.name) for unit in units.values()]
        self.fields["kind"].choices = [(kind.value, IMPORT_LABELS[kind]) for kind in kinds]  # type: ignore[attr-defined]
        self.fields["unit"].choices = [("", _("none")), *shown]  # type: ignore[attr-defined]
        # Most files are of all that one sees, and a file has to be chosen again where the unit was forgotten.
        tops = [unit.pk for unit in units.values() if unit.depth == least]
        self.fields["unit"].initial = tops[0] if len(tops) == 1 else ""

    @property
    def chosen_unit(self) -> BusinessUnit | None:
        return self.units.get(int(self.cleaned_data["unit"] or 0))


class MappingForm(forms.Form):
    """A select per field of the kind, and the habits of the file."""

    def __init__(self, data: Any, *, kind: ImportKind, headers: Sequence[str], mapping: dict[str, Any]) -> None:
        self.kind, self.shape = kind, mapping.get("shape", "")
        self.names = [] if self.shape == "wide" else [field.name for field in FIELDS[kind]]
        super().__init__(data, initial=_initial(kind, mapping))
        columns = [(header, header) for header in headers]
        for field in FIELDS[kind] if self.names else ():
            self.fields[f"column_{field.name}"] = forms.ChoiceField(
                label=field.label, required=False, choices=[("", _("no column")), *columns]
            )
        for name in _FIXED if kind is not ImportKind.RATES else ():
            self.fields[f"fixed_{name}"] = _fixed(name)
        if self.shape == "wide":
            self.fields["date"] = forms.ChoiceField(label=_("Column of the day"), choices=columns)
        self.fields["decimal_sign"] = forms.ChoiceField(label=_("Decimal sign"), choices=_SIGNS, required=False)
        self.fields["date_order"] = forms.ChoiceField(label=_("Order of day and month"), choices=_ORDERS)
        if kind is ImportKind.RATES:
            self._add_rates()

    def _add_rates(self) -> None:
        directions = [
            (Direction.UNITS.value, _("how many of the other one of the base buys")),
            (Direction.VALUE.value, _("what one of the other is worth in the base")),
        ]
        self.fields["base"] = forms.RegexField(r"^[A-Z]{3}$", label=_("The rates are against"), help_text=_("Such as EUR."))
        self.fields["direction"] = forms.ChoiceField(label=_("A rate says"), choices=directions)
        self.fields["currencies"] = forms.CharField(
            label=_("Only these currencies"), required=False, max_length=500, help_text=_("Such as EUR, GBP. Empty: all.")
        )
        self.fields["since"] = day_field(_("Only from this day on"))

    @property
    def columns(self) -> list[forms.BoundField]:
        return [self[f"column_{name}"] for name in self.names]

    @property
    def habits(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if not name.startswith("column_")]

    def mapping(self, before: dict[str, Any]) -> dict[str, Any]:
        """What services.choose_mapping takes."""
        data = self.cleaned_data
        made: dict[str, Any] = before | {"decimal_sign": data["decimal_sign"], "date_order": data["date_order"]}
        made["columns"] = before["columns"] if not self.names else {name: data[f"column_{name}"] for name in self.names}
        if self.kind is not ImportKind.RATES:
            return made | {"fixed": {name: data[f"fixed_{name}"] for name in _FIXED}}
        codes = [code for code in data["currencies"].upper().replace(",", " ").split() if code]
        since = data["since"].isoformat() if data["since"] else ""
        made |= {"base": data["base"], "direction": data["direction"], "currencies": codes, "since": since}
        return made | ({"date": data["date"]} if self.shape == "wide" else {})


def _fixed(name: str) -> forms.Field:
    """What holds where a row says nothing."""
    if name == "category":
        choices = [("", IN_NO_CATEGORY), *((key.value, label) for key, label in CATEGORY_LABELS.items())]
        return forms.ChoiceField(label=_("Category where a row has none"), choices=choices, required=False)
    if name == "currency":
        return forms.RegexField(r"^[A-Z][A-Z0-9_]{2,15}$", label=_("Currency where a row has none"), required=False)
    return forms.CharField(
        label=_("Unit where a row names none"), required=False, max_length=300, help_text=_("Its name, code or path.")
    )


def _initial(kind: ImportKind, mapping: dict[str, Any]) -> dict[str, Any]:
    columns, fixed = mapping.get("columns", {}), mapping.get("fixed", {})
    made: dict[str, Any] = {f"fixed_{name}": fixed.get(name, "") for name in _FIXED}
    if isinstance(columns, dict):
        made |= {f"column_{name}": header for name, header in columns.items()}
    made |= {name: mapping.get(name, "") for name in ("decimal_sign", "date_order", "base", "direction", "date", "since")}
    return made | {"currencies": ", ".join(mapping.get("currencies", []))}
