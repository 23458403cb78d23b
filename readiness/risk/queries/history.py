"""What the model learns from besides careers: entries into stages, and the answers that were frozen month by month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from django.db import connection
from django.utils import timezone
from numpy.typing import NDArray

from readiness.risk.models import Generation
from readiness.risk.queries.scores import stored

Array = NDArray[np.float64]
IntArray = NDArray[np.int64]

# As in careers: known by then. A stage without a date of its own was seen on the day of the snapshot that told it.
_ENTRIES = """
SELECT e.initiative_id, coalesce(e.entered_on, e.told_on), coalesce(s.key, '')
FROM initiatives_stageentry e
JOIN initiatives_initiative i ON i.id = e.initiative_id AND i.demo = %(demo)s
LEFT JOIN initiatives_stage s ON s.id = e.stage_id
WHERE (coalesce(e.told_on::timestamp AT TIME ZONE %(zone)s, e.recorded_at) <= %(known)s OR e.source = 'demo' AND i.demo)
  AND coalesce(e.entered_on, e.told_on) IS NOT NULL ORDER BY e.id
"""


@dataclass(frozen=True, slots=True)
class Entries:
    """Entries into stages with a known day, (m,) each."""

    initiative_id: IntArray
    on: NDArray[np.datetime64]
    stage: NDArray[np.str_]


@dataclass(frozen=True, slots=True)
class Frozen:
    """Answers frozen with monthly scores, (m,) and (m, drivers): what was known of an initiative on that day."""

    initiative_id: IntArray
    on: NDArray[np.datetime64]
    answers: Array


def entries(*, demo: bool, known_at: datetime) -> Entries:
    """One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_ENTRIES, {"demo": demo, "known": known_at, "zone": str(timezone.get_default_timezone())})
        columns = list(zip(*cursor.fetchall(), strict=True)) or [(), (), ()]
    return Entries(
        np.array(columns[0], dtype=np.int64), np.array(columns[1], dtype="datetime64[D]"), np.array(columns[2], dtype=np.str_)
    )


def frozen_answers(*, demo: bool, known_at: datetime, keys: tuple[str, ...]) -> Frozen:
    """In the order of `keys`; a driver that a generation did not know yet is unknown in it. A statement a frozen month."""
    ids, days, answers = [], [], []
    kept = Generation.objects.filter(demo=demo, frozen=True, reconstructed=False, at__lte=known_at).select_related("version")
    for generation in kept.order_by("on"):
        scores = stored(generation)
        known = {row[0]: at for at, row in enumerate(generation.version.form["drivers"])}
        columns = [scores.answers[:, known[key]] if key in known else np.full(len(scores), np.nan) for key in keys]
        ids.append(scores.initiative_id)
        days.append(np.full(len(scores), np.datetime64(generation.on, "D")))
        answers.append(np.column_stack(columns) if columns else np.empty((len(scores), 0)))
    if not ids:
        return Frozen(np.empty(0, np.int64), np.empty(0, "datetime64[D]"), np.empty((0, len(keys))))
    return Frozen(np.concatenate(ids), np.concatenate(days), np.concatenate(answers))
