"""A portfolio drawn together: its mean is the shown figure, and what is shared makes the tail."""

from __future__ import annotations

import numpy as np
import pytest

from readiness.core.risk.evidence import Weighed
from readiness.core.risk.forecast import forecast
from readiness.core.risk.shared import probabilities
from readiness.core.risk.spend import amounts, summary
from tests.readiness.core.risk.test_forecast import MONTHS, world


@pytest.mark.parametrize("log_factor", [-3.0, 0.5, 8.0])
def test_the_mean_over_draws_is_the_shown_figure_and_their_spread_its_interval(log_factor: float) -> None:
    found, people = world(150, 0.8)
    weighed = Weighed(found.with_drivers, found.without, log_factor)
    shown, drawn = forecast(weighed, people, MONTHS), probabilities(weighed, people, MONTHS, 4_000, seed=2)
    assert np.abs(drawn.mean(axis=0) - shown.value).max() < 0.01
    low, high = np.quantile(drawn, [0.1, 0.9], axis=0)
    assert np.abs(low - shown.low).max() < 0.03
    assert np.abs(high - shown.high).max() < 0.03


def test_the_same_seed_gives_the_same_draws_and_another_does_not() -> None:
    weighed, people = world(60, 0.5)
    one = probabilities(weighed, people, MONTHS, 100, seed=1)
    assert (one == probabilities(weighed, people, MONTHS, 100, seed=1)).all()
    assert (one != probabilities(weighed, people, MONTHS, 100, seed=2)).any()


def test_what_is_shared_makes_a_wider_tail_than_independence() -> None:
    weighed, people = world(10, 0.0)
    everyone = people.take(np.arange(len(people)))
    drawn = probabilities(weighed, everyone, MONTHS, 2_000)
    spent = np.full((len(everyone), 1), 100.0)
    together = summary(amounts(drawn, spent, 0 * spent, repeats=5))[0]
    apart = summary(amounts(drawn.mean(axis=0, keepdims=True), spent, 0 * spent, repeats=10_000))[0]
    assert together.mean == pytest.approx(apart.mean, rel=0.03)
    assert together.p90 > apart.p90 * 1.1


def test_what_is_unknown_of_one_initiative_is_not_what_is_unknown_of_another() -> None:
    found, people = world(400, 0.8)
    weighed = Weighed(found.with_drivers, found.without, 50.0)
    nothing = people.with_answers(np.full_like(people.answers, np.nan)).take(np.zeros(2, dtype=int))
    drawn = probabilities(weighed, nothing, MONTHS, 4_000)
    correlation = np.asarray(np.corrcoef(drawn.T))[0, 1]
    assert 0.0 < correlation < 0.8, "the same place and the same unknowns, and yet not the same initiative"
