"""Demand and requirements: which load values are known, and what evidence says of the requirements. A statement each."""

# ruff: noqa: S608 (the statements are put together from constants, values are parameters)

from __future__ import annotations

from readiness.core.sizing.inputs import Task, WorkloadClass
from readiness.evidence.choices import Verdict
from readiness.evidence.rules.verdicts.reasons import Grade, Reason
from readiness.risk.queries.facts.asked import ASKED, Asked
from readiness.risk.rules.drivers.facts import Demand, Requirements
from readiness.workloads.choices import Knowledge
from readiness.workloads.rules.fields import asked as asked_of

# Which load values a sizing must have, by what the workload is.
_LOAD = [
    (task.value, kind.value, one.name)
    for task in Task for kind in WorkloadClass for one in asked_of(task, kind) if one.required and one.group == "Load"
]  # fmt: skip
_TASKS, _CLASSES, _NAMES = (list(column) for column in zip(*_LOAD, strict=True))
# A platform's workload carries the load of those that it serves. The arrival rate is known where it follows from the people.
_DEMAND = f"""
WITH {ASKED}, load AS (
    SELECT * FROM unnest(%(tasks)s::text[], %(classes)s::text[], %(names)s::text[]) AS l(task, class, name)
), used AS (
    SELECT w.initiative_id, w.id FROM workloads_workload w JOIN asked ON asked.id = w.initiative_id WHERE w.retired_at IS NULL
    UNION
    SELECT s.initiative_id, s.workload_id FROM workloads_workload_serves s JOIN asked ON asked.id = s.initiative_id
), profile AS (
    SELECT w.id, w.updated_at, (SELECT count(*) FROM load WHERE load.task = w.task AND load.class = w.workload_class) AS wanted,
           count(*) FILTER (WHERE load.name IS NOT NULL)
           + (count(*) FILTER (WHERE v.name IN ('users', 'requests_per_user_day', 'busy_hours_per_day')) = 3
              AND count(*) FILTER (WHERE v.name = 'arrival_per_s') = 0)::int AS known,
           max(v.updated_at) AS said_at
    FROM workloads_workload w
    LEFT JOIN workloads_profilevalue v ON v.workload_id = w.id AND v.knowledge = '{Knowledge.KNOWN.value}'
    LEFT JOIN load ON load.task = w.task AND load.class = w.workload_class AND load.name = v.name
    WHERE w.retired_at IS NULL AND w.id IN (SELECT id FROM used)
    GROUP BY w.id
)
SELECT u.initiative_id, count(*)::int, sum(p.wanted)::int, sum(p.known)::int, max(greatest(p.updated_at, p.said_at))
FROM used u JOIN profile p ON p.id = u.id GROUP BY u.initiative_id
"""
_ELSEWHERE = f"('{Grade.EASIER.name.lower()}', '{Grade.ELSEWHERE.name.lower()}')"
_PLACE = f"""v.evidence->>'grade' IN {_ELSEWHERE} OR v.reason = '{Reason.NOT_REPRESENTATIVE.value}'"""
_PLACED = f"""v.evidence->>'grade' IS NOT NULL OR v.reason = '{Reason.NOT_REPRESENTATIVE.value}'"""
# What was never judged is unknown. What does not apply, or was waived, is no requirement to count.
_REQUIREMENTS = f"""
WITH {ASKED}, judged AS (
    SELECT r.initiative_id, coalesce(s.verdict, '{Verdict.UNKNOWN.value}') AS verdict, s.headroom, s.observed_at, s.judged_at,
           {_PLACE} AS elsewhere, {_PLACED} AS placed
    FROM workloads_requirement r
    JOIN asked ON asked.id = r.initiative_id
    JOIN workloads_workload w ON w.id = r.workload_id AND w.retired_at IS NULL
    LEFT JOIN evidence_standing s ON s.requirement_id = r.id
    LEFT JOIN evidence_requirementverdict v ON v.id = s.current_id
    WHERE r.retired_at IS NULL
      AND coalesce(s.verdict, '') NOT IN ('{Verdict.NOT_APPLICABLE.value}', '{Verdict.WAIVED.value}')
)
SELECT initiative_id, count(*) FILTER (WHERE verdict = '{Verdict.MET.value}')::int,
       count(*) FILTER (WHERE verdict = '{Verdict.WARNING.value}')::int,
       count(*) FILTER (WHERE verdict = '{Verdict.NOT_MET.value}')::int,
       count(*) FILTER (WHERE verdict = '{Verdict.UNKNOWN.value}')::int,
       count(*) FILTER (WHERE verdict = '{Verdict.STALE.value}')::int,
       count(*) FILTER (WHERE verdict = '{Verdict.NOT_MET.value}'
                        OR verdict IN ('{Verdict.MET.value}', '{Verdict.WARNING.value}') AND headroom < 0)::int,
       count(*) FILTER (WHERE placed)::int, count(*) FILTER (WHERE elsewhere)::int,
       (min(observed_at) FILTER (WHERE verdict = '{Verdict.STALE.value}'))::date, max(judged_at)
FROM judged GROUP BY initiative_id
"""


def demands(asked: Asked) -> dict[int, Demand]:
    """By initiative, of those with a workload in use, their own or of a platform that serves them."""
    return {
        pk: Demand(*rest) for pk, *rest in asked.rows(_DEMAND, tasks=_TASKS, classes=_CLASSES, names=_NAMES)
    }  # fmt: skip


def requirements(asked: Asked) -> dict[int, Requirements]:
    """By initiative, of those with a requirement in use. A verdict stands as it was last judged."""
    return {pk: Requirements(*rest) for pk, *rest in asked.rows(_REQUIREMENTS)}
