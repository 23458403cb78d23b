"""Scoring kept figures, on portfolios whose truth is known."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import numpy as np
import pytest

from portfolio.initiatives.choices import ClosureKind
from readiness.core.risk.cohort import Ending
from readiness.core.risk.evidence import Weighed
from readiness.core.risk.fit import Initiatives
from readiness.core.risk.forecast import forecast
from readiness.core.risk.hazards import within
from readiness.risk.rules.backtest.outcomes import Became, Ends, became, left_out, over_on, spaced
from readiness.risk.rules.backtest.rates import rates, status_rates
from readiness.risk.rules.backtest.scoring import Forecasts, drift, joined, result
from readiness.risk.rules.backtest.shuffling import Day, shuffled
from tests.readiness.core.risk.test_forecast import world

DAY = np.datetime64("2025-01-31", "D")
NAT = np.datetime64("NaT", "D")
MONTHS = 12
ETA = (-3.2, -3.5)


def kept(value: Any, came: Any, **more: Any) -> Forecasts:
    """Figures of as many initiatives on one day, against an own rate of one half."""
    value = np.asarray(value, dtype=np.float64)
    half, n = np.full(len(value), 0.5), len(value)
    words = np.where(np.asarray(came) == 1, Became.STOPPED.value, Became.IN_FLIGHT.value).astype("<U20")
    made = Forecasts(
        np.arange(n), np.full(n, DAY), value, np.full(n, 0.46), half, half, np.full(n, np.nan), words, np.full(n, DAY),
        np.zeros(n, dtype=bool),
    )  # fmt: skip
    return replace(made, **more)


def scores(found: dict[str, object]) -> dict[str, Any]:
    return cast("dict[str, Any]", found["scores"])


@pytest.mark.parametrize(
    ("ended", "last", "ending", "closure", "expected"),
    [
        ("2025-03-01", "2025-03-01", Ending.ABANDONED, ClosureKind.STOPPED, Became.STOPPED),
        ("2026-01-31", "2026-01-31", Ending.ABANDONED, ClosureKind.DRIFTED, Became.DRIFTED),
        ("2025-03-01", "2025-03-01", Ending.ABANDONED, ClosureKind.ABANDONED_UNKNOWN, Became.ABANDONED_UNKNOWN),
        ("2026-02-01", "2026-02-01", Ending.ABANDONED, ClosureKind.DRIFTED, Became.IN_FLIGHT),
        ("2025-03-01", "2025-03-01", Ending.PRODUCED, ClosureKind.RETIRED, Became.PRODUCED),
        ("2025-03-01", "2025-03-01", Ending.IN_FLIGHT, ClosureKind.MERGED, Became.CLOSED_OTHERWISE),
        ("2026-03-01", "2026-03-01", Ending.IN_FLIGHT, ClosureKind.MERGED, Became.IN_FLIGHT),
        ("2025-01-30", "2025-01-30", Ending.ABANDONED, ClosureKind.STOPPED, Became.OVER_BEFORE),
        ("NaT", "2025-06-01", Ending.IN_FLIGHT, "", Became.VANISHED),
        ("NaT", "2026-06-01", Ending.IN_FLIGHT, "", Became.IN_FLIGHT),
    ],
)
def test_only_what_is_known_within_the_horizon_is_scored(
    ended: str, last: str, ending: Ending, closure: str, expected: Became
) -> None:
    ended_on, last_on = (np.array([day], dtype="datetime64[D]") for day in (ended, last))
    ends = Ends(np.array([7]), ended_on, last_on, np.array([int(ending)]), np.array([str(closure)]))
    words, until = became(ends, np.array([7]), DAY, MONTHS)
    assert words.tolist() == [expected.value]
    assert until[0] <= np.datetime64("2026-01-31")
    assert became(ends, np.array([3]), DAY, MONTHS)[0].tolist() == [Became.NO_AGE.value]


def test_a_horizon_is_counted_in_calendar_months_and_horizons_do_not_overlap() -> None:
    assert str(over_on(np.asarray(DAY), 1)) == "2025-02-28"
    months = np.array([f"20{24 + at // 12}-{1 + at % 12:02}-01" for at in range(14)], dtype="datetime64[D]")
    assert [str(day) for day in spaced(months, 6)] == ["2024-02-01", "2024-08-01", "2025-02-01"]
    assert [str(day) for day in spaced(months, 12)] == ["2024-02-01", "2025-02-01"]


def test_own_and_stage_rates_begin_at_the_published_rate_and_go_to_what_was_seen() -> None:
    nothing = rates(np.empty((0, 3)), np.empty(0, dtype=np.int64), 2, ETA)
    published, own, stage = nothing.of(np.array([0, 1, -1]), MONTHS)
    assert own == pytest.approx(published)
    assert stage == pytest.approx(published)
    counts = np.array([[10_000.0, 500.0, 100.0], [10_000.0, 100.0, 500.0]])
    many = rates(counts, np.array([0, 1]), 2, ETA)
    _published, own, stage = many.of(np.array([0, 1, -1]), MONTHS)
    assert stage[0] > own[0] > stage[1]
    assert stage[2] == own[0]
    raw = float(within(np.log(500 / 10_000), np.log(100 / 10_000), MONTHS).abandoned)
    assert stage[0] == pytest.approx(raw, abs=0.01)


def test_a_status_says_how_those_of_its_colour_did_before_and_never_how_they_will_do() -> None:
    on = np.array(["2024-01-01", "2024-01-01", "2025-01-01", "2025-01-01"], dtype="datetime64[D]")
    status, came = np.array(["red", "green", "red", ""]), np.array([1.0, 0.0, 1.0, 0.0])
    found = status_rates(status, on, np.full(4, 0.4), came)
    assert found[:2] == pytest.approx([0.4, 0.4])
    assert found[2] > 0.4
    assert np.isnan(found[3])
    assert status_rates(status, on, np.full(4, 0.4), np.array([1.0, 0.0, 0.0, 0.0]))[2] == found[2]


def test_forty_said_at_thirty_to_forty_percent_are_counted_out() -> None:
    came = np.repeat([1, 0], [14, 26])
    found = scores(result(kept(np.full(40, 0.35), came)))
    (one,) = found["bins"]
    assert (one["part"], one["whole"], one["value"]) == (14, 40, 0.35)
    assert one["low"] < 0.35 < one["high"]
    assert found["error"] == pytest.approx(0.0)
    parts = found["brier"]
    assert parts["value"] == pytest.approx(parts["reliability"] - parts["resolution"] + parts["uncertainty"] + parts["within"])


def test_who_is_not_known_is_left_out_and_counted() -> None:
    words = np.array(["stopped", "in_flight", "vanished", "closed_otherwise", "over_before"])
    found = result(kept(np.full(5, 0.3), np.zeros(5), became=words))
    assert found["forecasts"] == 2
    assert found["left_out"] == {"vanished": 1, "closed_otherwise": 1, "over_before": 1}
    assert left_out({"produced": 3}) == {}
    nothing = result(kept([0.3], [0], became=np.array(["vanished"])))
    assert nothing["scores"] is None


def test_a_figure_that_knows_is_better_than_the_average_and_one_that_does_not_is_not_yet() -> None:
    rng = np.random.default_rng(5)
    truth = np.where(rng.random(300) < 0.5, 0.15, 0.85)
    came = rng.random(300) < truth
    knows = scores(result(kept(truth, came)))["skills"]["own"]
    assert knows["low"] > 0
    assert knows["says"] == "better than your average"
    blind = scores(result(kept(np.full(300, 0.47), came)))["skills"]["own"]
    assert blind["low"] < 0 < blind["high"]
    assert blind["says"] == "not yet better than your average"


def test_with_hardly_any_outcome_of_one_kind_nothing_is_claimed() -> None:
    one = scores(result(kept(np.full(60, 0.05), np.zeros(60))))["skills"]["own"]
    assert (one["low"], one["high"]) == (None, None)
    assert one["says"] == "not yet better than your average"


def test_both_kinds_of_abandonment_and_the_worst_misses_are_told_apart() -> None:
    words = np.repeat(["stopped", "drifted", "in_flight"], [10, 10, 40])
    value = np.repeat([0.8, 0.2, 0.3], [10, 10, 40])
    found = scores(result(kept(value, np.zeros(60), became=words)))
    assert found["kinds"]["stopped"]["mean"] == pytest.approx(0.8)
    assert found["kinds"]["stopped"]["skill"]["value"] > found["kinds"]["drifted"]["skill"]["value"]
    assert found["kinds"]["abandoned_unknown"] == {"n": 0, "mean": None, "skill": None}
    assert len(found["worst"]) == 10
    assert {one["became"] for one in found["worst"]} == {"drifted"}


def test_drift_tells_a_month_whose_figures_were_too_low() -> None:
    came = np.repeat([1, 0], [30, 30])
    low, right = kept(np.full(60, 0.2), came), kept(np.full(60, 0.5), came, on=np.full(60, DAY + 31))
    first, second = (cast("dict[str, Any]", one) for one in drift(joined([low, right])))
    assert first["intercept"][1] > 0
    assert second["intercept"][1] < 0 < second["intercept"][2]
    (few,) = (cast("dict[str, Any]", one) for one in drift(kept([0.2, 0.3], [1, 0])))
    assert few["intercept"] is None


def simulated(effect: float, seed: int = 3) -> tuple[Weighed, Initiatives, Any]:
    """A fitted model, further initiatives of the same organisation, and what came of these within the horizon."""
    weighed, people = world(400, effect, seed=seed)
    rng = np.random.default_rng(seed)
    rows = people.take(np.arange(len(people)))
    eta_a = weighed.without.form.eta[0] + effect * (np.nan_to_num(rows.answers, nan=0.4) - 0.4).sum(axis=1)
    truth = within(eta_a, np.full(len(rows), weighed.without.form.eta[1]), MONTHS).abandoned
    return weighed, rows, (rng.random(len(rows)) < truth).astype(float)


def test_where_drivers_matter_the_figure_has_skill_and_shuffled_answers_lose_it() -> None:
    weighed, rows, came = simulated(0.9)
    value = forecast(weighed, rows, MONTHS).value
    own = scores(result(kept(value, came, own=np.full(len(came), came.mean()))))["skills"]["own"]
    assert own["low"] > 0, "even against the average of the outcomes themselves"
    found = shuffled([Day(weighed, rows, came)], MONTHS, shuffles=99)
    assert found is not None
    assert cast("float", found["p"]) <= 0.02
    assert cast("float", found["brier"]) < cast("float", found["shuffled"])


def test_where_drivers_do_nothing_there_is_nothing_to_shuffle_away() -> None:
    weighed, rows, came = simulated(0.0)
    assert weighed.share == 0.0
    assert shuffled([Day(weighed, rows, came)], MONTHS, shuffles=9) is None
    value = forecast(weighed, rows, MONTHS).value
    own = scores(result(kept(value, came, own=np.full(len(came), came.mean()))))["skills"]["own"]
    assert own["says"] != "better than your average"


def test_answers_change_hands_within_a_day_alone() -> None:
    weighed, rows, came = simulated(0.9)
    one = shuffled([Day(weighed, rows, came)], MONTHS, shuffles=19)
    alone = [Day(weighed, rows.take([at]), came[[at]]) for at in range(5)]
    assert shuffled(alone, MONTHS, shuffles=19) is None, "nobody to change with"
    again = shuffled([Day(weighed, rows, came)], MONTHS, shuffles=19)
    assert one == again, "the same seed, the same p"
