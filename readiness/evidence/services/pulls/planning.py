"""When a source is asked next, after something about it was changed."""

from __future__ import annotations

from datetime import datetime

from readiness.evidence.models import Feed, Source, SourceHealth
from readiness.evidence.rules.schedule import next_slot


def lock_health(source_id: int) -> SourceHealth:
    """What is known of its pulls, locked until the transaction ends: who plans, begins or ends a pull waits here."""
    row: SourceHealth = SourceHealth.objects.select_for_update().get(pk=source_id)
    return row


def is_asked(source: Source) -> bool:
    """Whether there is anything to ask, and nobody said not to."""
    if not source.is_pulled or source.paused_at is not None or source.retired_at is not None:
        return False
    return Feed.objects.filter(source=source, paused_at=None, retired_at=None).exists()


def plan(source: Source, now: datetime, *, afresh: bool = False) -> None:
    """Plan the next pull, in the caller's transaction: at once if `afresh` (what failed so far says nothing any more) or where
    none was planned, else at the next slot. None for what is not asked."""
    health = lock_health(source.pk)
    if not is_asked(source):
        health.next_pull_at = None
    elif afresh or health.next_pull_at is None:
        health.next_pull_at = now
    elif not health.failures:
        health.next_pull_at = min(health.next_pull_at, next_slot(now, source.pk, source.interval_s))
    if afresh:
        health.failures, health.stopped_until, health.failure, health.error = 0, None, "", ""
    health.save(update_fields=["next_pull_at", "failures", "stopped_until", "failure", "error"])
