"""Rounded numbers that add up, small ones gathered, and what counts as an action."""

from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.core.risk.contributions import RECORDS, Contribution, Explanation
from readiness.core.risk.fit import initiatives
from readiness.risk.rules.drivers import KEYS, PLACE
from readiness.risk.rules.explaining import actions_of, falls, is_stale, shares_of_whole

POINTS = st.floats(-0.3, 0.3, allow_nan=False)


@given(st.floats(0.05, 0.95), st.lists(POINTS, min_size=1, max_size=25))
def test_what_is_printed_adds_up_whatever_the_parts(base: float, parts: list[float]) -> None:
    told = Explanation(base, base + sum(parts), tuple(Contribution(f"d{at}", part, 0.0) for at, part in enumerate(parts)))
    found = falls(told)
    assert round(found.base + sum(bar.points for bar in found.bars) + found.others_points, 6) == found.value
    for bar in (*found.bars, *found.others):
        assert abs(bar.points - bar.exact) < 0.2
        assert bar.points == 0 or bar.exact != 0


def test_the_largest_remainders_are_rounded_up() -> None:
    assert shares_of_whole([0.4, 0.4, 0.2], 1) == [1, 0, 0]
    assert shares_of_whole([1.6, -0.6, 0.0], 1) == [2, -1, 0]
    assert shares_of_whole([1.0, 1.0], 1) == [1, 0] or shares_of_whole([1.0, 1.0], 1) == [0, 1]
    with pytest.raises(ValueError, match="nothing adds up"):
        shares_of_whole([0.0], 1)


def test_own_record_comes_first_and_small_ones_are_gathered() -> None:
    points = {RECORDS[0]: 0.01, "a": 0.0001, "b": -0.05, "c": 0.02}
    told = Explanation(0.46, 0.46 + sum(points.values()), tuple(Contribution(key, value, 0.0) for key, value in points.items()))
    found = falls(told)
    assert [bar.key for bar in found.bars] == [RECORDS[0], "b", "c"]
    assert [bar.key for bar in found.others] == ["a"]


def test_without_any_outcome_nothing_contributes() -> None:
    told = Explanation(0.46, 0.46, (Contribution(RECORDS[0], 0.0, 0.0), Contribution("a", 0.0, 0.0)))
    found = falls(told)
    assert (found.base, found.value, found.others_points) == (46.0, 46.0, 0.0)


def test_finding_an_unknown_out_is_no_action_and_a_good_answer_needs_none() -> None:
    answers = np.zeros((1, len(KEYS)))
    answers[0, PLACE["no_reuse"]], answers[0, PLACE["evidence_stale"]] = np.nan, 0.4
    (action,) = actions_of(initiatives(answers))
    assert action.name == "evidence_stale"
    assert action.answers == ((PLACE["evidence_stale"], 0.0),)


def test_facts_that_nobody_touched_for_half_a_year_are_stale() -> None:
    today = date(2026, 6, 30)
    assert is_stale(date(2025, 12, 1), today)
    assert not is_stale(date(2026, 1, 15), today)
    assert is_stale(datetime(2025, 12, 1, tzinfo=UTC), today)
    assert not is_stale(None, today)
