"""Forms of lines, commitments, rates and settings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portfolio.finance.choices import CATEGORY_LABELS, IN_NO_CATEGORY, MONEY_DIGITS, MONEY_PLACES
from portfolio.initiatives.forms.fields import day_field, text_area

_CATEGORIES = [("", IN_NO_CATEGORY), *((key.value, label) for key, label in CATEGORY_LABELS.items())]


def _amount(label: Any, help_text: Any = "") -> forms.DecimalField:
    return forms.DecimalField(
        label=label, max_digits=MONEY_DIGITS, decimal_places=MONEY_PLACES, required=False, help_text=help_text
    )  # fmt: skip


def _currency(label: Any = None, *, required: bool = True) -> forms.RegexField:
    return forms.RegexField(
        r"^[A-Z][A-Z0-9_]{2,15}$",
        label=label or _("Currency"),
        required=required,
        error_messages={"invalid": _("Capital letters, such as EUR.")},
    )


def _category() -> forms.ChoiceField:
    return forms.ChoiceField(
        label=_("Category"), choices=_CATEGORIES, required=False,
        help_text=_("In no category, it counts in infrastructure's share at the high end alone."),
    )  # fmt: skip


class Versioned(forms.Form):
    """Fields in sections; the version of what was read comes along hidden."""

    SECTIONS: Sequence[tuple[Any, tuple[str, ...]]] = ()
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    @property
    def sections(self) -> list[tuple[Any, list[forms.BoundField]]]:
        return [(title, [self[name] for name in names]) for title, names in self.SECTIONS]

    def values(self) -> dict[str, Any]:
        """What the services take."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


class LineForm(Versioned):
    """A budget line."""

    SECTIONS = (
        (_("What"), ("category", "label", "cost_centre")),
        (_("When"), ("period_start", "period_end")),
        (_("How much"), ("planned", "actual", "currency")),
        (_("Note"), ("note",)),
    )
    category = _category()
    label = forms.CharField(label=_("What for"), max_length=200, required=False)
    cost_centre = forms.CharField(label=_("Cost centre"), max_length=60, required=False)
    period_start = day_field(_("From"), required=True)
    period_end = day_field(_("To"), required=True, help_text=_("The last day, it counts."))
    planned = _amount(_("Planned"), _("Empty is unknown, not zero."))
    actual = _amount(_("Spent"), _("Empty is unknown, not zero."))
    currency = _currency()
    note = text_area(_("Note"), rows=2, max_length=500)


class CommitmentForm(Versioned):
    """What will have to be paid."""

    SECTIONS = (
        (_("What"), ("label", "category")),
        (_("How much"), ("amount", "currency")),
        (_("When"), ("starts_on", "ends_on", "non_cancellable_until")),
        (_("Note"), ("note",)),
    )
    label = forms.CharField(label=_("What for"), max_length=200)
    category = _category()
    amount = _amount(_("Amount"), _("Of the whole term. Empty is unknown."))
    currency = _currency(required=False)
    starts_on = day_field(_("From"))
    ends_on = day_field(_("To"))
    non_cancellable_until = day_field(_("Cannot be cancelled until"), help_text=_("Empty: it can be cancelled at any time."))
    note = text_area(_("Note"), rows=2, max_length=500)


class RateForm(Versioned):
    """What one unit is worth from a day on."""

    SECTIONS = ((_("The rate"), ("currency", "effective_on", "per_unit", "source")),)
    currency = _currency()
    effective_on = day_field(_("From"), required=True, help_text=_("Until a newer rate begins."))
    per_unit = forms.DecimalField(label=_("Value of one unit"), max_digits=24, decimal_places=12)
    source = forms.CharField(label=_("Source"), max_length=200, required=False)

    def __init__(self, *args: Any, reporting: str, fixed: bool = False, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["per_unit"].help_text = _("One unit in %s.") % reporting
        if fixed:
            del self.fields["currency"]

    @property
    def sections(self) -> list[tuple[Any, list[forms.BoundField]]]:
        return [(title, [self[name] for name in names if name in self.fields]) for title, names in self.SECTIONS]


class SettingsForm(Versioned):
    """How money is counted; shares as percentages."""

    SECTIONS = (
        (_("Currency and year"), ("reporting_currency", "fiscal_year_start")),
        (_("Infrastructure's share"), ("band_low", "band_high", "marker")),
    )
    reporting_currency = _currency(_("Reporting currency"))
    fiscal_year_start = forms.IntegerField(label=_("First month of the fiscal year"), min_value=1, max_value=12)
    band_low = forms.DecimalField(label=_("Band from (%)"), min_value=0, max_value=100, max_digits=5, decimal_places=2)
    band_high = forms.DecimalField(label=_("Band to (%)"), min_value=0, max_value=100, max_digits=5, decimal_places=2)
    marker = forms.DecimalField(
        label=_("Industry marker (%)"), min_value=0, max_value=100, max_digits=5, decimal_places=2,
        help_text=_("What infrastructure takes elsewhere; shown beside, never mixed in."),
    )  # fmt: skip

    def values(self) -> dict[str, Any]:
        values = super().values()
        return values | {name: values[name] / 100 for name in ("band_low", "band_high", "marker")}
