"""One statement that knows everything unknown: four kinds of rows over one scope of visible initiatives.

Every row: kind, key (what is unknown), initiative_id, ref (what a form sends back), owner_id and due (who finds it out by
when), holds (whether it stands in the way of the initiative's next gate), place (workload or assessment it stands in), and
of its initiative phase, reached, value and currency.

It holds up the gate: an answer whose question counts for the next phase; a value that a sizing needs, from the pilot on; a
component or venue from scale-up on; an unknown stage and a missing assessment always. In production no gate is left.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import EmptyResultSet

from portfolio.accounts.rules import Actor
from readiness.assessments.choices import Component, UnknownKind
from readiness.assessments.queries.unknowns.wanted import Wanted, scope
from readiness.assessments.rules.phases import Next
from readiness.core.sizing.inputs import Task, WorkloadClass
from readiness.workloads.rules.fields import asked
from readiness.workloads.rules.values import TARGET_OF

# Scope and going are not materialised: each part then reaches its initiatives by their primary key, whatever the planner
# thinks of their number. What is reached once per assessment or workload is carried along and not reached again per row.
_SCOPE = "scope (id, key, name, unit_id, unit_name, stage_id, owner_id, value, currency) AS NOT MATERIALIZED"
_NOBODY = "SELECT 0::bigint, '', '', 0::bigint, '', 0::bigint, 0::bigint, NULL::numeric, '' WHERE false"
_COLUMNS = "(kind, key, initiative_id, ref, owner_id, due, holds, place, phase, reached, value, currency)"
_GOING = """
ahead AS (SELECT * FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::boolean[]) AS t (stage_id, phase, stage_name, reached)),
going AS NOT MATERIALIZED (
    SELECT s.id, s.key, s.name, s.unit_id, s.unit_name, s.stage_id, s.owner_id, s.value::numeric AS value, s.currency,
           coalesce(a.phase, 'production') AS phase, coalesce(a.stage_name, '') AS next_name,
           coalesce(a.reached, false) AS reached
    FROM scope s LEFT JOIN ahead a ON a.stage_id = s.stage_id
),
runs AS MATERIALIZED (
    SELECT DISTINCT ON (a.initiative_id) a.id, a.initiative_id, a.bank_id, a.number, g.phase, g.reached, g.value, g.currency
    FROM assessments_assessment a JOIN going g ON g.id = a.initiative_id ORDER BY a.initiative_id, a.number DESC
)
"""
_ANSWERS = """
SELECT 'answer', q.key::text, r.initiative_id, r.id || ':' || q.id, n.owner_id, n.due,
       (NOT r.reached AND q.phases ? r.phase), r.number::text, r.phase, r.reached, r.value, r.currency
FROM runs r JOIN assessments_question q ON q.bank_id = r.bank_id
LEFT JOIN assessments_assessmentanswer n ON n.assessment_id = r.id AND n.question_id = q.id
WHERE coalesce(n.reply, 'unknown') = 'unknown'
"""
_COMPONENTS = """
SELECT 'component', c.component, g.id, g.id || ':' || c.component, k.owner_id, k.due,
       (NOT g.reached AND g.phase IN ('scale_up', 'production')), '', g.phase, g.reached, g.value, g.currency
FROM (SELECT initiative_id FROM runs UNION SELECT initiative_id FROM assessments_componentcheck) s
JOIN going g ON g.id = s.initiative_id CROSS JOIN unnest(%s::text[]) AS c (component)
LEFT JOIN assessments_componentcheck k ON k.initiative_id = g.id AND k.component = c.component
WHERE coalesce(k.presence, 'unknown') = 'unknown'
"""
# The rule is that of workloads.rules.values.unknown_names; tests compare the two row by row.
_VALUES = """
SELECT 'value', a.name, w.initiative_id, w.id || ':' || a.name, v.owner_id, v.due,
       (a.required AND NOT w.reached AND w.phase <> 'poc'), w.name::text, w.phase, w.reached, w.value, w.currency
FROM (
    SELECT l.id, l.name, l.initiative_id, l.task, l.workload_class, g.phase, g.reached, g.value, g.currency
    FROM workloads_workload l JOIN going g ON g.id = l.initiative_id WHERE l.retired_at IS NULL OFFSET 0
) w
JOIN unnest(%s::text[], %s::text[], %s::text[], %s::boolean[], %s::text[]) AS a (task, class, name, required, target)
    ON a.task = w.task AND a.class = w.workload_class
LEFT JOIN workloads_profilevalue v ON v.workload_id = w.id AND v.name = a.name
WHERE coalesce(v.knowledge, CASE WHEN a.required THEN 'unknown' ELSE '' END) = 'unknown'
  AND (a.target = '' OR EXISTS (
      SELECT 1 FROM workloads_profilevalue t WHERE t.workload_id = w.id AND t.name = a.target AND t.knowledge = 'known'))
  AND (a.name <> 'arrival_per_s' OR 3 > (
      SELECT count(*) FROM workloads_profilevalue k WHERE k.workload_id = w.id AND k.knowledge = 'known'
      AND k.name IN ('users', 'requests_per_user_day', 'busy_hours_per_day')))
"""
_FACTS = """
SELECT 'fact', f.key, g.id, g.id || ':' || f.key, g.owner_id, NULL::date, f.holds, '', g.phase, g.reached, g.value, g.currency
FROM going g JOIN initiatives_initiative i ON i.id = g.id
CROSS JOIN LATERAL (VALUES
    ('stage', g.stage_id IS NULL, true),
    ('assessment', NOT EXISTS (SELECT 1 FROM assessments_assessment a WHERE a.initiative_id = g.id), NOT g.reached),
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


@dataclass(frozen=True, slots=True)
class Statement:
    """`head` is `WITH scope, ahead, going, runs` and its parameters; `parts` are SELECTs of the rows, narrowed by the filters,
    by kind, each with its own. Whoever uses it writes the SELECT over them."""

    head: str
    params: list[Any]
    parts: dict[UnknownKind, tuple[str, list[Any]]]

    def rows(self) -> tuple[str, list[Any]]:
        """All parts as one CTE `unknown` after the head, with all parameters."""
        every = " UNION ALL ".join(text for text, _ in self.parts.values())
        params = [*self.params, *(value for _, values in self.parts.values() for value in values)]
        return f"{self.head}, unknown AS ({every})", params


def unknown_statement(actor: Actor, wanted: Wanted, ahead: Mapping[int, Next], today: date) -> Statement:
    """What is unknown under `wanted`. Visibility and amounts come from the ORM's own scoped queryset; the rest joins to it."""
    try:
        scoped, params = scope(actor, wanted).query.sql_with_params()
    except EmptyResultSet:  # somebody without any role: the ORM knows without asking
        scoped, params = _NOBODY, ()
    columns: tuple[list[Any], ...] = ([], [], [], [])
    for pk, going in ahead.items():
        for column, value in zip(columns, (pk, going.phase.value, going.name, going.reached), strict=True):
            column.append(value)
    clause, narrowing = _narrowed(wanted, today)
    kinds = [wanted.kind] if wanted.kind else list(_PARTS)
    # Only this module's own text is put together; every value is a parameter.
    parts = {
        kind: (f"SELECT * FROM ({_PARTS[kind]}) u {_COLUMNS} {clause}", [*_arguments(kind), *narrowing])  # noqa: S608
        for kind in kinds
    }
    return Statement(f"WITH {_SCOPE} ({scoped}), {_GOING}", [*params, *columns], parts)


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


def _narrowed(wanted: Wanted, today: date) -> tuple[str, list[Any]]:
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
