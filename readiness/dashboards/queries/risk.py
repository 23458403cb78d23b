"""How the figures of what is in flight are spread. One statement."""

from __future__ import annotations

from django.db.models import QuerySet

from portfolio.initiatives.models import Initiative
from readiness.dashboards.queries.filtered import as_sql, fetch
from readiness.dashboards.rules.risk import Spread, spread_from

# Every standing row is of the same scoring, so what names it is the same in all of them.
_SPREAD = """
WITH f AS MATERIALIZED ({filtered})
SELECT CASE WHEN r.value IS NOT NULL THEN least(9, floor(r.value * 10))::int END, count(*),
       count(*) FILTER (WHERE r.band = 'above'), count(*) FILTER (WHERE r.band = 'below'), sum(r.value), min(r.value),
       max(r.value), max(r.months), bool_or(r.counts), max(r.resolved), max(r."on"), max(r.version)
FROM f JOIN initiatives_initiative i ON i.id = f.id AND i.status <> 'closed'
LEFT JOIN initiatives_stage s ON s.id = i.stage_id LEFT JOIN initiatives_riskstanding r ON r.initiative_id = f.id
WHERE s.id IS NULL OR s.kind <> 'production' GROUP BY 1 ORDER BY 1
"""


def spread(rows: QuerySet[Initiative]) -> Spread:
    """Of `rows` in flight, those without a figure counted apart."""
    filtered, params = as_sql(rows, "id")
    return spread_from(fetch(_SPREAD.format(filtered=filtered), params))
