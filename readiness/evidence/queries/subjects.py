"""What evidence can be about, for pickers: workloads by text, pools, and the units that own sources."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet

from portfolio.accounts.choices import Action
from portfolio.accounts.rules import Actor
from portfolio.initiatives.choices import Status
from portfolio.kit.scope import within
from readiness.workloads.models import CapacityPool, Workload

MOST_OFFERED = 100
# Who may bring evidence, or let a source be asked for it, besides those with the action itself.
_WORKLOADS = {Action.BRING: (Action.BRING,), Action.EVIDENCE: (Action.EVIDENCE, Action.WORKLOAD)}
_POOLS = {Action.BRING: (Action.BRING,), Action.EVIDENCE: (Action.EVIDENCE, Action.CAPACITY)}


def workloads_for(actor: Actor, action: Action) -> QuerySet[Workload]:
    """Those in use that the actor may do `action` for: by role for the unit, or by hand as owner or sponsor."""
    rows: QuerySet[Workload] = Workload.objects.visible_to(actor).filter(retired_at=None).exclude(
        initiative__status=Status.CLOSED
    )  # fmt: skip
    allowed = _any(actor, _WORKLOADS[action], "initiative__unit__path")
    if allowed and actor.scopes is None and actor.user_id is not None:
        allowed |= Q(initiative__owner=actor.user_id) | Q(initiative__sponsor=actor.user_id)
    return rows.filter(allowed).select_related("initiative__unit").order_by("initiative__number", "name", "id")


def matching(rows: QuerySet[Workload], text: str) -> QuerySet[Workload]:
    """Those whose name, or the name or key of whose initiative, holds every word of the text."""
    for word in text.replace("\x00", "").split()[:8]:
        rows = rows.filter(
            Q(name__icontains=word) | Q(initiative__name__icontains=word) | Q(initiative__key__istartswith=word)
        )  # fmt: skip
    return rows


def pools_for(actor: Actor, action: Action) -> QuerySet[CapacityPool]:
    """Pools of the units for which the actor may do `action`."""
    rows: QuerySet[CapacityPool] = CapacityPool.objects.visible_to(actor)
    return rows.filter(_any(actor, _POOLS[action], "unit__path")).select_related("unit").order_by("name", "id")


def label(row: Workload) -> str:
    """`AI-0042 · Chat · Contract reading`: the initiative's key, the workload, the initiative."""
    return f"{row.initiative.key} · {row.name} · {row.initiative.name}"


def _any(actor: Actor, actions: Iterable[Action], lookup: str) -> Q:
    """Rows of the units for which the actor may do one of `actions`; an empty condition is every row."""
    conditions = [within(lookup, actor.paths(action)) for action in actions]
    return reduce(or_, conditions) if all(conditions) else Q()
