"""The worker of pulls, with the tests' probe among the connectors: `python -m tests.readiness.evidence.pulling.worker ARGS`.

ARGS go to Celery, `beat` first for its clock instead. TEST_LEASE_S in the environment shortens the leases of jobs, so that what a
dead worker held is free sooner.
"""

from __future__ import annotations

import os
import sys

import django
from django.apps import apps

if not apps.ready:
    django.setup()

from portfolio.outbox import services, tasks
from portfolio.outbox.choices import HANDLERS
from tests.readiness.evidence.pulling import probe


def main(arguments: list[str]) -> None:
    from portfolio.celery import app

    probe.install()
    assert "evidence.pull" in HANDLERS
    if lease := os.environ.get("TEST_LEASE_S"):
        services.LEASE_S = float(lease)  # type: ignore[assignment]
        tasks.RENEW_EVERY_S = services.LEASE_S / 4  # type: ignore[assignment]
    if arguments[:1] == ["beat"]:
        app.start(arguments)
    else:
        app.worker_main(["worker", "--without-gossip", "--without-mingle", *arguments])


if __name__ == "__main__":
    main(sys.argv[1:])
