"""Who needs help: running initiatives by how many kinds of trouble are on record about them. One statement."""

from __future__ import annotations

from datetime import date
from typing import Any

import orjson
from django.db.models import QuerySet

from portfolio.initiatives.models import Initiative
from readiness.dashboards.queries.filtered import fetch
from readiness.dashboards.queries.history import stays
from readiness.dashboards.rules.help import Help, InTrouble, troubles

SHOWN = 8
# Reasons are rows (id, reason, n, since, text, ref). More kinds come first; of equal ones those that somebody marked red.
_HELP = """
, w AS MATERIALIZED (
    SELECT n.id, n.rag, n.status_note, n.status_note_at, n.owner_id IS NULL AND n.owner_name = '' AS nobody
    FROM i JOIN initiatives_initiative n ON n.id = i.id WHERE i.wanted AND i.status <> 'closed'
), reasons AS MATERIALIZED (
    SELECT id, 'red' AS reason, 1 AS n, status_note_at::date AS since, status_note AS text, NULL::bigint AS ref
        FROM w WHERE rag = 'red'
    UNION ALL SELECT initiative_id, 'stalled', days, NULL, '', NULL FROM judged WHERE stalled
    UNION ALL SELECT w.id, 'gate', 1, r.evaluated_at::date, r.gate_name || '|' || r.recommended, r.id
        FROM w JOIN gates_review r ON r.initiative_id = w.id
        WHERE r.state IN ('planned', 'scheduled', 'in_review', 'proposed') AND r.recommended IN ('recycle', 'kill')
    UNION ALL SELECT w.id, 'condition', count(*), min(c.due), (array_agg(c.text ORDER BY c.due, c.id))[1],
                     (array_agg(d.review_id ORDER BY c.due, c.id))[1]
        FROM w JOIN gates_condition c ON c.initiative_id = w.id AND c.due < %s JOIN gates_decision d ON d.id = c.decision_id
        WHERE NOT EXISTS (SELECT 1 FROM gates_conditionevent e WHERE e.condition_id = c.id AND e.kind IN ('proven', 'lapsed'))
        GROUP BY w.id
    UNION ALL SELECT w.id, s.verdict, count(*), min(CASE WHEN s.verdict = 'stale' THEN s.observed_at ELSE s.since END)::date, '',
                     min(s.requirement_id)
        FROM w JOIN evidence_standing s ON s.initiative_id = w.id AND s.verdict IN ('not_met', 'stale')
        JOIN workloads_requirement q ON q.id = s.requirement_id AND q.retired_at IS NULL
        JOIN workloads_workload l ON l.id = s.workload_id AND l.retired_at IS NULL GROUP BY w.id, s.verdict
    UNION ALL SELECT w.id, 'milestone', count(*), min(m.due), (array_agg(m.name ORDER BY m.due, m.id))[1], NULL
        FROM w JOIN initiatives_milestone m ON m.initiative_id = w.id AND m.done_on IS NULL AND m.due < %s GROUP BY w.id
    UNION ALL SELECT id, 'nobody', 1, NULL, '', NULL FROM w WHERE nobody
), ranked AS MATERIALIZED (
    SELECT r.id, count(DISTINCT r.reason) AS kinds, bool_or(r.reason = 'red') AS red, sum(r.n) AS behind,
           jsonb_agg(jsonb_build_object('reason', r.reason, 'n', r.n, 'since', r.since, 'text', r.text, 'ref', r.ref)) AS why
    FROM reasons r GROUP BY r.id
)
SELECT n.id, n.key, n.name, u.name, coalesce(s.name, ''), coalesce(p.name, n.owner_name), top.why::text, top.total, r.running
FROM (SELECT count(*) AS running FROM w) r LEFT JOIN (SELECT ranked.*, count(*) OVER () AS total FROM ranked
      ORDER BY kinds DESC, red DESC, behind DESC, id LIMIT %s) top ON true
LEFT JOIN initiatives_initiative n ON n.id = top.id LEFT JOIN accounts_businessunit u ON u.id = n.unit_id
LEFT JOIN initiatives_stage s ON s.id = n.stage_id LEFT JOIN accounts_user p ON p.id = n.owner_id
ORDER BY top.kinds DESC, top.red DESC, top.behind DESC, top.id
"""


def _one(row: tuple[Any, ...]) -> InTrouble:
    pk, key, name, unit, stage, owner, why, *_counts = row
    return InTrouble(pk, key, name, unit, stage, owner, troubles(orjson.loads(why)))


def who_needs_help(rows: QuerySet[Initiative], visible: QuerySet[Initiative], *, today: date) -> Help:
    """The SHOWN with most kinds of trouble among `rows`; standing still is judged against the cohort in `visible`."""
    head, params = stays(rows, visible, today=today)
    found = fetch(head.rstrip() + _HELP, (*params, today, today, SHOWN))
    shown = tuple(_one(row) for row in found if row[0] is not None)
    return Help(shown, found[0][7] or 0, found[0][8])
