"""Gates and milestones. A statement each."""

# ruff: noqa: S608 (the statements are put together from constants, values are parameters)

from __future__ import annotations

from readiness.gates.choices import WaiverState
from readiness.risk.queries.facts.asked import ASKED, Asked
from readiness.risk.rules.drivers.facts import Dates, Gates

# Overdue from the day after it was due (gates.rules.conditions). A waiver is in force between its times, whether or not a sweep
# has noted it yet (gates.rules.waivers).
_GATES = f"""
WITH {ASKED}, review AS (
    SELECT r.initiative_id, count(*) AS n, max(r.opened_at) AS at FROM gates_review r JOIN asked ON asked.id = r.initiative_id
    WHERE r.opened_at <= %(now)s GROUP BY 1
), decision AS (
    SELECT d.initiative_id, count(*) AS n, max(d.at) AS at FROM gates_decision d JOIN asked ON asked.id = d.initiative_id
    WHERE NOT EXISTS (SELECT FROM gates_decision later WHERE later.supersedes_id = d.id) GROUP BY 1
), condition AS (
    SELECT c.initiative_id, count(*) AS n, count(*) FILTER (WHERE c.due < %(today)s) AS overdue, min(c.due) AS due
    FROM gates_condition c JOIN asked ON asked.id = c.initiative_id
    WHERE NOT EXISTS (SELECT FROM gates_conditionevent e WHERE e.condition_id = c.id AND e.kind IN ('proven', 'lapsed'))
    GROUP BY 1
), waiver AS (
    SELECT w.initiative_id, count(*) AS n, min(w.expires_at) AS expires
    FROM gates_waiver w JOIN asked ON asked.id = w.initiative_id
    WHERE w.state IN ('{WaiverState.APPROVED.value}', '{WaiverState.ACTIVE.value}') AND w.expires_at > %(now)s
      AND (w.begins_at IS NULL OR w.begins_at <= %(now)s)
    GROUP BY 1
)
SELECT asked.id, coalesce(r.n, 0)::int, coalesce(d.n, 0)::int, coalesce(c.n, 0)::int, coalesce(c.overdue, 0)::int, c.due,
       coalesce(w.n, 0)::int, w.expires, greatest(r.at, d.at)
FROM asked LEFT JOIN review r ON r.initiative_id = asked.id LEFT JOIN decision d ON d.initiative_id = asked.id
LEFT JOIN condition c ON c.initiative_id = asked.id LEFT JOIN waiver w ON w.initiative_id = asked.id
WHERE num_nonnulls(r.n, d.n, c.n, w.n) > 0
"""
_DATES = f"""
WITH {ASKED}
SELECT m.initiative_id, count(*)::int, count(m.done_on)::int,
       count(*) FILTER (WHERE m.moved > 0 OR coalesce(m.done_on, %(today)s::date) > m.due)::int
FROM initiatives_milestone m JOIN asked ON asked.id = m.initiative_id WHERE m.due IS NOT NULL GROUP BY 1
"""


def gates(asked: Asked) -> dict[int, Gates]:
    """By initiative, of those with an opened review, a decision, an open condition or a waiver in force."""
    return {pk: Gates(*rest) for pk, *rest in asked.rows(_GATES)}


def milestones(asked: Asked) -> dict[int, Dates]:
    """By initiative, of those with a milestone that has a date. Nobody notes when a date was moved."""
    return {pk: Dates(*rest) for pk, *rest in asked.rows(_DATES)}
