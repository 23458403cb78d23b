"""The amounts of everything in flight as one SELECT: what finance.rules.lines and .ending say of rows, over all of them at once.

Nothing is hidden here: the rows go into a table that is read beside initiatives whose amounts the reader may see.
"""

# ruff: noqa: S608 (put together from constants; every value is a parameter)

from __future__ import annotations

from datetime import date
from typing import Any

from portfolio.finance.queries.rates import RateTable

_AHEAD = "greatest(0, l.period_end - greatest(l.period_start, %(today)s::date + 1) + 1)::numeric"
STAKES = f"""
WITH f AS MATERIALIZED (
    SELECT i.id FROM initiatives_initiative i LEFT JOIN initiatives_stage s ON s.id = i.stage_id
    WHERE i.demo = %(demo)s AND i.status <> 'closed' AND (s.id IS NULL OR s.kind <> 'production')
), rate AS MATERIALIZED (
    SELECT currency, day AS since, per_unit,
           coalesce(lead(day) OVER (PARTITION BY currency ORDER BY day), 'infinity') AS until
    FROM unnest(%(currencies)s::text[], %(days)s::date[], %(values)s::numeric[]) AS r(currency, day, per_unit)
), line AS MATERIALIZED (
    SELECT l.initiative_id AS id, l.category, l.period_start, daterange(l.period_start, l.period_end, '[]') AS span,
           l.actual AS raw, l.actual * x.worth AS actual, l.planned IS NOT NULL OR l.actual IS NOT NULL AS said, x.worth,
           l.planned * x.worth * {_AHEAD} / (l.period_end - l.period_start + 1) AS ahead
    FROM f JOIN finance_budgetline l ON l.initiative_id = f.id
    LEFT JOIN rate r ON r.currency = l.currency AND l.period_start >= r.since AND l.period_start < r.until
    CROSS JOIN LATERAL (SELECT CASE WHEN l.currency = %(reporting)s THEN 1 ELSE r.per_unit END AS worth) x
), told AS MATERIALIZED (
    SELECT id, category, range_agg(span) AS spans FROM line WHERE raw IS NOT NULL GROUP BY 1, 2
), spent AS MATERIALIZED (
    SELECT l.id, sum(l.actual) AS spent, sum(l.ahead) AS ahead, count(*) FILTER (WHERE l.said AND l.worth IS NULL) AS no_rate,
           count(*) FILTER (WHERE l.raw IS NULL AND l.period_start <= %(today)s AND NOT coalesce(t.spans && l.span, false))
               AS unknown
    FROM line l LEFT JOIN told t ON t.id = l.id AND t.category = l.category GROUP BY l.id
), promise AS MATERIALIZED (
    SELECT p.initiative_id AS id, p.amount, p.starts_on, p.non_cancellable_until AS until,
           coalesce(p.ends_on, p.non_cancellable_until) AS ends_on, x.worth,
           p.non_cancellable_until > %(today)s AND coalesce(p.ends_on > %(today)s, true) AS binds
    FROM f JOIN finance_commitment p ON p.initiative_id = f.id
    LEFT JOIN rate r ON r.currency = p.currency AND p.starts_on >= r.since AND p.starts_on < r.until
    CROSS JOIN LATERAL (SELECT CASE WHEN p.currency = %(reporting)s THEN 1 ELSE r.per_unit END AS worth) x
), held AS MATERIALIZED (
    SELECT id, CASE WHEN binds IS NOT TRUE THEN 0 WHEN ends_on < starts_on THEN NULL
                    ELSE amount * worth * greatest(0, least(ends_on, until) - greatest(starts_on, %(today)s::date + 1) + 1)
                         / (ends_on - starts_on + 1) END AS bound,
           binds AND amount IS NOT NULL AND starts_on IS NOT NULL AND worth IS NULL AS no_rate
    FROM promise
), bound AS MATERIALIZED (
    SELECT id, sum(bound) AS bound, count(*) FILTER (WHERE bound IS NULL AND no_rate IS NOT TRUE) AS unbounded,
           count(*) FILTER (WHERE no_rate) AS no_rate
    FROM held GROUP BY id
)
SELECT f.id, s.spent, b.bound, s.ahead, coalesce(s.unknown, 0), coalesce(b.unbounded, 0),
       coalesce(s.no_rate, 0) + coalesce(b.no_rate, 0)
FROM f LEFT JOIN spent s ON s.id = f.id LEFT JOIN bound b ON b.id = f.id
"""


def parameters(*, demo: bool, today: date, table: RateTable) -> dict[str, Any]:
    """Of STAKES; rates of the demo count for its initiatives alone, which is the table's to know."""
    told = [(name, *one) for name, (days, values) in table.rates.by_currency.items() for one in zip(days, values, strict=True)]
    return {
        "demo": demo, "today": today, "reporting": table.reporting, "currencies": [one[0] for one in told],
        "days": [one[1] for one in told], "values": [one[2] for one in told],
    }  # fmt: skip
