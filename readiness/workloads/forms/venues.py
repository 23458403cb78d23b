"""Forms of venue options, of what was decided about them, and of the dates of the sequence rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portfolio.initiatives.choices import VENUE_LABELS, DateKind, Venue, choices_of
from portfolio.initiatives.forms.fields import PRECISIONS, day_field, first_day, optional, pick, text_area
from readiness.workloads.forms.capacity import whole
from readiness.workloads.models import Accelerator, VenueOption
from readiness.workloads.rules.sequence import KINDS, Dated

VENUES = sorted(choices_of(Venue, VENUE_LABELS), key=lambda choice: choice[0] == "unknown")
MONEY = ("cost_per_month", "one_off_cost", "cost_currency")
SECTIONS: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (_("Where"), ("label", "venue", "provider", "accelerator", "capacity", "lead_time_days")),
    (_("What it costs"), MONEY),
    (_("What depends on the provider"), ("quota_requested", "quota_granted", "price_notice_days", "backlog_days")),
    (_("Note"), ("note",)),
)


def _days(label: Any, help_text: Any = "") -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=0, max_value=3660, required=False, help_text=help_text)


def _amount(label: Any, help_text: Any = "") -> forms.FloatField:
    return forms.FloatField(label=label, min_value=0, required=False, help_text=help_text)


def _cost(label: Any) -> forms.DecimalField:
    return forms.DecimalField(label=label, max_digits=16, decimal_places=2, min_value=0, required=False)


class OptionForm(forms.Form):
    """One place for one function. `money` says whether amounts are asked for."""

    label = forms.CharField(label=_("Name"), max_length=200, help_text=_("Such as “own hall, 2 nodes” or “region Frankfurt”."))
    venue = forms.ChoiceField(label=_("Venue"), choices=VENUES)
    provider = forms.CharField(label=_("Provider"), max_length=120, required=False)
    accelerator = pick(_("Accelerator"))
    capacity = _amount(_("Capacity"), _("Accelerators, or TB for storage."))
    lead_time_days = _days(_("Lead time (days)"))
    cost_per_month = _cost(_("Cost per month"))
    one_off_cost = _cost(_("One-off cost"))
    cost_currency = forms.RegexField(
        r"^[A-Z]{3}$", label=_("Currency"), required=False, error_messages={"invalid": _("Three capital letters, such as EUR.")}
    )
    quota_requested = _amount(_("Quota requested"))
    quota_granted = _amount(_("Quota granted"), _("Nothing granted is 0; empty is unknown."))
    price_notice_days = _days(_("Notice before a price change (days)"))
    backlog_days = _days(_("The provider's backlog (days)"))
    note = text_area(_("Note"), rows=2, max_length=5_000)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, accelerators: Mapping[int, Accelerator], money: bool, **more: Any) -> None:
        super().__init__(*args, **more)
        self.accelerators = accelerators
        field = self.fields["accelerator"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = optional(((str(pk), row.name) for pk, row in accelerators.items()), _("not said"))
        for name in () if money else MONEY:
            del self.fields[name]

    @property
    def sections(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """The fields by topic; a topic without fields is left out."""
        made = [(title, [self[name] for name in names if name in self.fields]) for title, names in SECTIONS]
        return [(title, fields) for title, fields in made if fields]

    def values(self) -> dict[str, Any]:
        """What services.add_venue_option and change_venue_option take."""
        values = {name: value for name, value in self.cleaned_data.items() if name != "version"}
        values["accelerator"] = self.accelerators.get(int(values["accelerator"] or 0))
        return values | {"venue": Venue(values["venue"])}


def typed_option(row: VenueOption, *, money: bool) -> dict[str, Any]:
    """An option as the form's initial values."""
    names = [name for _title, group in SECTIONS for name in group if name != "accelerator" and (money or name not in MONEY)]
    made: dict[str, Any] = {name: whole(getattr(row, name)) for name in names}
    return made | {"accelerator": str(row.accelerator_id or ""), "version": row.version}


class ChooseForm(forms.Form):
    """Why this one, and since when."""

    reason = text_area(_("Reason"), rows=3, required=True, max_length=2_000)
    decided_on = day_field(_("Decided on"), help_text=_("Empty means today."))


class RejectForm(forms.Form):
    """Why not this one."""

    reason = text_area(_("Reason"), rows=3, required=True, max_length=2_000)


class ComparisonForm(forms.Form):
    """Why a short comparison is enough, or why there is nothing to compare."""

    not_applicable = forms.BooleanField(
        label=_("The initiative does not have this function"), required=False,
        help_text=_("It trains nothing, say. Then there is nothing to compare."),
    )  # fmt: skip
    reason = text_area(
        _("Reason"), rows=3, max_length=2_000,
        help_text=_("Why fewer than two options, or only public cloud, are enough. Empty takes the reason back."),
    )  # fmt: skip


class DatesForm(forms.Form):
    """The four dates that the sequence rules compare; empty is unknown."""

    def __init__(self, *args: Any, labels: Mapping[DateKind, Any], **more: Any) -> None:
        super().__init__(*args, **more)
        for kind in KINDS:
            self.fields[f"date_{kind}"] = day_field(labels[kind])
            self.fields[f"precision_{kind}"] = forms.ChoiceField(label=_("known to the"), choices=PRECISIONS, required=False)

    @property
    def pairs(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[f"date_{kind}"], self[f"precision_{kind}"]) for kind in KINDS]

    def changes(self) -> dict[str, dict[str, Any]]:
        """What update_initiative takes as `dates`: those that were changed, so that a register's own wording stays."""
        made: dict[str, dict[str, Any]] = {}
        for kind in KINDS:
            value, precision = self.cleaned_data[f"date_{kind}"], self.cleaned_data[f"precision_{kind}"] or "day"
            before = self.initial.get(f"date_{kind}")
            if value is None and before is None:
                continue
            day = first_day(value, precision) if value else None
            if (day, precision) != (before, self.initial.get(f"precision_{kind}")):
                made[kind.value] = {"value": day, "precision": precision}
        return made


def typed_dates(dates: Mapping[str, Dated]) -> dict[str, Any]:
    """The dates as the form's initial values."""
    made: dict[str, Any] = {}
    for kind in KINDS:
        known = dates.get(kind)
        made[f"date_{kind}"] = known.value if known else None
        made[f"precision_{kind}"] = known.precision if known and known.value else "day"
    return made
