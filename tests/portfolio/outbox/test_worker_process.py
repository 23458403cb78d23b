"""A real worker process on the real broker, killed with -9: nothing lost, nothing twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from portfolio.outbox import services, tasks
from portfolio.outbox.models import Job
from tests.conftest import ROOT
from tests.portfolio.outbox import worker as handlers

DEADLINE_S = 40


@pytest.fixture
def effects(committed_db: str) -> None:
    assert handlers.HERE  # registers the test handlers in this process too
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as owner:
        owner.execute("CREATE TABLE test_effect (job_id bigint, attempt int)")
        owner.execute("GRANT SELECT, INSERT ON test_effect TO pilotage_app")


@contextmanager
def worker() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.portfolio.outbox.worker"],
        cwd=ROOT,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "portfolio.settings"},
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def until_done(count: int) -> None:
    """Ring as beat would until `count` jobs are settled; fails after DEADLINE_S."""
    end = time.monotonic() + DEADLINE_S
    while Job.objects.exclude(done_at=None, dead_at=None).count() < count:
        assert time.monotonic() < end, list(Job.objects.values("id", "attempt", "lease_until", "last_error"))
        tasks.sweep()
        time.sleep(0.5)


def effect_rows() -> list[int]:
    with psycopg.connect(os.environ["DATABASE_URL"]) as reader:
        return [row[0] for row in reader.execute("SELECT job_id FROM test_effect ORDER BY 1")]


def test_a_worker_runs_what_the_bell_rings_for(effects: None) -> None:
    with worker():
        jobs = [services.enqueue("test.effect", {}).pk for _ in range(20)]
        until_done(20)
    assert effect_rows() == jobs


def test_killed_workers_lose_nothing_and_repeat_nothing(effects: None) -> None:
    jobs = [services.enqueue("test.effect", {"sleep_s": 0.3}).pk for _ in range(12)]
    for delay in (2.0, 3.0):
        with worker() as process:
            end = time.monotonic() + 20
            while not effect_rows() and time.monotonic() < end:
                time.sleep(0.1)
            time.sleep(delay / 4)
            kill(process)
    with worker():
        until_done(12)
    assert effect_rows() == jobs


def test_a_poison_job_ends_as_a_dead_letter_and_others_run(effects: None) -> None:
    poison = services.enqueue("test.poison", {})
    Job.objects.filter(pk=poison.pk).update(max_attempts=1)
    good = services.enqueue("test.effect", {}).pk
    with worker():
        until_done(2)
    poison.refresh_from_db()
    assert poison.dead_at is not None
    assert effect_rows() == [good]
