"""Writing venue options, what was chosen of them, and why a comparison was kept short."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from math import isfinite
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from portfolio.accounts.rules import Actor, may_see_money
from portfolio.initiatives.choices import Venue
from portfolio.initiatives.models import Initiative
from portfolio.kit import clock
from portfolio.kit.acting import acting
from portfolio.outbox.services import emit
from readiness.workloads.choices import Function, OptionState
from readiness.workloads.models import VenueComparison, VenueOption
from readiness.workloads.services.profiles import require_edit

MONEY_FIELDS = ("cost_per_month", "one_off_cost", "cost_currency")
OPTION_FIELDS = (
    "venue", "label", "provider", "accelerator", "capacity", *MONEY_FIELDS, "lead_time_days", "quota_requested",
    "quota_granted", "price_notice_days", "backlog_days", "note",
)  # fmt: skip
_AMOUNTS = ("capacity", "quota_requested", "quota_granted")
_DAYS = ("lead_time_days", "price_notice_days", "backlog_days")
MOST = 1e12
LONGEST_DAYS = 3660


class StaleOption(Exception):
    """Somebody else saved first; `current` is the row as it is now."""

    def __init__(self, current: VenueOption) -> None:
        super().__init__(f"venue option {current.pk} is at version {current.version}")
        self.current = current


def sees_money(by: Actor, initiative: Initiative) -> bool:
    """Whether amounts of this initiative's options are shown to `by`, and taken from it."""
    return may_see_money(
        by, unit_path=initiative.unit.path, owner_id=initiative.owner_id, sponsor_id=initiative.sponsor_id
    )  # fmt: skip


def add_venue_option(
    *, by: Actor, initiative: Initiative, function: Function, venue: Venue, label: str, **values: Any
) -> VenueOption:  # fmt: skip
    """Name a place for one function; `values` are OPTION_FIELDS, and what is left out is unknown.

    Raises PermissionDenied, ValidationError with a message per field.
    """
    require_edit(by, initiative)
    with acting(by):
        row = VenueOption(initiative=initiative, function=Function(function))
        _write(by, row, {"venue": venue, "label": label, **values})
        row.save()
        _changed(row.initiative_id)
    return row


def change_venue_option(
    *, by: Actor, option: VenueOption, changes: Mapping[str, Any], version: int | None = None
) -> VenueOption:  # fmt: skip
    """Change OPTION_FIELDS. Raises PermissionDenied, ValidationError, StaleOption if `version` is not the current one."""
    with acting(by):
        row = _lock(by, option)
        if version is not None and row.version != version:
            raise StaleOption(row)
        _write(by, row, changes)
        _save(row, *changes)
        _changed(row.initiative_id)
    return row


def choose_venue(*, by: Actor, option: VenueOption, reason: str, decided_on: date | None = None) -> VenueOption:
    """Decide for it; what was chosen before for the function is a candidate again, its reason stays in the history.

    The decision's day (default today) is the comparison's. Raises PermissionDenied, ValidationError.
    """
    if not reason.strip():
        raise ValidationError({"reason": _("Say why, so that others can follow the choice.")})
    with acting(by):
        row = _lock(by, option)
        for other in _siblings(row).filter(state=OptionState.CHOSEN).exclude(pk=row.pk):
            other.state, other.reason = OptionState.CANDIDATE, ""
            _save(other, "state", "reason")
        row.state, row.reason = OptionState.CHOSEN, reason.strip()
        _save(row, "state", "reason")
        _decided(row.initiative, Function(row.function), decided_on=decided_on or clock.today(), not_applicable=False)
        _changed(row.initiative_id)
    return row


def reject_venue(*, by: Actor, option: VenueOption, reason: str) -> VenueOption:
    """Decide against it. It stays in the comparison: it was looked at. If it was the chosen one, nothing is chosen now."""
    if not reason.strip():
        raise ValidationError({"reason": _("Say why, so that nobody has to look at it again.")})
    with acting(by):
        row = _lock(by, option)
        was_chosen = row.state == OptionState.CHOSEN
        row.state, row.reason = OptionState.REJECTED, reason.strip()
        _save(row, "state", "reason")
        if was_chosen:
            _decided(row.initiative, Function(row.function), decided_on=None)
        _changed(row.initiative_id)
    return row


def reconsider_venue(*, by: Actor, option: VenueOption) -> VenueOption:
    """Make a chosen or rejected option a candidate again."""
    with acting(by):
        row = _lock(by, option)
        was_chosen = row.state == OptionState.CHOSEN
        row.state, row.reason = OptionState.CANDIDATE, ""
        _save(row, "state", "reason")
        if was_chosen:
            _decided(row.initiative, Function(row.function), decided_on=None)
        _changed(row.initiative_id)
    return row


def record_comparison(
    *, by: Actor, initiative: Initiative, function: Function, reason: str, decided_on: date | None = None,
    not_applicable: bool = False,
) -> VenueComparison:  # fmt: skip
    """Why fewer than two options, or only public cloud, are enough; or that the initiative has no such function.

    Raises PermissionDenied, ValidationError with a message per field.
    """
    require_edit(by, initiative)
    if not_applicable and not reason.strip():
        raise ValidationError({"reason": _("Say why the initiative does not need this function.")})
    with acting(by):
        Initiative.objects.select_for_update(of=("self",)).get(pk=initiative.pk)
        here = VenueOption.objects.filter(initiative=initiative, function=function)
        if not_applicable and here.filter(state=OptionState.CHOSEN).exists():
            raise ValidationError({"not_applicable": _("A venue was chosen for it; reject or reconsider that first.")})
        _changed(initiative.pk)
        return _decided(
            initiative, Function(function), reason=reason.strip(), decided_on=decided_on, not_applicable=not_applicable
        )


def _decided(initiative: Initiative, function: Function, **values: Any) -> VenueComparison:
    row, _made = VenueComparison.objects.update_or_create(initiative=initiative, function=function, defaults=values)
    return row


def _changed(initiative_id: int) -> None:
    emit("venues.changed", {"initiative_ids": [initiative_id]})


def _siblings(row: VenueOption) -> Any:
    return VenueOption.objects.filter(initiative=row.initiative, function=row.function)


def _lock(by: Actor, option: VenueOption) -> VenueOption:
    """The option as it is now. Whoever decides about an initiative's options waits at the initiative for one another."""
    initiative = Initiative.objects.select_for_update(of=("self",)).select_related("unit").get(pk=option.initiative_id)
    require_edit(by, initiative)
    row: VenueOption = VenueOption.objects.select_for_update(of=("self",)).get(pk=option.pk)
    row.initiative = initiative
    return row


def _save(row: VenueOption, *names: str) -> None:
    row.version += 1
    row.save(update_fields=[*names, "version"])


def _write(by: Actor, row: VenueOption, changes: Mapping[str, Any]) -> None:
    if unknown := set(changes) - set(OPTION_FIELDS):
        raise ValidationError({name: _("There is no such field to change.") for name in sorted(unknown)})
    if set(MONEY_FIELDS) & set(changes) and not sees_money(by, row.initiative):
        raise PermissionDenied(_("You may not change amounts here."))
    for name, value in changes.items():
        setattr(row, name, value.strip() if isinstance(value, str) else value)
    _check(row)
    row.full_clean()


def _check(row: VenueOption) -> None:
    problems = {}
    for name in _AMOUNTS:
        value = getattr(row, name)
        if value is not None and not (isfinite(value) and 0 <= value <= MOST):
            problems[name] = _("A number from 0 on.")
    for name in _DAYS:
        if (getattr(row, name) or 0) > LONGEST_DAYS:
            problems[name] = _("At most %d days.") % LONGEST_DAYS
    costs = [row.cost_per_month, row.one_off_cost]
    if any(cost is not None for cost in costs) and not row.cost_currency:
        problems["cost_currency"] = _("An amount needs its currency.")
    for name, cost in zip(MONEY_FIELDS, costs, strict=False):
        if cost is not None and cost < 0:
            problems[name] = _("A number from 0 on.")
    if problems:
        raise ValidationError(problems)
