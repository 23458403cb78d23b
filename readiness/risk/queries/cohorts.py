"""The figures of the cohort pages: five statements, whatever the filter."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
from django.db.models import Case, CharField, Count, F, Q, QuerySet, Value, When

from portfolio.accounts.rules import Actor
from portfolio.initiatives.choices import ABANDONMENT, ClosureKind, ProcurementRoute
from portfolio.initiatives.models import Closure, Initiative
from portfolio.initiatives.queries.lists import StageRow
from portfolio.procurement.choices import InPlan, State
from portfolio.procurement.models import PurchaseShare
from readiness.risk.queries.careers import Careers, careers
from readiness.risk.queries.stays import Stays, stays
from readiness.risk.rules.careers import Flags, Texts
from readiness.risk.rules.cohorts import FEWEST, NO_PURCHASE, OF_CLOSURE, Side, StageTime, Times, causes, competing, lead, side
from readiness.risk.rules.figures import Cohorts, Reason, Template, gates

PRODUCTION = "production"
_COUNTS_AS = Case(
    When(Q(purchase__in_plan=InPlan.UNKNOWN, purchase__plan_item__isnull=False), then=Value(InPlan.YES.value)),
    default=F("purchase__in_plan"),
    output_field=CharField(),
)


def cohorts(
    actor: Actor, rows: QuerySet[Initiative], *, stage_rows: Sequence[StageRow], on: date,
    purchases: bool = True,
) -> Cohorts:  # fmt: skip
    """Figures of `rows`, initiatives that the reader sees. `purchases`: whether the reader may read those, too."""
    routes: dict[int, str] = dict(rows.order_by().values_list("id", "procurement_route"))
    found = careers(demo=actor.showing_demo, on=on, among=routes)
    been = stays(demo=actor.showing_demo, on=on, among=routes)
    reasons, plan = _reasons(rows), _plan(actor, rows) if purchases else None
    templates = _templates(been, stage_rows)
    shown = templates[0] if templates else None
    few = len(routes) < FEWEST
    every = Times(found.entry_month, found.leaving_month, causes(found.ending, found.closure))
    return Cohorts(
        on=on, initiatives=len(routes), aged=len(found), left_out={} if few else found.left_out, templates=templates,
        template=shown,
        gates=() if few or shown is None else _gates(been, shown, stage_rows),
        times=() if few or shown is None else _times(been, shown, stage_rows),
        life=None if few else competing(every), lead=None if few else lead(every), reasons=() if few else reasons,
        plan=None if plan is None else () if few else _sides(found, every, plan, (*InPlan, NO_PURCHASE)),
        route=() if few else _sides(found, every, routes, (*ProcurementRoute,)),
    )  # fmt: skip


def _reasons(rows: QuerySet[Initiative]) -> tuple[Reason, ...]:
    """The most frequent first, "unknown" last: nobody gave it as a reason."""
    standing = Closure.objects.filter(
        initiative__in=rows.order_by().values("pk"), reopened_at=None, kind__in=[str(kind) for kind in ABANDONMENT]
    )
    counts: dict[str, dict[Any, int]] = defaultdict(dict)
    for kind, reason, n in standing.order_by().values_list("kind", "reason").annotate(n=Count("pk")):
        counts[reason][OF_CLOSURE[ClosureKind(kind)]] = n
    made = [Reason(reason, kinds) for reason, kinds in counts.items()]
    return tuple(sorted(made, key=lambda one: (one.reason == "unknown", -one.total, one.reason)))


def _plan(actor: Actor, rows: QuerySet[Initiative]) -> dict[int, str]:
    """ "no" where any purchase that the reader sees is out of the plan, "yes" where all are in it, else "unknown"."""
    shares = (
        PurchaseShare.objects.visible_to(actor)
        .filter(initiative__in=rows.order_by().values("pk"))
        .exclude(purchase__state=State.CANCELLED)
    )
    told: dict[int, set[str]] = defaultdict(set)
    for pk, counts_as in shares.order_by().values_list("initiative_id", _COUNTS_AS).distinct():
        told[pk].add(counts_as)
    worst = (InPlan.NO.value, InPlan.UNKNOWN.value, InPlan.YES.value)
    return {pk: next(one for one in worst if one in found) for pk, found in told.items()}


def _sides(found: Careers, times: Times, of: Mapping[int, str], keys: Sequence[str]) -> tuple[Side, ...]:
    told = np.array([of.get(pk, NO_PURCHASE) for pk in found.initiative_id.tolist()], dtype=np.str_)
    made = (side(str(key), int(np.count_nonzero(told == str(key))), times.take(told == str(key))) for key in keys)
    return tuple(one for one in made if one.n)


def _templates(been: Stays, stage_rows: Sequence[StageRow]) -> tuple[Template, ...]:
    names = {row.lifecycle_key: row.lifecycle_name for row in reversed(stage_rows)}
    made = [
        Template(str(key), names.get(str(key), str(key)), len(np.unique(been.initiative_id[been.template == key])))
        for key in np.unique(been.template)
    ]
    return tuple(sorted(made, key=lambda one: (-one.initiatives, one.name)))


def _stages(of: Template, stage_rows: Sequence[StageRow], seen: Texts) -> list[StageRow]:
    """Those of the newest version, and those of older ones that anybody was ever in, in their order."""
    own = [row for row in stage_rows if row.lifecycle_key == of.key]
    newest: dict[str, StageRow] = {}
    for row in own:
        newest.setdefault(row.key, row)
    used = set(seen.tolist()) | {row.key for row in own if row.lifecycle_id == own[0].lifecycle_id}
    return sorted((row for row in newest.values() if row.key in used), key=lambda row: row.position)


def _gates(been: Stays, of: Template, stage_rows: Sequence[StageRow]) -> Any:
    own: Flags = been.template == of.key
    stages = [(row.key, row.name) for row in _stages(of, stage_rows, been.stage[own])]
    return gates(stages, been.stage[own], been.went_on[own], been.closure[own], been.stage_unknown[own])


def _times(been: Stays, of: Template, stage_rows: Sequence[StageRow]) -> tuple[StageTime, ...]:
    own: Flags = been.template == of.key
    made = []
    for row in _stages(of, stage_rows, been.stage[own]):
        if row.kind == PRODUCTION:
            continue
        here = own & (been.stage == row.key)
        dated = here & (been.ages.left_out == "")
        times = Times(
            been.ages.entry[dated], been.ages.leaving[dated], causes(been.ages.ending[dated], been.closure[dated])
        )  # fmt: skip
        stays_n, dated_n = int(np.count_nonzero(here)), int(np.count_nonzero(dated))
        made.append(StageTime(row.key, row.name, stays_n, stays_n - dated_n, competing(times)))
    return tuple(made)
