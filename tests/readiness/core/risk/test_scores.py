"""Scores against scikit-learn's and statsmodels' figures, their identities, and forecasts that are good or bad by design."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.core.risk.scores import brier, calibration, expected_error, log_loss, reliability
from readiness.core.risk.skill import shuffle_test, skill

# Figures of scikit-learn (brier_score_loss, log_loss, calibration_curve with five bins) and statsmodels 0.15.0 (Logit of the
# outcome on the forecast's log-odds; binomial GLM with them as offset) for these twenty; neither is a requirement here.
SAID = [.05, .12, .18, .22, .25, .31, .33, .38, .41, .44, .52, .55, .58, .63, .66, .71, .74, .83, .88, .93]  # fmt: skip
CAME = [0, 0, 1, 0, 0, 0, 1, 0, 1, 0, 1, 0, 1, 1, 0, 1, 1, 1, 0, 1]

PAIRS = st.lists(st.tuples(st.floats(0.001, 0.999), st.integers(0, 1)), min_size=1, max_size=60)


def test_brier_and_log_loss_equal_scikit_learn() -> None:
    assert brier(SAID, CAME).value == pytest.approx(0.21365, rel=1e-12)
    assert log_loss(SAID, CAME) == pytest.approx(0.6210006458061763, rel=1e-12)


def test_reliability_equals_scikit_learn_with_wilson_bars() -> None:
    found = reliability(SAID, CAME, 5)
    assert [one.observed.value for one in found] == pytest.approx([1 / 3, 0.2, 0.6, 0.75, 2 / 3])
    assert [one.forecast for one in found] == pytest.approx([0.116667, 0.298, 0.5, 0.685, 0.88], rel=1e-5)
    assert all(one.observed.low < one.observed.value < one.observed.high for one in found)
    assert found[1].says == "of 5 we said 20-40 %, 1 was abandoned"
    assert expected_error(SAID, CAME, 5) == pytest.approx((3 * 0.65 / 3 + 5 * 0.098 + 5 * 0.1 + 4 * 0.065 + 0.64) / 20)


def test_slope_and_intercept_equal_statsmodels() -> None:
    found = calibration(SAID, CAME)
    assert found.slope is not None and found.intercept is not None
    assert [found.slope.value, found.slope.low, found.slope.high] == pytest.approx(
        [0.6979267405747067, -0.14207806888383134, 1.5379315500332447], rel=1e-5
    )
    assert [found.intercept.value, found.intercept.low, found.intercept.high] == pytest.approx(
        [0.07508472001862342, -0.9396928766096672, 1.089862316646914], rel=1e-5
    )


@given(PAIRS, st.integers(1, 12))
def test_murphys_parts_add_up(pairs: list[tuple[float, int]], bins: int) -> None:
    said, came = zip(*pairs, strict=True)
    found = brier(said, came, bins)
    assert found.reliability - found.resolution + found.uncertainty + found.within == pytest.approx(found.value, abs=1e-12)
    assert min(found.reliability, found.resolution, found.uncertainty) >= 0


def test_one_forecast_a_bin_leaves_nothing_within() -> None:
    found = brier([0.2] * 5 + [0.7] * 10, [1, 0, 0, 0, 0] + [1] * 7 + [0] * 3)
    assert found.within == pytest.approx(0, abs=1e-15)
    assert found.reliability == pytest.approx(0, abs=1e-15), "one in five and seven in ten is what was said"
    assert found.resolution > 0


def test_edges_belong_to_the_bin_above_and_the_last_bin_holds_its_end() -> None:
    found = reliability([0.3, 0.6, 0.7, 0.9999], [0, 1, 0, 1])
    assert [one.low for one in found] == [0.3, 0.6, 0.7, 0.9]


def test_forecasts_that_are_too_bold_have_a_slope_below_one() -> None:
    rng = np.random.default_rng(3)
    odds = rng.normal(-0.4, 1, 4_000)
    came = rng.random(4_000) < 1 / (1 + np.exp(-odds))
    right, bold, low = (calibration(1 / (1 + np.exp(-said)), came) for said in (odds, 2 * odds, odds - 0.5))
    assert right.slope is not None and bold.slope is not None and low.intercept is not None and right.intercept is not None
    assert right.slope.low < 1 < right.slope.high
    assert right.intercept.low < 0 < right.intercept.high
    assert bold.slope.high < 0.6
    assert low.intercept.value == pytest.approx(0.5, abs=0.1)
    assert expected_error(1 / (1 + np.exp(-odds)), came) < 0.03 < expected_error(1 / (1 + np.exp(-2 * odds)), came)


@pytest.mark.parametrize(
    ("said", "came", "intercept_known"),
    [([0.2, 0.3], [0, 0], False), ([0.2, 0.2, 0.2], [0, 1, 0], True), ([0.2, 0.3, 0.8], [0, 0, 1], True)],
)
def test_what_the_outcomes_cannot_tell_is_none(said: list[float], came: list[int], intercept_known: bool) -> None:
    found = calibration(said, came)
    assert found.slope is None
    assert (found.intercept is not None) is intercept_known


def test_a_model_that_knows_more_is_better_and_one_that_does_not_says_not_yet() -> None:
    rng = np.random.default_rng(5)
    truth = rng.beta(2, 3, 400)
    came = (rng.random(400) < truth).astype(float)
    base, noise = np.full(400, 0.4), np.clip(0.4 + rng.normal(0, 0.02, 400), 0.01, 0.99)
    good, same, bad = (skill(said, base, came) for said in (truth, noise, 1 - truth))
    assert good.better and good.says == "better than your average"
    assert not same.better and same.says == "not yet better than your average"
    assert bad.says == "worse than your average"
    assert good.value == pytest.approx(1 - ((truth - came) ** 2).mean() / ((base - came) ** 2).mean())
    assert good == skill(truth, base, came), "the same every time"


def test_outcomes_of_one_unit_drawn_whole_give_a_wider_interval() -> None:
    rng = np.random.default_rng(6)
    unit = np.repeat(np.arange(10), 40)
    truth = np.clip(rng.uniform(0.1, 0.9, 10)[unit], 0.05, 0.95)
    came = (rng.random(400) < truth).astype(float)
    apart, whole = (skill(truth, np.full(400, 0.5), came, clusters=codes) for codes in (None, unit))
    assert whole.low is not None and whole.high is not None and apart.low is not None and apart.high is not None
    assert whole.high - whole.low > 1.5 * (apart.high - apart.low)
    assert (whole.clusters, whole.outcomes) == (10, 400)
    lone = skill(truth, np.full(400, 0.5), came, clusters=np.zeros(400, dtype=int))
    assert (lone.low, lone.better, lone.says) == (None, False, "not yet better than your average")


def test_intervals_of_skill_cover_the_true_skill() -> None:
    rng, covered = np.random.default_rng(7), 0
    sure = rng.beta(2, 3, 200_000)
    expected = 1 - (sure * (1 - sure)).mean() / (sure * 0.6**2 + (1 - sure) * 0.4**2).mean()
    for seed in range(150):
        truth = rng.beta(2, 3, 200)
        found = skill(truth, np.full(200, 0.4), rng.random(200) < truth, resamples=300, seed=seed)
        assert found.low is not None and found.high is not None
        covered += found.low <= expected <= found.high
    assert covered / 150 > 0.88


def test_shuffling_drivers_that_matter_loses_skill_and_others_do_not() -> None:
    rng = np.random.default_rng(8)
    stage, truth = np.repeat([0, 1], 100), rng.beta(2, 3, 200)
    came = (rng.random(200) < truth).astype(float)
    matters = shuffle_test(lambda order: truth[order], came, stage, shuffles=199)
    assert (matters.p, matters.shuffles) == (1 / 200, 199)
    assert matters.brier < matters.shuffled
    by_stage = np.where(stage == 0, 0.3, 0.6)
    assert shuffle_test(lambda order: by_stage[order], came, stage, shuffles=49).p == 1.0, "a stage's rate survives its shuffle"
    luck = [shuffle_test(said.take, came, stage, shuffles=49).p for said in rng.uniform(0.2, 0.8, (60, 200))]
    assert 0.35 < np.mean(luck) < 0.65


@pytest.mark.parametrize(
    ("said", "came"), [([], []), ([0.5], [1, 0]), ([0.0], [0]), ([1.0], [1]), ([0.5], [2]), ([float("nan")], [1])]
)
def test_what_is_no_forecast_or_no_outcome_is_refused(said: Any, came: Any) -> None:
    for score in (brier, log_loss, calibration, reliability):
        with pytest.raises(ValueError, match="forecast"):
            score(said, came)
