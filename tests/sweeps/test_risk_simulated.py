"""The simulation runs, and finds what it must even on few organisations. All: `python -m tests.sweeps.risk_simulated`."""

from __future__ import annotations

from tests.sweeps.risk_simulated import OPEN, measure, simulate


def test_history_of_ones_own_gives_skill_where_drivers_matter_and_intervals_hold_the_truth() -> None:
    none, hundred = measure(0, True, 60, 3), measure(100, True, 60, 3)
    assert hundred.outcomes == 60 * OPEN
    assert hundred.published.low is not None and hundred.published.low > 0.1
    assert hundred.published.value > none.published.value + 0.1
    assert hundred.best > hundred.own.value > 0, "no model beats the truth"
    for one in (none, hundred):
        assert 0.7 < one.coverage < 0.9
        assert one.error < 0.12
    assert "100 closed, drivers matter" in hundred.line()


def test_more_organisations_leave_the_first_as_they_were() -> None:
    few, many = simulate(10, False, 2, 5), simulate(10, False, 3, 5)
    assert few.said.tolist() == many.said[: 2 * OPEN].tolist()
    assert few.came.tolist() == many.came[: 2 * OPEN].tolist()
