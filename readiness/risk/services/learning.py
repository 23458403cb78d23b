"""Having the model learn anew or its kept figures scored, on request: jobs that are asked for once and can be looked after."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from portfolio.accounts.choices import Action
from portfolio.accounts.rules import EVERYTHING, Actor
from portfolio.outbox.models import Job
from portfolio.outbox.services import enqueue

WORK = {"learn": "risk.refit", "backtest": "risk.backtest"}


def may_learn(actor: Actor) -> bool:
    """Administrators of the whole organisation."""
    return actor.may(Action.CONFIGURE, EVERYTHING)


def ask(*, by: Actor, work: str) -> Job:
    """A job for the portfolio that is shown; one that waits already is enough. `work` is a key of WORK.

    Raises PermissionDenied, and KeyError for other work.
    """
    if not may_learn(by):
        raise PermissionDenied(_("Only administrators of the whole organisation may do that."))
    payload = {"demo": by.showing_demo}
    with transaction.atomic():
        waiting = Job.objects.filter(handler=WORK[work], payload=payload, done_at=None, dead_at=None, attempt=0).first()
        return waiting or enqueue(WORK[work], payload)
