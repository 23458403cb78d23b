"""What stands beside a review on its page: waivers, events, runs and decisions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q

from portfolio.accounts.rules import Actor
from portfolio.initiatives.models import Dependency, Initiative
from readiness.gates.models import Decision, Review, ReviewEvent, Waiver
from readiness.gates.models.waiver import STANDING
from readiness.gates.queries.listed import waivers

RUNS_SHOWN = 20


def standing_waivers(actor: Actor, review: Review, now: datetime) -> list[Waiver]:
    """Those of this gate that are asked for or in force; one statement."""
    rows = waivers(actor, now).filter(initiative=review.initiative_id, gate=review.gate, standing__in=STANDING)
    return list(rows.order_by("id"))


def events_of(review: Review) -> list[ReviewEvent]:
    """Every step, the oldest first; one statement."""
    return list(ReviewEvent.objects.filter(review=review).select_related("by").order_by("id"))


def seen_dependencies(actor: Actor, rows: Iterable[Mapping[str, Any]]) -> frozenset[int]:
    """Of a snapshot's dependencies those on a platform, or on an initiative that the reader may see; one statement at most."""
    ids = [row["id"] for row in rows]
    if not ids:
        return frozenset()
    seen = Q(on=None) | Q(on__in=Initiative.objects.visible_to(actor).values("pk"))
    return frozenset(Dependency.objects.filter(seen, pk__in=ids).values_list("id", flat=True))


def decisions_of(review: Review) -> list[Decision]:
    """Every decision of the review, the newest first, with whether a later one corrects it; one statement."""
    rows = (
        Decision.objects.filter(review=review)
        .defer("content", "sealed")
        .select_related("by", "superseded_by", "initiative__unit", "review")
    )
    return list(rows.order_by("-sequence"))


def decisions_of_initiative(initiative_pk: int) -> list[Decision]:
    """Every decision at every gate, the newest first; one statement. Whoever asks has the initiative in sight."""
    rows = Decision.objects.filter(initiative=initiative_pk).defer("content", "sealed")
    return list(rows.select_related("by", "superseded_by", "initiative__unit", "review").order_by("-at", "-id"))
