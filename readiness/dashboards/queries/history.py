"""What the stage history says: flow through the stages, time in them, who stands still. One statement for all three."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date
from itertools import pairwise
from typing import Any

import orjson
from django.db.models import QuerySet

from portfolio.initiatives.models import Initiative
from readiness.dashboards.queries.filtered import as_sql, fetch
from readiness.dashboards.rules.figures import (
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
_NEEDED = ("id", "status", "stage_id", "lifecycle_id")
# `v` is everything the reader may see: the cohort that a stay is compared with does not change with the filter `f`.
# A stay lasts from its entry to its exit, to the closure, or (while it runs) to today; without a date it has no length.
# `g` numbers the stages of a template over all its versions, so that the large rows carry numbers and no words; a path is the
# set of stages that an initiative was in, as bits, and only in the template that it follows today.
_STAYS = """
WITH v AS MATERIALIZED ({visible}),
f AS MATERIALIZED ({filtered}),
named AS (
    SELECT l.key AS lifecycle, s.key AS stage, max(s.position) AS position,
           (array_agg(s.name ORDER BY l.version DESC))[1] AS name,
           (array_agg(l.name ORDER BY l.version DESC))[1] AS lifecycle_name
    FROM initiatives_stage s JOIN initiatives_lifecycle l ON l.id = s.lifecycle_id GROUP BY 1, 2
),
g AS MATERIALIZED (
    SELECT s.id, s.lifecycle_id, n.lifecycle, n.lifecycle_name, n.stage, n.name, n.position, s.kind,
           dense_rank() OVER (ORDER BY n.lifecycle, n.position, n.stage)::int AS grp,
           dense_rank() OVER (ORDER BY n.lifecycle)::int AS template,
           least(dense_rank() OVER (PARTITION BY n.lifecycle ORDER BY n.position, n.stage) - 1, 62)::int AS slot
    FROM initiatives_stage s JOIN initiatives_lifecycle l ON l.id = s.lifecycle_id
    JOIN named n ON n.lifecycle = l.key AND n.stage = s.key
),
i AS MATERIALIZED (
    SELECT v.id, v.status, v.stage_id, t.template, c.kind AS closure, c.id IS NOT NULL AS ended, c.closed_on,
           f.id IS NOT NULL AS wanted
    FROM v LEFT JOIN initiatives_closure c ON c.initiative_id = v.id AND c.reopened_at IS NULL
    LEFT JOIN f ON f.id = v.id
    LEFT JOIN (SELECT DISTINCT lifecycle_id, template FROM g) t ON t.lifecycle_id = v.lifecycle_id
),
entries AS (
    SELECT e.initiative_id, g.grp, g.template, g.slot, i.wanted, i.status, e.entered_on,
           e.current AND e.left_on IS NULL AND NOT i.ended AS running,
           CASE WHEN e.left_on IS NOT NULL THEN e.left_on WHEN i.ended THEN i.closed_on WHEN e.current THEN %s::date END AS until
    FROM initiatives_stageentry e JOIN i ON i.id = e.initiative_id JOIN g ON g.id = e.stage_id
),
stays AS MATERIALIZED (
    SELECT initiative_id, grp, template, slot, wanted, running, running AND status = 'active' AS moving,
           CASE WHEN entered_on > until THEN 0 ELSE until - entered_on END AS days
    FROM entries
),
times AS MATERIALIZED (
    SELECT grp, count(days) FILTER (WHERE wanted) AS n, count(*) FILTER (WHERE wanted AND days IS NULL) AS undated,
           count(*) FILTER (WHERE wanted AND running AND days IS NOT NULL) AS running,
           percentile_cont(ARRAY[0.05, 0.25, 0.5, 0.75, 0.95]) WITHIN GROUP (ORDER BY days) FILTER (WHERE wanted) AS quantiles,
           count(days) AS cohort, percentile_cont(%s) WITHIN GROUP (ORDER BY days) AS longest
    FROM stays GROUP BY grp
),
judged AS MATERIALIZED (
    SELECT s.initiative_id, s.grp, s.days, t.longest, t.cohort, s.days > t.longest AS stalled
    FROM stays s JOIN times t ON t.grp = s.grp
    WHERE s.wanted AND s.moving AND s.days IS NOT NULL AND t.cohort >= %s
      AND s.grp IN (SELECT grp FROM g WHERE kind = 'before_production')
)
"""
_PARTS = """
SELECT 'stage', jsonb_build_object('grp', grp, 'template', template, 'slot', slot, 'lifecycle', lifecycle, 'stage', stage,
                                   'name', name, 'position', position, 'kind', min(kind))::text
    FROM g GROUP BY grp, template, slot, lifecycle, stage, name, position
UNION ALL SELECT 'time', to_jsonb(times)::text FROM times WHERE n + undated > 0
UNION ALL SELECT 'lifecycle', jsonb_build_object('template', t.template, 'key', t.lifecycle,
                                                 'name', t.lifecycle_name, 'n', c.n)::text
    FROM (SELECT template, count(*) AS n FROM i WHERE wanted GROUP BY template) c
    JOIN (SELECT DISTINCT template, lifecycle, min(lifecycle_name) OVER (PARTITION BY template) AS lifecycle_name FROM g) t
      ON t.template = c.template
UNION ALL SELECT 'path', jsonb_build_object('template', template, 'mask', mask, 'ending', ending, 'n', count(*))::text FROM (
    SELECT p.template, p.mask,
           CASE WHEN i.closure IN ('stopped_by_decision', 'drifted', 'abandoned_unknown') THEN i.closure
                WHEN i.status = 'closed' THEN 'other' WHEN i.stage_id IS NULL THEN 'unknown' ELSE 'here' END AS ending
    FROM (SELECT initiative_id, template, bit_or(1::bigint << slot) AS mask FROM stays WHERE wanted GROUP BY 1, 2) p
    JOIN i ON i.id = p.initiative_id AND i.template = p.template) paths GROUP BY template, mask, ending
UNION ALL SELECT 'judged', jsonb_build_object('judged', count(*), 'stalled', count(*) FILTER (WHERE stalled))::text FROM judged
UNION ALL SELECT 'stalled', to_jsonb(shown)::text FROM (
    SELECT j.*, i.key AS initiative_key, i.name AS initiative_name FROM judged j
    JOIN initiatives_initiative i ON i.id = j.initiative_id
    WHERE j.stalled ORDER BY j.days DESC, j.initiative_id LIMIT %s) shown
"""


def stays(rows: QuerySet[Initiative], visible: QuerySet[Initiative], *, today: date) -> tuple[str, tuple[Any, ...]]:
    """The WITH of a statement over `v`, `f`, `i`, `g`, `stays`, `times` and `judged`, and its parameters."""
    seen, seen_params = as_sql(visible, *_NEEDED)
    filtered, filter_params = as_sql(rows, *_NEEDED)
    if (filtered, filter_params) == (seen, seen_params):  # no filter is in force: read the initiatives once
        filtered, filter_params = "SELECT id FROM v", ()
    params = (*seen_params, *filter_params, today, STALLED_QUANTILE, STALLED_LEAST_STAYS)
    return _STAYS.format(filtered=filtered, visible=seen), params


def stage_history(rows: QuerySet[Initiative], visible: QuerySet[Initiative], *, active: int, today: date) -> History:
    """History of `rows`, compared with the cohort in `visible`.

    `active` is how many of `rows` are active before production: those that no cohort could judge are told apart.
    """
    head, params = stays(rows, visible, today=today)
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for part, row in fetch(head + _PARTS, (*params, SHOWN_STALLED)):
        found[part].append(orjson.loads(row))
    stages = {row["grp"]: _stage(row) for row in found["stage"]}
    judged = found["judged"][0]
    return History(
        flows=_flows(found),
        times=tuple(_time(row, stages[row["grp"]]) for row in sorted(found["time"], key=lambda row: row["grp"])),
        stalled=Stalled(
            count=judged["stalled"],
            judged=judged["judged"],
            not_judged=max(active - judged["judged"], 0),
            longest=tuple(_stalled(row, stages[row["grp"]]) for row in found["stalled"]),
        ),
    )


def _stage(row: dict[str, Any]) -> StageKey:
    return StageKey(row["lifecycle"], row["stage"], row["name"], row["position"], row["kind"])


def _time(row: dict[str, Any], stage: StageKey) -> StageTime:
    quantiles = row["quantiles"] or [None] * 5
    return StageTime(stage, row["n"], row["running"], row["undated"], *quantiles)


def _stalled(row: dict[str, Any], stage: StageKey) -> StalledInitiative:
    return StalledInitiative(
        id=row["initiative_id"],
        key=row["initiative_key"],
        name=row["initiative_name"],
        stage=stage,
        days=row["days"],
        limit=row["longest"],
        cohort=row["cohort"],
    )


def _flows(found: dict[str, list[dict[str, Any]]]) -> tuple[Flow, ...]:
    """One flow per lifecycle template, the one with the most initiatives first."""
    made = []
    for lifecycle in sorted(found["lifecycle"], key=lambda row: (-row["n"], row["name"])):
        slots = {row["slot"]: _stage(row) for row in found["stage"] if row["template"] == lifecycle["template"]}
        moves: Counter[tuple[str, str]] = Counter()
        ends: Counter[tuple[str, str]] = Counter()
        for path in (row for row in found["path"] if row["template"] == lifecycle["template"]):
            seen = [slots[slot].stage for slot in sorted(slots) if path["mask"] >> slot & 1]
            for step in pairwise(seen):
                moves[step] += path["n"]
            ends[seen[-1], path["ending"]] += path["n"]
        used = {stage for pair in moves for stage in pair} | {stage for stage, _ending in ends}
        made.append(
            Flow(
                lifecycle=lifecycle["key"],
                name=lifecycle["name"],
                initiatives=lifecycle["n"],
                stages=tuple(slots[slot] for slot in sorted(slots) if slots[slot].stage in used),
                moves=moves,
                ends=ends,
            )
        )
    return tuple(made)
