"""The hierarchy: the prior without rows, pooling of units, the cap on opinions, badges, effects that are known."""

from __future__ import annotations

import numpy as np
import pytest

from readiness.core.risk.answers import answer_mix, filled, spread
from readiness.core.risk.drivers import OPINIONS, PUBLISHED, Badge, opinion, scale, scaled, together
from readiness.core.risk.fit import Form, fit, initiatives, months_at_risk
from tests.readiness.core.risk.world import TWO, world


def test_without_rows_the_posterior_is_the_prior() -> None:
    form = Form(PUBLISHED, answer_mix(np.zeros((0, 6))), units=2, stages=3)
    found = fit(form, initiatives(np.zeros((0, 6))), np.zeros((0, 3)))
    np.testing.assert_allclose(found.posterior.mode, found.prior_mean)
    np.testing.assert_allclose(found.posterior.sd() ** 2, found.prior_variance)
    assert [(effect.value, effect.badge) for effect in found.effects()] == [(one.mean, Badge.PUBLISHED) for one in PUBLISHED]
    assert (found.months, found.abandoned, found.produced) == (0, 0, 0)


def test_effects_that_drew_the_data_are_found_within_their_errors() -> None:
    made = world(4, 6_000, organisations=30, units=8)
    found = fit(made.form, made.rows, made.counts)
    away = (found.posterior.mode - made.truth) / found.posterior.sd()
    assert np.abs(away).max() < 4
    assert 0.8 < np.sqrt((away**2).mean()) < 1.25, "errors are as large as they are said to be"
    assert {effect.badge for effect in found.effects()} == {Badge.LEARNED}
    assert found.abandoned == made.counts[:, 1].sum()


def test_a_unit_of_few_leans_on_its_organisation_and_one_of_many_stands_alone() -> None:
    form = Form((), answer_mix(np.zeros((0, 0))), units=3)
    rows = initiatives(np.zeros((3, 0)), unit=[0, 1, 2])
    counts = np.array([[3_000.0, 30, 90], [10, 0, 0], [3_000.0, 300, 90]])
    low, few, high = fit(form, rows, counts).posterior.mode[0, 1:]
    assert low < -0.4 and high > 0.3
    assert abs(few) < 0.1
    nobody = fit(form, rows.take([0, 2]), counts[[0, 2]]).posterior
    assert nobody.mode[0, 2] == pytest.approx(0, abs=1e-9)
    assert nobody.sd()[0, 2] == pytest.approx(0.4)


def test_opinions_together_stay_at_or_below_seven_tenths() -> None:
    many = OPINIONS + tuple(opinion(f"other {number}") for number in range(20))
    answers = np.random.default_rng(2).integers(0, 2, (500, len(many) + 1)).astype(float)
    drivers = (PUBLISHED[0], *many)
    covariance = spread(answers, answer_mix(answers))
    factor = scale(drivers, covariance)
    assert 0 < factor < 1
    assert together(scaled(drivers, factor), covariance) == pytest.approx(0.7)
    assert scaled(drivers, factor)[0] == PUBLISHED[0], "what registers say is not scaled"
    # The same by simulation: effects drawn from the scaled priors, their sum over the portfolio.
    rng, weights = np.random.default_rng(3), scaled(drivers, factor)[1:]
    drawn = rng.normal([one.mean for one in weights], [one.sd for one in weights], (4_000, len(weights)))
    sums = answers[:, 1:] @ drawn.T
    assert np.sqrt(sums.var(axis=0).mean()) == pytest.approx(0.7, rel=0.02)


def test_few_opinions_are_left_as_they_are() -> None:
    answers = np.tile([[0.0, 1.0], [1.0, 0.0]], (20, 1))
    assert scale(TWO, spread(answers, answer_mix(answers))) == 1.0
    assert scale((), np.zeros((0, 0))) == 1.0


def test_a_driver_is_learned_only_from_about_a_thousand_outcomes() -> None:
    little, much = world(9, 300), world(9, 4_000)
    assert [effect.badge for effect in fit(little.form, little.rows, little.counts).effects()] == [Badge.PUBLISHED, Badge.OPINION]
    assert [effect.badge for effect in fit(much.form, much.rows, much.counts).effects()] == [Badge.LEARNED, Badge.LEARNED]


def test_a_driver_that_does_nothing_spans_none_however_much_is_seen() -> None:
    rows, counts = 4_000, np.tile([[90.0, 5, 5]], (4_000, 1))
    answers = np.tile([[0.0], [1.0]], (rows // 2, 1))
    form = Form((opinion("nothing"),), answer_mix(answers))
    (effect,) = fit(form, initiatives(answers), counts).effects()
    assert effect.badge is Badge.LEARNED
    assert effect.spans_none
    assert abs(effect.value) < 0.01


def test_a_thousand_outcomes_at_three_in_ten_are_what_it_takes() -> None:
    # The design's power figure: base .35, prevalence .3, 1,000 resolved outcomes find an odds ratio of 1.5 with 80 % power.
    def badge(outcomes: float) -> Badge:
        answers = np.array([[1.0], [0.0]])
        form = Form((opinion("any"),), np.array([[0.3]]), eta=(float(np.log(0.35 / 0.65)), -40.0), organisation_sd=1e-6)
        counts = outcomes * np.array([[0.3 * 0.65, 0.3 * 0.35, 0], [0.7 * 0.65, 0.7 * 0.35, 0]])
        return fit(form, initiatives(answers), counts).effects()[0].badge

    assert (badge(900), badge(1_100)) == (Badge.OPINION, Badge.LEARNED)


def test_an_answer_mix_is_of_the_known_and_of_one_yes_and_one_no() -> None:
    answers = np.array([[1.0, np.nan], [1.0, np.nan], [1.0, np.nan], [np.nan, np.nan], [0.5, np.nan]])
    mix = answer_mix(answers, points=12)
    assert mix[0].tolist() == [0, 0, 0.5, 0.5, *[1.0] * 8]
    assert mix[1].tolist() == [0.0] * 6 + [1.0] * 6
    assert filled(answers, mix)[3].tolist() == [0.75, 0.5]
    with pytest.raises(ValueError, match="0 to 1"):
        answer_mix(np.array([[2.0]]))


def test_months_count_from_entry_and_the_last_one_holds_the_outcome() -> None:
    counts = months_at_risk([0, 6, 3, 4], [5, 8, 3, 4], [1, 0, 2, 0])
    assert counts.tolist() == [[4, 1, 0], [2, 0, 0], [0, 0, 1], [0, 0, 0]]
    with pytest.raises(ValueError, match="before entering"):
        months_at_risk([3], [2], [0])


@pytest.mark.parametrize("wrong", [{"unit": 3}, {"organisation": 1}, {"stage": 0}, {"unit": -2}])
def test_groups_that_the_form_does_not_have_are_refused(wrong: dict[str, int]) -> None:
    form = Form(TWO, answer_mix(np.zeros((0, 2))), units=3)
    with pytest.raises(ValueError, match="code"):
        form.design(initiatives(np.zeros((2, 2)), **wrong))
