"""The row is the queue: claims, fencing, retries and dead letters, on real rows."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import IntegrityError, connection, transaction

from portfolio.kit import bell
from portfolio.outbox import queries, services, tasks
from portfolio.outbox.choices import HANDLERS, SCHEDULE, SUBSCRIBERS, TICKS, WATCHED
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

    asked = []

    def silent(*_: object, **__: object) -> None:
        asked.append(1)
        raise OperationalError("no broker")

    monkeypatch.setattr("celery.current_app.send_task", silent)
    monkeypatch.setattr(bell, "_quiet", bell._Quiet())
    jobs = [services.enqueue("test.effect", {}).pk for _ in range(3)]
    rung = [bell.ring(job, queue="default") for job in jobs]
    assert (rung, len(asked)) == ([False] * 3, 1)  # a broker that is away is not waited for each time
    assert queries.waiting() == jobs


def lapsed(job: Job) -> None:
    """Its worker is gone and its lease over."""
    Job.objects.filter(pk=job.pk).update(lease_until=None)


def test_jobs_that_share_a_limit_run_so_many_at_a_time() -> None:
    first, second, other = (services.enqueue("test.effect", {}, limits=limits) for limits in ({"a": 1}, {"a": 1}, {"b": 1}))
    assert services.claim(first.pk) is not None
    assert services.claim(second.pk) is None
    assert queries.waiting() == [other.pk]
    assert services.claim(other.pk) is not None
    lapsed(first)
    assert services.claim(second.pk) is not None  # a dead worker's job takes no room
    assert services.claim(first.pk) is None


def test_a_job_without_room_is_neither_overdue_nor_used_up() -> None:
    services.enqueue("test.effect", {}, limits={"a": 1})
    waits = services.enqueue("test.effect", {}, limits={"a": 1})
    with connection.cursor() as cursor:
        cursor.execute("UPDATE outbox_job SET not_before = now() - interval '5 minutes'")
    assert queries.oldest_unclaimed_s() >= 300
    assert services.claim_next("default") is not None
    assert services.claim_next("default") is None
    waits.refresh_from_db()
    assert (waits.attempt, queries.oldest_unclaimed_s()) == (0, 0)


def test_the_longest_due_job_of_a_queue_comes_first_and_no_queue_hides_another() -> None:
    late, early = services.enqueue("test.effect", {}), services.enqueue("test.effect", {})
    elsewhere = services.enqueue("workloads.read_trace", {})
    with connection.cursor() as cursor:
        cursor.execute("UPDATE outbox_job SET not_before = now() - interval '1 minute' WHERE id = %s", [early.pk])
    assert queries.waiting(1) == [early.pk, elsewhere.pk]
    held = services.claim_next("default")
    assert held is not None
    assert held.job_id == early.pk
    assert services.claim(late.pk, queue="imports") is None


def test_what_brought_its_worker_down_twice_runs_alone() -> None:
    job = services.enqueue("test.alone", {})
    assert services.claim(job.pk, queue="default") is not None
    lapsed(job)
    assert services.claim(job.pk, queue="default") is not None
    lapsed(job)
    assert services.claim(job.pk, queue="default") is None  # an old bell
    job.refresh_from_db()
    assert job.queue == "imports"
    held = services.claim(job.pk, queue="imports")
    assert held is not None
    assert held.attempt == 3


def test_a_part_of_an_effect_is_fenced_like_the_whole() -> None:
    job = services.enqueue("test.effect", {})
    held = services.claim(job.pk)
    assert held is not None
    with transaction.atomic():
        held.fence()
    lapsed(job)
    assert services.claim(job.pk) is not None
    with pytest.raises(services.LeaseLost), transaction.atomic():
        held.fence()


def test_all_leases_of_a_process_are_renewed_together_as_far_as_they_are_its_own() -> None:
    mine, lost, done = (services.enqueue("test.effect", {}) for _ in range(3))
    held = [one for job in (mine, lost, done) if (one := services.claim(job.pk))]
    lapsed(lost)
    assert services.claim(lost.pk) is not None
    Job.objects.filter(pk=done.pk).update(done_at=services_now(), lease_until=None)
    Job.objects.filter(pk__in=[mine.pk, lost.pk]).update(lease_until="2026-01-01T00:00:00Z")
    services.renew_all(held)
    renewed = Job.objects.filter(lease_until__gt=services_now())
    assert [job.pk for job in renewed] == [mine.pk]


def test_bells_that_nobody_hears_do_not_pile_up(monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[int] = []
    monkeypatch.setattr(tasks, "ring", lambda job_id, **_: rung.append(job_id))
    jobs = [services.enqueue("test.effect", {}).pk for _ in range(3)]
    monkeypatch.setattr(tasks, "depth", lambda queue: tasks.MOST_BELLS - 1)
    assert tasks.sweep() == 1
    monkeypatch.setattr(tasks, "depth", lambda queue: 0)
    assert tasks.sweep() == 3
    assert rung == [jobs[0], *jobs]


def test_what_a_beat_looks_for_exists() -> None:
    from django.utils.module_loading import import_string

    from portfolio.celery import app

    for path in [*TICKS.values(), *(path for path, _ in WATCHED.values())]:
        assert callable(import_string(path))
    ticks = [entry["args"][0] for entry in app.conf.beat_schedule.values() if entry["task"] == "outbox.tick"]
    assert ticks == list(TICKS)


def services_now() -> object:
    from django.db.models.functions import Now

    return Now()
