"""One initiative with everything that a what-if may change, read for one reader in a constant number of statements.

What others' pools and purchases are enters verdicts and answers as it does everywhere; no row of them is shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from portfolio.accounts.rules import Actor, may_see_money
from portfolio.finance.queries.rates import band_of, settings_now
from portfolio.initiatives.models import Initiative, Milestone
from readiness.core.sizing.inputs import Task, WorkloadClass
from readiness.evidence.queries.candidates import Judged, to_judge
from readiness.gates.models import Review
from readiness.gates.models.review import OPEN
from readiness.gates.queries.conditions import ConditionNow, standing_conditions
from readiness.gates.queries.evaluated import dependencies_of, judgements_of
from readiness.gates.queries.facts import facts_of
from readiness.gates.queries.templates import gate_ahead, parsed
from readiness.gates.queries.waivers import waivers_now
from readiness.gates.rules.criteria.facts import JudgementFact
from readiness.gates.rules.templates.template import Gate, Template
from readiness.risk.queries.answers import answers_now
from readiness.risk.queries.explained import Seen, State
from readiness.risk.rules.drivers.facts import Facts
from readiness.risk.rules.explaining import Figure
from readiness.risk.rules.packing import digest
from readiness.risk.rules.whatif.outcome import Scored
from readiness.risk.rules.whatif.world import GateNow, MilestoneNow, WorkloadNow, World
from readiness.sizing.queries.options import ACCELERATOR, MODEL, drafts_of, visible_options
from readiness.sizing.queries.setting import accelerator_pools
from readiness.sizing.rules.asked import Offered
from readiness.sizing.rules.live import Stored
from readiness.workloads.models import Requirement, VenueOption, Workload
from readiness.workloads.queries.catalogue import accelerators, models
from readiness.workloads.queries.profiles import values_of, visible_workloads

MOST_WORKLOADS = 12
_VENUE = (
    "id", "function", "venue", "label", "state", "quota_requested", "quota_granted", "backlog_days", "price_notice_days",
)  # fmt: skip


def world_of(actor: Actor, one: Seen, *, today: date, now: datetime) -> World:
    """The initiative as it stands for this reader; the first MOST_WORKLOADS of its workloads."""
    row = one.initiative
    sheet = answers_now(demo=row.demo, today=today, now=now, initiative_ids=[row.pk])
    money = may_see_money(actor, unit_path=row.unit.path, owner_id=row.owner_id, sponsor_id=row.sponsor_id)
    conditions = standing_conditions([row.pk], now=now).get(row.pk, [])
    rows: Any = Milestone.objects.filter(initiative=row.pk).order_by("due", "id")
    return World(
        today=today, now=now, facts=sheet.facts[0] if len(sheet) else Facts(), workloads=_workloads(actor, row, now, money=money),
        venues=list(VenueOption.objects.visible_to(actor).filter(initiative=row.pk).order_by("function", "id").values(*_VENUE)),
        milestones=[MilestoneNow(*each) for each in rows.values_list("id", "name", "due", "done_on", "moved")],
        conditions=[each.condition for each in conditions], gate=_gate(row, conditions, now),
        band_low=float(band_of(settings_now()).low), money=money,
    )  # fmt: skip


def scored_of(one: Seen) -> Scored | None:
    """The stored figure with what computes it; None where there is none."""
    if one.state is not State.SCORED or one.score is None or one.weighed is None or one.rows is None:
        return None
    figure = Figure(one.score.value, one.score.low, one.score.high)
    return Scored(one.weighed, one.rows, one.version.horizon_months, figure)


def base_digest(world: World, scored: Scored | None) -> str:
    """Of what suppositions stand on: values, targets, dates, options, conditions, and the figure's inputs.

    What time alone changes (ages of evidence, the day) is not in it, so that a scenario is not old every morning.
    """
    workloads = [
        (pk, sorted((name, repr(value)) for name, value in one.stored.values.items()),
         [(wanted.pk, wanted.metric.value, wanted.target) for wanted in one.setting.wanted], one.needed_on,
         [(draft.pk, draft.chosen, draft.label) for draft in one.stored.drafts],
         [(held.pool, held.granted) for held in one.setting.holdings if held.granted])
        for pk, one in sorted(world.workloads.items())
    ]  # fmt: skip
    rows = scored.rows.answers if scored is not None else None
    return digest(
        workloads, [sorted(row.items()) for row in world.venues], list(world.milestones), [one.id for one in world.conditions],
        world.gate.gate.key if world.gate else "", "" if rows is None else rows,
    )  # fmt: skip


def _workloads(actor: Actor, row: Initiative, now: datetime, *, money: bool) -> dict[int, WorkloadNow]:
    held = list(visible_workloads(actor).filter(initiative=row.pk).order_by("id")[:MOST_WORKLOADS])
    ids = [each.pk for each in held]
    judged = {each.workload: each for each in to_judge(ids, now)}
    values, pools = values_of(ids), accelerator_pools(actor)
    drafts = drafts_of(visible_options(actor).filter(workload__in=ids), pools)
    hardware, catalogue = list(accelerators().values(*ACCELERATOR)), list(models().values(*MODEL))
    follows = dict(Requirement.objects.filter(workload__in=ids, retired_at=None).values_list("id", "derived_from"))
    made = {}
    for each in held:
        free = _free(judged[each.pk], pools)
        own = [replace(draft, pool=free.get(draft.pool["id"])) if draft.pool else draft for draft in drafts.get(each.pk, [])]
        offered = Offered(hardware, catalogue, free)
        stored = Stored(Task(each.task), WorkloadClass(each.workload_class), values[each.pk], own, offered, money)
        made[each.pk] = _workload(each, judged[each.pk], stored, follows)
    return made


def _workload(row: Workload, judged: Judged, stored: Stored, follows: Mapping[int, str]) -> WorkloadNow:
    own = {wanted.pk: follows.get(wanted.pk, "") for wanted in judged.setting.wanted}
    return WorkloadNow(row.pk, row.name, judged.setting, judged.evidence, stored, own, row.needed_on)


def _free(judged: Judged, pools: Mapping[int, dict[str, Any]]) -> dict[int, dict[str, Any]]:
    """Visible pools with what is free in them for the workload, its own grants counted in; None: nobody knows."""
    reach = {held.pool: held.reachable for held in judged.setting.holdings}
    return {pk: pool | {"free": reach.get(pk)} for pk, pool in pools.items()}


def _gate(row: Initiative, conditions: list[ConditionNow], now: datetime) -> GateNow | None:
    """The gate of the open review, else the one that it stands before; None where there is none."""
    review = Review.objects.filter(initiative=row.pk, state__in=OPEN).select_related("template").order_by("-id").first()
    found = _ahead(row, review)
    if found is None:
        return None
    template, gate = found
    facts = facts_of([row.pk], now=now).get(row.pk)
    if facts is None:
        return None
    judgements: dict[str, JudgementFact] = judgements_of([review]).get(review.pk, {}) if review is not None else {}
    in_force = (each.in_force for each in waivers_now([row.pk], now=now).get((row.pk, gate.key), ()))
    barring = tuple(each.condition for each in conditions if review is None or each.review != review.pk)
    return GateNow(
        gate, template.thresholds_of(gate), replace(facts, judgements=judgements), tuple(each for each in in_force if each),
        tuple(dependencies_of([row.pk]).get(row.pk, ())), barring,
    )  # fmt: skip


def _ahead(row: Initiative, review: Review | None) -> tuple[Template, Gate] | None:
    if review is not None:
        template = parsed(review.template)
        return template, template.gate(review.gate)
    found = gate_ahead(row)
    return None if found is None else (parsed(found[0]), found[1])
