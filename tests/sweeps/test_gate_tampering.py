"""What the owner of the database does to decisions is found. A hundred places: `python -m tests.sweeps.gate_tampering`."""

from __future__ import annotations

from portfolio.kit import clock
from readiness.gates.models import Condition, Decision, Vote
from readiness.gates.queries.record import exported, first_other
from readiness.gates.rules.record.verify import verify
from tests.sweeps.gate_tampered import decide_much, missed
from tests.sweeps.gate_world import World


def test_eight_kinds_of_tampering_on_the_real_tables_are_found_at_their_places(committed_db: str) -> None:
    decide_much(World(), 3, 5)
    assert verify(exported(money=True)).whole
    assert missed(3) == []
    assert verify(exported(money=True)).whole, "what was tampered with was undone"


def test_votes_and_conditions_that_no_hash_covers_are_held_against_the_content(committed_db: str) -> None:
    world = World()
    decide_much(world, 1, 5)
    assert list(first_other()) == []
    decision, vote = Decision.objects.order_by("sequence")[1], Vote.objects.using("owner").order_by("-id")[0]
    Vote.objects.using("owner").filter(pk=vote.pk).update(ballot="go")
    last = Decision.objects.filter(round=vote.round).order_by("sequence")[0]
    assert list(first_other()) == [(last.chain, last.sequence, "the votes are not those that it stands on")]
    Condition.objects.create(
        initiative=decision.initiative, decision=decision, text="Show it.", owner=world.organisation.people["Otto"],
        due=clock.today(), proof="person",
    )  # fmt: skip
    assert list(first_other()) == [(decision.chain, 2, "its conditions are not those that it set")]
