"""What the stage history says: flow through the stages, time in them, who stands still. One statement for all three."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

import orjson
from django.db.models import QuerySet

from portfolio.initiatives.models import Initiative
from readiness.dashboards.queries.filtered import as_sql, fetch
from readiness.dashboards.rules import (
    STALLED_LEAST_STAYS,
    STALLED_QUANTILE,
    Flow,
    History,
    StageKey,
    StageTime,
    Stalled,
    StalledInitiative,
)

SHOWN_STALLED = 8
# `v` is everything the reader may see: the cohort that a stay is compared with does not change with the filter `f`.
# A stay lasts from its entry to its exit, to the closure, or (while it runs) to today; without a date it has no length.
_STAYS = """
WITH f AS MATERIALIZED ({filtered}),
v AS ({visible}),
stays AS MATERIALIZED (
    SELECT e.initiative_id, l.key AS lifecycle, s.key AS stage, s.name, s.position, s.kind, v.status, v.stage_id,
           c.kind AS closure, f.id IS NOT NULL AS wanted,
           e.current AND e.left_on IS NULL AND c.id IS NULL AS running,
           CASE WHEN e.entered_on > until.ending THEN 0 ELSE until.ending - e.entered_on END AS days
    FROM initiatives_stageentry e
    JOIN v ON v.id = e.initiative_id
    JOIN initiatives_stage s ON s.id = e.stage_id
    JOIN initiatives_lifecycle l ON l.id = s.lifecycle_id
    LEFT JOIN initiatives_closure c ON c.initiative_id = e.initiative_id AND c.reopened_at IS NULL
    LEFT JOIN f ON f.id = e.initiative_id
    CROSS JOIN LATERAL (SELECT CASE WHEN e.left_on IS NOT NULL THEN e.left_on WHEN c.id IS NOT NULL THEN c.closed_on
                                    WHEN e.current THEN %s::date END AS ending) until
),
cohort AS (
    SELECT lifecycle, stage, count(days) AS n, percentile_cont(%s) WITHIN GROUP (ORDER BY days) AS longest
    FROM stays WHERE kind = 'before_production' GROUP BY lifecycle, stage
),
times AS (
    SELECT lifecycle, stage, min(name) AS name, min(position) AS position, min(kind) AS kind, count(days) AS n,
           count(*) FILTER (WHERE running AND days IS NOT NULL) AS running, count(*) FILTER (WHERE days IS NULL) AS undated,
           percentile_cont(ARRAY[0.05, 0.25, 0.5, 0.75, 0.95]) WITHIN GROUP (ORDER BY days) AS quantiles
    FROM stays WHERE wanted GROUP BY lifecycle, stage
),
steps AS (
    SELECT initiative_id, lifecycle, stage, status, stage_id, closure,
           lead(stage) OVER (PARTITION BY initiative_id, lifecycle ORDER BY position) AS following
    FROM (SELECT DISTINCT initiative_id, lifecycle, stage, position, status, stage_id, closure FROM stays WHERE wanted) d
),
flow AS (
    SELECT lifecycle, stage, following,
           CASE WHEN following IS NOT NULL THEN NULL
                WHEN closure IN ('stopped_by_decision', 'drifted', 'abandoned_unknown') THEN closure
                WHEN status = 'closed' THEN 'other'
                WHEN stage_id IS NULL THEN 'unknown' ELSE 'here' END AS ending,
           count(*) AS n
    FROM steps GROUP BY 1, 2, 3, 4
),
judged AS (
    SELECT t.initiative_id, t.lifecycle, t.stage, t.name, t.position, t.kind, t.days, c.longest, c.n AS cohort,
           t.days > c.longest AS stalled
    FROM stays t JOIN cohort c USING (lifecycle, stage)
    WHERE t.wanted AND t.running AND t.status = 'active' AND t.days IS NOT NULL AND c.n >= %s
)
SELECT 'time', to_jsonb(times)::text FROM times
UNION ALL SELECT 'flow', to_jsonb(flow)::text FROM flow
UNION ALL SELECT 'lifecycle', jsonb_build_object('key', l.key, 'name', min(l.name), 'n', count(*))::text
    FROM initiatives_initiative i JOIN f ON f.id = i.id JOIN initiatives_lifecycle l ON l.id = i.lifecycle_id GROUP BY l.key
UNION ALL SELECT 'judged', jsonb_build_object('judged', count(*), 'stalled', count(*) FILTER (WHERE stalled))::text FROM judged
UNION ALL SELECT 'stalled', to_jsonb(shown)::text FROM (
    SELECT j.*, i.key AS initiative_key, i.name AS initiative_name FROM judged j
    JOIN initiatives_initiative i ON i.id = j.initiative_id
    WHERE j.stalled ORDER BY j.days DESC, j.initiative_id LIMIT %s) shown
"""


def stage_history(rows: QuerySet[Initiative], visible: QuerySet[Initiative], *, active: int, today: date) -> History:
    """History of `rows`, compared with the cohort in `visible`.

    `active` is how many of `rows` are active before production: those that no cohort could judge are told apart.
    """
    filtered, filter_params = as_sql(rows, "id")
    seen, seen_params = as_sql(visible, "id", "status", "stage_id")
    params = (*filter_params, *seen_params, today, STALLED_QUANTILE, STALLED_LEAST_STAYS, SHOWN_STALLED)
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for part, row in fetch(_STAYS.format(filtered=filtered, visible=seen), params):
        found[part].append(orjson.loads(row))
    times = sorted((_time(row) for row in found["time"]), key=lambda time: (time.stage.lifecycle, time.stage.position))
    judged = found["judged"][0]
    return History(
        flows=_flows(found["lifecycle"], found["flow"], [time.stage for time in times]),
        times=tuple(times),
        stalled=Stalled(
            count=judged["stalled"],
            judged=judged["judged"],
            not_judged=max(active - judged["judged"], 0),
            longest=tuple(_stalled(row) for row in found["stalled"]),
        ),
    )


def _stage(row: dict[str, Any]) -> StageKey:
    return StageKey(row["lifecycle"], row["stage"], row["name"], row["position"], row["kind"])


def _time(row: dict[str, Any]) -> StageTime:
    quantiles = row["quantiles"] or [None] * 5
    return StageTime(_stage(row), row["n"], row["running"], row["undated"], *quantiles)


def _stalled(row: dict[str, Any]) -> StalledInitiative:
    return StalledInitiative(
        id=row["initiative_id"],
        key=row["initiative_key"],
        name=row["initiative_name"],
        stage=_stage(row),
        days=row["days"],
        limit=row["longest"],
        cohort=row["cohort"],
    )


def _flows(lifecycles: list[dict[str, Any]], steps: list[dict[str, Any]], stages: list[StageKey]) -> tuple[Flow, ...]:
    """One flow per lifecycle template, the one with the most initiatives first."""
    made = []
    for lifecycle in sorted(lifecycles, key=lambda row: (-row["n"], row["name"])):
        own = [row for row in steps if row["lifecycle"] == lifecycle["key"]]
        made.append(
            Flow(
                lifecycle=lifecycle["key"],
                name=lifecycle["name"],
                initiatives=lifecycle["n"],
                stages=tuple(stage for stage in stages if stage.lifecycle == lifecycle["key"]),
                moves={(row["stage"], row["following"]): row["n"] for row in own if row["following"]},
                ends={(row["stage"], row["ending"]): row["n"] for row in own if row["ending"]},
            )
        )
    return tuple(made)
