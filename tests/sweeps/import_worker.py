"""What the kill sweep runs: `start FILE MAPPING` writes a run and its job, `work` does what a Celery worker does with it."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import django

django.setup()

from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: E402

from portfolio.accounts.rules import system  # noqa: E402
from portfolio.initiatives.services.imports.plans import file_plan  # noqa: E402
from portfolio.initiatives.services.imports.uploads import import_file  # noqa: E402
from portfolio.outbox import queries, services, tasks  # noqa: E402
from portfolio.outbox.models import Job  # noqa: E402


def start(file: Path, mapping: Path) -> None:
    plan, parsed = file_plan(mapping.read_text())
    content = SimpleUploadedFile(file.name, file.read_bytes())
    import_file(by=system("sweep"), file=content, plan=plan, mapping=parsed, unit=None, publish=True)


def work() -> None:
    """Everything that waits and what follows from it, until no job is open; a lease of somebody dead is waited for."""
    services.LEASE_S = float(os.environ["SWEEP_LEASE_S"])  # type: ignore[assignment]
    tasks.RENEW_EVERY_S = services.LEASE_S / 4  # type: ignore[assignment]
    sys.stdout.write("working\n")
    sys.stdout.flush()
    while Job.objects.filter(done_at=None, dead_at=None).exists():
        for job_id in queries.waiting():
            tasks.run(job_id)
        time.sleep(0.05)


if __name__ == "__main__":
    if sys.argv[1] == "start":
        start(Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        work()
