"""Many reviews in every state, with decisions, conditions and waivers, in a few statements."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import timedelta

from portfolio.initiatives.models import Initiative
from portfolio.kit import clock
from readiness.gates.choices import Outcome, ProofKind, ReviewState
from readiness.gates.models import Condition, Decision, Gatekeeper, Review, ReviewEvent, Waiver, WaiverEvent
from readiness.gates.rules.conditions import Proof, Wanted
from tests.people import Organisation
from tests.portfolio.initiatives.pages import make_many
from tests.readiness.gates.deciding_world import PANEL, a_review, a_template, all_vote, decided

STATES = ("planned", "scheduled", "in_review", "proposed", "decided", "closed", "withdrawn")


def many_reviews(organisation: Organisation, count: int) -> Review:
    """`count` of them beside one that was really voted on and decided with a condition, which is the answer."""
    people = organisation.people
    first = all_vote(organisation, a_review(organisation))
    asked = Wanted("Show it.", people["Otto"].pk, clock.today() + timedelta(days=9), Proof(ProofKind.PERSON))
    made = decided(organisation, first, Outcome.CONDITIONAL_GO, conditions=(asked,))
    initiatives = make_many(organisation, count)
    rows = Review.objects.bulk_create(_reviews(initiatives))
    ReviewEvent.objects.bulk_create(ReviewEvent(review=row, step="plan", after="planned") for row in rows)
    decisions = Decision.objects.bulk_create(_decisions(made, rows))
    Condition.objects.bulk_create(
        Condition(initiative_id=row.initiative_id, decision=row, text="Show it.", owner=people["Otto"], due=clock.today(),
                  proof="person")
        for row in decisions
    )  # fmt: skip
    ends = clock.now() + timedelta(days=30)
    waivers = Waiver.objects.bulk_create(
        Waiver(initiative=row, gate="poc", criterion="worth-it", criterion_text="It is worth it.", expires_at=ends)
        for row in initiatives
    )
    WaiverEvent.objects.bulk_create(
        WaiverEvent(waiver=row, step="propose", by=people["Otto"], reason="x", measure="y", expires_at=ends) for row in waivers
    )
    Gatekeeper.objects.bulk_create(
        Gatekeeper(person=people[name], unit=organisation.units["Retail"], functions=[function.value])
        for name, function in PANEL.items()
    )
    return first


def _reviews(initiatives: list[Initiative]) -> Iterator[Review]:
    missing = [{"key": "x", "text": "The report is there.", "verdict": "unknown", "who": ["initiative_owner"]}]
    change = {"why": "worse", "key": "worth-it", "before": "met", "after": "not_met", "material": True, "figure": ""}
    for place, row in enumerate(initiatives):
        state = ReviewState(STATES[place % len(STATES)])
        over = state in (ReviewState.DECIDED, ReviewState.CLOSED)
        yield Review(
            initiative=row, template=a_template(), gate="poc", gate_name="PoC gate", state=state, ready=place % 2 == 0,
            missing=missing, verdicts={"met": 1, "unknown": 1}, recommended="hold", evaluated_at=clock.now(),
            decided="hold" if over else "", decided_at=clock.now() if over else None, changes=[change] if over else [],
            changed_at=clock.now() if over else None,
        )  # fmt: skip


def _decisions(made: Decision, rows: list[Review]) -> Iterator[Decision]:
    for row in rows:
        if row.decided:
            link = hashlib.sha256(str(row.pk).encode()).hexdigest()
            yield Decision(
                initiative_id=row.initiative_id, review=row, gate="poc", round=1, turn=1, outcome="hold", recommended="hold",
                mode="meeting", by=made.by, at=clock.now(), chain=f"x/{row.pk}", sequence=1, previous="0" * 64,
                content=made.content, digest=made.digest, hash=link,
            )  # fmt: skip
