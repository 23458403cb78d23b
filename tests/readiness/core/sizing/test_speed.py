"""What the engine reads off a measurement is what the fit module reads, and a thousand workloads stay a matter of a second."""

from __future__ import annotations

from dataclasses import replace
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness.core.sizing.batching import Law
from readiness.core.sizing.engine import size
from readiness.core.sizing.fit import rate_at
from readiness.core.sizing.hosted import Hosted
from readiness.core.sizing.inputs import Candidate, Demand, Grade, Measured, SweepPoint, WorkloadClass
from readiness.core.sizing.sizer import Edge, corner, likely
from readiness.core.sizing.speed import Curve, measurement
from tests.readiness.core.sizing.cases import (
    BATCH,
    CHAT,
    GUESSED,
    LAW,
    LINE,
    MIX,
    RANKING,
    SATURATED,
    SWEPT,
    TWO_POINTS,
    closed_loop,
    exactly,
)
from tests.sampling import of

POINTS = SWEPT.measured.points


@pytest.mark.parametrize("target", [0.0085, 0.012, 0.02, 0.0301, 0.05])
def test_the_curve_reads_the_same_rate_as_the_fit_module(target: float) -> None:
    curve = Curve.of(((p.completed_per_s, p.tpot_p_s or 0) for p in POINTS), exact=True, reciprocal=True)
    assert curve is not None
    assert curve.rate(target) == pytest.approx(rate_at(POINTS, target, 0.99).rate)


def test_the_curve_of_first_tokens_is_straight_in_seconds() -> None:
    curve = Curve.of(((p.completed_per_s, p.ttft_p_s or 0) for p in POINTS), exact=True, reciprocal=False)
    assert curve is not None
    assert curve.rate(0.06) == pytest.approx(rate_at(POINTS, 0.06, 0.99, of="ttft").rate)


def test_below_the_lightest_load_the_curve_goes_to_the_idle_step_and_no_further() -> None:
    curve = Curve.of([(1.0, 0.010), (2.0, 0.020)], exact=True, reciprocal=True)
    assert curve is not None
    assert curve.rate(0.009) == 0
    assert curve.rate(0.009, idle_s=0.009) == 0
    assert 0 < curve.rate(0.009, idle_s=0.008) < 1
    assert curve.rate(9) == 2


def test_a_sweep_gives_back_the_law_it_came_from() -> None:
    found = measurement(SWEPT.measured, 0.99, 0.95, decodes=True)
    assert found.grade is Grade.SWEEP
    assert found.t0_s == pytest.approx(LAW.t0_s, rel=1e-6)
    assert found.work_s == pytest.approx(LAW.work_s(*MIX), rel=1e-6)


def test_two_points_find_the_rate_of_the_law_with_its_percentile_derate() -> None:
    demand = replace(CHAT, input_tokens=exactly(MIX[0]), output_tokens=exactly(MIX[1]), dispersion=None, tpot_s=exactly(0.03))
    steps = {step.name: step.value for step in size(demand, TWO_POINTS).steps}
    assert steps["rate_at_tpot"] == pytest.approx(Law.rate_at_tpot(LAW, 0.03, *MIX) * 0.81)


def test_a_thousand_workloads_take_about_a_second() -> None:
    pairs: list[tuple[Demand, Candidate]] = [(CHAT, SWEPT), (CHAT, GUESSED), (CHAT, SATURATED), (RANKING, LINE)]
    workloads = [
        (replace(demand, arrival_per_s=replace(rate, likely=rate.likely * (1 + place / 4_000))), candidate)
        for place in range(250)
        for demand, candidate in pairs
        if (rate := demand.arrival_per_s) is not None
    ]
    began = process_time()
    for demand, candidate in workloads:
        size(demand, candidate)
    assert process_time() - began < 4  # about 0.9 s on a quiet two-core machine; the rest is for a busy one


def test_two_points_left_of_a_sweep_past_its_peak_promise_no_more_than_it_reached() -> None:
    """The law of the two goes on rising to 1/w; the third point shows that the replica does not."""
    points = (closed_loop(1), closed_loop(8), replace(closed_loop(32), completed_per_s=closed_loop(8).completed_per_s * 0.9))
    past = replace(points[2], latency_mean_s=32 / points[2].completed_per_s)
    reached_per_s = closed_loop(8).completed_per_s
    found = measurement(Measured((*points[:2], past), *MIX), 0.99, 0.95, decodes=True)
    assert (found.grade, found.top_per_s) == (Grade.TWO_POINTS, reached_per_s)
    assert 1 / found.work_s > 2 * reached_per_s
    open_ended = measurement(Measured(points[:2], *MIX), 0.99, 0.95, decodes=True)
    assert open_ended.top_per_s == float("inf"), "a law of two points below the peak may be followed beyond them"


@settings(max_examples=of(60, suite=20), deadline=None)
@given(
    rates=st.lists(st.floats(0.2, 30), min_size=3, max_size=8, unique=True),
    tpot_s=st.floats(0.007, 2),
    task=st.sampled_from([WorkloadClass.ONLINE, WorkloadClass.BATCH]),
)
def test_nothing_beyond_the_highest_measured_rate_is_promised_at_the_measured_mix(
    rates: list[float], tpot_s: float, task: WorkloadClass
) -> None:
    """Nor more requests in flight than the law has at that rate. Also at the kind end, whatever part of the work is decoding."""
    points = tuple(SweepPoint(rate, float(2**place), tpot_mean_s=0.006 + 0.001 * place) for place, rate in enumerate(rates))
    mix = {"input_tokens": exactly(MIX[0]), "output_tokens": exactly(MIX[1]), "dispersion": exactly(1), "ttft_s": None}
    demand = replace(CHAT if task is WorkloadClass.ONLINE else BATCH, **mix, tpot_s=exactly(tpot_s))  # type: ignore[arg-type]
    hosted = Hosted(demand, replace(SWEPT, measured=Measured(points, *MIX)))
    if hosted.grade is Grade.NOTHING or hosted.known.top_per_s == float("inf"):
        return
    for edge in Edge:
        at = likely(hosted.quantities) if edge is Edge.LIKELY else corner(hosted.quantities, edge)
        can = hosted.capability(at, edge)
        assert can.rate <= max(rates) * (1 + 1e-9)
        share = hosted.known.top_per_s * hosted.known.work_s
        if hosted.grade is not Grade.SATURATION and task is WorkloadClass.ONLINE and share < 1:
            law = hosted.law.seconds(at, edge)
            assert can.flight <= law.t0 * share / (1 - share) / (law.kd + law.kp * MIX[0] / MIX[1]) * (1 + 1e-9)
