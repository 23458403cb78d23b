"""What must hold whatever the portfolio: unknowns widen, more of the same narrows, nothing seen is the prior, undoing undoes."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness.core.risk import laplace
from readiness.core.risk.counterfactual import Action, changed, what_if
from readiness.core.risk.drivers import OPINIONS, PUBLISHED
from readiness.core.risk.fit import Fit, Form, fit, initiatives
from readiness.core.risk.own_rate import own_rate
from readiness.core.risk.posterior import draw, figures, log_odds, logits
from tests.readiness.core.risk.world import World, world

DRIVERS = (*PUBLISHED[:3], *OPINIONS[:2])
ANSWER = st.sampled_from([0.0, 0.25, 0.5, 1.0, float("nan")])
ANSWERS = st.lists(ANSWER, min_size=len(DRIVERS), max_size=len(DRIVERS))
WORLDS = st.builds(lambda seed, rows: world(seed, rows, drivers=DRIVERS, unknown=0.3), st.integers(0, 999), st.integers(1, 300))


def fitted(made: World) -> Fit:
    return fit(made.form, made.rows, made.counts)


@settings(max_examples=40)
@given(WORLDS, ANSWERS, st.integers(0, len(DRIVERS) - 1))
def test_an_unknown_answer_has_no_less_variance_in_log_odds_than_its_answers_on_average(
    made: World, answers: list[float], driver: int
) -> None:
    found = fitted(made)
    row = made.rows.take([0]).with_answers(np.array([answers]))
    row.answers[0, driver] = np.nan
    _mean, unknown = log_odds(found, row)
    points = made.form.mix[driver]
    each = np.repeat(row.answers, len(points), axis=0)
    each[:, driver] = points
    means, known = log_odds(found, row.take(np.zeros(len(points))).with_answers(each))
    assert unknown[0] >= known.mean() - 1e-12
    assert abs(unknown[0] - known.mean() - means.var()) < 1e-9, "more by exactly how far the answers lie apart"


@settings(max_examples=10)
@given(WORLDS, ANSWERS)
def test_draws_have_that_mean_and_variance(made: World, answers: list[float]) -> None:
    found = fitted(made)
    row = made.rows.take([0]).with_answers(np.array([answers]))
    drawn, (mean, variance) = logits(draw(found, 20_000), row)[0, 0], log_odds(found, row)
    assert abs(drawn.mean() - mean[0]) < 0.03
    assert abs(drawn.var() / variance[0] - 1) < 0.06


@settings(max_examples=40)
@given(st.integers(0, 999), st.integers(1, 30), st.floats(1, 1_000), st.floats(0.1, 1_000))
def test_more_data_of_equal_variance_never_widen_anything(seed: int, rows: int, months: float, more: float) -> None:
    # Outcomes in just the shares that the prior expects leave the mode where it is, so only their number differs.
    rng = np.random.default_rng(seed)
    form = Form(DRIVERS, np.full((len(DRIVERS), 1), 0.5), units=2)
    people = initiatives(rng.random((rows, len(DRIVERS))), unit=rng.integers(0, 2, rows))
    design, (mean, variance) = form.design(people), form.prior()
    weights = np.exp(np.column_stack([np.zeros(rows), np.array(form.eta) + design @ mean.T]))
    expected = weights / weights.sum(axis=1, keepdims=True)
    offset = np.tile(form.eta, (rows, 1))
    little, much = (laplace.fit(design, count * expected, mean, variance, offset) for count in (months, months + more))
    np.testing.assert_allclose(little.mode, mean, atol=1e-6)
    assert (much.sd() <= little.sd() + 1e-9).all()
    narrower = np.linalg.eigvalsh(little.covariance() - much.covariance())
    assert narrower.min() > -1e-9, "no sum of effects is wider either"


@given(st.integers(0, 40).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.integers(1, 20))
def test_the_own_rates_interval_never_widens_with_more_of_the_same(pair: tuple[int, int], times: int) -> None:
    few, many = (own_rate(pair[0] * count, pair[1] * count) for count in (times, times + 1))
    assert many.high - many.low <= few.high - few.low + 1e-12


@settings(max_examples=30)
@given(st.integers(0, 3), st.integers(0, 3), st.lists(ANSWERS, max_size=6))
def test_nothing_that_happened_leaves_the_prior(units: int, stages: int, answers: list[list[float]]) -> None:
    # Initiatives that were met and not followed for a month say nothing, as nobody does.
    form = Form(DRIVERS, np.full((len(DRIVERS), 2), [0.0, 1.0]), units=units, stages=stages)
    people = initiatives(np.array(answers, dtype=float).reshape(-1, len(DRIVERS)))
    found = fit(form, people, np.zeros((len(people), 3)), seen=np.zeros((0, len(DRIVERS))))
    mean, variance = form.prior(found.factor)
    np.testing.assert_allclose(found.posterior.mode, mean, atol=1e-12)
    np.testing.assert_allclose(found.posterior.sd() ** 2, variance)


@settings(max_examples=25)
@given(WORLDS, ANSWERS, ANSWERS, st.integers(1, 60))
def test_there_and_back_is_the_same_figure_to_the_last_digit(
    made: World, now: list[float], then: list[float], months: int
) -> None:
    draws = draw(fitted(made), 60)
    row = made.rows.take([0]).with_answers(np.array([now]))
    forth, back = (Action(name, tuple(enumerate(answers))) for name, answers in (("forth", then), ("back", now)))
    (there,) = what_if(draws, row, [forth], months)
    (home,) = what_if(draws, changed(row, forth), [back], months)
    assert (home.after, home.before, home.difference) == (there.before, there.after, -there.difference)
    assert figures(draws, changed(changed(row, forth), back), months).value[0] == figures(draws, row, months).value[0]


@settings(max_examples=20)
@given(WORLDS, st.integers(0, 60))
def test_figures_are_shares_between_their_ends(made: World, months: int) -> None:
    found = figures(draw(fitted(made), 60), made.rows, months)
    assert ((found.low >= 0) & (found.low <= found.high) & (found.high <= 1)).all()
    assert ((found.value >= 0) & (found.value <= 1)).all()
