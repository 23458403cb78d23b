"""How many initiatives are where: one statement, one pass, grouped in several ways at once."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from portfolio.initiatives.models import Initiative
from readiness.dashboards.queries.filtered import as_sql, fetch
from readiness.dashboards.rules.figures import FUNCTIONS, Counts, Mix

_SETS = ("unit_id", "venue_storage", "venue_training", "venue_inference", "containerised", "procurement_route")
# Production is reached by a stay in a production stage, by standing in one, or by a retirement (DOMAIN: "was in production").
_COUNTS = """
WITH f AS MATERIALIZED ({filtered}),
produced AS (
    SELECT DISTINCT e.initiative_id FROM initiatives_stageentry e
    JOIN initiatives_stage s ON s.id = e.stage_id AND s.kind = 'production'
),
x AS (
    SELECT f.*, s.kind AS stage_kind, coalesce(c.kind, '') AS closure, f.status <> 'closed' AS is_open,
           p.initiative_id IS NOT NULL OR s.kind = 'production' OR c.kind = 'retired' AS reached
    FROM f
    LEFT JOIN initiatives_stage s ON s.id = f.stage_id
    LEFT JOIN initiatives_closure c ON c.initiative_id = f.id AND c.reopened_at IS NULL
    LEFT JOIN produced p ON p.initiative_id = f.id
)
SELECT GROUPING({sets}), {sets},
       count(*),
       count(*) FILTER (WHERE is_open),
       count(*) FILTER (WHERE is_open AND stage_kind = 'before_production'),
       count(*) FILTER (WHERE status = 'on_hold' AND stage_kind = 'before_production'),
       count(*) FILTER (WHERE is_open AND stage_kind = 'production'),
       count(*) FILTER (WHERE is_open AND stage_id IS NULL),
       count(*) FILTER (WHERE reached),
       count(*) FILTER (WHERE closure = 'stopped_by_decision'),
       count(*) FILTER (WHERE closure = 'drifted'),
       count(*) FILTER (WHERE closure = 'abandoned_unknown'),
       count(*) FILTER (WHERE NOT is_open)
FROM x GROUP BY GROUPING SETS ((), {each})
"""


@dataclass(frozen=True)
class Grouped:
    """The whole, the same by unit id, and the answers of open initiatives."""

    whole: Counts
    by_unit: list[tuple[int, Counts]]
    venues: dict[str, Mix]
    containerised: Mix
    procurement: Mix


def grouped_counts(rows: QuerySet[Initiative]) -> Grouped:
    """Counts of `rows`, whole, by unit, and by each infrastructure answer."""
    filtered, params = as_sql(rows)
    statement = _COUNTS.format(filtered=filtered, sets=", ".join(_SETS), each=", ".join(f"({name})" for name in _SETS))
    whole, by_unit = Counts(), []
    answers: dict[str, dict[str, int]] = {name: {} for name in _SETS[1:]}
    for mask, *cells in fetch(statement, params):
        keys, counts = cells[: len(_SETS)], Counts(*cells[len(_SETS) :])
        # GROUPING has one bit per column, the first one highest; a cleared bit is the column grouped by.
        column = next((at for at in range(len(_SETS)) if not mask >> (len(_SETS) - 1 - at) & 1), None)
        if column is None:
            whole = counts
        elif column == 0:
            by_unit.append((keys[0], counts))
        elif counts.open:
            answers[_SETS[column]][keys[column]] = counts.open
    mixes = {
        name: Mix({k: v for k, v in found.items() if k != "unknown"}, found.get("unknown", 0)) for name, found in answers.items()
    }
    return Grouped(
        whole=whole,
        by_unit=by_unit,
        venues={name: mixes[f"venue_{name}"] for name in FUNCTIONS},
        containerised=mixes["containerised"],
        procurement=mixes["procurement_route"],
    )
