"""What the drop zone and the form of attesting share: who may bring anything, and what an address chooses in advance."""

from __future__ import annotations

from typing import Any

from portfolio.accounts.choices import Action
from readiness.evidence.forms.subject import POOL, WORKLOAD, Subjects
from readiness.evidence.queries.subjects import workloads_for
from readiness.evidence.views.access import PageRequest

_LONGEST_ID = 18


def may_bring(request: PageRequest, subjects: Subjects) -> bool:
    """By role somewhere, or by hand for an initiative of one's own."""
    return request.actor.may_somewhere(Action.BRING) or workloads_for(request.actor, subjects.action).exists()


def start(request: PageRequest, subjects: Subjects) -> dict[str, Any]:
    """`?workload=` and `?pool=` choose in advance; who has one unit has chosen it."""
    workload, pool = (request.GET.get(name, "") for name in (WORKLOAD, POOL))
    if _is_id(pool) and int(pool) in subjects.pools:
        return {"about": POOL, "pool": pool}
    made: dict[str, Any] = {"about": WORKLOAD, "workload": workload if _is_id(workload) else ""}
    return made | ({"unit": str(next(iter(subjects.units)))} if len(subjects.units) == 1 else {})


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _LONGEST_ID
