"""Judgements of higher slices, written beside the initiatives so that lists can show and filter by them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from portfolio.initiatives.choices import RiskBand

# Every row names the scoring that it is of, so each scoring writes all of them.
_UPSERT = """
INSERT INTO initiatives_riskstanding
    (initiative_id, value, low, high, band, drivers, counts, months, "on", resolved, version, generation, digest)
SELECT f.initiative_id, f.value, f.low, f.high,
       CASE WHEN f.low > %(average)s THEN %(above)s WHEN f.high < %(average)s THEN %(below)s ELSE %(middle)s END,
       f.drivers, %(counts)s, %(months)s, %(on)s, %(resolved)s, %(version)s, %(generation)s, %(digest)s
FROM ({figures}) f
ON CONFLICT (initiative_id) DO UPDATE
SET value = excluded.value, low = excluded.low, high = excluded.high, band = excluded.band, drivers = excluded.drivers,
    counts = excluded.counts, months = excluded.months, "on" = excluded."on", resolved = excluded.resolved,
    version = excluded.version, generation = excluded.generation, digest = excluded.digest
"""
_REST = """
DELETE FROM initiatives_riskstanding s USING initiatives_initiative i
WHERE i.id = s.initiative_id AND i.demo = %(demo)s
  AND NOT EXISTS (SELECT FROM ({figures}) f WHERE f.initiative_id = s.initiative_id)
"""


@dataclass(frozen=True, slots=True)
class RiskRun:
    """What holds for all figures of one run; `average` is a ratio, None where nothing is in flight.

    `resolved` initiatives that ended were learned from; `version` names the model, `generation` and `digest` the scoring.
    """

    demo: bool
    average: float | None
    counts: bool
    months: int
    on: date
    resolved: int
    version: str
    generation: int
    digest: str


def keep_risk(run: RiskRun, figures: str, parameters: dict[str, Any]) -> int:
    """The standing row of each initiative that `figures` yields, and none for the others of that portfolio; rows written.

    `figures` is a SELECT of initiative_id, value, low, high, drivers (text[]) with named `parameters`: the judging slice's own
    tables never pass through Python.
    """
    values = parameters | {
        "demo": run.demo, "average": run.average, "counts": run.counts, "months": run.months, "on": run.on,
        "resolved": run.resolved, "version": run.version, "generation": run.generation, "digest": run.digest,
        "above": RiskBand.ABOVE.value, "below": RiskBand.BELOW.value, "middle": RiskBand.AVERAGE.value,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_UPSERT.format(figures=figures), values)
        written = int(cursor.rowcount)
        cursor.execute(_REST.format(figures=figures), values)
    return written
