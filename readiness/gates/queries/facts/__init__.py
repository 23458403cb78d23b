"""What the criteria of gates are judged by, gathered from the slices below for many initiatives at once.

None is "nothing has said anything". Judgements are of a review and not of an initiative: queries.evaluated adds them.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from readiness.gates.queries.facts.assessed import Assessed, assessed
from readiness.gates.queries.facts.bought import purchase_facts, silo_facts
from readiness.gates.queries.facts.measured import requirement_facts
from readiness.gates.queries.facts.organised import platform_facts, sequence_facts, team_facts
from readiness.gates.queries.facts.planned import capacity_facts, sizing_facts, venue_facts
from readiness.gates.queries.facts.spent import budget_facts
from readiness.gates.queries.facts.subjects import Subjects, gather
from readiness.gates.queries.facts.unknowns import unknown_facts, workload_facts
from readiness.gates.rules.criteria.facts import Facts


def facts_of(initiative_ids: Collection[int], *, now: datetime) -> dict[int, Facts]:
    """All of each initiative at `now`, in a constant number of statements. Ids that are none of an initiative are left out.

    Nothing is hidden here: whoever shows a figure asks who may see it.
    """
    subjects = gather(initiative_ids)
    if not subjects.initiatives:
        return {}
    answers = assessed(subjects)
    return _together(subjects, answers, now)


def _together(subjects: Subjects, answers: Assessed, now: datetime) -> dict[int, Facts]:
    requirements, workloads, unknowns = requirement_facts(subjects), workload_facts(subjects), unknown_facts(subjects, answers)
    sizing, capacity, venues = sizing_facts(subjects), capacity_facts(subjects, now), venue_facts(subjects)
    sequences, team, platform = sequence_facts(subjects), team_facts(subjects), platform_facts(subjects)
    budgets, bought, silos = budget_facts(subjects, now), purchase_facts(subjects, now), silo_facts(subjects)
    return {
        pk: Facts(
            requirements=tuple(requirements[pk]), workloads=tuple(workloads[pk]), unknowns=unknowns[pk],
            assessment=answers.assessments.get(pk), components=answers.components.get(pk), sizing=tuple(sizing[pk]),
            capacity=tuple(capacity[pk]), venues=venues[pk], sequences=sequences[pk], team=team[pk], platform=platform[pk],
            budget=budgets[pk], purchases=bought[pk], silos=silos.get(pk),
        )
        for pk in subjects.initiatives
    }  # fmt: skip
