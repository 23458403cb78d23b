"""The frame of one ingest: whose evidence it is, the lock that makes writers of one source wait for one another, the news."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db import connection

from portfolio.outbox.services import emit
from readiness.evidence.models import Delivery, Feed
from readiness.evidence.rules.identity import Belongs
from readiness.evidence.services.ingest.arrived import Counts, Subject


@dataclass(frozen=True)
class Landing:
    """`said` is the declared environment, checked (rules.declared)."""

    delivery: Delivery
    subject: Subject
    said: Mapping[str, Any]
    now: datetime
    feed: Feed | None = None

    @cached_property
    def of(self) -> Belongs:
        return self.subject.of(self.delivery.source_id)

    def columns(self) -> tuple[int | None, ...]:
        """source_id, unit_id, initiative_id, workload_id, pool_id."""
        of = self.of
        return of.source_id, self.subject.unit.pk, self.subject.initiative_id, of.workload_id, of.pool_id


def lock(source_id: int) -> None:
    """One writer of a source at a time, until the transaction ends: runs, series and observations are of one source each, so
    two deliveries of the same data neither wait in a circle nor find a row that is not there yet."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('evidence_source:' || %s::text, 0))", [source_id])


def announce(landing: Landing, counts: Counts) -> None:
    """Tell whoever judges by it, in the caller's transaction; a repetition is no news."""
    if not counts.anything_new:
        return
    of = landing.of
    emit(
        "evidence.arrived",
        {
            "workload_ids": [of.workload_id] if of.workload_id else [],
            "pool_ids": [of.pool_id] if of.pool_id else [],
            "source_id": of.source_id,
            "delivery_id": landing.delivery.pk,
        },
    )
