"""What the owner of the database does to decisions is found. A hundred places: `python -m tests.sweeps.gate_tampering`."""

from __future__ import annotations

from readiness.gates.queries.record import exported
from readiness.gates.rules.record.verify import verify
from tests.sweeps.gate_tampered import decide_much, missed
from tests.sweeps.gate_world import World


def test_eight_kinds_of_tampering_on_the_real_tables_are_found_at_their_places(committed_db: str) -> None:
    decide_much(World(), 3, 5)
    assert verify(exported(money=True)).whole
    assert missed(3) == []
    assert verify(exported(money=True)).whole, "what was tampered with was undone"
