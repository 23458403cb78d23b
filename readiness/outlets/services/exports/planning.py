"""Planning, pausing and deleting exports."""

from __future__ import annotations

from datetime import date, datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portfolio.accounts.choices import Action
from portfolio.accounts.rules import Actor
from portfolio.kit.acting import acting
from readiness.outlets.choices import FORMATS_OF, Every, Format, What
from readiness.outlets.models import Export
from readiness.outlets.rules.exports import first_on, next_on
from readiness.outlets.services.exports.making import forget

MOST = 20  # of one person


def plan_export(
    *, by: Actor, name: str, what: What, format_: Format, every: Every, query: str, about: str, keep_days: int, mail: bool,
    today: date,
) -> Export:  # fmt: skip
    """Raises PermissionDenied for what is no person or sees nothing; ValidationError for a format that cannot hold it, a name
    that is taken, and too many."""
    owner = by.user_id
    if owner is None or by.scopes is not None or not by.may_somewhere(Action.VIEW):
        raise PermissionDenied(_("Only people with a role have exports made."))
    if format_ not in FORMATS_OF[what]:
        raise ValidationError({"format_": _("The figures of the portfolio come as JSON.")})
    if not 1 <= keep_days <= 400:
        raise ValidationError({"keep_days": _("Files are kept for 1 to 400 days.")})
    own = Export.objects.filter(owner=owner)
    if own.filter(name=name).exists():
        raise ValidationError({"name": _("You have an export of this name.")})
    if own.count() >= MOST:
        raise ValidationError(_("You have %d exports. Delete one first.") % MOST)
    with acting(by):
        return Export.objects.create(
            owner_id=owner, name=name, what=what, format=format_, every=every, query=query, about=about[:500],
            keep_days=keep_days, mail=mail, demo=by.showing_demo, next_on=first_on(every, today),
        )  # fmt: skip


def pause_export(*, by: Actor, export: Export, now: datetime) -> Export:
    """No more files until it is resumed; a second pause changes nothing."""
    row = _own(by, export)
    if row.paused_at is None:
        row.paused_at = now
        with acting(by):
            row.save(update_fields=["paused_at"])
    return row


def resume_export(*, by: Actor, export: Export, now: datetime) -> Export:
    """From the next day on that is one of its days; what the pause left out is not made up."""
    row = _own(by, export)
    if row.paused_at is not None:
        row.paused_at, row.next_on = None, next_on(Every(row.every), timezone.localdate(now))
        with acting(by):
            row.save(update_fields=["paused_at", "next_on"])
    return row


def delete_export(*, by: Actor, export: Export) -> None:
    """With its files."""
    row = _own(by, export)
    stored = list(row.files.values_list("stored_as", flat=True))
    with acting(by):
        row.delete()
        transaction.on_commit(lambda: forget(stored))


def _own(by: Actor, export: Export) -> Export:
    if export.owner_id != by.user_id or by.scopes is not None:
        raise PermissionDenied(_("This export is somebody else's."))
    return Export.objects.get(pk=export.pk)
