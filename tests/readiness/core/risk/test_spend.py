"""Abandoned spend against every possible outcome listed, the published vectors, and a plain simulation."""

from __future__ import annotations

import tracemalloc
from itertools import product
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from readiness.core.risk.spend import OVERRUN_MEAN, Overrun, amounts, shocked, summary
from tests.readiness.core.risk.published import vectors

Array = NDArray[np.float64]


def inputs(name: str) -> tuple[Array, Array, dict[str, float]]:
    (vector,) = vectors(name)
    given = vector["inputs"]
    return np.array(given["p"]), np.array(given["spend"], dtype=float)[:, None], vector["expected"] | given


def listed(probabilities: Array, spend: Array) -> dict[float, float]:
    """Amount -> probability, over all outcomes of few initiatives, averaged over the draws (rows) of the probabilities."""
    found: dict[float, float] = {}
    for outcome in product((0, 1), repeat=len(spend)):
        happened = np.array(outcome)
        chance = float(np.where(happened, probabilities, 1 - probabilities).prod(axis=1).mean())
        found[float(happened @ spend)] = found.get(float(happened @ spend), 0.0) + chance
    return found


def test_drawn_amounts_equal_the_published_exact_figures() -> None:
    p, spend, expected = inputs("portfolio_exact")
    drawn = amounts(p[None, :], spend, np.zeros_like(spend), repeats=200_000)
    (found,) = summary(drawn, 600)
    assert found.mean == pytest.approx(expected["expected"], abs=2)
    assert found.p90 == expected["p90"]
    assert found.at_least == pytest.approx(expected["p_at_least_600"], abs=0.004)
    assert (drawn == 0).mean() == pytest.approx(expected["p_zero"], abs=0.004)


def test_a_shared_shock_gives_the_published_mean_and_tail() -> None:
    p, spend, expected = inputs("portfolio_shock")
    shaken = shocked(p, expected["shock_sd"], 2_001)
    assert float((shaken.astype(float) @ spend).mean()) == pytest.approx(expected["expected"], abs=0.05)
    (found,) = summary(amounts(shaken, spend, np.zeros_like(spend), repeats=100))
    assert found.mean == pytest.approx(expected["expected"], abs=2)
    assert found.p90 == expected["p90"]


def test_drawn_apart_the_tail_is_understated() -> None:
    # The same probability for each initiative, and so the same mean; of the four of the vector P90 is 700 either way.
    shaken, spend = shocked(np.full(40, 0.4), 0.9, 401), np.ones((40, 1))
    (shared,) = summary(amounts(shaken, spend, 0 * spend, repeats=100))
    (apart,) = summary(amounts(shaken.mean(axis=0, keepdims=True), spend, 0 * spend, repeats=40_100))
    assert apart.mean == pytest.approx(shared.mean, rel=0.01)
    assert shared.p90 - shared.mean > 1.8 * (apart.p90 - apart.mean)


def test_the_whole_distribution_is_that_of_all_outcomes_listed() -> None:
    p, spend, expected = inputs("portfolio_shock")
    shaken = shocked(p, expected["shock_sd"], 101)
    drawn = amounts(shaken, spend, np.zeros_like(spend), repeats=2_000, seed=4)[:, 0]
    for amount, chance in listed(shaken.astype(float), spend[:, 0]).items():
        assert (drawn == amount).mean() == pytest.approx(chance, abs=0.006)


def test_units_and_selections_are_columns_of_the_same_outcomes() -> None:
    p, spend, _expected = inputs("portfolio_exact")
    parts = np.hstack([spend, spend * [[1], [1], [0], [0]], spend * [[0], [0], [1], [1]]])
    drawn = amounts(p[None, :], parts, np.zeros_like(parts), repeats=5_000)
    np.testing.assert_allclose(drawn[:, 0], drawn[:, 1] + drawn[:, 2])
    assert [one.mean for one in summary(drawn)][1] == pytest.approx(130, abs=6)
    assert summary(drawn)[0].at_least is None


def test_an_overrun_lies_on_what_is_committed_alone_and_fattens_the_tail() -> None:
    p, spend, _expected = inputs("portfolio_exact")
    certain, overrun = np.ones((1, 4)), Overrun(OVERRUN_MEAN, 0.8)
    both = amounts(certain, spend, spend, repeats=60_000, overrun=overrun)
    assert both.min() > 1_000, "what is spent is known"
    assert both.mean() == pytest.approx(1_000 + 1_270, rel=0.01)
    flat, fat = (
        summary(amounts(p[None, :], 0 * spend, spend, repeats=60_000, overrun=one))[0] for one in (Overrun(1.27, 0.0), overrun)
    )
    assert fat.mean == pytest.approx(flat.mean, rel=0.02)
    assert fat.p90 > flat.p90


def test_it_equals_a_plain_simulation_for_every_block_size(monkeypatch: pytest.MonkeyPatch) -> None:
    from readiness.core.risk import spend as module

    rng = np.random.default_rng(1)
    p, spend = rng.random((3, 7)), rng.random((7, 2))
    whole = amounts(p, spend, spend, repeats=11, seed=5)
    drawn = np.random.Generator(np.random.SFC64(5)).random((3, 11, 7), dtype=np.float32) < p[:, None, :].astype(np.float32)
    np.testing.assert_allclose(whole, drawn.reshape(33, 7) @ (2 * spend), rtol=1e-5)
    monkeypatch.setattr(module, "CELLS", 21)
    np.testing.assert_allclose(amounts(p, spend, spend, repeats=11, seed=5), whole, rtol=1e-6)


def test_ten_million_outcomes_take_little_memory() -> None:
    p, spend = np.full((1, 2_000), 0.4, dtype=np.float32), np.ones((2_000, 1))
    tracemalloc.start()
    try:
        amounts(p, spend, spend, repeats=5_000)
        assert tracemalloc.get_traced_memory()[1] < 16e6
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "wrong",
    [
        {"spent": np.array([[np.nan], [1.0]])},
        {"committed": np.array([[-1.0], [1.0]])},
        {"spent": np.ones((3, 1))},
        {"probabilities": np.array([[0.5, 1.5]])},
    ],
)
def test_amounts_that_nobody_knows_are_refused_and_not_taken_as_nothing(wrong: dict[str, Any]) -> None:
    given: dict[str, Any] = {"probabilities": np.full((1, 2), 0.5), "spent": np.ones((2, 1)), "committed": np.ones((2, 1))}
    with pytest.raises(ValueError, match=r"unknown|groups|0 to 1"):
        amounts(**given | wrong, repeats=1)
