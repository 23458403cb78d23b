"""Two connections stepped statement by statement. Every order: `python -m tests.sweeps.gate_interleavings`."""

from __future__ import annotations

from tests.sweeps.gate_pairs import KINDS
from tests.sweeps.gate_stepping import MOST, step
from tests.sweeps.gate_world import World


def test_some_orders_of_every_pair_leave_nothing_that_must_not_be(committed_db: str) -> None:
    world = World()
    for kind in KINDS:
        found = step(world, kind, most=2, seed=3)
        assert found.bad == {}, kind
        assert min(found.most) > 0 and max(found.most) <= MOST, kind


def test_every_order_of_the_last_two_votes_proposes_the_review(committed_db: str) -> None:
    found = step(World(), "vote/vote")
    assert found.bad == {} and found.orders >= 8
    assert found.waits, "the second one waits for the lock of the first"


def test_without_the_line_that_locks_the_review_some_orders_go_wrong(committed_db: str) -> None:
    """The negative control: otherwise the tests above prove nothing."""
    found = step(World(), "vote/vote", most=8, without_lock=True)
    assert any("left in review though quorum and votes are there" in one for one in found.bad.values())
