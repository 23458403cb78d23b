"""A calendar by a secret address: whoever has the address reads one person's meetings, and can do nothing else."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from portfolio.accounts.rules import Actor
from portfolio.kit import clock
from portfolio.kit.acting import acting
from readiness.meetings import adapters
from readiness.meetings.choices import MeetingState
from readiness.meetings.models import CalendarFeed
from readiness.meetings.queries.calendars import calendar_of, feed_behind
from readiness.meetings.services.mails import PRODUCT, entry_of

READ_EVERY = timedelta(minutes=10)


def digest_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def new_calendar(*, by: Actor) -> str:
    """A fresh secret, shown once; the address before it stops to answer. Raises PermissionDenied for what is no person."""
    if by.user_id is None or by.scopes is not None:
        raise PermissionDenied(_("Only people have a calendar."))
    secret = secrets.token_urlsafe(32)
    with acting(by):
        revoke_calendar(by=by)
        CalendarFeed.objects.create(person_id=by.user_id, digest=digest_of(secret))
    return secret


def revoke_calendar(*, by: Actor) -> bool:
    """Whoever has the address reads nothing more; False where there was none."""
    with acting(by):
        standing = CalendarFeed.objects.filter(person_id=by.user_id, revoked_at=None)
        return bool(standing.update(revoked_at=clock.now()))


def read_calendar(secret: str) -> bytes | None:
    """The person's meetings for a calendar program; None for an address that opens nothing."""
    found = feed_behind(digest_of(secret))
    if found is None:
        return None
    now = clock.now()
    if found.last_read_at is None or now - found.last_read_at > READ_EVERY:
        CalendarFeed.objects.filter(pk=found.pk).update(last_read_at=now)
    entries = [
        entry_of(row, stamp=now, minutes=row.planned_minutes or 0, cancelled=row.state == MeetingState.CANCELLED)  # type: ignore[attr-defined]
        for row in calendar_of(found.person, now)
    ]
    return adapters.feed(entries, name=_("%s: gate meetings") % PRODUCT)
