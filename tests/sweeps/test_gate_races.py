"""Everybody acts at every gate at once. The full size is `python -m tests.sweeps.gate_races --gates 500 --threads 20`."""

from __future__ import annotations

from tests.sweeps.gate_racing import race


def test_nothing_is_decided_twice_or_over_a_veto_and_nothing_is_left_in_review(committed_db: str) -> None:
    found = race(gates=8, threads=20, seed=7)
    assert not found.bad
    assert found.did["decided"] and found.did["voted"] and found.did["withdrawn"]


def test_without_the_line_that_locks_the_review_the_same_race_goes_wrong(committed_db: str) -> None:
    """The negative control: otherwise the test above proves nothing."""
    found = race(gates=8, threads=20, seed=7, without_lock=True)
    assert found.bad["left in review though quorum and votes are there"] or found.bad["decided over a veto"]
