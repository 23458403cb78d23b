"""Contributions add up, equal the published vector and a slow definition; what-ifs undo themselves; the best three are best."""

from __future__ import annotations

from itertools import permutations
from math import log

import numpy as np
import pytest

from readiness.core.risk.contributions import RECORD, explain, shapley
from readiness.core.risk.counterfactual import Action, best, changed, what_if
from readiness.core.risk.drivers import OPINIONS, PUBLISHED
from readiness.core.risk.fit import fit
from readiness.core.risk.hazards import abandoned_within
from readiness.core.risk.posterior import Draws, draw, figures
from tests.readiness.core.risk.published import vectors
from tests.readiness.core.risk.world import World, world

NEVER = -60.0  # a logit of production at which nothing is produced: one step is then the vector's plain logistic


@pytest.fixture(scope="module")
def made() -> World:
    return world(12, 400, drivers=PUBLISHED, unknown=0.2)


@pytest.fixture(scope="module")
def draws(made: World) -> Draws:
    return draw(fit(made.form, made.rows, made.counts), 120)


def test_shapley_values_equal_the_published_vector() -> None:
    (vector,) = vectors("contributions")
    base, odds = vector["inputs"]["base_probability"], vector["inputs"]["log_odds"]
    parts = np.stack([np.array([list(odds.values())]), np.zeros((1, len(odds)))])
    found = shapley(np.array([[log(base / (1 - base))], [NEVER]]), parts, 1)[0]
    assert found.tolist() == pytest.approx([vector["expected"]["shapley"][key] for key in odds], rel=1e-9)
    assert base + found.sum() == pytest.approx(vector["expected"]["probability"], rel=1e-9)


def test_they_equal_the_mean_over_all_orders() -> None:
    rng = np.random.default_rng(2)
    base, parts = rng.normal(-3, 0.5, (2, 3)), rng.normal(0, 0.6, (2, 3, 5))
    slow = np.zeros((3, 5))
    orders = list(permutations(range(5)))
    for order in orders:
        eta = base.copy()
        for player in order:
            joined = eta + parts[:, :, player]
            slow[:, player] += abandoned_within(joined, 24) - abandoned_within(eta, 24)
            eta = joined
    np.testing.assert_allclose(shapley(base, parts, 24), slow / len(orders), atol=1e-12)


def test_many_players_are_sampled_add_up_exactly_and_come_near_the_exact_values() -> None:
    rng = np.random.default_rng(4)
    base, parts = rng.normal(-3, 0.5, (2, 4)), rng.normal(0, 0.4, (2, 4, 10))
    exact = shapley(base, parts, 24)
    # Two players that add nothing take no share, and push the number above what is computed exactly.
    more = np.concatenate([parts, np.zeros((2, 4, 2))], axis=2)
    sampled = shapley(base, more, 24)
    np.testing.assert_allclose(sampled[:, 10:], 0, atol=1e-15)
    np.testing.assert_allclose(sampled[:, :10], exact, atol=0.004)
    whole = abandoned_within(base + parts.sum(axis=2), 24) - abandoned_within(base, 24)
    np.testing.assert_allclose(sampled.sum(axis=1), whole, atol=1e-12)
    np.testing.assert_allclose(exact.sum(axis=1), whole, atol=1e-12)


def test_an_explanation_adds_up_to_the_figure_that_is_shown(made: World, draws: Draws) -> None:
    shown = figures(draws, made.rows, 24).value
    for row in range(6):
        found = explain(draws, made.rows.take([row]), 24)
        assert found.base == pytest.approx(0.46)
        assert found.value == pytest.approx(shown[row], rel=1e-12)
        assert found.base + sum(one.points for one in found.contributions) == pytest.approx(found.value, rel=1e-12)
        assert found.contributions[0].key == RECORD
        sizes = [abs(one.points) for one in found.contributions[1:]]
        assert sizes == sorted(sizes, reverse=True)


def test_an_average_answer_is_no_reason(made: World, draws: Draws) -> None:
    average = made.rows.take([0]).with_answers(made.form.reference[None, :])
    assert [one.key for one in explain(draws, average, 24).contributions] == [RECORD]


def test_the_drivers_of_the_whole_catalogue_are_explained_too() -> None:
    wide = world(2, 100, drivers=PUBLISHED + OPINIONS)
    found = explain(draw(fit(wide.form, wide.rows, wide.counts), 40), wide.rows.take([3]), 24)
    assert len(found.contributions) == 12
    assert found.base + sum(one.points for one in found.contributions) == pytest.approx(found.value, rel=1e-12)


def test_undoing_a_change_gives_the_figure_back_exactly(made: World, draws: Draws) -> None:
    row = made.rows.take([7]).with_answers(np.array([[1.0, 0.0, np.nan, 0.5, 1.0, 0.0]]))
    action = Action("all at once", ((0, 0.0), (2, 1.0), (3, np.nan)))
    undo = Action("back", ((0, 1.0), (2, np.nan), (3, 0.5)))
    (there,) = what_if(draws, row, [action], 24)
    (back,) = what_if(draws, changed(row, action), [undo], 24)
    assert (back.before, back.after, back.difference) == (there.after, there.before, -there.difference)
    assert there.before == figures(draws, row, 24).value[0]
    assert (back.low, back.high) == pytest.approx((-there.high, -there.low), abs=1e-12)
    np.testing.assert_array_equal(row.answers[0, :2], [1.0, 0.0])


def test_the_best_three_are_those_that_lower_it_most_and_none_that_raise_it(made: World, draws: Draws) -> None:
    row = made.rows.take([0]).with_answers(np.ones((1, 6)))
    actions = [Action(f"mend {driver}", ((driver, 0.0),)) for driver in range(6)]
    everything = what_if(draws, row, actions, 24)
    lowering = sorted(one.difference for one in everything if one.difference < 0)
    found = best(draws, row, actions, 24)
    assert [one.difference for one in found] == lowering[:3]
    assert all(one.low <= one.difference <= one.high and one.goes_down > 0.5 for one in found)
    assert best(draws, row, [Action("nothing", ())], 24) == []
    worse = [Action("worse", ((found[0].action.answers[0][0], 1.0),))]
    assert best(draws, changed(row, found[0].action), worse, 24) == []


def test_of_equal_actions_the_one_of_less_effort_comes_first(made: World, draws: Draws) -> None:
    row = made.rows.take([0]).with_answers(np.ones((1, 6)))
    helps = best(draws, row, [Action("x", ((driver, 0.0),)) for driver in range(6)], 24)[0].action.answers
    actions = [Action("b dear", helps, 5.0), Action("a unknown", helps), Action("c cheap", helps, 1.0)]
    assert [one.action.name for one in best(draws, row, actions, 24)] == ["c cheap", "b dear", "a unknown"]


def test_an_answer_that_is_none_is_refused(made: World) -> None:
    with pytest.raises(ValueError, match="0 to 1"):
        changed(made.rows.take([0]), Action("wrong", ((0, 2.0),)))
