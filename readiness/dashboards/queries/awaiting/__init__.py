"""Everything that waits for one person, from every source of duty.

The number of statements is the same for any amount: where there is nothing to ask about, NOTHING is asked about.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from django.utils import timezone

from portfolio.accounts.rules import Actor
from readiness.dashboards.queries.awaiting import others, owed, panels
from readiness.dashboards.queries.awaiting.duty import Duty

Source = Callable[[Actor, int, datetime], Iterable[Duty]]
AT_GATES: tuple[Source, ...] = (
    panels.votes_and_decisions,
    panels.judgements,
    owed.waivers,
    owed.conditions,
    owed.readiness,
    others.actions,
    others.invitations,
)
EVERY: tuple[Source, ...] = (*AT_GATES, others.unknowns)


def awaiting(actor: Actor, *, now: datetime, sources: Iterable[Source] = EVERY) -> list[Duty]:
    """By day, what is overdue first and what has no day last. Nothing waits for whoever is no person."""
    if actor.user_id is None:
        return []
    today = timezone.localdate(now)
    found = [duty for source in sources for duty in source(actor, actor.user_id, now)]
    return sorted(found, key=lambda one: (one.day(today) is None, one.day(today) or today, one.kind, one.key, one.ref))
