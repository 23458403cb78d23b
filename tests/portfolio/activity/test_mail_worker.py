"""Workers killed with -9 while they send: nothing is lost, and what comes twice does so in the window that docs/mail.md names."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator

import pytest

from portfolio.activity.models import Mail
from portfolio.activity.services.mails import message_id, queue_mail
from portfolio.outbox.services import LEASE_S
from tests.portfolio.activity.smtp_sink import Sink, sink
from tests.portfolio.outbox.test_worker_process import kill, until_done, worker
from tests.sampling import some

WAIT_S = 30


@pytest.fixture
def server(committed_db: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sink]:
    """A real mail server that the workers of this test send to."""
    with sink() as made:
        monkeypatch.setenv("EMAIL_URL", made.url)
        yield made


def queue(count: int) -> set[str]:
    """That many mails; the answer is their Message-IDs."""
    keys = [f"mail-{number}" for number in range(count)]
    for key in keys:
        queue_mail(key=key, to="paula@example.org", subject=key, text="Gate Pilot")
    return {message_id(key) for key in keys}


def test_a_worker_killed_before_its_mail_was_taken_sends_it_once(server: Sink) -> None:
    wanted = queue(1)
    server.refusals = ["450 busy"]
    with worker() as process:
        end = time.monotonic() + WAIT_S
        while server.refusals and time.monotonic() < end:
            ring()
        kill(process)
    assert server.copies() == {}
    with worker():
        until_done(1)
    assert server.copies() == dict.fromkeys(wanted, 1)


def test_a_worker_killed_after_the_server_took_its_mail_repeats_it_with_the_same_identity(server: Sink) -> None:
    (identity,) = queue(1)
    server.go.clear()
    with worker() as process:
        ring()
        assert server.waiting.acquire(timeout=WAIT_S)
        kill(process)
    server.go.set()
    with worker():
        until_done(1)
    assert server.copies() == {identity: 2}
    mail = Mail.objects.get()
    assert mail.sent_at is not None and mail.attempts == 2  # the row tells that a try was cut short


def test_a_worker_that_stands_still_past_its_lease_is_not_overtaken(server: Sink) -> None:
    (identity,) = queue(1)
    server.go.clear()
    with worker() as slow, worker():
        ring()
        assert server.waiting.acquire(timeout=WAIT_S)
        os.killpg(slow.pid, signal.SIGSTOP)
        end = time.monotonic() + LEASE_S + 4
        while time.monotonic() < end:
            ring()
        os.killpg(slow.pid, signal.SIGCONT)
        server.go.set()
        until_done(1)
    assert server.copies() == {identity: 1}


def test_many_mails_and_many_kills_lose_none_and_double_at_most_what_was_under_way(server: Sink) -> None:
    wanted = queue(60)
    kills = 0
    for pause_s in some((0.0, 0.05, 0.1, 0.2, 0.3), suite=2):
        if Mail.objects.filter(sent_at=None).exists():
            before = len(server.taken)
            with worker() as process:
                end = time.monotonic() + WAIT_S
                while len(server.taken) == before and time.monotonic() < end:
                    ring()
                time.sleep(pause_s)
                kill(process)
                kills += 1
    with worker():
        until_done(60)
    copies = server.copies()
    assert set(copies) == wanted
    assert copies.total() - len(wanted) <= 2 * kills  # a worker has two processes
    assert Mail.objects.filter(sent_at=None).count() == 0


def ring() -> None:
    from portfolio.outbox import tasks

    tasks.sweep()
    time.sleep(0.2)
