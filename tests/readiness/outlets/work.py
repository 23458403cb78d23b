"""Jobs of this slice, run as a worker does."""

from __future__ import annotations

from django.utils.module_loading import import_string

from portfolio.outbox import services as outbox
from portfolio.outbox.choices import HANDLERS
from portfolio.outbox.models import Job


def run_jobs(handler: str) -> int:
    """All that wait for this handler, one after the other; how many."""
    count = 0
    for job in Job.objects.filter(handler=handler, done_at=None, dead_at=None).order_by("pk"):
        held = outbox.claim(job.pk)
        assert held is not None
        outbox.run(held, import_string(HANDLERS[handler].path))
        count += 1
    return count
