"""Which reviews an event or the time concerns: the open ones, and of the decided ones the last of each initiative."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from portfolio.initiatives.choices import Status
from portfolio.initiatives.models import Initiative
from readiness.gates.choices import ReviewState
from readiness.gates.models import Decision, Review
from readiness.gates.models.review import OPEN
from readiness.workloads.models import Allocation, Workload

AGAIN_AFTER = timedelta(days=1)  # what no event tells (an account is closed, an allocation ends) is seen within this
_DECIDED = (ReviewState.DECIDED, ReviewState.CLOSED)


def watched() -> QuerySet[Review]:
    """Reviews that are judged when something changes, of initiatives that run."""
    later = Decision.objects.filter(initiative=OuterRef("initiative"), at__gt=OuterRef("decided_at")).exclude(
        review=OuterRef("pk")
    )
    running = Review.objects.exclude(initiative__status=Status.CLOSED)
    return running.filter(Q(state__in=OPEN) | (Q(state__in=_DECIDED) & ~Exists(later)))


def due(now: datetime) -> set[int]:
    """Those where time alone changes something, that were never judged, or not for AGAIN_AFTER."""
    never = Q(evaluated_at=None) | Q(evaluated_at__lte=now - AGAIN_AFTER)
    return set(watched().filter(Q(recheck_at__lte=now) | never).values_list("id", flat=True))


def concerned(payload: Mapping[str, Any]) -> set[int]:
    """By the ids that an event's payload names."""
    if "review_ids" in payload:
        return set(payload["review_ids"])
    wanted = _initiatives(payload)
    found = set(watched().filter(initiative__in=wanted).values_list("id", flat=True))
    return found | ({payload["review_id"]} if payload.get("review_id") else set())


def _initiatives(payload: Mapping[str, Any]) -> set[int]:
    found = {int(pk) for pk in payload.get("initiative_ids", ())}
    if payload.get("initiative_id"):
        found.add(payload["initiative_id"])
    if workloads := payload.get("workload_ids"):
        found |= set(Workload.objects.filter(pk__in=workloads).values_list("initiative_id", flat=True))
    if pools := payload.get("pool_ids"):
        found |= set(Allocation.objects.filter(pool__in=pools).values_list("initiative_id", flat=True))
    if register := payload.get("register_id"):
        found |= _of_register(register)
    return found


def _of_register(register: int) -> set[int]:
    return set(Initiative.objects.filter(register=register, gate_reviews__isnull=False).values_list("id", flat=True))
