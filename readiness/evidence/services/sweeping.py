"""What is left of files that were brought in: deliveries whose worker is gone for good are ended, files of nobody forgotten."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext as _

from readiness.evidence.choices import OPEN_DELIVERIES, DeliveryState, Failure
from readiness.evidence.models import Delivery
from readiness.evidence.services.keeping import forget, forget_orphans

_ABANDONED = """
SELECT id FROM evidence_delivery WHERE way IN ('upload', 'push') AND state IN ('queued', 'running') AND NOT EXISTS (
    SELECT FROM outbox_job WHERE handler = 'evidence.read' AND done_at IS NULL AND dead_at IS NULL
    AND (payload->>'delivery_id')::bigint = evidence_delivery.id)
ORDER BY id LIMIT 100
"""


def sweep(now: datetime) -> tuple[int, int]:
    """(deliveries ended, files forgotten)."""
    with connection.cursor() as cursor:
        cursor.execute(_ABANDONED)
        found = [row[0] for row in cursor.fetchall()]
    return sum(_end(pk, now) for pk in found), forget_orphans(now)


def _end(pk: int, now: datetime) -> bool:
    with transaction.atomic():
        row = Delivery.objects.select_for_update().get(pk=pk)
        if row.state not in OPEN_DELIVERIES:
            return False
        stored_as = row.stored_as
        row.state, row.failure, row.ended_at, row.stored_as = DeliveryState.FAILED, Failure.BROKEN, now, ""
        row.error = _("The worker ended over it in every attempt: the operator finds the job among the dead letters.")
        row.save(update_fields=["state", "failure", "error", "ended_at", "stored_as"])
        transaction.on_commit(lambda: forget(stored_as))
    return True
