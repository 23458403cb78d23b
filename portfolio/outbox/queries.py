"""Reads over the queue: what is waiting, for how long, and what died."""

# ruff: noqa: S608  (every part of the statements is written here)

from django.db import connection
from django.db.models import QuerySet

from portfolio.outbox.models import Job

# What runs now, by the names in the jobs' limits; and the jobs that nobody holds, whose time has come and which have room.
_CAN_RUN = """
WITH held AS (
    SELECT name, count(*) AS running FROM outbox_job, jsonb_object_keys(limits) AS name
    WHERE done_at IS NULL AND dead_at IS NULL AND lease_until >= statement_timestamp() GROUP BY name),
ready AS (
    SELECT id, queue, not_before, lease_until FROM outbox_job
    WHERE done_at IS NULL AND dead_at IS NULL AND not_before <= statement_timestamp()
      AND coalesce(lease_until, '-infinity') < statement_timestamp()
      AND NOT EXISTS (SELECT FROM jsonb_each_text(limits) AS own(name, most) JOIN held USING (name) WHERE running >= most::int))
"""


def waiting(limit: int = 200, *, queue: str | None = None) -> list[int]:
    """Ids of jobs that could run and that nobody holds, the longest due first, at most `limit` of each queue."""
    with connection.cursor() as cursor:
        cursor.execute(
            _CAN_RUN + "SELECT id FROM (SELECT *, row_number() OVER (PARTITION BY queue ORDER BY not_before, id) AS place"
            " FROM ready WHERE %(queue)s::text IS NULL OR queue = %(queue)s) AS placed"
            " WHERE place <= %(limit)s ORDER BY not_before, id",
            {"queue": queue, "limit": limit},
        )
        return [row[0] for row in cursor.fetchall()]


def oldest_unclaimed_s() -> float:
    """Age in seconds of the oldest job that could run and has not been claimed; 0 if there is none."""
    with connection.cursor() as cursor:
        cursor.execute(
            _CAN_RUN + "SELECT coalesce(extract(epoch FROM statement_timestamp() - min(greatest(not_before, lease_until))), 0)"
            " FROM ready"
        )
        return float(cursor.fetchone()[0])


def beat_age_s(name: str) -> float | None:
    """Seconds since process kind `name` was last seen, by the database's clock; None if never."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT extract(epoch FROM statement_timestamp() - at) FROM outbox_beat WHERE name = %s",
            [name],
        )
        row = cursor.fetchone()
    return None if row is None else float(row[0])


def dead_letters() -> QuerySet[Job]:
    """Jobs that used up their attempts; they stay until somebody revives or dismisses them."""
    return Job.objects.filter(dead_at__isnull=False).order_by("-dead_at")
