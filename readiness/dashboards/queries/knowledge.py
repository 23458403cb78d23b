"""Verdicts by dimension over the running initiatives that a filter leaves, and what is unknown most."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from django.db.models import QuerySet

from portfolio.accounts.rules import Actor
from portfolio.initiatives.choices import Status
from portfolio.initiatives.models import Initiative
from readiness.assessments.choices import UnknownKind
from readiness.assessments.queries.unknowns.groups import Group, groups
from readiness.assessments.queries.unknowns.wanted import Wanted
from readiness.dashboards.queries.filtered import as_sql, fetch
from readiness.dashboards.rules.knowledge import Knowledge, knowledge_of

# The newest assessment of each counts. A question without an answer, a requirement that was never judged: unknown.
_VERDICTS = """
WITH f AS MATERIALIZED ({filtered}),
runs AS MATERIALIZED (
    SELECT DISTINCT ON (a.initiative_id) a.id, a.initiative_id, a.bank_id
    FROM assessments_assessment a JOIN f ON f.id = a.initiative_id ORDER BY a.initiative_id, a.number DESC
)
SELECT 'running', '', (SELECT count(*) FROM runs)::text, count(*) FROM f
UNION ALL
SELECT 'answer', q.dimension, n.reply, count(*)
FROM runs r JOIN assessments_assessmentanswer n ON n.assessment_id = r.id JOIN assessments_question q ON q.id = n.question_id
GROUP BY 2, 3
UNION ALL
SELECT 'answer', asked.dimension, 'unknown', asked.n - coalesce(given.n, 0)
FROM (SELECT q.dimension, sum(b.n) AS n FROM (SELECT bank_id, count(*) AS n FROM runs GROUP BY 1) b
      JOIN assessments_question q ON q.bank_id = b.bank_id GROUP BY 1) asked
LEFT JOIN (SELECT q.dimension, count(*) AS n FROM runs r JOIN assessments_assessmentanswer n ON n.assessment_id = r.id
           JOIN assessments_question q ON q.id = n.question_id GROUP BY 1) given ON given.dimension = asked.dimension
UNION ALL
SELECT 'requirements', '', coalesce(s.verdict, 'unknown'), count(*)
FROM f JOIN workloads_requirement r ON r.initiative_id = f.id AND r.retired_at IS NULL
JOIN workloads_workload w ON w.id = r.workload_id AND w.retired_at IS NULL
LEFT JOIN evidence_standing s ON s.requirement_id = r.id GROUP BY 3
UNION ALL
SELECT 'value', '', v.knowledge, count(*)
FROM f JOIN workloads_profilevalue v ON v.initiative_id = f.id
JOIN workloads_workload w ON w.id = v.workload_id AND w.retired_at IS NULL WHERE v.knowledge <> 'unknown' GROUP BY 3
UNION ALL
SELECT 'criteria', '', c.key, sum(c.value::int)
FROM f JOIN gates_review g ON g.initiative_id = f.id AND g.state IN ('planned', 'scheduled', 'in_review', 'proposed')
CROSS JOIN LATERAL jsonb_each_text(g.verdicts) c GROUP BY 3
"""


class Known(NamedTuple):
    """`groups` are what is unknown, what holds up most gates first."""

    knowledge: Knowledge
    groups: list[Group]


def knowledge(rows: QuerySet[Initiative], actor: Actor, today: date) -> Known:
    """Of the running ones among `rows`. Four statements."""
    running = rows.exclude(status=Status.CLOSED)
    filtered, params = as_sql(running, "id")
    found = groups(actor, Wanted(among=running), today)
    unknown_values = sum(one.items for one in found.groups if one.kind is UnknownKind.VALUE)
    return Known(knowledge_of(fetch(_VERDICTS.format(filtered=filtered), params), unknown_values), found.groups)
