"""Forms of imports: the file, then which of its columns is what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portfolio.formats.registers.dates import DateOrder
from portfolio.formats.sheets.fields import Field
from portfolio.formats.sheets.fields import Kind as Cell
from portfolio.formats.sheets.mapping import SheetMapping
from portfolio.initiatives.choices import choices_of
from portfolio.initiatives.forms.fields import pick
from portfolio.procurement.choices import ImportKind
from portfolio.procurement.forms.rows import Offer

FIXED = frozenset(
    {"currency", "year", "venue", "function", "in_plan", "kind", "state"}
)  # one value for the whole file makes sense
ORDERS = [
    (DateOrder.AUTO.value, _("as far as it is sure")), (DateOrder.YMD.value, _("year, month, day")),
    (DateOrder.DMY.value, _("day, month, year")), (DateOrder.MDY.value, _("month, day, year")),
]  # fmt: skip
SIGNS = [("", _("as each cell shows")), (".", _("point: 1,234.56")), (",", _("comma: 1.234,56"))]


class UploadForm(forms.Form):
    kind = forms.ChoiceField(label=_("What the file holds"), choices=choices_of(ImportKind))
    unit = pick(
        _("Business unit"), required=True, help_text=_("Rows that name no unit, or one that nobody knows, count for this one.")
    )  # fmt: skip
    source = forms.CharField(
        label=_("Where it comes from"), max_length=60,
        help_text=_("Such as the name of the purchasing system. The same row from the same source is never there twice."),
    )  # fmt: skip
    file = forms.FileField(label=_("CSV or XLSX file"))

    def __init__(self, *args: Any, units: Offer, **more: Any) -> None:
        super().__init__(*args, **more)
        self.units = units
        field = self.fields["unit"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(units.options)


class MappingForm(forms.Form):
    """For each field the column that fills it, or one value for the whole file."""

    def __init__(self, *args: Any, wanted: Sequence[Field], headers: Sequence[str], first: SheetMapping, **more: Any) -> None:
        super().__init__(*args, **more)
        self.wanted = wanted
        for field in wanted:
            self.fields[f"column_{field.name}"] = forms.ChoiceField(
                label=field.label, required=False, choices=[("", _("not in the file")), *((one, one) for one in headers)],
                initial=first.column_of(field.name),
            )  # fmt: skip
            if field.name in FIXED:
                self.fields[f"fixed_{field.name}"] = self._fixed(field, first)
        self.fields["decimal_sign"] = forms.ChoiceField(
            label=_("Decimals"), choices=SIGNS, required=False, initial=first.decimal_sign
        )
        self.fields["date_order"] = forms.ChoiceField(label=_("Dates"), choices=ORDERS, initial=first.date_order.value)
        self.fields["alike"] = forms.BooleanField(
            label=_("take names much like a known vendor's for that vendor"), required=False
        )
        self.fields["new"] = forms.BooleanField(label=_("make vendors of names that nobody knows"), required=False)

    def _fixed(self, field: Field, first: SheetMapping) -> forms.Field:
        label, given = _("or for every row"), first.fixed_for(field.name)
        if field.choices:
            choices = [("", _("nothing")), *((one, one.replace("_", " ")) for one in field.choices)]
            return forms.ChoiceField(label=label, choices=choices, required=False, initial=given)
        if field.kind is Cell.YES_NO:
            choices = [("", _("nothing")), ("yes", _("yes")), ("no", _("no"))]
            return forms.ChoiceField(label=label, choices=choices, required=False, initial=given)
        return forms.CharField(label=label, max_length=60, required=False, initial=given)

    @property
    def rows(self) -> list[tuple[Field, forms.BoundField, forms.BoundField | None]]:
        return [
            (field, self[f"column_{field.name}"], self[f"fixed_{field.name}"] if field.name in FIXED else None)
            for field in self.wanted
        ]

    def mapping(self) -> SheetMapping:
        given = self.cleaned_data
        columns = tuple((field.name, given[f"column_{field.name}"]) for field in self.wanted if given[f"column_{field.name}"])
        fixed = tuple(
            (field.name, text) for field in self.wanted if field.name in FIXED and (text := given[f"fixed_{field.name}"].strip())
        )
        return SheetMapping(columns, fixed, given["decimal_sign"], DateOrder(given["date_order"]))

    def options(self) -> dict[str, bool]:
        return {name: bool(self.cleaned_data[name]) for name in ("alike", "new")}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for field in self.wanted:
            if field.required and not cleaned.get(f"column_{field.name}") and not cleaned.get(f"fixed_{field.name}"):
                self.add_error(f"column_{field.name}", _("Choose its column: rows without it cannot land."))
        return cleaned
