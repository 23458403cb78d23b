"""Who needs help: running initiatives by what is likely lost with them, or by kinds of trouble on record. One statement."""

from __future__ import annotations

from datetime import date
from typing import Any

import orjson
from django.db.models import QuerySet

from portfolio.accounts.rules import Actor
from portfolio.initiatives.models import Initiative
from readiness.dashboards.queries.filtered import as_sql, fetch, priced_sql
from readiness.dashboards.queries.history import stays
from readiness.dashboards.rules.help import Help, InTrouble, troubles
from readiness.risk.rules.spending import OVERRUN

SHOWN = 5
# Reasons are rows (id, reason, n, since, text, ref). `l` says whether figures may be told apart: only what was learned ranks, and
# only amounts that the reader may see. Else more kinds come first; of equal ones those that somebody marked red.
_HELP = """
, p AS MATERIALIZED ({priced})
, w AS MATERIALIZED (
    SELECT n.id, n.rag, n.status_note, n.status_note_at, n.owner_id IS NULL AND n.owner_name = '' AS nobody,
           r.value, r.low, r.high, r.drivers, r.resolved, r.months,
           CASE WHEN p.priced THEN r.value * (coalesce(k.spent, 0) + %s * coalesce(k.bound, 0)) END AS loss,
           CASE WHEN p.priced THEN coalesce(k.spent, 0) + coalesce(k.bound, 0) END AS stake,
           p.priced AND k.unknown + k.unbounded + k.no_rate > 0 AS least
    FROM i JOIN initiatives_initiative n ON n.id = i.id JOIN p ON p.id = i.id
    LEFT JOIN initiatives_riskstanding r ON r.initiative_id = i.id LEFT JOIN risk_stake k ON k.initiative_id = i.id
    WHERE i.wanted AND i.status <> 'closed'
), l AS (
    SELECT count(*) AS running, coalesce(bool_or(resolved > 0 AND loss > 0), false) AS by_loss, max(months) AS months FROM w
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
        FROM w JOIN evidence_standing s ON s.initiative_id = w.id AND s.verdict IN ('not_met', 'stale', 'unknown')
        JOIN workloads_requirement q ON q.id = s.requirement_id AND q.retired_at IS NULL
        JOIN workloads_workload l ON l.id = s.workload_id AND l.retired_at IS NULL GROUP BY w.id, s.verdict
    UNION ALL SELECT w.id, 'milestone', count(*), min(m.due), (array_agg(m.name ORDER BY m.due, m.id))[1], NULL
        FROM w JOIN initiatives_milestone m ON m.initiative_id = w.id AND m.done_on IS NULL AND m.due < %s GROUP BY w.id
    UNION ALL SELECT id, 'nobody', 1, NULL, '', NULL FROM w WHERE nobody
), ranked AS MATERIALIZED (
    SELECT r.id, count(DISTINCT r.reason) AS kinds, bool_or(r.reason = 'red') AS red, sum(r.n) AS behind,
           jsonb_agg(jsonb_build_object('reason', r.reason, 'n', r.n, 'since', r.since, 'text', r.text, 'ref', r.ref)) AS why
    FROM reasons r GROUP BY r.id
), troubled AS MATERIALIZED (
    SELECT w.id, ranked.kinds, ranked.red, ranked.behind, ranked.why, CASE WHEN l.by_loss THEN w.loss END AS first, w.loss,
           w.value, w.low, w.high, w.drivers, w.stake, w.least
    FROM w CROSS JOIN l LEFT JOIN ranked ON ranked.id = w.id WHERE ranked.id IS NOT NULL OR (l.by_loss AND w.loss > 0)
)
SELECT n.id, n.key, n.name, u.name, coalesce(s.name, ''), coalesce(o.name, n.owner_name), coalesce(top.why, '[]')::text, top.loss,
       top.value, top.low, top.high, top.drivers, top.stake, top.least,
       top.total, l.running, l.by_loss, l.months
FROM l LEFT JOIN (SELECT troubled.*, count(*) OVER () AS total FROM troubled
      ORDER BY first DESC NULLS LAST, kinds DESC NULLS LAST, red DESC NULLS LAST, behind DESC NULLS LAST, id LIMIT %s) top ON true
LEFT JOIN initiatives_initiative n ON n.id = top.id LEFT JOIN accounts_businessunit u ON u.id = n.unit_id
LEFT JOIN initiatives_stage s ON s.id = n.stage_id LEFT JOIN accounts_user o ON o.id = n.owner_id
ORDER BY top.first DESC NULLS LAST, top.kinds DESC NULLS LAST, top.red DESC NULLS LAST, top.behind DESC NULLS LAST, top.id
"""


def _one(row: tuple[Any, ...]) -> InTrouble:
    pk, key, name, unit, stage, owner, why, loss, value, low, high, drivers, stake, least, *_whole = row
    figure = None if value is None else (value, low, high)
    return InTrouble(
        pk, key, name, unit, stage, owner, troubles(orjson.loads(why)), float(loss) if loss else None, figure,
        tuple(drivers or ()), None if stake is None else float(stake), bool(least),
    )  # fmt: skip


def _unpriced(rows: QuerySet[Initiative]) -> tuple[str, tuple[Any, ...]]:
    sql, params = as_sql(rows, "id")
    return f"SELECT id, false AS priced FROM ({sql}) x", params  # noqa: S608 (the ORM's own text)


def who_needs_help(rows: QuerySet[Initiative], visible: QuerySet[Initiative], *, today: date, actor: Actor | None = None) -> Help:
    """The first SHOWN among `rows`; standing still is judged against `visible`. Without `actor` no amount is read."""
    head, params = stays(rows, visible, today=today)
    priced, more = priced_sql(rows, actor, "id") if actor is not None else _unpriced(rows)
    found = fetch(head.rstrip() + _HELP.replace("{priced}", priced), (*params, *more, OVERRUN.mean, today, today, SHOWN))
    shown = tuple(_one(row) for row in found if row[0] is not None)
    *_first, total, running, by_loss, months = found[0]
    return Help(shown, total or 0, running, by_loss, months)
