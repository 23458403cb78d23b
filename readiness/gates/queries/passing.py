"""One gate of one initiative for tools: the decision in effect, what changed since, and what runs; live, whatever the jobs do."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db.models import Q
from django.utils import timezone

from portfolio.accounts.rules import Actor
from portfolio.initiatives.choices import Status
from portfolio.initiatives.models import Initiative
from readiness.gates.choices import Outcome
from readiness.gates.models import Condition as ConditionRow
from readiness.gates.models import Decision, GateTemplate, Review
from readiness.gates.models.review import OPEN
from readiness.gates.queries.conditions import condition_of
from readiness.gates.queries.evaluated import Evaluated, evaluated
from readiness.gates.queries.templates import parsed
from readiness.gates.rules.conditions import STANDING, Condition
from readiness.gates.rules.drift import Change, drift
from readiness.gates.rules.passing import Case, Passing, changes_until, passing


@dataclass(frozen=True)
class GateNow:
    """`running` is the review that is not decided yet; `judged` the running one's criteria, else those of the decided one.

    `conditions` are open or overdue ones of the decision in effect, `owners` their owners by id. `texts`: criteria by key.
    """

    initiative: Initiative
    gate: str
    gate_name: str
    decision: Decision | None
    running: Review | None
    judged: Evaluated | None
    conditions: tuple[Condition, ...]
    owners: dict[int, str]
    changes: tuple[Change, ...]
    texts: dict[str, str]
    passing: Passing
    expires_at: datetime | None


def named(actor: Actor, key: str) -> Initiative | None:
    """The visible initiative with this key, such as AI-0042, or this id."""
    wanted = Q(key=key.upper()) | (Q(pk=int(key)) if key.isascii() and key.isdigit() else Q())
    rows = Initiative.objects.visible_to(actor).select_related("lifecycle")
    found: Initiative | None = rows.filter(wanted).first()
    return found


def gate_now(initiative: Initiative, gate: str, now: datetime) -> GateNow | None:
    """A constant number of statements; None where neither a review nor a template of its lifecycle knows such a gate."""
    reviews = list(Review.objects.filter(initiative=initiative, gate=gate).select_related("template").order_by("-id")[:50])
    name = reviews[0].gate_name if reviews else _name_of(initiative.lifecycle.key, gate)
    if name is None:
        return None
    # Whatever is newest is in effect: a correction follows what it corrects, and a later round an earlier one.
    decision = Decision.objects.filter(initiative=initiative, gate=gate).select_related("by", "review").order_by("-id").first()
    running = next((one for one in reviews if one.state in OPEN), None)
    found = evaluated([one for one in (running, decision.review if decision else None) if one is not None], now=now)
    after = found[decision.review_id] if decision else None
    changes = _changes(decision, after)
    ahead = found[running.pk] if running else None
    conditions, owners = _conditions(decision)
    today = timezone.localdate(now)
    case = Case(
        decided=Outcome(decision.outcome) if decision else None, changes=changes, conditions=conditions, reviewed=bool(reviews),
        recommended=ahead.recommendation if ahead else None, closed=initiative.status == Status.CLOSED,
    )  # fmt: skip
    judged = ahead or after
    standing = tuple(one for one in conditions if one.state(today) in STANDING)
    times = [one.recheck_at for one in (after, ahead) if one is not None] + [_over(one) for one in standing]
    texts = {one.criterion.key: one.criterion.text for each in (after, ahead) if each for one in each.judged}
    return GateNow(
        initiative, gate, name, decision, running, judged, standing, owners, changes, texts, passing(case, today),
        changes_until(times, now),
    )  # fmt: skip


def _name_of(lifecycle: str, gate: str) -> str | None:
    """As the newest template of the lifecycle that has it calls it; drafts name nothing yet."""
    for row in GateTemplate.objects.filter(lifecycle=lifecycle).exclude(state="draft").order_by("-is_default", "-id"):
        for one in parsed(row).gates:
            if one.key == gate:
                return one.name
    return None


def _changes(decision: Decision | None, after: Evaluated | None) -> tuple[Change, ...]:
    if decision is None or after is None:
        return ()
    return drift(json.loads(decision.content), after.judged, after.recommendation, after.dependencies)


def _conditions(decision: Decision | None) -> tuple[tuple[Condition, ...], dict[int, str]]:
    if decision is None:
        return (), {}
    rows = list(ConditionRow.objects.filter(decision=decision).select_related("owner").prefetch_related("events").order_by("id"))
    return tuple(condition_of(row, row.events.all()) for row in rows), {row.owner_id: str(row.owner) for row in rows}


def _over(condition: Condition) -> datetime:
    """When its day is over, where people are."""
    return timezone.make_aware(datetime.combine(condition.due + timedelta(days=1), time()))
