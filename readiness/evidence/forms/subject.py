"""What evidence is about: a workload found by typing, a capacity pool, or neither."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from portfolio.accounts.choices import Action
from portfolio.accounts.models import BusinessUnit
from portfolio.accounts.queries import units_where
from portfolio.accounts.rules import Actor
from portfolio.initiatives.forms.fields import optional, pick
from portfolio.initiatives.queries.pickers import unit_options
from readiness.evidence.queries.subjects import MOST_OFFERED, label, matching, pools_for, workloads_for
from readiness.workloads.models import CapacityPool, Workload

WORKLOAD, POOL, NEITHER = "workload", "pool", "neither"
SUBJECTS = [(WORKLOAD, _("A workload")), (POOL, _("A capacity pool")), (NEITHER, _("Neither"))]
MOST_POOLS = 500


class Subjects:
    """What the actor may choose from; each list is read when it is first asked for."""

    def __init__(self, actor: Actor, action: Action) -> None:
        self.actor, self.action = actor, action

    def workloads(self, text: str = "") -> list[tuple[str, str]]:
        """At most MOST_OFFERED choices."""
        return [(str(row.pk), label(row)) for row in matching(workloads_for(self.actor, self.action), text)[:MOST_OFFERED]]

    def workload(self, pk: int) -> Workload | None:
        return workloads_for(self.actor, self.action).filter(pk=pk).first()

    @cached_property
    def pools(self) -> dict[int, CapacityPool]:
        return {row.pk: row for row in pools_for(self.actor, self.action)[:MOST_POOLS]}

    @cached_property
    def units(self) -> dict[int, BusinessUnit]:
        return {row.pk: row for row in units_where(self.actor, self.action).order_by("path")}


class SubjectFields(forms.Form):
    """`about` says which of the others counts. What is typed in `find` narrows the choice; where it leaves one, that is it."""

    about = forms.ChoiceField(
        label=_("What is it evidence of?"), widget=forms.RadioSelect,
        choices=SUBJECTS,
    )  # fmt: skip
    find = forms.CharField(
        label=_("Find a workload"), required=False, max_length=200,
        help_text=_("Key or words of the initiative or the workload."),
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )  # fmt: skip
    workload = pick(_("Workload"))
    pool = pick(_("Capacity pool"))
    unit = pick(_("Business unit"), help_text=_("Whose it is: its people see it."))

    def offer(self, subjects: Subjects, *, with_unit: bool) -> None:
        """Fill the choices; `with_unit`: whether evidence of neither needs one."""
        self.subjects = subjects
        if not with_unit:
            del self.fields["unit"]
        else:
            self._choose("unit", optional(unit_options(subjects.units), _("Choose")))
        pools = [(str(pk), f"{row.name} ({row.unit.name})") for pk, row in subjects.pools.items()]
        self._choose("pool", optional(pools, _("Choose")))
        text, chosen = str(self["find"].value() or ""), str(self["workload"].value() or "")
        found = subjects.workloads(text)
        if chosen.isdecimal() and len(chosen) < 19 and chosen not in dict(found):
            row = subjects.workload(int(chosen))
            found += [(chosen, label(row))] if row else []
        self._choose("workload", optional(found, _("Choose")))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        wanted = data.get("about")
        if wanted == WORKLOAD and "workload" not in self.errors and not data.get("workload"):
            self._only_one(data)
        if wanted == POOL and "pool" not in self.errors and not data.get("pool"):
            self.add_error("pool", _now("Choose the pool that was measured."))
        if wanted == NEITHER and "unit" in self.fields and "unit" not in self.errors and not data.get("unit"):
            self.add_error("unit", _now("Choose the unit whose evidence it is."))
        return data

    def _only_one(self, data: dict[str, Any]) -> None:
        offered = [value for value, _label in self.fields["workload"].choices if value]  # type: ignore[attr-defined]
        if data.get("find") and len(offered) == 1:
            data["workload"] = offered[0]
        elif data.get("find"):
            text = _now("%d workloads match; choose one.") % len(offered) if offered else _now("No workload matches this.")
            self.add_error("workload", text)
        else:
            self.add_error("workload", _now("Choose the workload that was measured."))

    @property
    def subject(self) -> dict[str, Any]:
        """{workload, pool}, one of them or none; only after validation."""
        about = self.cleaned_data["about"]
        workload = self.subjects.workload(int(self.cleaned_data["workload"])) if about == WORKLOAD else None
        pool = self.subjects.pools.get(int(self.cleaned_data["pool"])) if about == POOL else None
        return {"workload": workload, "pool": pool}

    @property
    def business_unit(self) -> BusinessUnit:
        """Of the subject, or the one chosen; only after validation."""
        subject = self.subject
        if subject["workload"] is not None:
            unit: BusinessUnit = subject["workload"].initiative.unit
            return unit
        if subject["pool"] is not None:
            of_pool: BusinessUnit = subject["pool"].unit
            return of_pool
        return self.subjects.units[int(self.cleaned_data["unit"])]

    def _choose(self, name: str, choices: Iterable[tuple[Any, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(choices)
