"""Jobs of gates: reviews are judged when something changes or time alone changes it, windows end, heads of chains go out."""

from __future__ import annotations

from portfolio.kit import clock
from portfolio.outbox.models import Job
from portfolio.outbox.services import Claim, enqueue
from readiness.gates.queries.due import concerned, due
from readiness.gates.services.anchors import send_anchors
from readiness.gates.services.evaluating import AT_ONCE, evaluate
from readiness.gates.services.notices import tell
from readiness.gates.services.notices.reviews import tell_fading
from readiness.gates.services.notices.telling import Told
from readiness.gates.services.sweeping import sweep_conditions, sweep_waivers
from readiness.gates.services.voting import end_windows

EVALUATE = "gates.evaluate"


def evaluate_changed(held: Claim) -> None:
    """Something that criteria stand on changed; many reviews are left to jobs of their own, so that none is locked long."""
    with held.finishing():
        wanted = sorted(concerned(held.payload))
        if len(wanted) > AT_ONCE:
            _later(wanted)
        else:
            evaluate(wanted, why=str(held.payload.get("why") or _told_by(held)), now=clock.now())


def evaluate_due(held: Claim) -> None:
    """Evidence goes stale by itself, waivers begin and end, and the rules change."""
    with held.finishing():
        _later(sorted(due(clock.now())))


def _told_by(held: Claim) -> str:
    """The kind of the event that this job follows on."""
    return Job.objects.filter(pk=held.job_id).values_list("event__kind", flat=True).first() or "asked"


def _later(wanted: list[int]) -> None:
    for start in range(0, len(wanted), AT_ONCE):
        enqueue(EVALUATE, {"review_ids": wanted[start : start + AT_ONCE], "why": "schedule"})


def sweep(held: Claim) -> None:
    """Each step is a transaction of its own, so that a lock is held for one waiver or review; doing it twice is harmless."""
    now = clock.now()
    end_windows(now=now)
    sweep_waivers(now)
    sweep_conditions(now)
    with held.finishing():
        pass


def anchor(held: Claim) -> None:
    """Heads of the decision chains that are new go out of the database."""
    with held.finishing():
        send_anchors(now=clock.now())


def notify(held: Claim) -> None:
    """Tell whom an event of a gate concerns; a repeated run tells nobody twice."""
    with held.finishing():
        kind, event = Job.objects.filter(pk=held.job_id).values_list("event__kind", "event_id").get()
        tell(kind, Told(event, held.payload, clock.now()))


def notify_fading(held: Claim) -> None:
    """Tell what evidence will be too old at the reviews that are scheduled."""
    with held.finishing():
        tell_fading(clock.now())
