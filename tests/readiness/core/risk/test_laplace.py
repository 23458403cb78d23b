"""Mode and Laplace's covariance against the published vector, statsmodels, scikit-learn, known coefficients and a slow grid."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from readiness.core.risk import laplace
from readiness.core.risk.own_rate import own_rate
from tests.readiness.core.risk.published import vectors

# Rows of answers with months stayed, abandoned, produced; the figures are those of statsmodels 0.15.0 (MNLogit) and scikit-learn
# (LogisticRegression, C=0.16, no intercept) for the same months one by one. Neither is a requirement of this project.
DESIGN = np.array([[1.0, 0, -1], [1, 0, 0], [1, 0, 2], [1, 1, -1], [1, 1, 0], [1, 1, 2]])
COUNTS = np.array([[210.0, 31, 12], [180, 40, 19], [95, 44, 40], [120, 38, 6], [140, 52, 11], [70, 55, 27]])
STATSMODELS = [
    [-1.5078221199609938, 0.5875693437920992, 0.3454270977658867],
    [-2.2395107149422686, -0.1458122025154747, 0.6905679688806662],
]
STATSMODELS_ERRORS = [
    [0.10705117285485402, 0.1459372497117793, 0.06025300494187363],
    [0.1498627656685987, 0.21135180000653975, 0.08481644066069646],
]
SCIKIT_LEARN = [-1.5111445685594107, 0.45752760927067365, 0.22997233656554852]


def test_it_equals_the_published_vector() -> None:
    (vector,) = vectors("map_logit")
    inputs, expected = vector["inputs"], vector["expected"]
    happened = np.array(inputs["y"], dtype=float)
    found = laplace.fit(
        np.array(inputs["X"], dtype=float),
        np.column_stack([1 - happened, happened]),
        np.array([inputs["prior_mean"]]),
        np.array([inputs["prior_variance"]]),
    )
    np.testing.assert_allclose(found.mode[0], expected["beta"], rtol=1e-6)
    np.testing.assert_allclose(found.sd()[0], expected["sd"], rtol=1e-6)
    np.testing.assert_allclose(found.covariance(), expected["covariance"], rtol=1e-6)


def test_without_a_prior_it_equals_statsmodels() -> None:
    found = laplace.fit(DESIGN, COUNTS, np.zeros((2, 3)), np.full((2, 3), 1e12))
    np.testing.assert_allclose(found.mode, STATSMODELS, rtol=1e-6)
    np.testing.assert_allclose(found.sd(), STATSMODELS_ERRORS, rtol=1e-6)


def test_with_a_prior_it_equals_the_ridge_of_scikit_learn() -> None:
    two = np.column_stack([COUNTS[:, 0] + COUNTS[:, 2], COUNTS[:, 1]])
    found = laplace.fit(DESIGN, two, np.zeros((1, 3)), np.full((1, 3), 0.16))
    np.testing.assert_allclose(found.mode[0], SCIKIT_LEARN, rtol=1e-5)


def test_known_coefficients_are_found_again_within_their_errors() -> None:
    rng, truth = np.random.default_rng(21), np.array([[-3.2, 0.5, -0.3, 0.0], [-3.6, -0.4, 0.2, 0.8]])
    design = np.column_stack([np.ones(3_000), rng.integers(0, 2, (3_000, 3))])
    weights = np.exp(np.column_stack([np.zeros(3_000), design @ truth.T]))
    counts = rng.multinomial(12, weights / weights.sum(axis=1, keepdims=True)).astype(float)
    found = laplace.fit(design, counts, np.zeros((2, 4)), np.full((2, 4), 100.0))
    away = (found.mode - truth) / found.sd()
    assert np.abs(away).max() < 3.5
    assert found.sd().max() < 0.15, "so the test would see a wrong sign"


def test_the_mode_is_where_the_slow_log_posterior_is_highest() -> None:
    found = laplace.fit(DESIGN, COUNTS, np.full((2, 3), 0.3), np.full((2, 3), 0.04), offset=np.full((6, 2), -0.5))

    def slow(theta: Any) -> float:
        total = -0.5 * float((((theta - 0.3) / 0.2) ** 2).sum())
        for row, count in zip(DESIGN, COUNTS, strict=True):
            weights = np.exp([0.0, *(-0.5 + theta @ row)])
            total += float(count @ np.log(weights / weights.sum()))
        return total

    best = slow(found.mode)
    for place in np.ndindex(2, 3):
        for step in (-1e-3, 1e-3):
            moved = found.mode.copy()
            moved[place] += step
            assert slow(moved) < best


def test_no_rows_give_the_prior_back() -> None:
    mean, variance = np.array([[0.4, -1.0], [0.0, 2.0]]), np.array([[0.16, 0.81], [0.25, 4.0]])
    found = laplace.fit(np.zeros((0, 2)), np.zeros((0, 3)), mean, variance)
    np.testing.assert_allclose(found.mode, mean)
    np.testing.assert_allclose(found.sd(), np.sqrt(variance))


def test_separated_outcomes_are_held_by_the_prior() -> None:
    design, counts = np.array([[1.0], [-1.0]]), np.array([[0.0, 1e6, 0], [1e6, 0, 0]])
    found = laplace.fit(design, counts, np.zeros((2, 1)), np.ones((2, 1)))
    assert np.isfinite(found.mode).all()
    assert found.mode[0, 0] > 3


def test_draws_have_the_posterior_mean_and_covariance_and_repeat_by_seed() -> None:
    found = laplace.fit(DESIGN, COUNTS, np.zeros((2, 3)), np.ones((2, 3)))
    drawn = found.draws(40_000, 1)
    np.testing.assert_allclose(drawn.mean(axis=0), found.mode, atol=1e-12)
    np.testing.assert_allclose(np.cov(drawn.reshape(40_000, -1).T), found.covariance(), atol=0.03 * found.sd().max() ** 2)
    np.testing.assert_array_equal(drawn, found.draws(40_000, 1))
    assert found.draws(3, 1).shape == (3, 2, 3)


@pytest.mark.parametrize(
    "wrong",
    [
        {"counts": COUNTS[:, :2]},
        {"counts": -COUNTS},
        {"design": np.where(DESIGN == 2, np.nan, DESIGN)},
        {"prior_variance": np.zeros((2, 3))},
        {"offset": np.zeros((5, 2))},
    ],
)
def test_inputs_that_do_not_fit_are_refused(wrong: dict[str, Any]) -> None:
    arguments: dict[str, Any] = {
        "design": DESIGN, "counts": COUNTS, "prior_mean": np.zeros((2, 3)), "prior_variance": np.ones((2, 3))
    }  # fmt: skip
    with pytest.raises(ValueError, match=r"row each|not negative|positive"):
        laplace.fit(**arguments | wrong)


@pytest.mark.parametrize("vector", vectors("beta_update"), ids=lambda vector: str(vector["inputs"]["resolved"]))
def test_the_own_rate_equals_the_published_vectors(vector: dict[str, Any]) -> None:
    inputs, expected = vector["inputs"], vector["expected"]
    rate = own_rate(inputs["abandoned"], inputs["resolved"], alpha=inputs["prior_alpha"], beta=inputs["prior_beta"])
    assert rate.value == pytest.approx(expected["mean"], rel=1e-9)
    assert [rate.low, rate.high] == pytest.approx(expected["interval80"], rel=1e-9)


def test_what_may_be_said_grows_with_what_was_resolved() -> None:
    said = [own_rate(0, resolved).says for resolved in (0, 1, 99, 100, 999, 1_000)]
    assert len(set(said)) == 4
    assert said[0].startswith("reference class only")
    with pytest.raises(ValueError, match="no share"):
        own_rate(3, 2)
