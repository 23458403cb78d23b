"""All that a pack stands on, read once for all reviews of an agenda: a constant number of statements, but for the unknowns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from portfolio.accounts.rules import Actor
from portfolio.finance.queries.standing import Money, amounts_of
from portfolio.initiatives.models import Stage
from readiness.assessments.queries.unknowns.rows import Row as Unknown
from readiness.assessments.queries.unknowns.rows import every
from readiness.assessments.queries.unknowns.wanted import Wanted
from readiness.evidence.queries.judged import Seen, judged, seen_of
from readiness.gates.models import Decision
from readiness.gates.queries.conditions import ConditionNow, standing_conditions
from readiness.gates.queries.evaluated import Evaluated, evaluated
from readiness.gates.queries.record import heads_now
from readiness.gates.queries.seated import names_of
from readiness.gates.queries.situation import chain_of
from readiness.gates.queries.waivers import WaiverNow, waivers_now
from readiness.gates.rules.record.chain import Head, heads_digest
from readiness.meetings.models import AgendaItem, Meeting
from readiness.meetings.queries.meetings import agenda_items
from readiness.risk.queries.panel import Put, put
from readiness.silos.queries.standing import FindingFacts, finding_facts
from readiness.sizing.queries.overview import overview
from readiness.workloads.models import Requirement
from readiness.workloads.queries.profiles import visible_workloads


@dataclass(frozen=True)
class Subject:
    """One item of the agenda with everything that its part tells. `last`: the newest decision in effect, at whatever gate."""

    item: AgendaItem
    judged: Evaluated
    waivers: Sequence[WaiverNow]
    conditions: Sequence[ConditionNow]
    last: Decision | None
    requirements: Sequence[Mapping[str, Any]]
    sizings: Sequence[Mapping[str, Any]]
    unknowns: Sequence[Unknown]
    amounts: Sequence[Money] = ()
    silos: FindingFacts | None = None
    risk: Put | None = None


@dataclass(frozen=True)
class Gathered:
    """`stages`: names by lifecycle and key. `heads`: of the chains of the reviews; `digest`: over those of all chains."""

    meeting: Meeting
    subjects: Sequence[Subject]
    names: Mapping[int, str]
    seen: Seen
    stages: Mapping[int, Mapping[str, str]]
    heads: Sequence[Head]
    digest: str
    now: datetime

    @property
    def zone(self) -> tzinfo:
        return ZoneInfo(self.meeting.time_zone or "UTC")


def gathered(by: Actor, meeting: Meeting, *, now: datetime) -> Gathered:
    """As `by` may see it: sources and pools of units that they do not see have no name in it."""
    items = list(agenda_items(meeting).select_related("review__initiative__stage"))
    ids = {item.review.initiative_id for item in items}
    found = evaluated([item.review for item in items], now=now)
    waivers, conditions = waivers_now(ids, now=now), standing_conditions(ids, now=now)
    decisions, requirements, sizings = _last_decisions(ids), _requirements(ids), _sizings(by, ids, now)
    amounts, silos = amounts_of(ids, today=timezone.localdate(now)), finding_facts(ids)
    risks = put(ids, decisions)
    subjects = [
        Subject(
            item, found[item.review_id], waivers.get((item.review.initiative_id, item.review.gate), ()),
            conditions.get(item.review.initiative_id, ()), decisions.get(item.review.initiative_id),
            requirements[item.review.initiative_id], sizings[item.review.initiative_id],
            list(every(by, Wanted(initiative=item.review.initiative_id), timezone.localdate(now))),
            amounts.get(item.review.initiative_id, ()), silos.get(item.review.initiative_id),
            risks.get(item.review.initiative_id),
        )
        for item in items
    ]  # fmt: skip
    every_requirement = [row for rows in requirements.values() for row in rows]
    return Gathered(
        meeting, subjects, names_of(_named(subjects)), seen_of(by, every_requirement),
        _stages({item.review.initiative.lifecycle_id for item in items}), heads_now([chain_of(item.review) for item in items]),
        heads_digest(heads_now()), now,
    )  # fmt: skip


def _stages(lifecycles: set[int]) -> dict[int, dict[str, str]]:
    made: dict[int, dict[str, str]] = defaultdict(dict)
    for lifecycle, key, name in Stage.objects.filter(lifecycle__in=lifecycles).values_list("lifecycle_id", "key", "name"):
        made[lifecycle][key] = name
    return made


def _last_decisions(ids: set[int]) -> dict[int, Decision]:
    rows = Decision.objects.filter(initiative__in=ids, superseded_by=None).select_related("review", "by")
    return {row.initiative_id: row for row in rows.order_by("at", "id")}


def _requirements(ids: set[int]) -> dict[int, list[dict[str, Any]]]:
    rows = Requirement.objects.filter(initiative__in=ids, retired_at=None, workload__retired_at=None)
    made: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in judged(rows):
        made[row["initiative_id"]].append(row)
    return made


def _sizings(by: Actor, ids: set[int], now: datetime) -> dict[int, list[dict[str, Any]]]:
    made: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in overview(by, visible_workloads(by).filter(initiative__in=ids), timezone.localdate(now)):
        made[row["initiative_id"]].append(row)
    return {pk: sorted(made[pk], key=lambda row: int(row["id"])) for pk in ids}


def _named(subjects: Sequence[Subject]) -> set[int]:
    people: set[int | None] = set()
    for one in subjects:
        people |= {one.item.review.initiative.owner_id, one.item.review.initiative.sponsor_id}
        people |= {each.condition.owner for each in one.conditions}
        for waiver in one.waivers:
            people |= {*waiver.now.asked_by, waiver.now.approved_by}
    return {person for person in people if person is not None}
