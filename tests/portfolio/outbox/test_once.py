"""A job that looks at everything waits once: later events find it, and it does not look before they can be seen."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from portfolio.outbox import services
from portfolio.outbox.choices import HANDLERS
from portfolio.outbox.models import Event, Job

SCORE = "risk.score"


def _emit() -> None:
    services.emit("budget.changed", {"initiative_id": 1})


def _jobs() -> list[int]:
    return list(Job.objects.filter(handler=SCORE).order_by("pk").values_list("pk", flat=True))


@pytest.mark.django_db
def test_many_events_leave_one_job_that_waits() -> None:
    assert HANDLERS[SCORE].once
    for _event in range(5):
        _emit()
    assert len(_jobs()) == 1
    assert Event.objects.count() == 5
    assert Job.objects.filter(handler="gates.evaluate").count() == 5, "who looks at one initiative is told of each"


@pytest.mark.django_db
def test_a_job_that_was_begun_does_not_serve_what_comes_after() -> None:
    _emit()
    assert services.claim(_jobs()[0]) is not None
    _emit()
    assert len(_jobs()) == 2


@pytest.mark.django_db
def test_a_job_for_later_does_not_serve_what_is_now() -> None:
    _emit()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE outbox_job SET not_before = statement_timestamp() + interval '1 hour'")
    _emit()
    assert len(_jobs()) == 2


def _claimed(pk: int) -> bool:
    try:
        return services.claim(pk) is not None
    finally:
        connection.close()


def test_the_job_cannot_begin_before_what_it_serves_is_committed(committed_db: str) -> None:
    _emit()
    (job,) = _jobs()
    with ThreadPoolExecutor(1) as other:
        with transaction.atomic():
            _emit()
            assert _jobs() == [job]
            assert other.submit(_claimed, job).result(20) is False
        assert other.submit(_claimed, job).result(20) is True
