"""Whoever is killed while deciding leaves all of the decision or nothing. Every statement: `python -m tests.sweeps.gate_kill`."""

from __future__ import annotations

import os

from tests.sweeps.gate_kill import ALL, sweep


def test_a_decision_that_is_killed_anywhere_is_there_whole_or_not_at_all_and_once_in_the_end(committed_db: str) -> None:
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "portfolio.settings", "LOG_LEVEL": "ERROR"}
    sent, points = sweep(environment, [300, 700, 1000])
    assert sent > 20
    assert all(one.good for one in points), points
    assert not any(one.left == ALL for one in points), "the last statement is COMMIT: before it nothing is there"
