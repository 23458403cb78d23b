"""The Celery tasks of the product: run one row, ring what waits, write what is due, look what is due at short notice."""

import os
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, timedelta
from typing import Any

import structlog
from celery import Task, shared_task
from celery.exceptions import SoftTimeLimitExceeded
from celery.signals import worker_shutting_down
from django.db import InterfaceError, OperationalError, connection
from django.utils.module_loading import import_string

from portfolio.kit import clock
from portfolio.kit.bell import depth, ring
from portfolio.outbox import queries, services
from portfolio.outbox.choices import HANDLERS, SCHEDULE, THREADED, TICKS
from portfolio.outbox.models import Job

RENEW_EVERY_S = 2
GO_ON_S = 60  # shorter than the broker's visibility timeout: meanwhile the bell is not acknowledged
MOST_BELLS = 400  # in one queue; more say nothing more
OVERDUE_S = 15  # after its time limit a job is not left running: Celery ends processes by then, but not threads
KEEP_DONE = timedelta(days=14)
log = structlog.get_logger(__name__)
_ending = threading.Event()


@worker_shutting_down.connect
def take_nothing_more(**_: Any) -> None:
    """What runs is finished, what waits is left to others."""
    _ending.set()


@shared_task(name="outbox.run", bind=True)
def run(self: "Task[[int], None]", job_id: int) -> None:
    """Claim the row and run its handler. A thread then goes on with whatever else waits where the bell came from."""
    queue = (self.request.delivery_info or {}).get("routing_key")
    until = time.monotonic() + GO_ON_S
    if (held := services.claim(job_id, queue=queue)) is not None:
        _carry_out(held)
    if queue in THREADED:
        _go_on(queue, until)


def _go_on(queue: str, until: float) -> None:
    while time.monotonic() < until and not _ending.is_set():
        connection.close_if_unusable_or_obsolete()
        if (held := services.claim_next(queue)) is None:
            return
        _carry_out(held)


def _carry_out(held: services.Claim) -> None:
    """Run the handler; every way of failing ends on the row, with its reason."""
    with structlog.contextvars.bound_contextvars(job_id=held.job_id, handler=held.handler, attempt=held.attempt):
        try:
            with leases.kept(held, HANDLERS[held.handler].time_limit_s):
                services.run(held, import_string(HANDLERS[held.handler].path))
        except services.LeaseLost:
            log.warning("lease_lost")
        except SoftTimeLimitExceeded:
            services.fail(held, "The time limit was reached.")
            log.error("job_timed_out")
        except services.Hopeless as error:
            services.bury(held.job_id, held.attempt, str(error))
            log.warning("job_hopeless", error=str(error))
        # Not narrower: a handler may fail in any way, and a job that fails unseen would be retried for ever.
        except Exception as error:
            services.fail(held, f"{type(error).__name__}: {error}")
            log.exception("job_failed")
        else:
            log.info("job_done")


@shared_task(name="outbox.sweep")
def sweep() -> int:
    """Ring again for every waiting row, as far as its queue is not full of bells that nobody hears; the answer is how many."""
    services.seen("beat")
    jobs = list(Job.objects.filter(pk__in=queries.waiting()).order_by("not_before", "pk"))
    room = {queue: max(0, MOST_BELLS - depth(queue)) for queue in {job.queue for job in jobs}}
    rung = Counter[str]()
    for job in jobs:
        if rung[job.queue] < room[job.queue]:
            rung[job.queue] += 1
            ring(job.pk, queue=job.queue, time_limit_s=HANDLERS[job.handler].time_limit_s)
    return rung.total()


@shared_task(name="outbox.tick")
def tick(name: str) -> None:
    """Let a slice look what is due, by its entry in TICKS: soon done, and harmless when two do it at once."""
    import_string(TICKS[name])()


@shared_task(name="outbox.schedule")
def schedule() -> int:
    """Write the jobs whose slot has come; after a pause the current slot runs once, missed ones do not."""
    epoch = int(clock.now().astimezone(UTC).timestamp())
    return sum(services.schedule_slot(s.handler, f"{s.handler}@{epoch // s.every_s * s.every_s}") for s in SCHEDULE)


def housekeeping(held: services.Claim) -> None:
    """Forget jobs done more than KEEP_DONE ago; events are history and stay."""
    with held.finishing():
        Job.objects.filter(done_at__lt=clock.now() - KEEP_DONE).delete()


class Leases:
    """Keeps the leases of all jobs that this process runs, from one thread with one connection, while there are any."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._held: dict[services.Claim, float] = {}
        self._running = False

    @contextmanager
    def kept(self, held: services.Claim, time_limit_s: float) -> Iterator[None]:
        """Renews until the block ends. A job that is overdue brings its process down: its thread cannot be ended alone."""
        with self._changed:
            self._held[held] = time.monotonic() + time_limit_s + OVERDUE_S
            if not self._running:
                self._running = True
                threading.Thread(target=self._renew, name="leases", daemon=True).start()
        try:
            yield
        finally:
            with self._changed:
                self._held.pop(held, None)
                self._changed.notify()

    def _renew(self) -> None:
        try:
            while held := self._wait():
                if late := [one for one, ends in held.items() if time.monotonic() > ends]:
                    log.critical("job_overdue", job_id=late[0].job_id, handler=late[0].handler)
                    os._exit(70)
                try:
                    services.renew_all(held)
                except (OperationalError, InterfaceError) as error:  # the next round may find the database again
                    log.warning("leases_not_renewed", error=str(error))
                    connection.close()
        finally:
            connection.close()

    def _wait(self) -> dict[services.Claim, float]:
        """What is held after a while; nothing as soon as nothing is held, and then this thread is no longer the running one."""
        with self._changed:
            self._changed.wait_for(lambda: not self._held, timeout=RENEW_EVERY_S)
            self._running = bool(self._held)
            return dict(self._held)


leases = Leases()
