"""Measured points are refused for what their own figures say, and for nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.core.sizing.hygiene import Reason, checked, little_ratio, reached
from readiness.core.sizing.inputs import SweepPoint


def closed(clients: float, done: float, latency: float | None = None, failed: float = 0.0) -> SweepPoint:
    return SweepPoint(completed_per_s=done, concurrency=clients, latency_mean_s=latency, failed_share=failed)


@pytest.mark.parametrize(("ratio", "kept"), [(0.89, False), (0.91, True), (1.0, True), (1.09, True), (1.11, False)])
def test_a_point_is_refused_when_it_breaks_littles_law_by_more_than_a_tenth(ratio: float, kept: bool) -> None:
    points, refused = checked([closed(16, 8.0, 2.0 * ratio)])
    assert bool(points) is kept
    assert [one.code for one in refused] == ([] if kept else [Reason.LITTLE])


def test_the_text_of_a_refusal_carries_the_numbers() -> None:
    _kept, (refused,) = checked([closed(128, 12.77, 7.5)])
    assert refused.text == "Little's law: 12.77/s x 7.5 s / 128 in flight = 0.75, not 1 +- 10%"


def test_a_latency_that_was_not_measured_is_put_together_from_first_token_and_steps() -> None:
    point = SweepPoint(completed_per_s=2.0, concurrency=4.0, ttft_mean_s=0.1, tpot_mean_s=0.019)
    assert little_ratio(point) is None
    assert little_ratio(point, output_tokens=101) == pytest.approx(2.0 * (0.1 + 100 * 0.019) / 4)


def test_without_a_first_token_decoding_alone_shows_that_too_much_was_completed_but_never_too_little() -> None:
    points = [SweepPoint(completed_per_s=done, concurrency=64.0, tpot_mean_s=0.0249) for done in (99.0, 10.3, 0.1)]
    assert [one.code for one in checked(points, output_tokens=251)[1]] == [Reason.LITTLE]
    assert checked(points[:2], output_tokens=251)[1][0].text == (
        "Little's law: 99/s x at least 6.225 s / 64 in flight = 9.63, above 1 + 10%"
    )
    assert checked(points[1:2], output_tokens=251)[1] == checked(points[2:], output_tokens=251)[1] == ()
    assert checked(points[:1])[1] == ()  # nobody said how long the answers were


def test_more_than_one_failure_in_a_hundred_is_refused_and_exactly_one_is_not() -> None:
    kept, refused = checked([closed(1, 1.0, failed=0.01), closed(2, 2.0, failed=0.0101)])
    assert [point.concurrency for point in kept] == [1]
    assert refused[0].code is Reason.FAILURES
    assert refused[0].place == 1


def test_points_beyond_the_batch_limit_or_the_kv_cache_are_refused() -> None:
    points = [closed(256, 10.0), closed(257, 10.0)]
    assert [one.code for one in checked(points, max_num_seqs=256)[1]] == [Reason.BATCH_CAP]
    assert [one.place for one in checked(points, kv_tokens=256_000, tokens_per_sequence=1000)[1]] == [1]
    assert checked(points, kv_tokens=256_000, tokens_per_sequence=1000)[1][0].code is Reason.KV_CAP


def test_throughput_that_falls_after_having_risen_is_refused_wherever_the_point_stands_in_the_list() -> None:
    kept, refused = checked([closed(64, 5.0), closed(1, 1.0), closed(16, 8.0), closed(32, 7.9)])
    assert [point.concurrency for point in kept] == [1, 16, 32]
    assert [(one.place, one.code) for one in refused] == [(0, Reason.FALLING)]
    assert refused[0].text == "throughput fell to 5/s at load 64 after 8/s at load 16"


def test_a_point_refused_for_another_reason_does_not_make_the_others_fall() -> None:
    kept, refused = checked([closed(1, 1.0, 1.0), closed(4, 90.0, 1.0), closed(8, 6.0, 8 / 6)])
    assert [point.concurrency for point in kept] == [1, 8]
    assert [one.code for one in refused] == [Reason.LITTLE]


def test_an_offered_rate_that_was_not_reached_is_no_steady_state() -> None:
    points = [SweepPoint(completed_per_s=0.95, offered_per_s=1.0), SweepPoint(completed_per_s=1.7, offered_per_s=2.0)]
    assert [one.code for one in checked(points)[1]] == [Reason.RATE_NOT_ACHIEVED]


def test_a_run_that_completed_nothing_is_no_best_latency_ever() -> None:
    kept, refused = checked([SweepPoint(completed_per_s=0.0, concurrency=8, latency_mean_s=0.0, tpot_mean_s=0.0)])
    assert kept == ()
    assert refused[0].code is Reason.NO_THROUGHPUT


@given(
    st.lists(
        st.builds(
            closed,
            st.floats(1, 1024),
            st.floats(0.0, 1e3),
            st.none() | st.floats(1e-3, 1e3),
            st.floats(0, 1),
        ),
        max_size=12,
    )
)
def test_every_point_is_either_kept_or_refused_and_what_is_kept_passes_again(points: list[SweepPoint]) -> None:
    kept, refused = checked(points)
    assert len(kept) + len(refused) == len(points)
    assert all(points[one.place] is one.point for one in refused)
    assert checked(kept) == (kept, ())


def test_a_sweep_that_went_past_its_peak_tells_its_saturation_and_another_does_not() -> None:
    assert reached(*checked([closed(1, 1.0), closed(8, 5.0)])) is None
    assert reached(*checked([closed(1, 1.0), closed(8, 5.0), closed(16, 4.0)])) == 5.0
    overloaded = [SweepPoint(completed_per_s=1.0, offered_per_s=1.0), SweepPoint(completed_per_s=3.0, offered_per_s=9.0)]
    assert reached(*checked(overloaded)) == 3.0
