"""Asking a source now."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from portfolio.accounts.rules import Actor
from readiness.evidence.choices import Way
from readiness.evidence.models import Delivery, Source
from readiness.evidence.rules.schedule import next_slot
from readiness.evidence.services.pulls.due import OPEN, enqueue_pull
from readiness.evidence.services.pulls.planning import is_asked, lock_health
from readiness.evidence.services.sources.access import lock_source


def pull_now(*, by: Actor, source: Source, now: datetime) -> Delivery:
    """Ask it now, also where its circuit is open; a pull that waits or runs already is the answer, if there is one.

    Raises PermissionDenied, ValidationError if it is paused or there is nothing to ask.
    """
    with transaction.atomic():
        row = lock_source(source, by=by)
        health = lock_health(row.pk)
        here = OPEN.filter(source=row).first()
        if here is not None:
            return here
        if row.paused_at is not None:
            raise ValidationError(_("This source is paused: resume it first."))
        if not is_asked(row):
            raise ValidationError(_("There is nothing to ask: give the source a feed first."))
        delivery = Delivery.objects.create(
            source=row, unit_id=row.unit_id, way=Way.PULL, asked_by_id=by.user_id, asked_through=by.through, asked_at=now
        )
        enqueue_pull(delivery, row, health)
        health.next_pull_at = next_slot(now, row.pk, row.interval_s)
        health.save(update_fields=["next_pull_at"])
    return delivery
