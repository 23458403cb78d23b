"""The stay that runs beside the ended stays of its cohort, the same stage over a template's versions. One statement."""

# ruff: noqa: S608 (the statement is put together from constants, values are parameters)

from __future__ import annotations

from portfolio.initiatives.choices import StageKind
from readiness.risk.queries.facts.asked import Asked
from readiness.risk.rules.drivers.facts import Stay

# The cohort is the whole portfolio, of whichever initiatives is asked. A stay has ended by its exit or by a closure; one without
# both of its dates has no length. Days that are equal are over by then.
_STATEMENT = f"""
WITH stay AS (
    SELECT e.initiative_id, l.key AS template, s.key AS stage, s.name, e.entered_on,
           e.left_on IS NOT NULL OR c.id IS NOT NULL AS ended, e.current,
           greatest(0, coalesce(e.left_on, c.closed_on, CASE WHEN c.id IS NULL THEN %(today)s::date END) - e.entered_on) AS days
    FROM initiatives_stageentry e
    JOIN initiatives_initiative i ON i.id = e.initiative_id AND i.demo = %(demo)s
    JOIN initiatives_stage s ON s.id = e.stage_id AND s.kind = '{StageKind.BEFORE.value}'
    JOIN initiatives_lifecycle l ON l.id = s.lifecycle_id
    LEFT JOIN initiatives_closure c ON c.initiative_id = e.initiative_id AND c.reopened_at IS NULL
    WHERE e.entered_on IS NOT NULL AND (e.left_on IS NOT NULL OR c.closed_on IS NOT NULL OR c.id IS NULL AND e.current)
), ranked AS (
    SELECT *, count(*) FILTER (WHERE ended) OVER (PARTITION BY template, stage) AS all_ended,
           count(*) FILTER (WHERE ended) OVER (PARTITION BY template, stage ORDER BY days) AS passed
    FROM stay
)
SELECT initiative_id, name, days, all_ended, passed, entered_on FROM ranked
WHERE current AND NOT ended AND (%(ids)s::bigint[] IS NULL OR initiative_id = ANY(%(ids)s::bigint[]))
"""


def stays(asked: Asked) -> dict[int, Stay]:
    """By initiative, of those whose stay runs, is dated and lies before production."""
    return {pk: Stay(*rest) for pk, *rest in asked.rows(_STATEMENT)}
