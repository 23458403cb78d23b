"""Figures of the posterior: the first figure without rows, blocks, unknowns, the same draws, the truth of simulated worlds."""

from __future__ import annotations

import numpy as np
import pytest

from readiness.core.risk import posterior
from readiness.core.risk.answers import answer_mix
from readiness.core.risk.drivers import PUBLISHED
from readiness.core.risk.fit import Fit, Form, fit, initiatives
from readiness.core.risk.hazards import abandoned_within, within
from readiness.core.risk.posterior import draw, figures, logits, probabilities, resolved
from readiness.core.risk.prior import before_history
from tests.readiness.core.risk.world import TWO, world


def prior_only(form: Form) -> Fit:
    return fit(form, initiatives(np.zeros((0, len(form.drivers)))), np.zeros((0, 3)))


def test_without_rows_the_figure_is_the_reference_class_as_the_first_page_prints_it() -> None:
    draws = draw(prior_only(Form((), answer_mix(np.zeros((0, 0))))), 20_000)
    found, first = figures(draws, initiatives(np.zeros((1, 0))), 24), before_history(0)
    # The first page multiplies hazards, the model shifts logits: .794 instead of .80 at the upper end (docs/model-card.md).
    assert [found.value[0], found.low[0], found.high[0]] == pytest.approx([first.value, first.low, first.high], abs=0.015)


def test_logits_are_design_times_effects_and_figures_are_their_mean_and_quantiles() -> None:
    made = world(3, 40)
    draws = draw(fit(made.form, made.rows, made.counts), 300)
    naive = np.array(made.form.eta)[:, None, None] + np.einsum("nk,mck->cnm", made.form.design(made.rows), draws.effects)
    np.testing.assert_allclose(logits(draws, made.rows), naive, atol=1e-12)
    drawn, found = abandoned_within(naive, 12), figures(draws, made.rows, 12)
    np.testing.assert_allclose(found.value, drawn.mean(axis=1))
    np.testing.assert_allclose([found.low, found.high], np.quantile(drawn, [0.1, 0.9], axis=1))


def test_an_initiative_has_the_same_figure_alone_as_in_blocks_of_a_portfolio(monkeypatch: pytest.MonkeyPatch) -> None:
    made = world(5, 50, unknown=0.3)
    draws = draw(fit(made.form, made.rows, made.counts), 100)
    whole = figures(draws, made.rows, 24)
    monkeypatch.setattr(posterior, "CELLS", 700)
    np.testing.assert_allclose(figures(draws, made.rows, 24).low, whole.low)
    np.testing.assert_allclose(figures(draws, made.rows.take([31]), 24).high, whole.high[31:32])


def test_unit_and_stage_that_are_not_known_add_nothing() -> None:
    form = Form((), answer_mix(np.zeros((0, 0))), units=2, stages=2)
    draws = draw(prior_only(form), 50)
    nowhere, somewhere = (logits(draws, initiatives(np.zeros((1, 0)), unit=code, stage=code)) for code in (-1, 1))
    np.testing.assert_allclose(nowhere[0, 0], form.eta[0] + draws.effects[:, 0, 0])
    np.testing.assert_allclose(somewhere[1, 0], form.eta[1] + draws.effects[:, 1, [0, 2, 4]].sum(axis=1))


def test_an_unknown_answer_takes_all_answers_of_the_mix_in_their_shares() -> None:
    answers = np.array([[0.0]] * 6 + [[1.0]] * 2)
    form = Form(PUBLISHED[:1], answer_mix(answers))
    draws = draw(prior_only(form), 1_000)
    assert np.unique(draws.unknown[:, 0] + form.reference[0], return_counts=True)[1].tolist() == [700, 300]
    no, yes, unknown = probabilities(draws, initiatives(np.array([[0.0], [1.0], [np.nan]])), 24)
    taken = draws.unknown[:, 0] > 0
    np.testing.assert_allclose(unknown, np.where(taken, yes, no))


def test_resolving_unknowns_narrows_on_average_and_leaves_the_value() -> None:
    made = world(6, 3_000, drivers=PUBLISHED)
    draws = draw(fit(made.form, made.rows, made.counts), 2_000)
    row = made.rows.take([0]).with_answers(np.array([[np.nan, np.nan, 1, 0, np.nan, 0]]))
    now = figures(draws, row, 24)
    some, all_ = resolved(draws, row, [0], 24), resolved(draws, row, [0, 1, 4], 24)
    assert now.high[0] - now.low[0] > some.high[0] - some.low[0] > all_.high[0] - all_.low[0]
    np.testing.assert_allclose([some.value, all_.value], now.value[0], atol=0.01)
    with pytest.raises(ValueError, match="unknown"):
        resolved(draws, row, [2], 24)


def test_intervals_cover_the_truth_of_organisations_drawn_from_the_prior() -> None:
    covered = []
    for seed in range(100):
        made = world(seed, 40)
        found = figures(draw(fit(made.form, made.rows, made.counts), 400), made.rows, 24)
        eta = np.array(made.form.eta) + made.form.design(made.rows) @ made.truth.T
        truth = within(eta[:, 0], eta[:, 1], 24).abandoned
        covered.append(((found.low <= truth) & (truth <= found.high)).mean())
    assert 0.74 < np.mean(covered) < 0.86


def test_the_same_seed_gives_the_same_figures_and_another_one_others() -> None:
    made = world(1, 10, unknown=0.5)
    fitted = fit(made.form, made.rows, made.counts)
    one, same, other = (figures(draw(fitted, 200, seed), made.rows, 24).value for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert not np.array_equal(one, other)
    assert draw(prior_only(Form(TWO, answer_mix(np.zeros((0, 2))))), 7).unknown.shape == (7, 2)
