"""What of evidence waits for one person: stale evidence to refresh, verdicts that turned, sources that need mending."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Q, QuerySet

from portfolio.accounts.choices import Action
from portfolio.accounts.rules import Actor
from portfolio.initiatives.choices import Status
from portfolio.kit.scope import within
from readiness.evidence.choices import Health, Verdict
from readiness.evidence.models import Source, Standing
from readiness.evidence.queries import sources

TURNED_WITHIN = timedelta(days=7)
TROUBLED = (Health.STOPPED, Health.FAILING, Health.LATE)
OF_REQUIREMENT: dict[str, Any] = {
    "metric": F("requirement__metric"), "workload_name": F("workload__name"), "initiative_key": F("initiative__key"),
    "initiative_name": F("initiative__name"),
}  # fmt: skip


def stale(actor: Actor) -> QuerySet[Standing]:
    """Requirements that only lack fresh evidence, for which the actor may bring it; the oldest evidence first."""
    rows = _running(actor).filter(_theirs(actor, Action.BRING), verdict=Verdict.STALE)
    return rows.annotate(**OF_REQUIREMENT).order_by("observed_at", "requirement_id")


def turned(actor: Actor, now: datetime) -> QuerySet[Standing]:
    """Requirements of initiatives that the actor steers or owns whose verdict is another than before, the newest first.

    `before` is what it was; a first judgement turned nothing.
    """
    rows = _running(actor).filter(_theirs(actor, Action.EDIT), since__gte=now - TURNED_WITHIN).exclude(before="")
    return rows.annotate(**OF_REQUIREMENT, turned_at=F("since")).order_by("-turned_at", "requirement_id")


def troubled(actor: Actor, now: datetime) -> QuerySet[Source]:
    """Sources that the actor looks after which fail, are stopped or late, the worst first."""
    mine = within("unit__path", actor.paths(Action.EVIDENCE))
    rows = sources.visible(actor, now).filter(mine, Q(health_now__in=TROUBLED))
    return rows.order_by("health_order", "name", "id")


def _running(actor: Actor) -> QuerySet[Standing]:
    rows: QuerySet[Standing] = Standing.objects.visible_to(actor)
    in_use = rows.filter(requirement__retired_at=None, workload__retired_at=None)
    return in_use.exclude(initiative__status=Status.CLOSED)


def _theirs(actor: Actor, action: Action) -> Q:
    """By role for the unit, or by hand as owner or sponsor."""
    may = within("initiative__unit__path", actor.paths(action))
    if not may or actor.scopes is not None or actor.user_id is None:
        return may
    return may | Q(initiative__owner=actor.user_id) | Q(initiative__sponsor=actor.user_id)
