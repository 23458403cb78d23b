"""Reads over the queue: what is waiting, for how long, and what died."""

from django.db import connection
from django.db.models import QuerySet

from portfolio.outbox.models import Job


def waiting(limit: int = 200) -> list[int]:
    """Ids of jobs that nobody holds and whose time has come, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM outbox_job WHERE done_at IS NULL AND dead_at IS NULL AND not_before <= statement_timestamp()"
            " AND coalesce(lease_until, '-infinity') < statement_timestamp() ORDER BY id LIMIT %s",
            [limit],
        )
        return [row[0] for row in cursor.fetchall()]


def oldest_unclaimed_s() -> float:
    """Age in seconds of the oldest job that could run and has not been claimed; 0 if there is none."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(extract(epoch FROM statement_timestamp() - min(greatest(not_before, lease_until))), 0)"
            " FROM outbox_job"
            " WHERE done_at IS NULL AND dead_at IS NULL AND not_before <= statement_timestamp()"
            " AND coalesce(lease_until, '-infinity') < statement_timestamp()"
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
