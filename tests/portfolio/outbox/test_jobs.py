"""The row is the queue: claims, fencing, retries and dead letters, on real rows."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import IntegrityError, connection, transaction

from portfolio.outbox import queries, services, tasks
from portfolio.outbox.choices import HANDLERS, SCHEDULE, SUBSCRIBERS
from portfolio.outbox.models import Event, Job
from tests.portfolio.outbox import worker

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def effects(db: None) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE test_effect (job_id bigint, attempt int)")
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS test_effect")


def _effects() -> list[tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT job_id, attempt FROM test_effect ORDER BY 1, 2")
        return list(cursor.fetchall())


def test_an_event_makes_one_job_per_subscriber_in_the_same_transaction() -> None:
    def torn() -> None:
        with transaction.atomic():
            services.emit("comment.added", {"comment_id": 1})
            raise IntegrityError("stop")

    with pytest.raises(IntegrityError, match="stop"):
        torn()
    assert Event.objects.count() == Job.objects.count() == 0
    services.emit("comment.added", {"comment_id": 1})
    assert list(Job.objects.values_list("handler", flat=True)) == list(SUBSCRIBERS["comment.added"])


def test_a_held_job_cannot_be_claimed_again() -> None:
    job = services.enqueue("test.effect", {})
    assert services.claim(job.pk) is not None
    assert services.claim(job.pk) is None
    assert queries.waiting() == []


def test_only_the_newest_attempt_may_finish() -> None:
    job = services.enqueue("test.effect", {})
    first = services.claim(job.pk)
    Job.objects.filter(pk=job.pk).update(lease_until=None)
    second = services.claim(job.pk)
    assert first is not None
    assert second is not None
    with pytest.raises(services.LeaseLost), transaction.atomic():
        worker.effect(first)
    assert _effects() == []
    worker.effect(second)
    assert _effects() == [(job.pk, 2)]
    assert services.renew(first) is False


def test_running_a_done_job_again_does_nothing() -> None:
    job = services.enqueue("test.effect", {})
    for _ in range(3):
        tasks.run(job.pk)
    assert _effects() == [(job.pk, 1)]


def test_a_failing_job_waits_longer_each_time_and_ends_as_a_dead_letter() -> None:
    job = services.enqueue("test.broken", {})
    for attempt in (1, 2):
        Job.objects.filter(pk=job.pk).update(not_before=services_now())
        tasks.run(job.pk)
        job.refresh_from_db()
        assert job.attempt == attempt
        assert job.last_error == "ValueError: the receiver said no"
    assert job.dead_at is not None
    assert [dead.pk for dead in queries.dead_letters()] == [job.pk]
    assert services.claim(job.pk) is None
    assert services.revive(job_id=job.pk)
    Job.objects.filter(pk=job.pk).update(not_before=services_now())
    assert services.claim(job.pk) is not None


def test_a_job_whose_worker_always_dies_is_buried_after_its_attempts() -> None:
    job = services.enqueue("test.poison", {})
    for _ in range(HANDLERS["test.poison"].max_attempts):
        assert services.claim(job.pk) is not None  # and the process is gone before it can say a word
        Job.objects.filter(pk=job.pk).update(lease_until=None)
    assert services.claim(job.pk) is None
    job.refresh_from_db()
    assert job.dead_at is not None


def test_a_slot_is_written_once_however_many_beats_ring() -> None:
    written = tasks.schedule() + tasks.schedule()
    assert written == len(SCHEDULE)
    assert Job.objects.exclude(slot=None).count() == len(SCHEDULE)


def test_every_handler_and_subscriber_exists() -> None:
    from django.utils.module_loading import import_string

    for handler in HANDLERS.values():
        assert callable(import_string(handler.path))
    assert {name for names in SUBSCRIBERS.values() for name in names} <= set(HANDLERS)


def test_a_lost_bell_costs_no_work(monkeypatch: pytest.MonkeyPatch) -> None:
    from kombu.exceptions import OperationalError

    def silent(*_: object, **__: object) -> None:
        raise OperationalError("no broker")

    monkeypatch.setattr("celery.current_app.send_task", silent)
    job = services.enqueue("test.effect", {})
    assert queries.waiting() == [job.pk]


def services_now() -> object:
    from django.db.models.functions import Now

    return Now()
