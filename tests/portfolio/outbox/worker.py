"""A real Celery worker for tests: `python -m tests.portfolio.outbox.worker`, with handlers that leave a mark or misbehave."""

from __future__ import annotations

import os
import signal
import sys
import time

import django
from django.apps import apps
from django.db import connection

if not apps.ready:
    django.setup()

from portfolio.outbox.choices import HANDLERS, Handler
from portfolio.outbox.services import Claim

HERE = "tests.portfolio.outbox.worker"
HANDLERS["test.effect"] = Handler(f"{HERE}.effect")
HANDLERS["test.poison"] = Handler(f"{HERE}.poison")
HANDLERS["test.alone"] = Handler(f"{HERE}.effect", alone="imports")
HANDLERS["test.broken"] = Handler(f"{HERE}.broken", max_attempts=2)


def effect(held: Claim) -> None:
    """Insert one row, slowly enough to be killed in the middle."""
    with held.finishing(), connection.cursor() as cursor:
        cursor.execute("INSERT INTO test_effect (job_id, attempt) VALUES (%s, %s)", [held.job_id, held.attempt])
        time.sleep(float(held.payload.get("sleep_s", 0)))


def poison(held: Claim) -> None:
    """Take the worker process down, as a segfaulting parser would."""
    os.kill(os.getpid(), signal.SIGKILL)


def broken(held: Claim) -> None:
    raise ValueError("the receiver said no")


if __name__ == "__main__":
    from portfolio.celery import app

    app.worker_main(["worker", "-c", "2", "-Q", "default,imports", "-l", "WARNING", *sys.argv[1:]])
