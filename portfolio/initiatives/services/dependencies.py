"""What an initiative depends on: another initiative or a platform that is only named. "Needs" never runs in a circle."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import connection
from django.utils.translation import gettext as _

from portfolio.accounts.rules import Actor
from portfolio.initiatives.choices import DependencyKind
from portfolio.initiatives.models import Dependency, Initiative
from portfolio.initiatives.services.initiatives import lock, require_edit
from portfolio.kit.acting import acting
from portfolio.outbox.services import emit


def add_dependency(
    *, by: Actor, initiative: Initiative, on: Initiative | None = None, platform: str = "",
    kind: DependencyKind = DependencyKind.NEEDS, ready: bool | None = None, note: str = "",
) -> Dependency:  # fmt: skip
    """Say what it depends on; `ready` None means nobody knows. Raises PermissionDenied, and ValidationError for a circle."""
    with acting(by):
        _editable(by, initiative)
        if on is None and not platform.strip():
            raise ValidationError({"on": _("Name an initiative or a platform.")})
        _check_circle(initiative.pk, on.pk if on else None, kind)
        row = Dependency(initiative=initiative, on=on, platform="" if on else platform.strip(), kind=kind, ready=ready, note=note)
        row.full_clean()
        row.save()
        _changed(initiative)
    return row


def change_dependency(*, by: Actor, dependency: Dependency, kind: DependencyKind, ready: bool | None, note: str) -> Dependency:
    """Its kind, whether it is ready, and the note; another target is another dependency."""
    with acting(by):
        row = _locked(by, dependency)
        _check_circle(row.initiative_id, row.on_id, kind)
        row.kind, row.ready, row.note = kind, ready, note
        row.full_clean()
        row.save(update_fields=["kind", "ready", "note"])
        _changed(row.initiative)
    return row


def remove_dependency(*, by: Actor, dependency: Dependency) -> None:
    """It does not depend on it after all; the audit trail keeps what was said."""
    with acting(by):
        row = _locked(by, dependency)
        row.delete()
        _changed(row.initiative)


def _check_circle(start: int, on: int | None, kind: DependencyKind) -> None:
    """Raise ValidationError if `on` needs `start`, directly or through others."""
    if on is None or kind != DependencyKind.NEEDS:
        return
    if on == start:
        raise ValidationError({"on": _("An initiative cannot depend on itself.")})
    with connection.cursor() as cursor:  # two people adding the two halves of a circle wait for each other here
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('initiatives_dependency'))")
    seen, frontier = {on}, {on}
    while frontier:
        further = Dependency.objects.filter(initiative__in=frontier, kind=DependencyKind.NEEDS, on__isnull=False)
        frontier = set(further.values_list("on", flat=True)) - seen
        if start in frontier:
            raise ValidationError({"on": _("That initiative needs this one already, directly or through others.")})
        seen |= frontier


def _locked(by: Actor, dependency: Dependency) -> Dependency:
    row = Dependency.objects.select_for_update(of=("self",)).select_related("initiative").get(pk=dependency.pk)
    _editable(by, row.initiative)
    return row


def _editable(by: Actor, initiative: Initiative) -> None:
    require_edit(by, lock(initiative), {"dependencies"})


def _changed(initiative: Initiative) -> None:
    emit("initiative.changed", {"initiative_ids": [initiative.pk]})
