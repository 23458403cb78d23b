"""Jobs of risk: score when something changed and every night, learn anew once a day, and then look how kept figures did."""

from __future__ import annotations

from django.utils import timezone

from portfolio.kit import clock
from portfolio.outbox.models import Job
from portfolio.outbox.services import Claim, enqueue
from readiness.risk.services.backtesting import run_backtest
from readiness.risk.services.housekeeping import thin
from readiness.risk.services.scoring import score_all, score_now
from readiness.risk.services.showing import note_event
from readiness.risk.services.spending import keep_spending

SCORE = "risk.score"
BACKTEST = "risk.backtest"


def score(held: Claim) -> None:
    """Both portfolios. Where a later job waits already, that one does it: a burst of changes is scored once."""
    with held.finishing():
        if not Job.objects.filter(handler=SCORE, pk__gt=held.job_id, done_at=None, dead_at=None, attempt=0).exists():
            score_all(why=_told_by(held), today=clock.today(), now=clock.now())


def refit(held: Claim) -> None:
    """Learn from what became of the portfolio, then score with it; `demo` in the payload limits it to one."""
    with held.finishing():
        wanted = held.payload.get("demo")
        for demo in (False, True) if wanted is None else (bool(wanted),):
            score_now(demo=demo, why=_told_by(held), today=clock.today(), now=clock.now(), refit=True)
        enqueue(BACKTEST, held.payload)


def backtest(held: Claim) -> None:
    """Score what was kept against what came; `demo` in the payload limits it to one portfolio."""
    with held.finishing():
        wanted = held.payload.get("demo")
        for demo in (False, True) if wanted is None else (bool(wanted),):
            run_backtest(demo=demo, today=clock.today(), now=clock.now())


def note_shown(held: Claim) -> None:
    """A figure was put before deciders: a review opened or was decided, a meeting took one up. Twice is once."""
    with held.finishing():
        kind, at = Job.objects.filter(pk=held.job_id).values_list("event__kind", "event__at").get()
        note_event(kind, held.payload, on=timezone.localdate(at))


def spend(held: Claim) -> None:
    """Amounts at stake and what of them is likely abandoned, in both portfolios."""
    with held.finishing():
        for demo in (False, True):
            keep_spending(demo=demo, today=clock.today(), now=clock.now())


def housekeeping(held: Claim) -> None:
    """Thin generations that nothing cites."""
    with held.finishing():
        thin(today=clock.today())


def _told_by(held: Claim) -> str:
    """The kind of the event that this job follows on."""
    return Job.objects.filter(pk=held.job_id).values_list("event__kind", flat=True).first() or "schedule"
