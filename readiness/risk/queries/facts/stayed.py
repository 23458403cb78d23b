"""The stay that runs beside the curve of its cohort, the stays in the same stage over a template's versions. One statement."""

# ruff: noqa: S608 (the statement is put together from constants, values are parameters)

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

import numpy as np
from django.utils import timezone

from portfolio.initiatives.choices import StageKind
from readiness.core.risk.cohort import Ending, curve
from readiness.risk.queries.facts.asked import Asked
from readiness.risk.rules.drivers.facts import Stay

# The cohort is the whole portfolio, of whichever initiatives is asked. A stay has ended by its exit or by a closure; one without
# both of its dates has no length. Of what a register brought, a stay was watched from the day on which a snapshot first told it.
_STATEMENT = f"""
SELECT e.initiative_id, dense_rank() OVER (ORDER BY l.key, s.key), s.name,
       greatest(0, coalesce(e.left_on, c.closed_on, CASE WHEN c.id IS NULL THEN %(today)s::date END) - e.entered_on),
       CASE WHEN i.register_id IS NULL THEN 0
            ELSE greatest(0, coalesce(e.told_on, (e.recorded_at AT TIME ZONE %(zone)s)::date) - e.entered_on) END,
       e.left_on IS NOT NULL OR c.id IS NOT NULL, e.current, e.entered_on
FROM initiatives_stageentry e
JOIN initiatives_initiative i ON i.id = e.initiative_id AND i.demo = %(demo)s
JOIN initiatives_stage s ON s.id = e.stage_id AND s.kind = '{StageKind.BEFORE.value}'
JOIN initiatives_lifecycle l ON l.id = s.lifecycle_id
LEFT JOIN initiatives_closure c ON c.initiative_id = e.initiative_id AND c.reopened_at IS NULL
WHERE e.entered_on IS NOT NULL AND (e.left_on IS NOT NULL OR c.closed_on IS NOT NULL OR c.id IS NULL AND e.current)
"""
Row = tuple[int, int, str, int, int, bool, bool, date]


def stays(asked: Asked) -> dict[int, Stay]:
    """By initiative, of those whose stay runs, is dated and lies before production."""
    cohorts: dict[int, list[Row]] = defaultdict(list)
    for row in asked.rows(_STATEMENT, zone=str(timezone.get_default_timezone())):
        cohorts[row[1]].append(row)
    wanted = None if asked.ids is None else set(asked.ids)
    return {pk: stay for rows in cohorts.values() for pk, stay in _compared(rows) if wanted is None or pk in wanted}


def _compared(rows: list[Row]) -> Iterator[tuple[int, Stay]]:
    """The running stays of one stage beside the curve of all of its stays."""
    days, late = (np.array([row[place] for row in rows], dtype=np.float64) for place in (3, 4))
    ended = np.array([row[5] for row in rows], dtype=np.bool_)
    seen = late <= days  # over before anybody told of it: nobody watched it
    left = curve(late[seen], days[seen], np.where(ended[seen], Ending.PRODUCED, Ending.IN_FLIGHT))
    for pk, _stage, name, length, _late, over, current, entered_on in rows:
        if current and not over:
            by_then = int((ended & (days <= length)).sum())
            yield pk, Stay(name, length, int(ended.sum()), by_then, entered_on, 1.0 - left.at(length)[2])
