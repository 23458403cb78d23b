"""When infrastructure was committed to, beside when scaling started; only of initiatives whose amounts the reader may see."""

from __future__ import annotations

from django.db.models import QuerySet

from portfolio.accounts.rules import Actor
from portfolio.finance.choices import INFRASTRUCTURE
from portfolio.initiatives.models import Initiative, Stage
from readiness.assessments.choices import Phase
from readiness.assessments.rules.phases import Step, phase_of
from readiness.dashboards.queries.filtered import fetch, priced_sql
from readiness.dashboards.rules.scaling import Scaled, Scaling

SHOWN = 16
# `scaled` are initiatives that were ever in a stage of scaling: since when, or NULL where no date of it is known. The first
# commitment decides; an undated one leaves the question open unless a dated one came before scaling started.
_SCALING = """
WITH f AS MATERIALIZED ({filtered}),
scaled AS MATERIALIZED (
    SELECT f.id, f.status, f.stage_id, f.priced,
           CASE WHEN bool_and(e.entered_on IS NOT NULL) THEN min(e.entered_on) END AS scaled_on
    FROM f JOIN initiatives_stageentry e ON e.initiative_id = f.id AND e.stage_id = ANY(%s) GROUP BY 1, 2, 3, 4
),
bound AS (
    SELECT s.id, min(c.starts_on) AS first_on, count(*) FILTER (WHERE c.starts_on IS NULL) AS undated
    FROM scaled s JOIN finance_commitment c ON c.initiative_id = s.id AND c.category = ANY(%s) WHERE s.priced GROUP BY 1
),
judged AS MATERIALIZED (
    SELECT s.*, b.first_on,
           CASE WHEN NOT s.priced THEN 'hidden' WHEN b.id IS NULL THEN 'no_commitment'
                WHEN s.scaled_on IS NULL THEN 'no_scale_date'
                WHEN b.first_on <= s.scaled_on THEN 'before'
                WHEN b.undated > 0 THEN 'no_date' ELSE 'after' END AS timing,
           CASE WHEN st.kind = 'production' OR k.kind = 'retired' THEN 'production'
                WHEN k.kind IN ('stopped_by_decision', 'drifted', 'abandoned_unknown') THEN 'abandoned'
                WHEN s.status = 'closed' THEN 'otherwise' ELSE 'under_way' END AS outcome
    FROM scaled s LEFT JOIN bound b ON b.id = s.id LEFT JOIN initiatives_stage st ON st.id = s.stage_id
    LEFT JOIN initiatives_closure k ON k.initiative_id = s.id AND k.reopened_at IS NULL
)
SELECT timing, outcome, count(*), NULL, '', '', NULL::date, NULL::date FROM judged GROUP BY 1, 2
UNION ALL (
    SELECT j.timing, j.outcome, 0, j.id, i.key, i.name, j.first_on, j.scaled_on
    FROM judged j JOIN initiatives_initiative i ON i.id = j.id WHERE j.timing IN ('before', 'after')
    ORDER BY j.scaled_on DESC, j.id DESC LIMIT %s)
"""


def scaling(rows: QuerySet[Initiative], actor: Actor) -> Scaling:
    """Counts over all of `rows`, and the newest SHOWN scale starts one by one. Two statements."""
    filtered, params = priced_sql(rows, actor, "id", "status", "stage_id")
    values = (*params, _stages_of_scaling(), sorted(INFRASTRUCTURE), SHOWN)
    counts: dict[tuple[str, str], int] = {}
    shown: list[Scaled] = []
    for timing, outcome, n, *one in fetch(_SCALING.format(filtered=filtered), values):
        if one[0] is None:
            counts[timing, outcome] = n
        else:
            shown.append(Scaled(*one))
    return Scaling(counts, tuple(shown))


def _stages_of_scaling() -> list[int]:
    """Stages of every template that are the scale-up, whatever the template calls them (assessments.rules.phases)."""
    steps: dict[int, list[tuple[int, Step]]] = {}
    rows = Stage.objects.values_list("id", "lifecycle_id", "key", "name", "kind", "position")
    for pk, lifecycle, key, name, kind, position in rows:
        steps.setdefault(lifecycle, []).append((pk, Step(key, name, kind, position)))
    return [pk for own in steps.values() for pk, step in own if phase_of(step, [other for _pk, other in own]) is Phase.SCALE_UP]
