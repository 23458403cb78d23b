"""Which sources are asked now: those whose slot has come."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef

from portfolio.outbox.services import enqueue
from readiness.evidence.choices import FILES, OPEN_DELIVERIES, Way
from readiness.evidence.models import Delivery, Source, SourceHealth
from readiness.evidence.rules.schedule import Lane, lane, next_slot
from readiness.evidence.services.pulls.planning import is_asked

AT_A_TIME = 200
MOST_A_TICK = 2000
PER_HOST = 2
FILES_AT_ONCE = 1  # they take a process that imports use too
OPEN = Delivery.objects.filter(way=Way.PULL, state__in=OPEN_DELIVERIES)


def write_due(*, now: datetime) -> int:
    """Write a pull for each source whose slot has come, the longest due first; the answer is how many.

    Several may do so at once. A source whose last pull is not over keeps its turn until it is.
    """
    written = count = 0
    while written < MOST_A_TICK and (count := _write_some(now)):
        written += count
    return written


def host_of(source: Source) -> str:
    """host:port of what is asked; "" for what lies in a folder."""
    parts = urlsplit(str(source.config.get("address", "")).strip().lower())
    return parts.netloc


def enqueue_pull(delivery: Delivery, source: Source, health: SourceHealth) -> None:
    """In the transaction that writes the delivery; a worker takes it up."""
    host, limits = host_of(source), dict[str, int]()
    if host:
        limits[f"pull.host {host}"] = PER_HOST
    if source.kind in FILES:
        limits["pull.files"] = FILES_AT_ONCE
        enqueue("evidence.pull_files", {"delivery_id": delivery.pk, "lane": Lane.SLOW}, limits=limits)
        return
    where = lane(failures=health.failures, typical_s=health.typical_s)
    if where is Lane.SLOW:
        limits["pull.slow"] = max(1, settings.PULLS_AT_ONCE // 4)
    enqueue("evidence.pull", {"delivery_id": delivery.pk, "lane": where}, limits=limits)


def _write_some(now: datetime) -> int:
    with transaction.atomic():
        due = list(
            SourceHealth.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("source")
            .filter(~Exists(OPEN.filter(source=OuterRef("pk"))), next_pull_at__lte=now)
            .order_by("next_pull_at")[:AT_A_TIME]
        )
        for health in due:
            _write_slot(health, now)
        SourceHealth.objects.bulk_update(due, ["next_pull_at"])
    return len(due)


def _write_slot(health: SourceHealth, now: datetime) -> None:
    """The pull of this slot, unless there was one: then only the next slot is set."""
    source, slot = health.source, health.next_pull_at
    health.next_pull_at = next_slot(now, source.pk, source.interval_s) if is_asked(source) else None
    if health.next_pull_at is None:
        return
    delivery, made = Delivery.objects.get_or_create(
        source=source, slot=slot, defaults={"unit_id": source.unit_id, "way": Way.PULL, "asked_at": now}
    )
    if made:
        enqueue_pull(delivery, source, health)
