"""One statement that knows everything unknown: four kinds of rows over one scope of visible initiatives.

Every row: kind, key (what is unknown), initiative_id, ref (what a form sends back), owner_id and due (who finds it out by
when), holds (whether it stands in the way of the initiative's next gate), place (workload or assessment it stands in).

It holds up the gate: an answer whose question counts for the next phase; a value that a sizing needs, from the pilot on; a
component or venue from scale-up on; an unknown stage and a missing assessment always. In production no gate is left.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import EmptyResultSet

from portfolio.accounts.rules import Actor
from readiness.assessments.choices import Component, UnknownKind
from readiness.assessments.queries.unknowns.wanted import Wanted, scope
from readiness.assessments.rules.phases import Next
from readiness.core.sizing.inputs import Task, WorkloadClass
from readiness.workloads.rules.fields import asked
from readiness.workloads.rules.values import TARGET_OF

_SCOPE = "scope (id, key, name, unit_id, unit_name, stage_id, owner_id, value, currency)"
_NOBODY = "SELECT 0::bigint, '', '', 0::bigint, '', 0::bigint, 0::bigint, NULL::numeric, '' WHERE false"
_ROWS = "every (kind, key, initiative_id, ref, owner_id, due, holds, place)"
_GOING = """
ahead AS (SELECT * FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::boolean[]) AS t (stage_id, phase, stage_name, reached)),
going AS (
    SELECT s.*, coalesce(a.phase, 'production') AS phase, coalesce(a.stage_name, '') AS next_name,
           coalesce(a.reached, false) AS reached
    FROM scope s LEFT JOIN ahead a ON a.stage_id = s.stage_id
),
runs AS (
    SELECT DISTINCT ON (a.initiative_id) a.id, a.initiative_id, a.bank_id, a.number
    FROM assessments_assessment a JOIN going g ON g.id = a.initiative_id ORDER BY a.initiative_id, a.number DESC
)
"""
_ANSWERS = """
SELECT 'answer', q.key::text, r.initiative_id, r.id || ':' || q.id, n.owner_id, n.due,
       (NOT g.reached AND q.phases ? g.phase), r.number::text
FROM runs r JOIN going g ON g.id = r.initiative_id JOIN assessments_question q ON q.bank_id = r.bank_id
LEFT JOIN assessments_assessmentanswer n ON n.assessment_id = r.id AND n.question_id = q.id
WHERE coalesce(n.reply, 'unknown') = 'unknown'
"""
_COMPONENTS = """
SELECT 'component', c.component, s.initiative_id, s.initiative_id || ':' || c.component, k.owner_id, k.due,
       (NOT g.reached AND g.phase IN ('scale_up', 'production')), ''
FROM (SELECT initiative_id FROM runs UNION SELECT initiative_id FROM assessments_componentcheck) s
JOIN going g ON g.id = s.initiative_id CROSS JOIN unnest(%s::text[]) AS c (component)
LEFT JOIN assessments_componentcheck k ON k.initiative_id = s.initiative_id AND k.component = c.component
WHERE coalesce(k.presence, 'unknown') = 'unknown'
"""
# The rule is that of workloads.rules.values.unknown_names; tests compare the two row by row.
_VALUES = """
SELECT 'value', a.name, w.initiative_id, w.id || ':' || a.name, v.owner_id, v.due,
       (a.required AND NOT g.reached AND g.phase <> 'poc'), w.name::text
FROM workloads_workload w JOIN going g ON g.id = w.initiative_id
JOIN unnest(%s::text[], %s::text[], %s::text[], %s::boolean[], %s::text[]) AS a (task, class, name, required, target)
    ON a.task = w.task AND a.class = w.workload_class
LEFT JOIN workloads_profilevalue v ON v.workload_id = w.id AND v.name = a.name
WHERE w.retired_at IS NULL AND coalesce(v.knowledge, CASE WHEN a.required THEN 'unknown' ELSE '' END) = 'unknown'
  AND (a.target = '' OR EXISTS (
      SELECT 1 FROM workloads_profilevalue t WHERE t.workload_id = w.id AND t.name = a.target AND t.knowledge = 'known'))
  AND (a.name <> 'arrival_per_s' OR 3 > (
      SELECT count(*) FROM workloads_profilevalue k WHERE k.workload_id = w.id AND k.knowledge = 'known'
      AND k.name IN ('users', 'requests_per_user_day', 'busy_hours_per_day')))
"""
_FACTS = """
SELECT 'fact', f.key, g.id, g.id || ':' || f.key, g.owner_id, NULL::date, f.holds, ''
FROM going g JOIN initiatives_initiative i ON i.id = g.id LEFT JOIN runs r ON r.initiative_id = g.id
CROSS JOIN LATERAL (VALUES
    ('stage', g.stage_id IS NULL, true),
    ('assessment', r.id IS NULL, NOT g.reached),
    ('venue_storage', i.venue_storage = 'unknown', NOT g.reached AND g.phase IN ('scale_up', 'production')),
    ('venue_training', i.venue_training = 'unknown', false),
    ('venue_inference', i.venue_inference = 'unknown', NOT g.reached AND g.phase IN ('scale_up', 'production'))
) AS f (key, is_unknown, holds)
WHERE f.is_unknown
"""
_PARTS = {
    UnknownKind.ANSWER: _ANSWERS,
    UnknownKind.COMPONENT: _COMPONENTS,
    UnknownKind.VALUE: _VALUES,
    UnknownKind.FACT: _FACTS,
}


def unknown_statement(actor: Actor, wanted: Wanted, ahead: Mapping[int, Next], today: Any) -> tuple[str, list[Any]]:
    """`WITH ..., going AS (...), unknown AS (...)` and its parameters, for a SELECT to follow.

    Visibility and amounts come from the ORM's own scoped queryset; the rest only joins to it.
    """
    try:
        scoped, params = scope(actor, wanted).query.sql_with_params()
    except EmptyResultSet:  # somebody without any role: the ORM knows without asking
        scoped, params = _NOBODY, ()
    columns: tuple[list[Any], ...] = ([], [], [], [])
    for pk, going in ahead.items():
        for column, value in zip(columns, (pk, going.phase.value, going.name, going.reached), strict=True):
            column.append(value)
    kinds = [wanted.kind] if wanted.kind else list(_PARTS)
    parts = " UNION ALL ".join(_PARTS[kind] for kind in kinds)
    arguments = [argument for kind in kinds for argument in _arguments(kind)]
    narrowed, narrowing = _narrowed(wanted, today)
    text = (  # only this module's own text is put together here; every value is a parameter
        f"WITH {_SCOPE} AS ({scoped}), {_GOING}, {_ROWS} AS ({parts}), "  # noqa: S608
        f"unknown AS (SELECT * FROM every u {narrowed})"
    )
    return text, [*params, *columns, *arguments, *narrowing]


def _arguments(kind: UnknownKind) -> list[Any]:
    if kind is UnknownKind.COMPONENT:
        return [[component.value for component in Component]]
    return _asked_fields() if kind is UnknownKind.VALUE else []


def _asked_fields() -> list[Any]:
    """Columns task, class, name, required, target of every field that some kind of workload is asked for."""
    rows = [
        (task.value, kind.value, one.name, one.required, TARGET_OF.get(one.name, ""))
        for task in Task
        for kind in WorkloadClass
        for one in asked(task, kind)
    ]
    return [list(column) for column in zip(*rows, strict=True)]


def _narrowed(wanted: Wanted, today: Any) -> tuple[str, list[Any]]:
    clauses: list[tuple[str, list[Any]]] = []
    if wanted.key:
        clauses.append(("u.key = %s", [wanted.key]))
    if wanted.owner is not None:
        clauses.append(("u.owner_id = %s", [wanted.owner]))
    if wanted.nobody:
        clauses.append(("u.owner_id IS NULL", []))
    if wanted.overdue:
        clauses.append(("u.due < %s", [today]))
    text = "WHERE " + " AND ".join(clause for clause, _ in clauses) if clauses else ""
    return text, [value for _, values in clauses for value in values]
