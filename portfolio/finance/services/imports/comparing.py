"""What a staged import would change, and doing it: set-based, so that a large file is a few statements."""

from __future__ import annotations

from typing import Any

from django.db import connection

# ruff: noqa: S608  (every name in the statements is written here)
_COLUMNS = """
    (values ->> 'initiative')::bigint AS initiative, (values ->> 'unit')::bigint AS unit, values ->> 'category' AS category,
    values ->> 'label' AS label, values ->> 'cost_centre' AS cost_centre, (values ->> 'period_start')::date AS period_start,
    (values ->> 'period_end')::date AS period_end, values ->> 'currency' AS currency
"""
_IDENTITY = "initiative, unit, category, label, cost_centre, period_start, period_end, currency"
_LINES = f"""
WITH staged AS MATERIALIZED (
    SELECT id, line, {_COLUMNS}, (values ->> 'planned')::numeric(20, 2) AS planned,
        (values ->> 'actual')::numeric(20, 2) AS actual, values ->> 'note' AS note
    FROM finance_financeimportrow WHERE run_id = %(run)s AND outcome <> 'rejected'
), wanted AS MATERIALIZED (
    SELECT {_IDENTITY}, sum(planned) AS planned, sum(actual) AS actual, max(note) AS note, min(line) AS line
    FROM staged GROUP BY {_IDENTITY}
), compared AS MATERIALIZED (
    SELECT w.*, coalesce(i.id, u.id) AS known, coalesce(i.planned, u.planned) AS was_planned,
        coalesce(i.actual, u.actual) AS was_actual, coalesce(i.note, u.note, '') AS was_note
    FROM wanted w
    LEFT JOIN finance_budgetline i ON i.initiative_id = w.initiative AND i.category = w.category AND i.label = w.label
        AND i.cost_centre = w.cost_centre AND i.period_start = w.period_start AND i.period_end = w.period_end
        AND i.currency = w.currency
    LEFT JOIN finance_budgetline u ON u.unit_id = w.unit AND u.category = w.category AND u.label = w.label
        AND u.cost_centre = w.cost_centre AND u.period_start = w.period_start AND u.period_end = w.period_end
        AND u.currency = w.currency
), judged AS (
    SELECT c.*, CASE WHEN known IS NULL THEN 'create'
        WHEN coalesce(planned <> was_planned, planned IS NOT NULL AND was_planned IS NULL)
          OR coalesce(actual <> was_actual, actual IS NOT NULL AND was_actual IS NULL)
          OR (note <> '' AND note <> was_note) THEN 'update' ELSE 'unchanged' END AS outcome
    FROM compared c
)
"""
_SAME = """s.category = j.category AND s.label = j.label AND s.cost_centre = j.cost_centre AND s.period_start = j.period_start
    AND s.period_end = j.period_end AND s.currency = j.currency
    AND coalesce(s.initiative, 0) = coalesce(j.initiative, 0) AND coalesce(s.unit, 0) = coalesce(j.unit, 0)"""
_MARK = (
    _LINES
    + f"""
UPDATE finance_financeimportrow r SET outcome = j.outcome, changes = CASE WHEN j.outcome = 'update' THEN jsonb_strip_nulls(
    jsonb_build_object(
        'planned', CASE WHEN j.planned IS DISTINCT FROM j.was_planned AND j.planned IS NOT NULL
            THEN jsonb_build_array(coalesce(j.was_planned::text, ''), j.planned::text) END,
        'actual', CASE WHEN j.actual IS DISTINCT FROM j.was_actual AND j.actual IS NOT NULL
            THEN jsonb_build_array(coalesce(j.was_actual::text, ''), j.actual::text) END,
        'note', CASE WHEN j.note <> '' AND j.note <> j.was_note THEN jsonb_build_array(j.was_note, j.note) END))
    ELSE '{{}}'::jsonb END
FROM staged s JOIN judged j ON {_SAME} WHERE r.id = s.id
"""
)
# A plan says each line once: a second one of the same would count twice.
_REPEATS = f"""
WITH staged AS (
    SELECT id, line, {_COLUMNS} FROM finance_financeimportrow WHERE run_id = %(run)s AND outcome <> 'rejected'
), numbered AS (
    SELECT id, min(line) OVER same AS first, row_number() OVER (PARTITION BY {_IDENTITY} ORDER BY line) AS turn
    FROM staged WINDOW same AS (PARTITION BY {_IDENTITY})
)
UPDATE finance_financeimportrow r SET outcome = 'rejected', issues = issues || jsonb_build_array(jsonb_build_object(
    'field', 'label', 'column', '', 'value', '', 'reject', true,
    'reason', replace(%(said)s, '{{line}}', n.first::text)))
FROM numbered n WHERE r.id = n.id AND n.turn > 1
"""
_WRITE = (
    _LINES
    + """
, holder AS (
    SELECT j.*, coalesce(i.demo, b.demo) AS demo FROM judged j
    LEFT JOIN initiatives_initiative i ON i.id = j.initiative LEFT JOIN accounts_businessunit b ON b.id = j.unit
    WHERE j.outcome <> 'unchanged'
)
INSERT INTO finance_budgetline AS l (initiative_id, unit_id, category, label, cost_centre, period_start, period_end, currency,
    planned, actual, note, source, run_id, demo)
SELECT initiative, unit, category, label, cost_centre, period_start, period_end, currency, planned, actual, note, 'import',
    %(run)s, demo FROM holder ORDER BY line
ON CONFLICT (initiative_id, unit_id, category, label, cost_centre, period_start, period_end, currency) DO UPDATE SET
    planned = coalesce(excluded.planned, l.planned), actual = coalesce(excluded.actual, l.actual),
    note = CASE WHEN excluded.note <> '' THEN excluded.note ELSE l.note END, source = 'import', run_id = excluded.run_id,
    version = l.version + 1, updated_at = now()
RETURNING initiative_id, unit_id
"""
)
_RATES = """
WITH staged AS MATERIALIZED (
    SELECT id, line, values ->> 'currency' AS currency, (values ->> 'effective_on')::date AS day,
        (values ->> 'per_unit')::numeric(24, 12) AS per_unit, values ->> 'source' AS source
    FROM finance_financeimportrow WHERE run_id = %(run)s AND outcome <> 'rejected'
), wanted AS MATERIALIZED (
    SELECT DISTINCT ON (currency, day) currency, day, per_unit, source FROM staged ORDER BY currency, day, line DESC
), judged AS MATERIALIZED (
    SELECT w.*, CASE WHEN k.id IS NULL THEN 'create' WHEN k.per_unit <> w.per_unit THEN 'update' ELSE 'unchanged' END AS outcome,
        k.per_unit AS was
    FROM wanted w LEFT JOIN finance_rate k ON k.currency = w.currency AND k.effective_on = w.day
        AND k.reporting_currency = %(reporting)s AND NOT k.demo
)
"""
_MARK_RATES = (
    _RATES
    + """
UPDATE finance_financeimportrow r SET outcome = j.outcome, changes = CASE WHEN j.outcome = 'update'
    THEN jsonb_build_object('per_unit', jsonb_build_array(j.was::text, j.per_unit::text)) ELSE '{}'::jsonb END
FROM staged s JOIN judged j ON j.currency = s.currency AND j.day = s.day WHERE r.id = s.id
"""
)
_WRITE_RATES = (
    _RATES
    + """
INSERT INTO finance_rate AS k (currency, reporting_currency, effective_on, per_unit, source)
SELECT currency, %(reporting)s, day, per_unit, source FROM judged WHERE outcome <> 'unchanged' ORDER BY currency, day
ON CONFLICT (reporting_currency, currency, effective_on, demo) DO UPDATE SET per_unit = excluded.per_unit,
    source = excluded.source, version = k.version + 1, updated_at = now()
RETURNING currency
"""
)


def reject_repeats(run_id: int, said: str) -> None:
    """`said` is the reason, with {line} for the line that says the same."""
    _run(_REPEATS, {"run": run_id, "said": said})


def mark_lines(run_id: int) -> None:
    """Each staged row's outcome: rows of one identity are added together first."""
    _run(_MARK, {"run": run_id})


def write_lines(run_id: int) -> list[tuple[int | None, int | None]]:
    """Write what is new or different; (initiative, unit) of every written line. An empty cell takes nothing away."""
    return [(row[0], row[1]) for row in _run(_WRITE, {"run": run_id}, answers=True)]


def mark_rates(run_id: int, reporting: str) -> None:
    _run(_MARK_RATES, {"run": run_id, "reporting": reporting})


def write_rates(run_id: int, reporting: str) -> set[str]:
    """Write what is new or different; the currencies of it."""
    return {row[0] for row in _run(_WRITE_RATES, {"run": run_id, "reporting": reporting}, answers=True)}


def counts_of(run_id: int) -> dict[str, int]:
    """{rows, create, update, unchanged, rejected}."""
    found = dict.fromkeys(("create", "update", "unchanged", "rejected"), 0)
    text = "SELECT outcome, count(*) FROM finance_financeimportrow WHERE run_id = %(run)s GROUP BY 1"
    found |= {row[0]: row[1] for row in _run(text, {"run": run_id}, answers=True)}
    return found | {"rows": sum(found.values())}


def _run(text: str, values: dict[str, Any], *, answers: bool = False) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(text, values)
        return cursor.fetchall() if answers else []
