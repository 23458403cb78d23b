"""Wilson's interval against published values and against the definition solved by hand."""

from __future__ import annotations

from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.core.stats.proportions import wilson


def test_it_equals_the_published_register_figure() -> None:
    # 165 of 1,001 retired: 16.5 % [14.3, 18.9], as the design's facts quote it.
    share = wilson(165, 1001)
    assert share is not None
    assert (round(share.value, 3), round(share.low, 3), round(share.high, 3)) == (0.165, 0.143, 0.189)


def test_nothing_counted_has_no_share() -> None:
    assert wilson(0, 0) is None


@pytest.mark.parametrize(("part", "whole"), [(3, 2), (-1, 4)])
def test_a_part_outside_its_whole_is_refused(part: int, whole: int) -> None:
    with pytest.raises(ValueError, match="no share"):
        wilson(part, whole)


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_each_bound_is_the_share_that_lies_z_standard_errors_away(pair: tuple[int, int]) -> None:
    part, whole = pair
    share = wilson(part, whole)
    assert share is not None
    assert 0 <= share.low <= share.value <= share.high <= 1
    for bound in (share.low, share.high):
        if 0 < bound < 1:
            assert abs(share.value - bound) / sqrt(bound * (1 - bound) / whole) == pytest.approx(1.959964, abs=1e-4)
