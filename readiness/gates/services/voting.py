"""Casting votes. Each is a row; a later one of the same seat supersedes the earlier, and the last one that was awaited moves the
review to proposed."""

from __future__ import annotations

from datetime import datetime

from portfolio.accounts.rules import Actor, system
from portfolio.kit import clock
from portfolio.kit.acting import acting
from portfolio.outbox.services import emit
from readiness.gates.choices import Ballot, Mode, ReviewState, ReviewStep
from readiness.gates.models import Review, Vote
from readiness.gates.queries.seated import Seated, counted, seated, window_of
from readiness.gates.queries.templates import parsed
from readiness.gates.rules.faults import Fault
from readiness.gates.rules.templates.template import Gate
from readiness.gates.rules.voting import casting
from readiness.gates.rules.voting.panel import Filled, seat_of
from readiness.gates.rules.voting.tally import Tally
from readiness.gates.services.deciders import require_gatekeeper
from readiness.gates.services.locking import lock_review
from readiness.gates.services.refusals import Refused, refuse_if
from readiness.gates.services.steps import AFRESH, named, take

LATEST = 0  # supersede whatever vote of the seat is in effect


def cast(
    *, by: Actor, review: Review, ballot: Ballot, rationale: str = "", seat: int | None = None, supersedes: int | None = LATEST,
    now: datetime | None = None,
) -> Vote:  # fmt: skip
    """Vote on the seat that is theirs to fill. `seat`: whose they believe it to be; `supersedes`: the vote of it that they saw.

    `now` is given by those alone who write a past (demo, tests). Raises PermissionDenied, Refused (a ValidationError).
    """
    with acting(by):
        row = lock_review(review.pk)
        at = now or clock.now()
        require_gatekeeper(by, row.initiative)
        panel, person = seated(row, now=at), int(by.user_id or 0)
        mine = seat_of(panel.filled, person)
        before = panel.votes.get(mine.seat.person) if mine else None
        seen = (before.id if before else None) if supersedes == LATEST else supersedes
        wanted = casting.Wanted(person, Ballot(ballot), rationale, seen)
        refuse_if(casting.faults(wanted, _booth(row, panel, at), at))
        if mine is None or seat not in (None, mine.seat.person):
            raise Refused([Fault(casting.Code.NO_SEAT)])
        vote = Vote.objects.create(
            review=row, round=row.round, seat_id=mine.seat.person, by_id=person, ballot=ballot, rationale=rationale.strip(),
            at=at, supersedes_id=before.id if before else None,
        )  # fmt: skip
        propose_if_complete(row, now=at)
    return vote


def propose_if_complete(row: Review, *, now: datetime) -> bool:
    """Move a locked review to proposed where there is a quorum and no vote is awaited any more: after a vote, and after
    whatever else makes one the last (somebody leaves the room, a seat falls vacant, a window ends)."""
    if row.state != ReviewState.IN_REVIEW:
        return False
    found = _tally(row, now)
    if not found.complete:
        return False
    take(row, ReviewStep.PROPOSE, by=None, at=now, facts=found.plain())
    emit("review.proposed", named(row))
    return True


def end_windows(*, now: datetime) -> int:
    """Votes in writing whose time is over are counted: with a quorum the review is proposed, else it lapses; how many."""
    over = Review.objects.filter(state=ReviewState.IN_REVIEW, mode=Mode.WRITTEN, window_ends_at__lte=now)
    ended = 0
    for pk in over.order_by("id").values_list("id", flat=True):
        with acting(system("gates")):
            row = lock_review(pk)
            window = window_of(row)
            if row.state != ReviewState.IN_REVIEW or window is None or not window.is_over(now):
                continue
            if not propose_if_complete(row, now=now):
                take(row, ReviewStep.LAPSE, by=None, at=now, facts=_tally(row, now).plain(), round=row.round + 1, **AFRESH)
                emit("review.lapsed", named(row))
            ended += 1
    return ended


def _tally(row: Review, now: datetime) -> Tally:
    template = parsed(row.template)
    return counted(row, template.voting_of(template.gate(row.gate)), seated(row, now=now), now=now)


def _booth(row: Review, panel: Seated, now: datetime) -> casting.Booth:
    gate: Gate = parsed(row.template).gate(row.gate)
    filled: tuple[Filled, ...] = panel.filled
    return casting.Booth(
        ReviewState(row.state), Mode(row.mode), filled, panel.votes, gate.last_before_production, panel.present(now),
        window_of(row),
    )  # fmt: skip
