"""The pairs of things that two people, or a person and the product, do to one review at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import django
from django.apps import apps

if not apps.ready:
    django.setup()

from django.db import transaction

from portfolio.kit import clock
from readiness.evidence.models import RequirementVerdict, Standing
from readiness.gates.choices import Ballot, Outcome, ReviewState
from readiness.gates.models import Decision, Review, Waiver
from readiness.gates.queries.situation import situation
from readiness.gates.rules.decisions import Wanted
from readiness.gates.services.deciding import decide
from readiness.gates.services.evaluating import evaluate
from readiness.gates.services.reviews import withdraw_review
from readiness.gates.services.sweeping import sweep_waivers
from readiness.gates.services.voting import cast
from readiness.gates.services.waivers import revoke_waiver
from readiness.workloads.choices import Metric
from readiness.workloads.models import Requirement
from readiness.workloads.services.profiles import create_workload
from readiness.workloads.services.requirements import add_requirement
from tests.people import SYSTEM
from tests.readiness.gates.deciding_world import fresh
from tests.sweeps.gate_world import World, anomalies
from tests.sweeps.stepping import Pair, Reins, Work

SECOND = timedelta(seconds=1)
EVERYBODY_GO = dict.fromkeys(("Ida", "Dan", "Bea", "Sam"), "go")
_REVIEW = r'(FROM|UPDATE) "gates_review"|INTO "gates_decision"'
_WAIVER = r'FOR NO KEY UPDATE|UPDATE "gates_(review|waiver)"|INTO "gates_(decision|waiverevent)"|FROM "gates_waiverevent"'


@dataclass(frozen=True)
class Kind:
    """`pattern` names the statements of the two that can conflict; COMMIT always does."""

    make: Callable[[World], Pair]
    pattern: str


def _stepped(act: Callable[[], Any]) -> Work:
    def work(reins: Reins) -> None:
        reins.watch()
        act()

    return work


def _form(world: World, row: Review, outcome: Outcome, name: str = "Bea") -> Wanted:
    _judged, seen, _ground = situation(fresh(row), now=clock.now())
    return Wanted(outcome, world.organisation.people[name].pk, seen.current, reason="So.")


def _go(world: World, row: Review, **more: Any) -> Callable[[], Any]:
    """Decide on the form as it is read now, before anything is stepped."""
    wanted = _form(world, row, Outcome.GO)
    return lambda: decide(by=world.actors["Bea"], review=row, wanted=wanted, **more)


def _vote(world: World, row: Review, name: str, ballot: Ballot) -> Callable[[], Any]:
    return lambda: cast(by=world.actors[name], review=row, ballot=ballot, rationale="So.")


def votes(world: World) -> Pair:
    """The last two that are awaited; one of them is a veto."""
    (row,) = world.reviews(1)
    world.vote_rows(row, {"Ida": "go", "Dan": "go"})

    def look() -> list[str]:
        state = fresh(row).state
        return [*anomalies([row]), *([] if state == ReviewState.PROPOSED else [f"ended {state}"])]

    return Pair(
        _stepped(_vote(world, row, "Bea", Ballot.GO)), _stepped(_vote(world, row, "Sam", Ballot.HOLD)), look
    )  # fmt: skip


def same_seat(world: World) -> Pair:
    """Somebody votes twice at once, from two devices."""
    (row,) = world.reviews(1)
    one, other = _vote(world, row, "Ida", Ballot.GO), _vote(world, row, "Ida", Ballot.HOLD)

    def look() -> list[str]:
        in_effect = row.votes.filter(superseded_by=None).count()
        return [*anomalies([row]), *([] if in_effect == 1 else [f"{in_effect} votes of one seat in effect"])]

    return Pair(_stepped(one), _stepped(other), look)


def vote_and_decide(world: World) -> Pair:
    """Sam thinks again and vetoes while Bea casts the vote that is awaited and decides at once."""
    (row,) = world.reviews(1)
    world.vote_rows(row, {"Ida": "go", "Dan": "go", "Sam": "go"})

    def hurry(reins: Reins) -> None:
        reins.hold()
        _vote(world, row, "Bea", Ballot.GO)()
        form = _form(world, row, Outcome.GO)
        reins.watch()
        decide(by=world.actors["Bea"], review=row, wanted=form)

    return Pair(_stepped(_vote(world, row, "Sam", Ballot.HOLD)), hurry, lambda: [*anomalies([row])])


def decide_and_withdraw(world: World) -> Pair:
    (row,) = world.reviews(1, state=ReviewState.PROPOSED)
    world.vote_rows(row, EVERYBODY_GO)
    return Pair(
        _stepped(_go(world, row)), _stepped(lambda: withdraw_review(by=world.actors["Paula"], review=row, note="So.")),
        lambda: [*anomalies([row]), *_decided_or(row, ReviewState.WITHDRAWN)],
    )  # fmt: skip


def decide_twice(world: World) -> Pair:
    """A double click, and somebody else at the same moment."""
    (row,) = world.reviews(1, state=ReviewState.PROPOSED)
    world.vote_rows(row, EVERYBODY_GO)
    form = _form(world, row, Outcome.HOLD, "Ida")
    other = _stepped(lambda: decide(by=world.actors["Ida"], review=row, wanted=form))
    return Pair(_stepped(_go(world, row)), other, lambda: [*anomalies([row]), *_decided_or(row, ReviewState.DECIDED)])


def _decided_or(row: Review, state: ReviewState) -> list[str]:
    ended, made = fresh(row).state, Decision.objects.filter(review=row).count()
    right = (ended, made) == (ReviewState.DECIDED, 1) or (ended == state and made == 0)
    return [] if right else [f"ended {ended} with {made} decisions"]


def _waived(world: World) -> tuple[Review, Waiver]:
    (row,) = world.reviews(1, state=ReviewState.PROPOSED, judged="not_met")
    world.vote_rows(row, EVERYBODY_GO)
    world.waive([row], lambda: clock.now() + 3600 * SECOND)
    return row, Waiver.objects.get(initiative=row.initiative_id)


def expiry_and_decide(world: World) -> Pair:
    """The waiver ends while somebody decides on it, a second before by their clock."""
    row, waiver = _waived(world)
    ends = waiver.expires_at
    return Pair(
        _stepped(lambda: sweep_waivers(ends + SECOND)), _stepped(_go(world, row, now=ends - SECOND)),
        lambda: [*anomalies([row]), *_state_of(waiver, "expired")],
    )  # fmt: skip


def revocation_and_decide(world: World) -> Pair:
    row, waiver = _waived(world)
    revoke = _stepped(lambda: revoke_waiver(by=world.actors["Paula"], waiver=waiver, note="So."))
    return Pair(revoke, _stepped(_go(world, row)), lambda: [*anomalies([row]), *_state_of(waiver, "revoked")])


def _state_of(waiver: Waiver, wanted: str) -> list[str]:
    waiver.refresh_from_db()
    return [] if waiver.state == wanted else [f"the waiver ended {waiver.state}"]


def arrival_and_decide(world: World) -> Pair:
    """Evidence that turns a criterion comes in while somebody decides: the decision sees it, or is told of it afterwards."""
    (row,) = world.reviews(1, state=ReviewState.PROPOSED)
    world.vote_rows(row, EVERYBODY_GO)
    Review.objects.filter(pk=row.pk).update(template=world.measured)
    workload = create_workload(by=SYSTEM, initiative=row.initiative, name="Chat", template="chat-assistant")
    Requirement.objects.filter(workload=workload).update(retired_at=clock.now())
    wanted = add_requirement(by=SYSTEM, workload=workload, metric=Metric.TTFT, target=1.0, percentile=0.95)
    _judged(wanted, "met", 0.5)
    evaluate([row.pk], why="asked", now=clock.now())

    def arrive() -> None:
        with transaction.atomic():
            _judged(wanted, "not_met", -0.4)
        evaluate([row.pk], why="verdict.kept", now=clock.now())

    def look() -> list[str]:
        evaluate([row.pk], why="verdict.kept", now=clock.now())  # as the event has it done once more
        return [*anomalies([row]), *_told(row)]

    return Pair(_stepped(arrive), _stepped(_go(world, row)), look)


def _judged(requirement: Any, verdict: str, headroom: float) -> None:
    """What judging evidence writes."""
    ids = {"workload_id": requirement.workload_id, "initiative_id": requirement.workload.initiative_id}
    current = RequirementVerdict.objects.create(
        requirement=requirement, verdict=verdict, reason="compared", wanted={}, headroom=headroom, digest=verdict.ljust(64, "0"),
        rules_version="1", judged_at=clock.now(), **ids,
    )  # fmt: skip
    Standing.objects.update_or_create(
        requirement=requirement, defaults={"current": current, "verdict": verdict, "headroom": headroom, **ids}
    )  # fmt: skip


def _told(row: Review) -> list[str]:
    decision = Decision.objects.filter(review=row).first()
    if decision is None:
        return []
    flagged = fresh(row).changed_at is not None
    saw = '"verdict":"not_met"' in decision.content
    return [] if flagged != saw else [f"decided {'after' if saw else 'before'} the evidence, {'' if flagged else 'not '}flagged"]


KINDS: dict[str, Kind] = {
    "vote/vote": Kind(votes, rf'{_REVIEW}|(FROM|INTO) "gates_vote"'),
    "vote/vote of one seat": Kind(same_seat, rf'{_REVIEW}|(FROM|INTO) "gates_vote"'),
    "vote/decide": Kind(vote_and_decide, rf'{_REVIEW}|(FROM|INTO) "gates_vote"'),
    "decide/decide": Kind(decide_twice, rf'{_REVIEW}|FROM "gates_decision"'),
    "decide/withdraw": Kind(decide_and_withdraw, rf'{_REVIEW}|FROM "gates_decision"'),
    "expiry/decide": Kind(expiry_and_decide, _WAIVER),
    "revocation/decide": Kind(revocation_and_decide, _WAIVER),
    "evidence arrival/decide": Kind(arrival_and_decide, rf'{_REVIEW}|(JOIN|FROM|UPDATE) "evidence_standing"|INTO "gates_run"'),
}
