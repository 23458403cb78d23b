"""Careers are cut where a stage or what was known changed; counts are those of the careers, whatever the cuts."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from readiness.core.risk.cohort import Ending
from readiness.core.risk.fit import months_at_risk
from readiness.risk.rules.spans import SAME, UNKNOWN, Changes, spans


def changes(*rows: tuple[int, float, int, int]) -> Changes:
    columns = np.array(rows, dtype=np.float64).reshape(-1, 4)
    return Changes(columns[:, 0].astype(int), columns[:, 1], columns[:, 2].astype(int), columns[:, 3].astype(int))


def test_an_ending_belongs_to_the_stage_in_which_it_came() -> None:
    cut = spans(np.array([0.0]), np.array([10.4]), np.array([Ending.ABANDONED]), changes((0, 0.0, 1, SAME), (0, 6.2, 2, SAME)))
    assert cut.stage.tolist() == [1, 2]
    assert cut.counts.tolist() == [[6, 0, 0], [3, 1, 0]]
    assert cut.answers.tolist() == [UNKNOWN, UNKNOWN]


def test_what_was_frozen_counts_from_that_month_on() -> None:
    cut = spans(np.array([0.0]), np.array([9.0]), np.array([Ending.IN_FLIGHT]), changes((0, 4.0, SAME, 7), (0, 0.0, 3, SAME)))
    assert cut.answers.tolist() == [UNKNOWN, 7]
    assert cut.stage.tolist() == [3, 3]
    assert cut.counts.tolist() == [[4, 0, 0], [5, 0, 0]]


def test_months_before_a_register_met_it_are_not_counted_but_its_stage_is_known() -> None:
    cut = spans(np.array([12.0]), np.array([20.0]), np.array([Ending.PRODUCED]), changes((0, 3.0, 1, SAME), (0, 15.0, 2, SAME)))
    assert cut.stage.tolist() == [1, 2]
    assert cut.counts.tolist() == [[3, 0, 0], [4, 0, 1]]


def test_one_initiative_does_not_lend_its_stage_to_the_next() -> None:
    cut = spans(np.array([0.0, 0.0]), np.array([3.0, 4.0]), np.array([0, 0]), changes((0, 1.0, 5, SAME)))
    assert list(zip(cut.row.tolist(), cut.stage.tolist(), strict=True)) == [(0, UNKNOWN), (0, 5), (1, UNKNOWN)]


@given(st.data())
def test_the_cuts_have_as_many_months_and_endings_as_the_careers(data: st.DataObject) -> None:
    rows = data.draw(st.integers(1, 6))
    ages = st.floats(0, 60)
    entry = np.array(data.draw(st.lists(ages, min_size=rows, max_size=rows)))
    leaving = entry + np.array(data.draw(st.lists(ages, min_size=rows, max_size=rows)))
    ending = np.array(data.draw(st.lists(st.sampled_from([0, 1, 2]), min_size=rows, max_size=rows)))
    marks = data.draw(
        st.lists(st.tuples(st.integers(0, rows - 1), st.floats(-5, 130), st.integers(-2, 3), st.integers(-2, 3)), max_size=12)
    )
    cut = spans(entry, leaving, ending, changes(*marks))
    whole = months_at_risk(np.floor(entry), np.floor(leaving), ending)
    for row in range(rows):
        found = cut.counts[cut.row == row].sum(axis=0)
        assert found[1:].tolist() == whole[row, 1:].tolist()
        # An outcome in the month in which a cut begins took one month: at most one more than without the cut.
        assert whole[row].sum() <= found.sum() <= whole[row].sum() + 1


def test_nobody_has_no_spans() -> None:
    cut = spans(np.empty(0), np.empty(0), np.empty(0, dtype=np.int64), changes())
    assert len(cut.row) == 0 and cut.counts.shape == (0, 3)
