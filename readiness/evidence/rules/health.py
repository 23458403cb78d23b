"""How a source fares, from what its pulls left behind. queries.sources says the same in SQL."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from readiness.evidence.choices import Health
from readiness.evidence.rules.schedule import late_after_s


@dataclass(frozen=True, slots=True)
class Facts:
    """`pulled`: asked by itself; what people and tools bring is never late."""

    pulled: bool
    paused: bool
    interval_s: int
    failures: int = 0
    stopped_until: datetime | None = None
    last_ok_at: datetime | None = None


def health(facts: Facts, now: datetime) -> Health:
    """The first that holds: paused, stopped, failing, never, late, healthy."""
    if facts.paused:
        return Health.PAUSED
    if facts.stopped_until is not None and facts.stopped_until > now:
        return Health.STOPPED
    if facts.failures:
        return Health.FAILING
    if facts.last_ok_at is None:
        return Health.NEVER
    late = facts.pulled and facts.last_ok_at + timedelta(seconds=late_after_s(facts.interval_s)) < now
    return Health.LATE if late else Health.HEALTHY
