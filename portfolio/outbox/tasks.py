"""The three Celery tasks of the product: run one row, ring what waits, write what is due."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, timedelta

import structlog
from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded
from django.db import connection
from django.utils.module_loading import import_string

from portfolio.kit import clock
from portfolio.kit.bell import ring
from portfolio.outbox import queries, services
from portfolio.outbox.choices import HANDLERS, SCHEDULE
from portfolio.outbox.models import Job

RENEW_EVERY_S = 3
KEEP_DONE = timedelta(days=14)
log = structlog.get_logger(__name__)


@shared_task(name="outbox.run")
def run(job_id: int) -> None:
    """Claim the row and run its handler; every way of failing ends on the row, with its reason."""
    held = services.claim(job_id)
    if held is None:
        return
    with structlog.contextvars.bound_contextvars(job_id=job_id, handler=held.handler, attempt=held.attempt):
        try:
            with _renewing(held):
                services.run(held, import_string(HANDLERS[held.handler].path))
        except services.LeaseLost:
            log.warning("lease_lost")
        except SoftTimeLimitExceeded:
            services.fail(held, "The time limit was reached.")
            log.error("job_timed_out")
        # Not narrower: a handler may fail in any way, and a job that fails unseen would be retried for ever.
        except Exception as error:
            services.fail(held, f"{type(error).__name__}: {error}")
            log.exception("job_failed")
        else:
            log.info("job_done")


@shared_task(name="outbox.sweep")
def sweep() -> int:
    """Ring again for every waiting row; the answer is how many."""
    services.seen("beat")
    waiting = queries.waiting()
    for job in Job.objects.filter(pk__in=waiting):
        ring(job.pk, queue=job.queue, time_limit_s=HANDLERS[job.handler].time_limit_s)
    return len(waiting)


@shared_task(name="outbox.schedule")
def schedule() -> int:
    """Write the jobs whose slot has come; after a pause the current slot runs once, missed ones do not."""
    epoch = int(clock.now().astimezone(UTC).timestamp())
    return sum(services.schedule_slot(s.handler, f"{s.handler}@{epoch // s.every_s * s.every_s}") for s in SCHEDULE)


def housekeeping(held: services.Claim) -> None:
    """Forget jobs done more than KEEP_DONE ago; events are history and stay."""
    with held.finishing():
        Job.objects.filter(done_at__lt=clock.now() - KEEP_DONE).delete()


@contextmanager
def _renewing(held: services.Claim) -> Iterator[None]:
    """Keep the lease alive from a thread of its own; it stops renewing when the work ends or the lease is lost."""
    over = threading.Event()

    def keep() -> None:
        try:
            while not over.wait(RENEW_EVERY_S):
                if not services.renew(held):
                    return
        finally:
            connection.close()

    thread = threading.Thread(target=keep, name=f"lease-{held.job_id}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
