"""Who may change a source or a feed, and the lock that each verb takes first."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from portfolio.accounts.choices import Action
from portfolio.accounts.models import BusinessUnit
from portfolio.accounts.rules import Actor
from readiness.evidence.models import Feed, Source


class StaleVersion(Exception):
    """Somebody else saved first; `current` is the row as it is now, so that a person can merge."""

    def __init__(self, current: Source | Feed) -> None:
        super().__init__(f"{type(current).__name__.lower()} {current.pk} is at version {current.version}")
        self.current = current


def can_manage(by: Actor, unit: BusinessUnit) -> bool:
    """Architects and administrators for their units, tokens with evidence:write for theirs."""
    return by.may(Action.EVIDENCE, unit.path)


def require_manage(by: Actor, unit: BusinessUnit) -> None:
    """Raises PermissionDenied."""
    if not can_manage(by, unit):
        raise PermissionDenied(_("You may not look after the evidence sources of this unit."))


def lock_source(source: Source, *, by: Actor, version: int | None = None, retired: bool = False) -> Source:
    """The row as it is now, locked until the transaction ends, for somebody who may change it.

    Raises PermissionDenied, StaleVersion if `version` is another, ValidationError if it is retired (unless `retired`) or stands
    for what people and tools bring.
    """
    row: Source = Source.objects.select_for_update(of=("self",)).select_related("unit").get(pk=source.pk)
    require_manage(by, row.unit)
    if not row.is_pulled:
        raise ValidationError(_("This source stands for what people and tools bring; there is nothing to set up."))
    if version is not None and row.version != version:
        raise StaleVersion(row)
    if row.retired_at is not None and not retired:
        raise ValidationError(_("This source is retired."))
    return row


def lock_feed(feed: Feed, *, by: Actor, version: int | None = None, retired: bool = False) -> Feed:
    """The same for a feed, with its source, which is locked first."""
    source = lock_source(feed.source, by=by, retired=retired)
    row: Feed = Feed.objects.select_for_update(of=("self",)).get(pk=feed.pk)
    row.source = source
    if version is not None and row.version != version:
        raise StaleVersion(row)
    if row.retired_at is not None and not retired:
        raise ValidationError(_("This feed is retired."))
    return row
