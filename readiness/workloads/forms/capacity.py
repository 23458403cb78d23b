"""Forms of pools and allocations. What is left empty is unknown, never zero."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portfolio.accounts.models import BusinessUnit
from portfolio.initiatives.choices import VENUE_LABELS, Venue, choices_of
from portfolio.initiatives.forms.fields import day_field, optional, pick, text_area
from portfolio.initiatives.queries.pickers import unit_options
from readiness.workloads.choices import POOL_UNITS, PoolKind
from readiness.workloads.models import Accelerator, CapacityPool, Workload

KINDS = [
    (PoolKind.ACCELERATORS.value, _("Accelerators")), (PoolKind.STORAGE.value, _("Storage (TB)")),
    (PoolKind.NETWORK.value, _("Network (Gbit/s)")),
]  # fmt: skip
VENUES = sorted(choices_of(Venue, VENUE_LABELS), key=lambda choice: choice[0] != "unknown")
MONEY = ("cost_per_month", "cost_currency")
CHOSEN = ("unit", "offered_to", "accelerator")
SECTIONS: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (_("What it is"), ("name", "unit", "offered_to", "kind", "accelerator", "venue", "provider")),
    (_("What there is"), ("size", "committed", "ordered", "arrives_on", "lead_time_days")),
    (_("What it costs"), MONEY),
    (_("Note"), ("note",)),
)


class PoolForm(forms.Form):
    """`units`, `offers` and `accelerators` by id are what may be chosen; `money` says whether amounts are asked for."""

    name = forms.CharField(label=_("Name"), max_length=200)
    unit = pick(_("Owner"), required=True)
    offered_to = pick(
        _("Offered to"),
        help_text=_(
            "The people of this unit and of those below it see what is free and may ask for it. "
            "They see neither its cost nor its note."
        ),
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=KINDS)
    accelerator = pick(_("Accelerator"), help_text=_("For a pool of accelerators."))
    venue = forms.ChoiceField(label=_("Venue"), choices=VENUES)
    provider = forms.CharField(label=_("Provider"), max_length=120, required=False)
    size = forms.FloatField(
        label=_("Size"), min_value=0, required=False, help_text=_("Accelerators, TB or Gbit/s. Empty: nobody knows it yet.")
    )
    committed = forms.FloatField(
        label=_("Committed elsewhere"), min_value=0, required=False,
        help_text=_("Set aside for what is not tracked here: other systems, failover. Empty: nothing."),
    )  # fmt: skip
    ordered = forms.FloatField(label=_("Ordered besides"), min_value=0, required=False)
    arrives_on = day_field(_("The order arrives on"))
    lead_time_days = forms.IntegerField(
        label=_("Lead time for more (days)"), min_value=0, max_value=3660, required=False,
        help_text=_("Order-by dates count back by it. Empty: nobody knows it yet."),
    )  # fmt: skip
    cost_per_month = forms.DecimalField(
        label=_("Cost per month"), max_digits=16, decimal_places=2, min_value=0, required=False,
        help_text=_("Empty means unknown, not zero."),
    )  # fmt: skip
    cost_currency = forms.RegexField(
        r"^[A-Z]{3}$", label=_("Currency"), required=False, error_messages={"invalid": _("Three capital letters, such as EUR.")}
    )
    note = text_area(_("Note"), rows=2, max_length=5_000)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, units: Mapping[int, BusinessUnit], offers: Mapping[int, BusinessUnit],
        accelerators: Mapping[int, Accelerator], money: bool, **more: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **more)
        self.units, self.offers, self.accelerators = units, offers, accelerators
        _offer(self, "unit", unit_options(dict(units)))
        _offer(self, "offered_to", optional(unit_options(dict(offers)), _("only the people of its owner")))
        _offer(self, "accelerator", optional(((str(pk), row.name) for pk, row in accelerators.items()), _("not said")))
        for name in () if money else MONEY:
            del self.fields[name]

    @property
    def sections(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """The fields by topic; a topic without fields is left out."""
        made = [(title, [self[name] for name in names if name in self.fields]) for title, names in SECTIONS]
        return [(title, fields) for title, fields in made if fields]

    def values(self) -> dict[str, Any]:
        """What services.create_pool and change_pool take."""
        values = {name: value for name, value in self.cleaned_data.items() if name != "version"}
        values["unit"] = self.units[int(values["unit"])]
        values["offered_to"] = self.offers.get(int(values["offered_to"] or 0))
        values["accelerator"] = self.accelerators.get(int(values["accelerator"] or 0))
        values["kind"], values["venue"] = PoolKind(values["kind"]), Venue(values["venue"])
        return values | {name: values[name] or 0.0 for name in ("committed", "ordered")}


def whole(value: Any) -> Any:
    """An amount as a person types it: 96 and not 96.0."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def typed_pool(row: CapacityPool, *, money: bool) -> dict[str, Any]:
    """A pool as the form's initial values."""
    names = [name for _title, group in SECTIONS for name in group if name not in (*CHOSEN, *MONEY)]
    made: dict[str, Any] = {name: whole(getattr(row, name)) for name in names}
    made |= {name: str(getattr(row, f"{name}_id") or "") for name in CHOSEN} | {"version": row.version}
    made |= {name: made[name] or None for name in ("committed", "ordered")}
    return made | ({name: getattr(row, name) for name in MONEY} if money else {})


class RequestForm(forms.Form):
    """Ask for a part of a pool. `pools` and `workloads` by id are what may be chosen."""

    pool = pick(_("Pool"), required=True)
    workload = pick(_("For which workload?"), required=True)
    quantity = forms.FloatField(label=_("How much"), min_value=0, help_text=_("In the unit of the pool."))
    starts_on = day_field(_("From"), required=True)
    ends_on = day_field(_("Until"), help_text=_("The last day it is needed. Empty: for good."))
    note = forms.CharField(label=_("What for"), max_length=300, required=False)

    def __init__(
        self, *args: Any, pools: Mapping[int, CapacityPool], workloads: Mapping[int, Workload], **more: Any
    ) -> None:  # fmt: skip
        super().__init__(*args, **more)
        self.pools, self.workloads = pools, workloads
        _offer(
            self,
            "pool",
            [(str(pk), f"{row.name}, {POOL_UNITS[PoolKind(row.kind)]} ({row.unit.name})") for pk, row in pools.items()],
        )
        named = [(str(pk), f"{row.initiative.key} · {row.name} · {row.initiative.name}") for pk, row in workloads.items()]
        _offer(self, "workload", optional(named, _("Choose")))

    def values(self) -> dict[str, Any]:
        """What services.request_capacity takes."""
        values = dict(self.cleaned_data)
        values["pool"], values["workload"] = self.pools[int(values["pool"])], self.workloads[int(values["workload"])]
        return values


class ReasonForm(forms.Form):
    """A decision that others must be able to follow."""

    reason = text_area(_("Reason"), rows=2, required=True, max_length=400)


class ReleaseForm(forms.Form):
    """Now, or on a day to come."""

    on = day_field(_("Last day"), help_text=_("Empty: it is free from now on. A day to come: it is held until then."))


def _offer(form: forms.Form, name: str, choices: Iterable[tuple[Any, Any]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = list(choices)
