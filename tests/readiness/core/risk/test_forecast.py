"""The shown figure: without a random number, equal to what many draws say, explained by parts that add up."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness.core.risk.answers import answer_mix, filled
from readiness.core.risk.drivers import OPINIONS, PUBLISHED
from readiness.core.risk.evidence import Weighed, undriven, weigh
from readiness.core.risk.fit import Form, Initiatives, initiatives
from readiness.core.risk.forecast import (
    ROWS,
    Logits,
    blended,
    blocks,
    expected,
    forecast,
    logits,
    masked_logits,
    mixed,
    of_odds,
    open_answers,
    pushes,
)
from readiness.core.risk.hazards import within
from readiness.core.risk.posterior import draw, figures
from readiness.core.risk.prior import ABANDONED
from readiness.core.risk.waterfall import waterfall
from tests.readiness.core.risk.world import lived

MONTHS = 24


def world(rows: int, effect: float, drivers: int = 6, seed: int = 3) -> tuple[Weighed, Initiatives]:
    """An organisation of which `rows` initiatives were followed; each driver shifts abandonment by `effect`."""
    rng = np.random.default_rng(seed)
    answers = (rng.random((rows + 20, drivers)) < 0.4).astype(float)
    answers[rng.random(answers.shape) < 0.15] = np.nan
    form = Form((PUBLISHED + OPINIONS)[:drivers], answer_mix(answers), units=3)
    people = initiatives(answers, unit=rng.integers(-1, 3, len(answers)))
    eta = np.tile(np.array(form.eta), (len(answers), 1))
    eta[:, 0] += effect * (np.nan_to_num(answers, nan=0.4) - 0.4).sum(axis=1)
    counts = lived(rng, eta, MONTHS)
    return weigh(form, people.take(np.arange(rows)), counts[:rows], seen=answers), people


def test_before_the_first_outcome_every_initiative_has_the_reference_class_figure() -> None:
    weighed, people = world(0, 0.0)
    found = forecast(weighed, people, MONTHS)
    assert found.value == pytest.approx(ABANDONED)
    assert weighed.share == 0.0
    assert (found.low < 0.17).all() and (found.high > 0.78).all(), "initiatives differ at least as far as organisations do"


def test_the_mean_and_the_ends_are_those_of_many_draws() -> None:
    weighed, people = world(400, 0.8)
    assert weighed.share > 0.99, "drivers that matter are seen to matter"
    one, many = forecast(weighed, people, MONTHS), figures(draw(weighed.with_drivers, 20_000, seed=1), people, MONTHS)
    assert np.abs(one.value - many.value).max() < 0.004
    assert np.abs(one.low - many.low).max() < 0.02
    assert np.abs(one.high - many.high).max() < 0.02


def test_drivers_that_do_nothing_do_not_move_a_figure() -> None:
    weighed, people = world(800, 0.0)
    alone = mixed(weighed, *(blended(weighed, people),) * 2)
    assert weighed.share < 0.05
    spread = forecast(weighed, people, MONTHS).value
    same_unit = people.unit == 0
    assert np.ptp(spread[same_unit]) < 0.02
    assert np.isfinite(alone.mean).all()


def test_drivers_count_in_proportion_to_the_evidence_for_them() -> None:
    weighed, people = world(60, 0.8)
    half = Weighed(weighed.with_drivers, weighed.without, 2 * float(np.arctanh(0.5)))
    none = Weighed(weighed.with_drivers, weighed.without, -50.0)
    whole = Weighed(weighed.with_drivers, weighed.without, 50.0)
    assert half.share == pytest.approx(0.5)
    between = (blended(none, people).mean + blended(whole, people).mean) / 2
    assert blended(half, people).mean == pytest.approx(between)
    assert none.share == 0.0 and none.weight < 1e-9


@pytest.mark.parametrize("drivers", [3, 11])
def test_the_waterfall_adds_up_to_the_shown_figure(drivers: int) -> None:
    weighed, people = world(300, 0.8, drivers)
    shown = forecast(weighed, people, MONTHS).value
    for row in range(5):
        told = waterfall(weighed, people.take([row]), MONTHS)
        assert told.base == pytest.approx(ABANDONED)
        assert told.value == pytest.approx(shown[row], abs=1e-12)
        assert told.base + sum(part.points for part in told.contributions) == pytest.approx(told.value, abs=1e-12)


def test_sampled_orders_say_what_all_orders_say() -> None:
    weighed, people = world(300, 0.8, 5)
    row = people.take([1])
    exact = waterfall(weighed, row, MONTHS)
    from readiness.core.risk import waterfall as module

    game = module._Game(weighed, row, MONTHS)
    sampled = module._paired(game, 3 + 5, 0, 400)
    assert sampled == pytest.approx([part.points for part in exact.contributions], abs=0.003)


def test_a_worse_answer_pushes_and_an_unknown_one_does_not() -> None:
    weighed, people = world(400, 0.8)
    pushed = pushes(weighed.with_drivers, people)
    assert (pushed[np.isnan(people.answers)] == 0).all()
    assert (pushed[people.answers == 1] > 0).mean() > 0.8


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 5), st.integers(0, 19), st.integers(1, 60))
def test_an_unknown_answer_is_never_less_uncertain_than_its_answers_are_on_average(driver: int, row: int, months: int) -> None:
    weighed, people = world(120, 0.5)
    one = people.take([row])
    ways = np.repeat(one.answers, weighed.with_drivers.form.mix.shape[1], axis=0)
    ways[:, driver] = weighed.with_drivers.form.mix[driver]
    known = Initiatives(ways, *(np.repeat(code, len(ways)) for code in (one.organisation, one.unit, one.stage)))
    open_ = one.answers.copy()
    open_[:, driver] = np.nan
    unknown = blended(weighed, one.with_answers(open_)).covariance[0, 0]
    assert unknown >= blended(weighed, known).covariance[0].mean() - 1e-12


@given(st.floats(-6, 2), st.floats(-6, 2), st.integers(1, 60))
def test_what_is_certain_is_the_hazard_itself(abandon: float, produce: float, months: int) -> None:
    from readiness.core.risk.forecast import figures_of

    certain = Logits(np.array([[abandon], [produce]]), np.zeros((3, 1)))
    exact = float(within(abandon, produce, months).abandoned)
    found = figures_of(certain, months)
    assert expected(certain, months)[0] == pytest.approx(exact)
    assert found.low[0] == pytest.approx(exact, abs=1e-8)
    assert found.high[0] == pytest.approx(exact, abs=1e-8)


def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    weighed, people = world(100, 0.5)
    whole = forecast(weighed, people, MONTHS)
    monkeypatch.setattr("readiness.core.risk.forecast.ROWS", 7)
    parts = forecast(weighed, people, MONTHS)
    assert parts.value == pytest.approx(whole.value, abs=1e-14)
    assert undriven(people).answers.shape == (len(people), 0)


def test_groups_looked_up_and_a_whole_design_give_the_same_logits() -> None:
    weighed, people = world(300, 0.8, 11)
    for fit, rows in ((weighed.without, undriven(people)), (weighed.with_drivers, people)):
        fast, shared = logits(fit, rows), blocks(fit)
        design = fit.form.design(rows.with_answers(filled(rows.answers, fit.form.mix)))
        slow = masked_logits(fit, design, open_answers(fit, rows), shared)
        assert (people.unit == -1).any()
        assert fast.mean == pytest.approx(slow.mean, abs=1e-12)
        assert fast.covariance == pytest.approx(slow.covariance, abs=1e-12)


def test_a_portfolio_of_several_blocks_has_the_figures_of_each_alone() -> None:
    weighed, people = world(200, 0.6)
    some = people.take(np.arange(2 * ROWS + 7) % len(people))
    alone, together = forecast(weighed, people, MONTHS), forecast(weighed, some, MONTHS)
    assert together.low == pytest.approx(np.resize(alone.low, len(some)), abs=1e-12)
    pushed = pushes(weighed.with_drivers, people)
    assert (pushes(weighed.with_drivers, some) == np.resize(pushed, (len(some), pushed.shape[1]))).all()


@pytest.mark.parametrize(
    ("abandon", "produce", "share"), [(-900, -5, 0), (900, -900, 1), (-900, 900, 0), (-900, -900, 0), (0, 0, 0.5)]
)
def test_no_logit_is_too_large_for_a_figure(abandon: float, produce: float, share: float) -> None:
    certain = Logits(np.array([[abandon], [produce]], dtype=float), np.zeros((3, 1)))
    assert expected(certain, 60) == pytest.approx(share, abs=1e-9)


@given(st.floats(-40, 40), st.floats(-40, 40), st.integers(0, 60))
def test_odds_say_what_their_logits_say(abandon: float, produce: float, months: int) -> None:
    share = of_odds(np.exp([abandon]), np.exp([produce]), months)
    assert share == pytest.approx(within(abandon, produce, months).abandoned, rel=1e-12, abs=1e-300)


def test_the_own_record_is_told_apart_by_organisation_unit_and_stage() -> None:
    weighed, people = world(300, 0.8, 3)
    inside, outside = (
        people.take([int(np.flatnonzero(people.unit == 1)[0])]),
        people.take([int(np.flatnonzero(people.unit < 0)[0])]),
    )
    points = {part.key: part.points for part in waterfall(weighed, inside, MONTHS).contributions}
    assert abs(points["own record: unit"]) > 1e-4
    assert points["own record: stage"] == pytest.approx(0, abs=1e-12), "no stage is known of anybody here"
    assert waterfall(weighed, outside, MONTHS).contributions[1].points == pytest.approx(0, abs=1e-12)
