"""Who may write what belongs to a workload, and the lock that each verb takes first."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from portfolio.accounts.choices import Action
from portfolio.accounts.rules import Actor, is_own
from portfolio.initiatives.models import Initiative
from portfolio.outbox.services import emit
from readiness.workloads.models import Workload


class StaleVersion(Exception):
    """Somebody else saved first; `current` is the row as it is now, so that a person can merge."""

    def __init__(self, current: Workload) -> None:
        super().__init__(f"workload {current.pk} is at version {current.version}")
        self.current = current


def can_edit(by: Actor, initiative: Initiative) -> bool:
    """Program managers and architects for their units; owner and sponsor for their own initiative, by hand."""
    path = initiative.unit.path
    if by.may(Action.WORKLOAD, path):
        return True
    return is_own(by, initiative.owner_id, initiative.sponsor_id) and by.scopes is None and by.may(Action.VIEW, path)


def require_edit(by: Actor, initiative: Initiative) -> None:
    if not can_edit(by, initiative):
        raise PermissionDenied(_("You may not change the workloads of this initiative."))


def lock(workload: Workload, *, by: Actor, version: int | None = None, retired: bool = False) -> Workload:
    """The row as it is now, locked until the transaction ends, for somebody who may change it.

    Raises PermissionDenied, StaleVersion if `version` is another, ValidationError if it is retired (unless `retired`).
    """
    rows = Workload.objects.select_for_update(of=("self",)).select_related("initiative__unit")
    row: Workload = rows.get(pk=workload.pk)
    require_edit(by, row.initiative)
    if version is not None and row.version != version:
        raise StaleVersion(row)
    if row.retired_at is not None and not retired:
        raise ValidationError(_("This workload is retired."))
    return row


def changed(ids: Sequence[int]) -> None:
    """Tell whoever judges what follows from these workloads."""
    emit("workload.changed", {"workload_ids": sorted(ids)})
