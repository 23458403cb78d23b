"""Whether something was built on a decision, so that it can be corrected no more."""

from __future__ import annotations

import json

from portfolio.initiatives.choices import Status
from readiness.gates.choices import Outcome
from readiness.gates.models import Decision, Review


def moved_on(review: Review, decision: Decision) -> bool:
    """Another review of the initiative has begun since, or it is no longer where the decision put it. `review` is locked, with
    its initiative's stage as it is now."""
    initiative = review.initiative
    if Review.objects.filter(initiative=initiative, opened_at__gte=decision.at).exclude(pk=review.pk).exists():
        return True
    if decision.outcome == Outcome.KILL:
        return bool(initiative.status != Status.CLOSED)
    return initiative.status == Status.CLOSED or (initiative.stage.key if initiative.stage else None) != _put_in(decision)


def _put_in(decision: Decision) -> str | None:
    """The stage that the decision moved it to, or left it in."""
    said = json.loads(decision.content)
    stage: str | None = said["decision"]["effect"]["move_to"] or said["initiative"]["stage"]
    return stage
