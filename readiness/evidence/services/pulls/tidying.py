"""Pulls whose worker is gone for good are ended; old ones that brought nothing become a count."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils.translation import gettext as _

from readiness.evidence.choices import OPEN_DELIVERIES, DeliveryState, Failure
from readiness.evidence.models import Delivery
from readiness.evidence.services.pulls.outcome import Result, fare
from readiness.evidence.services.pulls.planning import lock_health

KEPT_FOR = timedelta(days=90)
_ABANDONED = """
SELECT id FROM evidence_delivery WHERE way = 'pull' AND state IN ('queued', 'running') AND NOT EXISTS (
    SELECT FROM outbox_job WHERE handler IN ('evidence.pull', 'evidence.pull_files') AND done_at IS NULL AND dead_at IS NULL
    AND (payload->>'delivery_id')::bigint = evidence_delivery.id)
ORDER BY id LIMIT 100
"""
# What brought runs or payloads stays: they name the delivery that they came with.
_THIN = """
WITH old AS (
    DELETE FROM evidence_delivery d WHERE d.id IN (
        SELECT id FROM evidence_delivery e WHERE e.way = 'pull' AND e.ended_at < %s
        AND NOT EXISTS (SELECT FROM evidence_run WHERE delivery_id = e.id)
        AND NOT EXISTS (SELECT FROM evidence_payload WHERE delivery_id = e.id) ORDER BY id LIMIT 10000)
    RETURNING source_id, (ended_at AT TIME ZONE 'UTC')::date AS day, state, repeated, refused)
INSERT INTO evidence_pulltally AS tally (source_id, day, done, partly, failed, dropped, repeated, refused)
SELECT source_id, day, count(*) FILTER (WHERE state = 'done'), count(*) FILTER (WHERE state = 'partly'),
       count(*) FILTER (WHERE state = 'failed'), count(*) FILTER (WHERE state = 'dropped'), sum(repeated), sum(refused)
FROM old GROUP BY source_id, day
ON CONFLICT (source_id, day) DO UPDATE SET done = tally.done + excluded.done, partly = tally.partly + excluded.partly,
    failed = tally.failed + excluded.failed, dropped = tally.dropped + excluded.dropped,
    repeated = tally.repeated + excluded.repeated, refused = tally.refused + excluded.refused
"""


def end_abandoned(*, now: datetime) -> int:
    """End open pulls whose job died in every attempt or is gone; the answer is how many."""
    with connection.cursor() as cursor:
        cursor.execute(_ABANDONED)
        found = [row[0] for row in cursor.fetchall()]
    return sum(_end(pk, now) for pk in found)


def thin(*, now: datetime) -> None:
    """Count and forget what ended more than KEPT_FOR ago without bringing anything."""
    with connection.cursor() as cursor:
        cursor.execute(_THIN, [now - KEPT_FOR])


def _end(pk: int, now: datetime) -> bool:
    with transaction.atomic():
        delivery = Delivery.objects.select_for_update(of=("self",)).select_related("source").get(pk=pk)
        if delivery.state not in OPEN_DELIVERIES:
            return False
        text = _("The worker ended over it in every attempt: the operator finds the job among the dead letters.")
        delivery.state, delivery.failure, delivery.error = DeliveryState.FAILED, Failure.BROKEN, text
        delivery.ended_at = now
        delivery.save(update_fields=["state", "failure", "error", "ended_at"])
        health = lock_health(delivery.source_id)
        fare(health, delivery.source, delivery.state, Result(None, Failure.BROKEN, text), now=now, took_s=None)
    return True
