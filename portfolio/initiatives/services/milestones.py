"""Milestones of one initiative; a date that moves is counted and the first one is remembered."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from portfolio.accounts.rules import Actor
from portfolio.initiatives.models import Initiative, Milestone
from portfolio.initiatives.services.initiatives import lock, require_edit
from portfolio.kit import clock
from portfolio.kit.acting import acting
from portfolio.outbox.services import emit


def add_milestone(*, by: Actor, initiative: Initiative, name: str, due: date | None = None) -> Milestone:
    """Plan something; without `due` its date is not known yet. Raises PermissionDenied, ValidationError."""
    with acting(by):
        _editable(by, initiative)
        milestone = Milestone(initiative=initiative, name=name.strip(), due=due, first_due=due)
        milestone.full_clean()
        milestone.save()
        _changed(initiative)
    return milestone


def change_milestone(
    *, by: Actor, milestone: Milestone, name: str, due: date | None, done_on: date | None
) -> Milestone:  # fmt: skip
    """Rename, move or complete it. Another date than before counts as moved; the first date stays on record."""
    with acting(by):
        row = _locked(by, milestone)
        if done_on is not None and done_on > clock.today():
            raise ValidationError({"done_on": _("It cannot be done on a day in the future.")})
        if row.due is not None and due != row.due:
            row.moved += 1
        row.name, row.due, row.done_on, row.first_due = name.strip(), due, done_on, row.first_due or row.due or due
        row.full_clean()
        row.save(update_fields=["name", "due", "done_on", "moved", "first_due"])
        _changed(row.initiative)
    return row


def complete_milestone(*, by: Actor, milestone: Milestone, on: date | None = None) -> Milestone:
    """Done, today unless another day is given."""
    return change_milestone(by=by, milestone=milestone, name=milestone.name, due=milestone.due, done_on=on or clock.today())


def remove_milestone(*, by: Actor, milestone: Milestone) -> None:
    """Take one away that was written down by mistake; the audit trail keeps it."""
    with acting(by):
        row = _locked(by, milestone)
        row.delete()
        _changed(row.initiative)


def _locked(by: Actor, milestone: Milestone) -> Milestone:
    row = Milestone.objects.select_for_update(of=("self",)).select_related("initiative").get(pk=milestone.pk)
    _editable(by, row.initiative)
    return row


def _editable(by: Actor, initiative: Initiative) -> None:
    require_edit(by, lock(initiative), {"milestones"})


def _changed(initiative: Initiative) -> None:
    emit("initiative.changed", {"initiative_ids": [initiative.pk]})
