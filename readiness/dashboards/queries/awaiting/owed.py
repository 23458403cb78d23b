"""What waits for somebody by what they own or may decide: waivers, conditions, and what a scheduled review lacks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from django.db.models import F, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from portfolio.accounts.choices import Action, Role
from portfolio.accounts.rules import Actor
from portfolio.initiatives.models import Initiative
from portfolio.kit.scope import within
from readiness.dashboards.choices import DutyKind
from readiness.dashboards.queries.awaiting.duty import NOTHING, Duty, duty
from readiness.gates.choices import ConditionState, ReviewState, WaiverState, WaiverStep
from readiness.gates.models import Review, Waiver, WaiverEvent
from readiness.gates.queries.listed import conditions as standing
from readiness.gates.queries.waivers import events_of
from readiness.gates.rules.conditions import STANDING
from readiness.gates.rules.criteria.reasons import Who
from readiness.gates.rules.waivers import deciding, fold

_EXTENSIBLE = (WaiverState.APPROVED, WaiverState.ACTIVE, WaiverState.EXPIRED)


def waivers(actor: Actor, person: int, now: datetime) -> Iterator[Duty]:
    """Asked for and not decided, extensions too, where one may approve: not asked for by oneself, not of one's own initiative.

    Two statements.
    """
    last = WaiverEvent.objects.filter(waiver=OuterRef("pk")).order_by("-id").values("step")[:1]
    rows = Waiver.objects.visible_to(actor).filter(within("initiative__unit__path", actor.paths(Action.DECIDE)))
    open_ones = Q(state__in=(WaiverState.PROPOSED, WaiverState.UNDER_REVIEW))
    extended = Q(state__in=_EXTENSIBLE, last=WaiverStep.EXTEND)
    wanted = rows.annotate(last=Subquery(last)).filter(open_ones | extended).exclude(_own(person)).select_related("initiative")
    found = list(wanted.order_by("id"))
    steps = events_of([row.pk for row in found] or [NOTHING])
    for row in found:
        folded = fold(steps[row.pk], now)
        waits = folded.state is WaiverState.PROPOSED or deciding(folded)
        if waits and person not in folded.asked_by:
            yield duty(DutyKind.WAIVER, f"waiver:{row.pk}", row.criterion_text, row.initiative, "gates:waiver", row.pk)


def _own(person: int) -> Q:
    return (Q(initiative__owner=person) & Q(initiative__owner__isnull=False)) | (
        Q(initiative__sponsor=person) & Q(initiative__sponsor__isnull=False)
    )


def conditions(actor: Actor, person: int, now: datetime) -> Iterator[Duty]:
    """Open and overdue ones that one owns; one statement."""
    rows = standing(actor, timezone.localdate(now)).filter(owner=person, standing__in=STANDING)
    for row in rows.select_related("initiative").annotate(review=F("decision__review_id")).order_by("due", "id"):
        yield duty(
            DutyKind.CONDITION, f"condition:{row.pk}", row.text, row.initiative, "gates:review", row.review, due=row.due,
            overdue=row.standing == ConditionState.OVERDUE,
        )  # fmt: skip


def readiness(actor: Actor, person: int, _now: datetime) -> Iterator[Duty]:
    """Reviews that are scheduled and not ready, where something that is missing is one's own to bring; one statement."""
    rows = Review.objects.visible_to(actor).filter(state=ReviewState.SCHEDULED, ready=False)
    for row in rows.select_related("initiative__unit").order_by("scheduled_at", "id"):
        mine = [one["text"] for one in row.missing if any(_brings(who, actor, person, row.initiative) for who in one["who"])]
        if mine:
            more = _(" and %d more") % (len(mine) - 1) if len(mine) > 1 else ""
            text = _("%(gate)s lacks: %(what)s%(more)s") % {"gate": row.gate_name, "what": mine[0], "more": more}
            yield duty(
                DutyKind.READINESS, f"readiness:{row.pk}", text, row.initiative, "gates:review", row.pk, due=row.scheduled_at
            )  # fmt: skip


def _brings(who: str, actor: Actor, person: int, initiative: Initiative) -> bool:
    """Whether one is of the kind of people whom a need names. What asks a gatekeeper stands among the judgements."""
    found = _KINDS.get(who)
    return found is not None and found(actor, person, initiative)


def _holds(role: Role) -> Callable[[Actor, int, Initiative], bool]:
    return lambda actor, _person, one: any(
        grant.role is role and one.unit.path.startswith(grant.path) for grant in actor.grants
    )  # fmt: skip


_KINDS: Mapping[str, Callable[[Actor, int, Initiative], bool]] = {
    Who.INITIATIVE_OWNER: lambda _actor, person, one: person in (one.owner_id, one.sponsor_id),
    Who.WORKLOAD_UNIT: _holds(Role.ARCHITECT),
    Who.POOL_OWNER: _holds(Role.ARCHITECT),
    Who.PROGRAM_MANAGER: _holds(Role.PROGRAM_MANAGER),
    Who.FINANCE: _holds(Role.FINANCE),
    Who.PROCUREMENT: _holds(Role.PROCUREMENT),
    "source_unit": _holds(Role.ARCHITECT),
}
