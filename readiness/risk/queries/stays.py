"""Stays in stages as known on a day: what became of those that were ever in a stage, and how long it took."""

# ruff: noqa: S608 (the statement is put together from constants of this package, values are parameters)

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from django.db import connection

from portfolio.initiatives.choices import ABANDONMENT, Precision
from readiness.risk.queries.known import CLOSURE, ENTRY, parameters
from readiness.risk.rules.careers import Ages, Array, Days, Flags, IntArray, Known, Texts, ages

PRECISIONS = np.array([Precision.DAY.value, Precision.MONTH.value, Precision.QUARTER.value, Precision.YEAR.value])
# A stay is all time in a stage of the template that the initiative follows, over the versions of the template; it ends when the
# next stage that the initiative was ever in begins, or with the closure. A day is told as 8 * days since 1970 + its precision.
_DAY = (
    "8 * ({day} - date '1970-01-01') + CASE {precision} WHEN 'month' THEN 1 WHEN 'quarter' THEN 2 WHEN 'year' THEN 3 ELSE 0 END"
)
_STATEMENT = f"""
WITH {ENTRY}, {CLOSURE}, place AS MATERIALIZED (
    SELECT s.id, l.key AS template, s.key AS stage, max(s.position) OVER (PARTITION BY l.key, s.key) AS position
    FROM initiatives_stage s JOIN initiatives_lifecycle l ON l.id = s.lifecycle_id
), stay AS (
    SELECT e.initiative_id, p.template, p.stage, p.position,
           min({_DAY.format(day="e.entered_on", precision="e.entered_precision")}) AS entered
    FROM entry e
    JOIN place p ON p.id = e.stage_id
    JOIN initiatives_initiative i ON i.id = e.initiative_id
    JOIN initiatives_lifecycle l ON l.id = i.lifecycle_id AND l.key = p.template
    GROUP BY 1, 2, 3, 4
), path AS (
    SELECT stay.*, lead(stage) OVER w IS NOT NULL AS went_on, lead(entered) OVER w AS left_at
    FROM stay WINDOW w AS (PARTITION BY initiative_id ORDER BY position, stage)
)
SELECT x.initiative_id, x.template, x.stage, x.entered, x.went_on, x.left_at, coalesce(c.kind, ''),
       {_DAY.format(day="c.closed_on", precision="c.precision")},
       CASE WHEN i.register_id IS NOT NULL THEN 8 * (l.told - date '1970-01-01') END,
       8 * ((r.finished_at AT TIME ZONE %(zone)s)::date - date '1970-01-01'), i.stage_id IS NULL
FROM path x
JOIN initiatives_initiative i ON i.id = x.initiative_id
JOIN listed l ON l.initiative_id = i.id
LEFT JOIN closure c ON c.initiative_id = i.id
LEFT JOIN initiatives_importrun r ON r.id = i.missing_since_id AND r.finished_at <= %(known)s
ORDER BY x.initiative_id, x.position
"""


@dataclass(frozen=True, slots=True)
class Stays:
    """One row a stay, (n,) each; `ages` are months in the stage. `stage_unknown` is of the initiative as it stands today."""

    initiative_id: IntArray
    template: Texts
    stage: Texts
    went_on: Flags
    closure: Texts
    stage_unknown: Flags
    ages: Ages

    def __len__(self) -> int:
        return len(self.initiative_id)


def stays(*, demo: bool, on: date, among: Collection[int] | None = None) -> Stays:
    """As known on a day, of these initiatives (None: all, for jobs alone). One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_STATEMENT, parameters(demo=demo, on=on, among=among))
        columns = list(zip(*cursor.fetchall(), strict=True)) or [()] * len(cursor.description or ())
    went_on, kinds = np.array(columns[4], dtype=np.bool_), np.array(columns[6], dtype=np.str_)
    return Stays(
        initiative_id=np.array(columns[0], dtype=np.int64), template=np.array(columns[1], dtype=np.str_),
        stage=np.array(columns[2], dtype=np.str_), went_on=went_on, closure=kinds,
        stage_unknown=np.array(columns[10], dtype=np.bool_),
        ages=ages(_known(columns, went_on, kinds), np.datetime64(on, "D")),
    )  # fmt: skip


def _known(columns: Sequence[Sequence[Any]], went_on: Flags, kinds: Texts) -> Known:
    """The next stage stands where production stands for a whole career."""
    began, next_, closed, met, missing = (_days(columns[place]) for place in (3, 5, 7, 8, 9))
    abandoned = np.isin(kinds, [str(kind) for kind in ABANDONMENT])
    return Known(
        began=began[0], began_precision=began[1], produced=went_on, produced_on=next_[0], produced_precision=next_[1],
        closed=~went_on & (kinds != ""), abandoned=~went_on & abandoned, closed_on=closed[0], closed_precision=closed[1],
        met=met[0], missing=missing[0],
    )  # fmt: skip


def _days(column: Sequence[int | None]) -> tuple[Days, Texts]:
    numbers: Array = np.array([np.nan if value is None else value for value in column], dtype=np.float64)
    known = ~np.isnan(numbers)
    whole = np.where(known, numbers, 0).astype(np.int64)
    days = (whole // 8).astype("datetime64[D]")
    return np.where(known, days, np.datetime64("NaT", "D")), np.where(known, PRECISIONS[whole % 8], "unknown")
