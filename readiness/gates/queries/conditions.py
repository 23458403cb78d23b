"""Conditions as they stand: what a Conditional Go asked for and nobody has proven yet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from readiness.gates.choices import ProofKind
from readiness.gates.models import Condition as ConditionRow
from readiness.gates.models import ConditionEvent
from readiness.gates.rules.conditions import STANDING, Condition, Proof


@dataclass(frozen=True, slots=True)
class ConditionNow:
    """A condition of a review's decision at a gate."""

    condition: Condition
    review: int
    gate: str


def standing_conditions(initiative_ids: Collection[int], *, now: datetime) -> dict[int, list[ConditionNow]]:
    """Open and overdue ones by initiative, in the order in which they were set; two statements."""
    today = timezone.localdate(now)
    made: dict[int, list[ConditionNow]] = defaultdict(list)
    rows = ConditionRow.objects.filter(initiative__in=initiative_ids).select_related("decision").prefetch_related("events")
    for row in rows.order_by("id"):
        condition = condition_of(row, row.events.all())
        if condition.state(today) in STANDING:
            made[row.initiative_id].append(ConditionNow(condition, row.decision.review_id, row.decision.gate))
    return made


def condition_of(row: ConditionRow, events: Iterable[ConditionEvent]) -> Condition:
    """The row with its events as the rules take it."""
    times = {event.kind: event.at for event in events}
    return Condition(
        row.pk, row.text, row.owner_id, row.due, Proof(ProofKind(row.proof), row.ref), row.set_at, times.get("proven"),
        "lapsed" in times,
    )  # fmt: skip
