"""Who is to be told of what happens at a gate."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db.models import Q

from portfolio.accounts.choices import ALLOWED, Action, Role
from portfolio.accounts.models import RoleAssignment
from portfolio.initiatives.models import Initiative
from readiness.evidence.choices import Verdict
from readiness.gates.choices import GateFunction
from readiness.gates.models import Review, Seat, Waiver
from readiness.gates.queries.evaluated import Evaluated
from readiness.gates.queries.panels import Panel
from readiness.gates.queries.waivers import events_of
from readiness.gates.rules import waivers
from readiness.gates.rules.criteria.judge import Judged
from readiness.gates.rules.templates.kinds import JudgementRule
from readiness.gates.rules.templates.template import Criterion

_UNSAID = frozenset({Verdict.UNKNOWN, Verdict.STALE})


def may(action: Action, initiative: Initiative) -> set[int]:
    """People who may do that for the initiative's unit."""
    return holding(ALLOWED[action], initiative)


def holding(roles: Collection[Role], initiative: Initiative) -> set[int]:
    """People with an open account who hold one of the roles for the initiative's unit."""
    above = [int(part) for part in initiative.unit.path.strip("/").split("/")]
    held = RoleAssignment.objects.filter(Q(unit=None) | Q(unit__in=above), role__in=roles, user__is_active=True)
    return set(held.values_list("user_id", flat=True))


def owners(initiative: Initiative) -> set[int | None]:
    return {initiative.owner_id, initiative.sponsor_id}


def sitting(review: Review) -> set[int]:
    return set(Seat.objects.filter(review=review).values_list("person_id", flat=True))


def deciding(panel: Panel) -> frozenset[int]:
    """The chair where somebody fills that seat, else everybody who may decide."""
    chair = frozenset(one.person for one in panel.filled if one.seat.chair and one.eligible and one.person is not None)
    return chair or panel.fillers


def approving(row: Waiver, now: datetime) -> set[int]:
    """Gatekeepers of the unit who neither asked for it nor own or sponsor the initiative."""
    folded = waivers.fold(events_of([row.pk])[row.pk], now)
    return may(Action.DECIDE, row.initiative) - folded.asked_by - {one for one in owners(row.initiative) if one is not None}


def unsaid(found: Evaluated) -> Iterable[tuple[Criterion, JudgementRule]]:
    """Criteria that wait for a person's word."""
    for one in found.judged:
        if isinstance(one.criterion.rule, JudgementRule) and one.verdict in _UNSAID:
            yield one.criterion, one.criterion.rule


def standing_for(functions: Iterable[GateFunction], panel: Panel) -> set[int]:
    """Who sits for one of these functions; without any named, nobody in particular."""
    wanted = set(functions)
    return {one.seat.person for one in panel.filled if one.seat.functions & wanted}


def fading(found: Evaluated, by: datetime) -> list[Judged]:
    """Criteria that hold now on evidence whose time runs out before then."""
    holding = (Verdict.MET, Verdict.WARNING)
    return [
        one
        for one in found.judged
        if one.verdict in holding
        and one.finding.observed_at is not None
        and one.finding.recheck_at is not None
        and one.finding.recheck_at <= by
    ]
