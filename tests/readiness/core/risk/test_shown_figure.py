"""What finding out and what acting would do to the figure that is shown: as the figure is mixed, and as draws say."""

from __future__ import annotations

import numpy as np
import pytest

from readiness.core.risk import counterfactual, posterior
from readiness.core.risk.answers import answer_mix
from readiness.core.risk.counterfactual import Action
from readiness.core.risk.drivers import PUBLISHED
from readiness.core.risk.evidence import Weighed, weigh
from readiness.core.risk.fit import Form, Initiatives, initiatives
from readiness.core.risk.forecast import forecast
from readiness.core.risk.lowering import best, lowered
from readiness.core.risk.resolving import resolved

MONTHS = 24


@pytest.fixture(scope="module")
def known() -> tuple[Weighed, Initiatives]:
    """300 initiatives of which the first driver matters, and the rows themselves."""
    rng = np.random.default_rng(7)
    answers = rng.integers(0, 2, (300, len(PUBLISHED))).astype(np.float64)
    answers[rng.random(answers.shape) < 0.2] = np.nan
    rows = initiatives(answers, 0, rng.integers(-1, 3, 300), rng.integers(-1, 2, 300))
    hazard = 0.02 * np.exp(1.2 * np.nan_to_num(answers[:, 0], nan=0.5))
    ended = rng.random((300, 18)) < hazard[:, None]
    stayed = np.where(ended.any(axis=1), ended.argmax(axis=1), 18)
    counts = np.column_stack([stayed, ended.any(axis=1), rng.random(300) < 0.1]).astype(np.float64)
    form = Form(PUBLISHED, answer_mix(answers), 1, 3, 2)
    return weigh(form, rows, counts), rows


def with_factor(weighed: Weighed, factor: float) -> Weighed:
    return Weighed(weighed.with_drivers, weighed.without, factor)


def row_with(rows: Initiatives, answers: list[float]) -> Initiatives:
    return rows.take([0]).with_answers(np.array([answers]))


def test_an_action_goes_from_the_shown_figure_to_the_figure_that_would_be_shown(known: tuple[Weighed, Initiatives]) -> None:
    weighed, rows = known
    assert 0 < weighed.share <= 1
    row = row_with(rows, [1, 1, np.nan, 0, 1, 0])
    (change,) = lowered(weighed, row, [Action("first", ((0, 0.0),))], MONTHS)
    after = row_with(rows, [0, 1, np.nan, 0, 1, 0])
    assert change.before == pytest.approx(float(forecast(weighed, row, MONTHS).value[0]), abs=1e-12)
    assert change.after == pytest.approx(float(forecast(weighed, after, MONTHS).value[0]), abs=1e-12)
    assert change.low <= change.difference <= change.high < 0


def test_in_full_the_interval_is_that_of_the_what_if_with_common_draws(known: tuple[Weighed, Initiatives]) -> None:
    weighed, rows = with_factor(known[0], np.inf), known[1]
    assert weighed.share == 1
    row = row_with(rows, [1, 1, 0, 0, 1, 0])
    action = Action("first", ((0, 0.0),))
    (mine,) = lowered(weighed, row, [action], MONTHS)
    (theirs,) = counterfactual.what_if(posterior.draw(weighed.with_drivers), row, [action], MONTHS)
    assert (mine.low, mine.high) == pytest.approx((theirs.low, theirs.high), abs=1e-12)
    assert mine.difference == pytest.approx(theirs.difference, abs=0.01)


def test_where_drivers_do_not_count_no_action_lowers_anything(known: tuple[Weighed, Initiatives]) -> None:
    weighed, rows = with_factor(known[0], -40.0), known[1]
    found = lowered(weighed, row_with(rows, [1] * 6), [Action("first", ((0, 0.0),))], MONTHS)
    assert found[0].difference == pytest.approx(0, abs=1e-9)
    assert (found[0].low, found[0].high) == (0, 0)


def test_undoing_an_action_is_no_difference_at_all(known: tuple[Weighed, Initiatives]) -> None:
    weighed, rows = known
    (change,) = lowered(weighed, row_with(rows, [0, 1, 0, 0, 1, 0]), [Action("as it is", ((0, 0.0),))], MONTHS)
    assert (change.difference, change.low, change.high) == (0, 0, 0)


def test_of_equal_actions_the_one_of_less_effort_comes_first_and_what_raises_is_left_out() -> None:
    def change(name: str, difference: float, effort: float | None) -> counterfactual.Change:
        return counterfactual.Change(Action(name, (), effort), 0.5, 0.5 + difference, difference, 0, 0, 0.8, 0)

    changes = [change("long", -0.1, 9), change("nobody knows", -0.1, None), change("short", -0.1, 1), change("worse", 0.1, 0)]
    assert [one.action.name for one in best(changes)] == ["short", "long", "nobody knows"]


def test_finding_out_narrows_as_draws_say_where_drivers_count_in_full(known: tuple[Weighed, Initiatives]) -> None:
    weighed, rows = with_factor(known[0], np.inf), known[1]
    row = row_with(rows, [np.nan, 1, np.nan, 0, 1, 0])
    mine = resolved(weighed, row, [0, 2], MONTHS)
    theirs = posterior.resolved(posterior.draw(weighed.with_drivers, 4000), row, [0, 2], MONTHS)
    before = forecast(weighed, row, MONTHS)
    assert mine.high[0] - mine.low[0] < before.high[0] - before.low[0]
    for end in ("value", "low", "high"):
        assert getattr(mine, end)[0] == pytest.approx(getattr(theirs, end)[0], abs=0.02)


def test_finding_out_what_is_known_or_of_two_at_once_is_refused(known: tuple[Weighed, Initiatives]) -> None:
    weighed, rows = known
    with pytest.raises(ValueError, match="unknown"):
        resolved(weighed, row_with(rows, [1] * 6), [0], MONTHS)
    with pytest.raises(ValueError, match="one initiative"):
        lowered(weighed, rows, [], MONTHS)
