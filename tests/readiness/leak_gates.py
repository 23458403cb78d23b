"""What gates keep, in a set of the walk: a review that is asked about everything, and one that was decided with conditions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from portfolio.accounts.models import BusinessUnit
from portfolio.initiatives.choices import DependencyKind
from portfolio.initiatives.models import Dependency, Initiative
from portfolio.kit import clock
from readiness.gates.choices import Ballot, GateFunction, Outcome, ProofKind, ReviewState
from readiness.gates.models import (
    Condition,
    Decision,
    Delegation,
    Gatekeeper,
    GateTemplate,
    Judgement,
    Review,
    Run,
    Seat,
    Waiver,
)
from readiness.gates.rules.conditions import Proof, Wanted
from readiness.gates.services import waivers
from readiness.gates.services.evaluating import evaluate
from readiness.gates.services.reviews import plan_review
from tests.people import SYSTEM, Organisation
from tests.readiness.gates.deciding_world import NAMES, a_review, add_people, an_initiative, decided, fresh, person, vote

GATES = (Review, Run, Decision, Condition, Waiver, Gatekeeper, Delegation)


@dataclass(frozen=True)
class Gates:
    """`planned` is of the set's own initiative; `decided` of another one of its unit."""

    planned: Review
    run: Run
    decided: Review
    decision: Decision
    condition: Condition
    waiver: Waiver
    gatekeeper: Gatekeeper
    delegation: Delegation
    seated: int
    template: GateTemplate


def plant_gates(organisation: Organisation, where: BusinessUnit, initiative: Initiative, word: str) -> Gates:
    """Decided by four people who may in every unit; what they write carries the word."""
    if "Ida" not in organisation.people:
        add_people(organisation, NAMES, "Group")
    people, now = organisation.people, clock.now()
    review = a_review(organisation, initiative=an_initiative(organisation, f"{word} gated", where.name, owner=None))
    Judgement.objects.create(
        review=review, criterion="data-there", verdict="met", note=f"{word} judgement", by=people["Paula"],
        supersedes=Judgement.objects.get(review=review, criterion="data-there"),
    )  # fmt: skip
    asked: dict[str, Any] = {"reason": f"{word} excuse", "measure": f"{word} measure", "expires_at": now + timedelta(days=40)}
    waiver = waivers.propose_waiver(
        by=person(organisation, "Ada"), initiative=review.initiative, gate="poc", criterion="worth-it", **asked
    )
    for name in NAMES:
        vote(organisation, review, name, Ballot.CONDITIONAL, rationale=f"{word} rationale of {name}")
    promise = Wanted(f"{word} promise", people["Ida"].pk, clock.today() + timedelta(days=30), Proof(ProofKind.PERSON))
    made = decided(
        organisation, fresh(review), Outcome.CONDITIONAL_GO, conditions=(promise,), reason=f"{word} reason"
    )  # fmt: skip
    gatekeeper = Gatekeeper.objects.create(person=people["Ida"], unit=where, functions=[GateFunction.IT_OPERATIONS])
    delegation = Delegation.objects.create(
        giver=people["Dan"], taker=people["Ada"], begins_at=now + timedelta(days=100), ends_at=now + timedelta(days=110)
    )
    planned = plan_review(by=SYSTEM, initiative=initiative)
    Seat.objects.get_or_create(review=planned, person=people["Bea"], functions=[GateFunction.BUSINESS])
    assert planned.state == ReviewState.PLANNED
    return Gates(
        planned, Run.objects.filter(review=planned).latest("id"), made.review, made, made.conditions.get(), waiver, gatekeeper,
        delegation, people["Bea"].pk, review.template,
    )  # fmt: skip


def depend(owner: Gates, guest: Gates) -> None:
    """The guest waits for an initiative of the owner's unit, whose name it must not tell."""
    Dependency.objects.create(initiative=guest.planned.initiative, on=owner.decided.initiative, kind=DependencyKind.NEEDS)
    evaluate([guest.planned.pk], why="asked", now=clock.now())
