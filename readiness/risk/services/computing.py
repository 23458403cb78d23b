"""Having the portfolio scored on request: the same job that events ask for, and where it stands."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from portfolio.accounts.choices import Action
from portfolio.accounts.rules import EVERYTHING, Actor
from portfolio.initiatives.models import Initiative
from portfolio.initiatives.services.initiatives import can_edit
from portfolio.outbox.models import Job
from portfolio.outbox.services import enqueue

SCORE = "risk.score"


def may_compute(actor: Actor, initiative: Initiative) -> bool:
    """Who answers for the initiative, and administrators of the whole organisation."""
    return can_edit(actor, initiative, {"status"}) or actor.may(Action.CONFIGURE, EVERYTHING)


def compute(*, by: Actor, initiative: Initiative) -> Job:
    """One job that scores both portfolios; raises PermissionDenied."""
    if not may_compute(by, initiative):
        raise PermissionDenied(_("Only those who answer for the initiative may do that."))
    with transaction.atomic():
        return enqueue(SCORE, {})


def state_of_job(job_id: int) -> str | None:
    """`waiting`, `running`, `done` or `failed` as ui/progress.html takes it; None where there is no such scoring."""
    job = Job.objects.filter(pk=job_id, handler=SCORE).only("done_at", "dead_at", "attempt").first()
    if job is None:
        return None
    if job.done_at is not None:
        return "done"
    return "failed" if job.dead_at is not None else "running" if job.attempt else "waiting"
