"""Jobs of silos: look again when something changed and every night, and tell whom news concerns."""

from __future__ import annotations

from portfolio.kit import clock
from portfolio.outbox.models import Job
from portfolio.outbox.services import Claim
from readiness.silos.services.detecting import detect_all
from readiness.silos.services.notices import tell

DETECT = "silos.detect"


def detect(held: Claim) -> None:
    """Look at both portfolios. Where a later job waits already, that one does it: a burst of changes is looked at once."""
    with held.finishing():
        waiting = Job.objects.filter(handler=DETECT, pk__gt=held.job_id, done_at=None, dead_at=None, attempt=0)
        if not waiting.exists():
            detect_all(why=_told_by(held), today=clock.today(), now=clock.now())


def notify(held: Claim) -> None:
    """Tell whom an event of a finding concerns; a repeated run tells nobody twice."""
    with held.finishing():
        tell(_told_by(held), held.payload)


def _told_by(held: Claim) -> str:
    """The kind of the event that this job follows on."""
    return Job.objects.filter(pk=held.job_id).values_list("event__kind", flat=True).first() or "schedule"
