"""Writing events and jobs, and the claim that makes each run at most one at a time.

Recipe and measurements: claim by `FOR UPDATE SKIP LOCKED` with a lease in the database's clock, fence by attempt number,
finish in the effect's own transaction. A redelivered bell is harmless because the row decides.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction

from portfolio.kit.bell import ring
from portfolio.outbox import queries
from portfolio.outbox.choices import HANDLERS, SUBSCRIBERS
from portfolio.outbox.models import Event, Job

LEASE_S = 8
_TRIED = 40  # of those that wait, when others take some of them meanwhile
_DEATHS = 2  # of a worker over a job, before the job runs alone
MAX_ERROR = 4000


class LeaseLost(Exception):
    """Another worker took the job over; drop this run's work, it must not be committed."""


class Hopeless(Exception):
    """Another attempt is in vain: the job becomes a dead letter at once, to be revived when the reason is gone."""


@dataclass(frozen=True)
class Claim:
    """The right to run job `job_id`, as long as no newer attempt exists."""

    job_id: int
    attempt: int
    handler: str
    payload: dict[str, Any] = field(hash=False)

    @contextmanager
    def finishing(self) -> Iterator[None]:
        """One transaction: the effect inside the block and the done mark, both or neither.

        Raises LeaseLost if a newer attempt holds the job; the block's work is then rolled back.
        """
        with transaction.atomic():
            yield
            if not _mark_done(self.job_id, self.attempt):
                raise LeaseLost(f"job {self.job_id} attempt {self.attempt}")

    def fence(self) -> None:
        """For a part of the effect that commits by itself: call it first in its transaction, until whose end nobody else gets
        the job. Raises LeaseLost if somebody has it already.
        """
        with connection.cursor() as cursor:
            # KEY SHARE: a claim (FOR UPDATE) passes such a row over, while renewing the lease does not wait for it.
            cursor.execute(
                "SELECT FROM outbox_job WHERE id = %s AND attempt = %s AND done_at IS NULL AND dead_at IS NULL FOR KEY SHARE",
                [self.job_id, self.attempt],
            )
            if cursor.fetchone() is None:
                raise LeaseLost(f"job {self.job_id} attempt {self.attempt}")


def emit(kind: str, payload: dict[str, Any]) -> Event:
    """Write an event and one job per subscriber, in the caller's transaction; the bell rings after its commit.

    Of a subscriber that looks at everything (`Handler.once`), a job that waits already serves this event too.
    """
    event = Event.objects.create(kind=kind, payload=payload)
    for handler in SUBSCRIBERS.get(kind, ()):
        if not (HANDLERS[handler].once and _held_back(handler)):
            enqueue(handler, payload, event=event)
    return event


def _held_back(handler: str) -> bool:
    """Whether a job of the handler waits that nobody has begun. It is held until our commit: a claim passes a locked row over,
    so that it does not look before what we wrote can be seen.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM outbox_job WHERE handler = %s AND attempt = 0 AND done_at IS NULL AND dead_at IS NULL"
            " AND not_before <= statement_timestamp() ORDER BY id LIMIT 1 FOR KEY SHARE SKIP LOCKED",
            [handler],
        )
        row = cursor.fetchone()
    if row is None:
        return False
    known = HANDLERS[handler]
    transaction.on_commit(lambda: ring(row[0], queue=known.queue, time_limit_s=known.time_limit_s))
    return True


def enqueue(
    handler: str,
    payload: dict[str, Any],
    *,
    event: Event | None = None,
    slot: str | None = None,
    limits: Mapping[str, int] | None = None,
) -> Job:
    """Write one job in the caller's transaction. Raises KeyError for a handler that is not in HANDLERS.

    `limits`: name -> how many jobs of that name, this one among them, may run at a time.
    """
    known = HANDLERS[handler]
    job = Job.objects.create(
        handler=handler,
        queue=known.queue,
        payload=payload,
        event=event,
        slot=slot,
        limits=dict(limits or {}),
        max_attempts=known.max_attempts,
    )
    transaction.on_commit(lambda: ring(job.pk, queue=known.queue, time_limit_s=known.time_limit_s))
    return job


def claim(job_id: int, *, queue: str | None = None) -> Claim | None:
    """Take the job for LEASE_S seconds; None if it is done, dead, not due, held by somebody else, without room, or no longer
    in `queue`, where the bell came from.
    """
    with transaction.atomic():
        if (found := _could_run(job_id, queue)) is None:
            return None
        handler, limits = found
        if limits and not _has_room(limits):
            return None
        alone = HANDLERS[handler].alone if handler in HANDLERS else ""
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE outbox_job SET lease_until = statement_timestamp() + make_interval(secs => %s), attempt = attempt + 1,"
                "   queue = CASE WHEN %s <> '' AND attempt + 1 >= %s THEN %s ELSE queue END"
                " WHERE id = (SELECT id FROM outbox_job WHERE id = %s AND done_at IS NULL AND dead_at IS NULL"
                "   AND not_before <= statement_timestamp() AND coalesce(lease_until, '-infinity') < statement_timestamp()"
                "   FOR UPDATE SKIP LOCKED)"
                " RETURNING attempt, payload, max_attempts",
                [LEASE_S, alone, _DEATHS, alone, job_id],
            )
            row = cursor.fetchone()
        if row is None:
            return None
        attempt, payload, max_attempts = row
        if attempt > max_attempts:
            bury(job_id, attempt, "The worker died in every attempt.")
            return None
    return Claim(job_id, attempt, handler, json.loads(payload))  # a raw cursor hands jsonb over as text


def claim_next(queue: str) -> Claim | None:
    """Take the longest due of the jobs that wait in a queue; None if there is none."""
    for job_id in queries.waiting(_TRIED, queue=queue):
        if (held := claim(job_id, queue=queue)) is not None:
            return held
    return None


def renew(held: Claim) -> bool:
    """Extend the lease; False if it is no longer ours."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE outbox_job SET lease_until = statement_timestamp() + make_interval(secs => %s)"
            " WHERE id = %s AND attempt = %s AND done_at IS NULL",
            [LEASE_S, held.job_id, held.attempt],
        )
        return bool(cursor.rowcount == 1)


def renew_all(held: Collection[Claim]) -> None:
    """Extend these leases, as far as they are still ours. One that is just being finished is left alone, not waited for."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE outbox_job SET lease_until = statement_timestamp() + make_interval(secs => %s)"
            " WHERE id IN (SELECT job.id FROM outbox_job job JOIN unnest(%s::bigint[], %s::int[]) AS mine(id, attempt)"
            "   ON job.id = mine.id AND job.attempt = mine.attempt WHERE done_at IS NULL FOR NO KEY UPDATE OF job SKIP LOCKED)",
            [LEASE_S, [one.job_id for one in held], [one.attempt for one in held]],
        )


def run(held: Claim, handler: Callable[[Claim], None]) -> None:
    """Run the handler; it may finish the claim in its own transaction, else the claim is finished here."""
    handler(held)
    _mark_done(held.job_id, held.attempt)


def fail(held: Claim, error: str) -> None:
    """Put the job back with growing distance (2, 4, 8 ... s, at most 5 min); bury it after its last attempt."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE outbox_job SET lease_until = NULL, last_error = %s,"
            " not_before = statement_timestamp() + make_interval(secs => least(300, 2 ^ attempt)),"
            " dead_at = CASE WHEN attempt >= max_attempts THEN statement_timestamp() END"
            " WHERE id = %s AND attempt = %s AND done_at IS NULL",
            [error[:MAX_ERROR], held.job_id, held.attempt],
        )


def bury(job_id: int, attempt: int, error: str) -> None:
    """Make a job a dead letter: kept, shown, never run again unless revived."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE outbox_job SET dead_at = statement_timestamp(), lease_until = NULL, last_error = %s"
            " WHERE id = %s AND attempt = %s AND done_at IS NULL",
            [error[:MAX_ERROR], job_id, attempt],
        )


def revive(*, job_id: int) -> bool:
    """Give a dead letter a fresh set of attempts; False if it is not dead."""
    with transaction.atomic():
        revived = Job.objects.filter(pk=job_id, dead_at__isnull=False).update(dead_at=None, attempt=0, lease_until=None)
        job = Job.objects.filter(pk=job_id).first()
        if revived and job:
            transaction.on_commit(
                lambda: ring(
                    job_id,
                    queue=job.queue,
                    time_limit_s=HANDLERS[job.handler].time_limit_s,
                )
            )
    return bool(revived)


def schedule_slot(handler: str, slot: str) -> bool:
    """Enqueue a scheduled run unless that slot exists already; two beats make one run."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [slot])
        if Job.objects.filter(slot=slot).exists():
            return False
        enqueue(handler, {}, slot=slot)
    return True


def seen(name: str) -> None:
    """Record that process kind `name` is alive."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO outbox_beat (name, at) VALUES (%s, statement_timestamp())"
            " ON CONFLICT (name) DO UPDATE SET at = excluded.at",
            [name],
        )


def _could_run(job_id: int, queue: str | None) -> tuple[str, dict[str, int]] | None:
    """Handler and limits of a job that nobody holds and whose time has come."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT handler, limits FROM outbox_job WHERE id = %s AND queue = coalesce(%s, queue) AND done_at IS NULL"
            " AND dead_at IS NULL AND not_before <= statement_timestamp()"
            " AND coalesce(lease_until, '-infinity') < statement_timestamp()",
            [job_id, queue],
        )
        row = cursor.fetchone()
    return None if row is None else (row[0], json.loads(row[1]))


def _has_room(limits: dict[str, int]) -> bool:
    """Whether fewer than allowed run of each name. Those who take the last place of a name wait here for one another."""
    with connection.cursor() as cursor:
        for name in sorted(limits):
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('outbox.limit:' || %s, 0))", [name])
        cursor.execute(
            "SELECT NOT EXISTS (SELECT FROM jsonb_each_text(%s::jsonb) AS own(name, most) WHERE most::int <= (SELECT count(*)"
            "   FROM outbox_job WHERE done_at IS NULL AND dead_at IS NULL AND lease_until >= statement_timestamp()"
            "   AND limits ? name))",
            [json.dumps(limits)],
        )
        return bool(cursor.fetchone()[0])


def _mark_done(job_id: int, attempt: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE outbox_job SET done_at = statement_timestamp(), lease_until = NULL"
            " WHERE id = %s AND attempt = %s AND done_at IS NULL",
            [job_id, attempt],
        )
        return bool(cursor.rowcount == 1)
