"""How much of each pool was in use, as measured: duty of its accelerators over the last week that was seen.

Only `accelerator_use` counts (the share of time in which a kernel ran). What was allocated (`accelerator_allocated`) is not
used for that, and what it cost (`cost_*`, whatever its basis) says nothing about use: neither is read here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

METRIC = "accelerator_use"
OLDEST = timedelta(days=120)  # what is older is stale whatever the settings say, and its partitions need not be opened
HOURS = 24 * 7

_USE = """
WITH seen AS MATERIALIZED (
    SELECT s.id, s.pool_id, l.observed_at AS newest, src.name AS source, (s.environment->>'accelerators')::float AS accelerators
    FROM evidence_series s
    JOIN workloads_capacitypool p ON p.id = s.pool_id AND p.demo = %(demo)s
    JOIN evidence_latest l ON l.series_id = s.id AND NOT l.flawed
    JOIN evidence_source src ON src.id = s.source_id
    WHERE s.metric = %(metric)s AND s.statistic = 'mean'
),
week AS (
    SELECT seen.pool_id, seen.id, avg(o.value) AS share, array_agg(DISTINCT date_trunc('hour', o.observed_at)) AS hours
    FROM seen JOIN (SELECT pool_id, max(newest) AS newest FROM seen GROUP BY pool_id) n ON n.pool_id = seen.pool_id
    JOIN evidence_observation o ON o.series_id = seen.id AND o.observed_at <= n.newest
    WHERE o.observed_at > n.newest - interval '7 days' AND o.observed_at > %(oldest)s AND o.marks = 0
    GROUP BY seen.pool_id, seen.id
)
SELECT s.pool_id, s.newest, s.source, s.accelerators, w.share, w.hours
FROM (SELECT pool_id, max(newest) AS newest, string_agg(DISTINCT source, ', ' ORDER BY source) AS source,
             CASE WHEN bool_and(accelerators IS NOT NULL) THEN sum(accelerators) END AS accelerators
      FROM seen GROUP BY pool_id) s
LEFT JOIN (SELECT pool_id, avg(share) AS share,
                  (SELECT count(DISTINCT h) FROM week v, unnest(v.hours) h WHERE v.pool_id = week.pool_id) AS hours
           FROM week GROUP BY pool_id) w ON w.pool_id = s.pool_id
"""


@dataclass(frozen=True, slots=True)
class Use:
    """`share` 0..1 of the last seven days before the newest value; `coverage` the share of their hours with any value;
    `accelerators` how many the series say they stand for, None where one does not say.
    """

    share: float | None = None
    source: str = ""
    age_days: int | None = None
    coverage: float | None = None
    accelerators: float | None = None


def use_of_pools(now: datetime, *, demo: bool) -> dict[int, Use]:
    """`{pool: Use}`; pools that nothing was measured of are left out. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_USE, {"demo": demo, "metric": METRIC, "oldest": now - OLDEST})
        rows = cursor.fetchall()
    return {
        pool: Use(share, source, (now - newest).days, None if hours is None else min(1.0, hours / HOURS), accelerators)
        for pool, newest, source, accelerators, share, hours in rows
    }
