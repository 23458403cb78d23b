"""A request log's summary against streams whose figures are known, against a slow count, and against a real trace."""

from __future__ import annotations

import csv
import gzip
import json
from math import sqrt

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness.core.sizing.arrivals import UNSEEN_DAY, mean_within, summarise
from readiness.core.sizing.arrivals_windows import counted, dispersion, peak, within
from tests.portfolio.formats.samples import sample
from tests.readiness.core.sizing.printed import shown

Floats = npt.NDArray[np.float64]


def poisson(rate: float, count: int, seed: int = 1) -> Floats:
    return np.cumsum(np.random.default_rng(seed).exponential(1 / rate, count))


def slow_counts(arrivals: Floats, window: float) -> list[int]:
    span = arrivals[-1] - arrivals[0]
    counts = [0] * int(span / window)
    for at in arrivals - arrivals[0]:
        if int(at / window) < len(counts):
            counts[int(at / window)] += 1
    return counts


@settings(max_examples=50)
@given(st.lists(st.floats(0, 100), min_size=5, max_size=80), st.floats(0.5, 20))
def test_sparse_counts_equal_counting_one_by_one(times: list[float], window: float) -> None:
    arrivals = np.sort(np.array(times)) - min(times)
    found, slow = counted(arrivals, window, float(arrivals[-1])), slow_counts(arrivals, window)
    if found is None:
        assert slow == []
        return
    assert (found.windows, list(found.counts)) == (len(slow), [one for one in slow if one])
    assert int(found.block_windows.sum()) == len(slow)
    curve = dispersion(found, 4 * window)
    stretches = [slow[place : place + 4] for place in range(0, len(slow) - 3, 4)]
    inside = within(found, 4 * window)
    if len(stretches) > 1 and any(slow[: 4 * len(stretches)]):
        assert inside is not None
        assert inside[0] == pytest.approx(np.mean([np.var(one, ddof=1) for one in stretches]) / np.mean(stretches), abs=1e-9)
    if len(slow) > 1 and any(slow):
        assert curve is not None
        assert curve.index == pytest.approx(np.var(slow, ddof=1) / np.mean(slow), abs=1e-9)
    top = peak(found, seed=0)
    if any(slow):
        assert top is not None
        assert top.factor_max == pytest.approx(max(slow) / np.mean(slow))
        assert top.factor_p99 * np.mean(slow) == pytest.approx(np.quantile(slow, 0.99, method="inverted_cdf"))


@pytest.mark.parametrize("seed", range(5))
def test_a_poisson_stream_has_dispersion_one_within_its_error_at_every_window(seed: int) -> None:
    summary = summarise(poisson(20.0, 61_000, seed))
    assert len(summary.dispersion) == 12
    off = [abs(one.index - 1) / one.standard_error for one in summary.dispersion]
    assert max(off) < 4
    assert sum(one > 2 for one in off) <= 2
    assert summary.gaps.cv2 == pytest.approx(1, abs=0.05)


def test_batches_of_four_have_dispersion_four_and_a_clock_has_none() -> None:
    batches = np.repeat(poisson(5.0, 20_000), 4) + np.tile(np.arange(4) * 1e-7, 20_000)
    found = summarise(batches).dispersion_at(1.0)
    assert found is not None
    assert found.low < 4 < found.high
    assert found.likely == pytest.approx(4, rel=0.1)
    clock = summarise(np.arange(0, 1000, 0.1)).dispersion_at(2.0)
    assert clock is not None
    assert clock.likely < 0.05


def test_a_slow_swing_is_found_in_the_peak_factor_and_in_long_windows_but_not_in_the_fast_part() -> None:
    rng, day = np.random.default_rng(3), 86_400.0
    times = rng.uniform(0, day, 400_000)
    kept = np.sort(times[rng.random(400_000) < (1 + np.sin(2 * np.pi * times / day)) / 2])
    summary = summarise(kept)
    top, fast = summary.peak_factor(), summary.dispersion_at(0.2)
    assert top is not None
    assert fast is not None
    assert fast.likely == pytest.approx(1, abs=0.02)
    assert summary.dispersion_at(2.0).likely == pytest.approx(1, abs=0.05)  # type: ignore[union-attr]
    assert summary.dispersion[5].index == pytest.approx(1 + summary.rate_per_s * 2.0 * 0.5, rel=0.05)  # swing included
    assert 1.9 < top.likely < 2.2  # 1 + sin peaks at twice its mean
    assert "less_than_a_day" in summary.notes  # by the seconds before the first and after the last


def test_a_peak_within_less_than_a_day_is_not_known() -> None:
    short, whole = summarise(poisson(5.0, 50_000)).peak_factor(), summarise(poisson(0.5, 50_000)).peak_factor()
    assert short is not None
    assert whole is not None
    assert not short.known
    assert short.high >= UNSEEN_DAY * short.likely
    assert whole.known
    assert whole.high < 2


def test_chance_in_sparse_minutes_makes_no_peak() -> None:
    summary = summarise(poisson(0.05, 50_000))  # three a minute: the busiest minute has four times that by chance
    assert summary.peaks[0].factor_max > 3
    top = summary.peak_factor()
    assert top is not None
    assert top.likely < 1.4


def test_disorder_and_repetition_are_reported_and_do_not_change_the_figures() -> None:
    arrivals = poisson(10.0, 5000)
    mixed = np.random.default_rng(2).permutation(arrivals)
    ordered, found = summarise(arrivals), summarise(mixed)
    assert found.out_of_order > 2000
    assert "out_of_order" in found.notes
    assert found.dispersion == ordered.dispersion
    assert found.peaks == ordered.peaks


def test_whole_seconds_yield_no_burstiness_below_a_second_and_the_right_one_above() -> None:
    fine = poisson(10.0, 40_000)
    coarse = summarise(np.floor(fine))
    assert coarse.resolution_s == 1.0
    assert "coarse_timestamps" in coarse.notes
    assert coarse.dispersion[0].window_s == 1.0
    exact = {one.window_s: one.index for one in summarise(fine).dispersion}
    assert all(one.index == pytest.approx(exact[one.window_s], abs=4 * one.standard_error) for one in coarse.dispersion)


def test_bursts_and_gaps_are_those_of_a_made_stream() -> None:
    arrivals = np.concatenate([np.arange(0, 100, 1.0), 100 + np.arange(7) * 0.01, [200.0, 201.0]])
    gaps = summarise(arrivals).gaps
    assert gaps.longest_burst == 7
    assert gaps.max_s == pytest.approx(99.94)
    assert gaps.longest_burst_s == pytest.approx(0.06)


def test_token_figures_are_those_of_the_counts_and_missing_ones_are_not_zero() -> None:
    tokens = np.arange(1.0, 1001.0)
    tokens[::10] = np.nan
    found = summarise(poisson(1.0, 1000), tokens).input_tokens
    assert found is not None
    assert (found.known, found.missing, found.max) == (900, 100, 1000.0)
    assert found.mean == pytest.approx(np.nanmean(tokens))
    assert found.p95 == pytest.approx(np.nanquantile(tokens, 0.95))
    assert found.p95_low <= found.p95 <= found.p95_high
    assert summarise(poisson(1.0, 1000), np.full(1000, np.nan)).input_tokens is None


@given(st.floats(0, 1e6), st.floats(0, 1e6), st.integers(2, 10**7), st.integers(2, 10**7))
def test_at_equal_variance_more_samples_never_widen(mean: float, deviation: float, one: int, other: int) -> None:
    few, many = (mean_within(mean, deviation / sqrt(count)) for count in sorted((one, other)))
    assert many.high - many.low <= few.high - few.low


@settings(max_examples=20)
@given(st.integers(2, 20), st.integers(0, 1000))
def test_the_same_log_repeated_never_widens_the_token_means(times: int, seed: int) -> None:
    tokens = np.tile(np.random.default_rng(seed).integers(1, 4000, 50).astype(float), 1)
    once = summarise(poisson(1.0, 50, seed), tokens).quantities(1.0)["input_tokens"]
    more = summarise(poisson(1.0, 50 * times, seed), np.tile(tokens, times)).quantities(1.0)["input_tokens"]
    assert more.high - more.low <= (once.high - once.low) * (1 + 1e-9)


def test_the_intervals_cover_what_the_streams_were_made_with() -> None:
    inside = 0
    for seed in range(60):
        rate = summarise(poisson(3.0, 2000, seed)).quantities(1.0)["arrival_per_s"]
        inside += rate.low <= 3.0 <= rate.high
    assert inside >= 53  # 95 % of 60 is 57; fewer than 53 would happen by chance once in about 100


@pytest.mark.parametrize("times", [[], [1.0], [1.0, 1.0], [0.0, float("nan")], [0.0, float("inf")]])
def test_a_log_without_a_rate_is_refused(times: list[float]) -> None:
    with pytest.raises(ValueError, match=r"arriv"):
        summarise(np.array(times))


@pytest.mark.parametrize("bad", [-1.0, float("inf")])
def test_impossible_token_counts_are_refused(bad: float) -> None:
    with pytest.raises(ValueError, match="token"):
        summarise(poisson(1.0, 100), np.full(100, bad))


def test_the_summary_is_plain_json_and_holds_the_quantities() -> None:
    plain = summarise(poisson(2.0, 500), np.full(500, 100.0)).as_dict(0.5)
    assert json.loads(json.dumps(plain, allow_nan=False)) == plain
    assert set(plain["quantities"]) == {"arrival_per_s", "dispersion", "input_tokens", "input_tokens_p95"}


def test_the_azure_trace_disperses_as_published() -> None:
    # SIZING.md: 1.0 at 40 ms, 1.7 at 2 s, 16 at 60 s, 56 at 300 s (the last with the variance over n, ours over n - 1).
    with gzip.open(sample("traces/AzureLLMInferenceTrace_conv.csv.gz"), "rt", newline="") as file:
        rows = list(csv.reader(file))[1:]
    stamps = np.array([np.datetime64(row[0].replace(" ", "T")[:29], "ns") for row in rows]).astype(np.int64)
    inputs, outputs = (np.array([float(row[place]) for row in rows]) for place in (1, 2))
    summary = summarise((stamps - stamps[0]) / 1e9, inputs, outputs)
    curve = {one.window_s: one for one in summary.dispersion}
    shown(
        [f"Azure: {summary.requests} requests in {summary.duration_s:.0f} s, {summary.rate_per_s:.2f}/s, notes {summary.notes}"]
        + [
            f"    {one.window_s:6g} s: {one.index:6.2f} +- {one.standard_error:.2f} ({one.windows} windows)"
            for one in curve.values()
        ]
        + [f"    peak of {one.window_s:g} s: {one.factor_max:.2f}" for one in summary.peaks]
        + [f"    {name}: {one.low:.4g} .. {one.likely:.4g} .. {one.high:.4g}" for name, one in summary.quantities(2.0).items()]
    )
    assert [round(curve[window].index, 1) for window in (0.04, 2.0)] == [1.0, 1.7]
    assert round(curve[60.0].index) == 16
    assert round(curve[300.0].index * (1 - 1 / curve[300.0].windows)) == 56
