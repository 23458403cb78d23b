"""What was known of stays and closures at a moment: pieces of SQL that careers and cohorts share."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

# An entry or closure counts if it was known by then and does not tell of a later day. What a register told is known since the day
# of its snapshot, else since it was recorded. Loading the demo invents a past, so its rows count as recorded on the day they tell
# of. Entries are in the order in which they were recorded.
ENTRY = """entry AS MATERIALIZED (
    SELECT e.id, e.initiative_id, e.stage_id, e.entered_on, e.entered_precision, s.kind = 'production' AS produced,
           coalesce(e.told_on, (e.recorded_at AT TIME ZONE %(zone)s)::date) AS told
    FROM initiatives_stageentry e
    JOIN initiatives_initiative i ON i.id = e.initiative_id AND i.demo = %(demo)s
    LEFT JOIN initiatives_stage s ON s.id = e.stage_id
    WHERE (coalesce(e.told_on::timestamp AT TIME ZONE %(zone)s, e.recorded_at) <= %(known)s OR e.source = 'demo' AND i.demo)
      AND (e.entered_on IS NULL OR e.entered_on <= %(on)s)
      AND (%(among)s::bigint[] IS NULL OR e.initiative_id = ANY(%(among)s::bigint[]))
), listed AS (
    SELECT DISTINCT ON (initiative_id) initiative_id, told FROM entry ORDER BY initiative_id, id
)"""
CLOSURE = """closure AS (
    SELECT DISTINCT ON (c.initiative_id) c.initiative_id, c.kind, c.reason, c.closed_on, c.precision, c.stage_id,
           coalesce(c.told_on, (c.recorded_at AT TIME ZONE %(zone)s)::date) AS told
    FROM initiatives_closure c
    JOIN initiatives_initiative i ON i.id = c.initiative_id AND i.demo = %(demo)s
    WHERE (coalesce(c.told_on::timestamp AT TIME ZONE %(zone)s, c.recorded_at) <= %(known)s OR c.source = 'demo' AND i.demo)
      AND (c.reopened_at IS NULL OR c.reopened_at > %(known)s)
      AND (c.closed_on IS NULL OR c.closed_on <= %(on)s)
      AND (%(among)s::bigint[] IS NULL OR c.initiative_id = ANY(%(among)s::bigint[]))
    ORDER BY c.initiative_id, c.id DESC
)"""

# Snapshots of registers by their day. Between two of them lies what the newer one tells without a date: it counts as half way.
SNAPSHOT = """snapshot AS MATERIALIZED (
    SELECT register_id, coalesce(as_of, (finished_at AT TIME ZONE %(zone)s)::date) AS day FROM initiatives_importrun
    WHERE state = 'published' AND register_id IS NOT NULL
      AND coalesce(as_of::timestamp AT TIME ZONE %(zone)s, finished_at) <= %(known)s
)"""
BETWEEN = """(
    SELECT max(day) + ({told} - max(day)) / 2 FROM snapshot
    WHERE snapshot.register_id = i.register_id AND day < {told} AND day >= l.told)"""


def parameters(
    *, demo: bool, on: date, known_at: datetime | None = None, among: Collection[int] | None = None
) -> dict[str, Any]:  # fmt: skip
    """Values for ENTRY and CLOSURE: known at the end of `on` unless another moment is given, of all initiatives or of `among`."""
    zone = timezone.get_default_timezone()
    known = known_at or datetime.combine(on + timedelta(days=1), time(), zone)
    ids = None if among is None else f"{{{','.join(str(int(pk)) for pk in among)}}}"  # a list of 10,000 takes the driver 100 ms
    return {"demo": demo, "on": on, "known": known, "zone": str(zone), "among": ids}
