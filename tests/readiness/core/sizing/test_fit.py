"""The two-parameter law gives back what it was made from, and a rate is read off a sweep without leaving it."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.core.sizing.fit import NoFit, Standing, closed_loop, open_loop, rate_at
from readiness.core.sizing.inputs import SweepPoint

T0, KD, KP, INPUT, OUTPUT = 0.012, 0.00008, 0.00003, 1000, 250  # SIZING.md 8
WORK = OUTPUT * KD + INPUT * KP


def closed(clients: float, t0: float = T0, work: float = WORK) -> SweepPoint:
    return SweepPoint(completed_per_s=clients / (OUTPUT * t0 + clients * work), concurrency=clients)


def opened(rate: float, t0: float = T0, work: float = WORK) -> SweepPoint:
    return SweepPoint(completed_per_s=rate, offered_per_s=rate, tpot_mean_s=t0 / (1 - rate * work))


def test_the_closed_loop_fit_gives_back_the_published_example() -> None:
    fit = closed_loop([closed(1), closed(8), closed(32)])
    assert fit.t0_s(OUTPUT) == pytest.approx(0.012, rel=1e-9)
    assert fit.rate_max == pytest.approx(20, rel=1e-9)
    assert fit.completed_per_s(64) == pytest.approx(10.322581, rel=1e-7)
    assert fit.rate_at(0.040, OUTPUT) == pytest.approx(14, rel=1e-9)
    assert fit.tpot_s(10, OUTPUT) == pytest.approx(0.024, rel=1e-9)
    assert fit.rms == pytest.approx(0, abs=1e-9)


def test_the_open_loop_fit_gives_back_the_published_example() -> None:
    fit = open_loop([opened(1), opened(4), opened(8)])
    assert fit.rate_max == pytest.approx(20, rel=1e-9)
    assert fit.rate_at(0.040) == pytest.approx(14, rel=1e-9)
    assert fit.tpot_s(10) == pytest.approx(0.024, rel=1e-9)
    assert math.isinf(fit.tpot_s(20.1))


@given(st.floats(1e-3, 0.2), st.floats(1e-3, 2.0), st.lists(st.integers(1, 512), min_size=2, max_size=6, unique=True))
def test_the_closed_loop_fit_recovers_any_law_from_any_loads(t0: float, work: float, loads: list[int]) -> None:
    fit = closed_loop([closed(load, t0, work) for load in loads])
    assert fit.completed_per_s(1000) == pytest.approx(1000 / (OUTPUT * t0 + 1000 * work), rel=1e-6)


@given(st.floats(1e-3, 0.2), st.floats(0.01, 2.0), st.lists(st.integers(5, 90), min_size=2, max_size=6, unique=True))
def test_both_loops_find_the_same_law(t0: float, work: float, shares: list[int]) -> None:
    rates = [share / 100 / work for share in shares]
    fit = open_loop([opened(rate, t0, work) for rate in rates])
    in_closed_loop = closed_loop([closed(rate * OUTPUT * t0 / (1 - rate * work), t0, work) for rate in rates])
    assert fit.rate_max == pytest.approx(in_closed_loop.rate_max, rel=1e-6)
    assert fit.t0_s == pytest.approx(in_closed_loop.t0_s(OUTPUT), rel=1e-6)


def test_residuals_are_relative_so_that_a_slow_point_counts_as_much_as_a_fast_one() -> None:
    off = [SweepPoint(completed_per_s=closed(c).completed_per_s * (1 + e), concurrency=c) for c, e in ((1, 0.05), (8, -0.05))]
    fit = closed_loop([*off, closed(64)])
    assert 0.01 < fit.rms < 0.1
    assert fit.points == 3


@pytest.mark.parametrize(
    ("points", "code"),
    [
        ([], "too_few_points"),
        ([closed(8), closed(8)], "too_few_points"),
        ([SweepPoint(completed_per_s=1, concurrency=1), SweepPoint(completed_per_s=9, concurrency=8)], "no_saturation_seen"),
        ([SweepPoint(completed_per_s=9, concurrency=8), SweepPoint(completed_per_s=8, concurrency=9)], "no_rise_seen"),
    ],
)
def test_points_that_do_not_determine_the_law_say_what_to_measure(points: list[SweepPoint], code: str) -> None:
    with pytest.raises(NoFit) as refused:
        closed_loop(points)
    assert refused.value.code == code


def test_an_open_loop_whose_tokens_get_no_slower_saw_no_saturation() -> None:
    with pytest.raises(NoFit, match="measure at higher rates"):
        open_loop([SweepPoint(completed_per_s=rate, tpot_mean_s=0.02) for rate in (1.0, 2.0)])


SWEEP = [
    SweepPoint(completed_per_s=rate, tpot_p_s=tpot, ttft_p_s=ttft, percentile=0.99)
    for rate, tpot, ttft in ((2.0, 0.020, 0.2), (4.0, 0.025, 0.3), (8.0, 0.050, 1.3))
]


def test_a_rate_is_interpolated_on_the_measured_percentile() -> None:
    read = rate_at(SWEEP, 0.040, 0.99)
    assert read.standing is Standing.INSIDE
    assert read.rate == pytest.approx(4 + 4 * (1 / 0.040 - 1 / 0.025) / (1 / 0.050 - 1 / 0.025))  # straight in 1/TPOT
    assert rate_at(SWEEP, 0.8, 0.99, of="ttft").rate == pytest.approx(6.0)


def test_a_rate_is_never_read_beyond_the_measured_loads() -> None:
    easy, hard = rate_at(SWEEP, 0.1, 0.99), rate_at(SWEEP, 0.015, 0.99)
    assert (easy.rate, easy.standing) == (8.0, Standing.AT_LEAST)
    assert (hard.rate, hard.standing) == (None, Standing.NONE_MEETS)


def test_a_higher_percentile_stands_in_for_a_lower_one_but_never_the_other_way() -> None:
    stricter = rate_at(SWEEP, 0.040, 0.95)
    assert (stricter.rate, stricter.percentile) == (rate_at(SWEEP, 0.040, 0.99).rate, 0.99)
    assert rate_at(SWEEP, 0.040, 0.999).standing is Standing.NOT_MEASURED


def test_a_later_point_that_meets_the_target_again_does_not_hide_the_first_that_missed_it() -> None:
    bumpy = [*SWEEP, SweepPoint(completed_per_s=6.0, tpot_p_s=0.060, percentile=0.99)]
    read = rate_at(bumpy, 0.055, 0.99)
    assert read.rate is not None
    assert 4 < read.rate < 6


@given(st.floats(0.021, 0.049), st.floats(0.021, 0.049))
def test_a_looser_target_never_allows_less(one: float, other: float) -> None:
    tight, loose = rate_at(SWEEP, min(one, other), 0.99).rate, rate_at(SWEEP, max(one, other), 0.99).rate
    assert tight is not None
    assert loose is not None
    assert tight <= loose + 1e-12
