"""Aalen-Johansen's curve against lifelines' figures, a table worked by hand, and cohorts with known hazards."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from readiness.core.risk.cohort import Ending, curve
from readiness.core.risk.hazards import within
from readiness.core.risk.prior import prior_hazards

# Figures of lifelines 0.30.3, AalenJohansenFitter(calculate_variance=True).fit(LEAVING, ENDING, cause, entry=ENTRY); it is no
# requirement of this project, so its figures are kept here. No two ages are tied, for lifelines moves ties at random.
ENTRY = [0.0, 4.7, 1.9, 0.0, 0.0, 1.0, 0.0, 0.0, 0.7, 7.2, 0.0, 1.2, 5.4, 0.0, 0.0, 1.7, 0.3, 1.6, 2.8, 3.8, 7.2, 0.0, 2.7, 0.1]
LEAVING = [
    3.94, 26.62, 12.28, 15.36, 1.68, 2.23, 18.69, 13.14, 7.84, 14.52, 2.42, 5.41, 6.43, 18.54, 10.53, 4.93, 16.69, 6.31, 4.63,
    17.17, 26.96, 1.08, 20.51, 4.69,
]  # fmt: skip
ENDING = [0, 0, 0, 2, 1, 2, 0, 1, 0, 2, 2, 1, 1, 1, 2, 0, 0, 1, 0, 2, 2, 1, 1, 1]
LIFELINES = {  # (cause, months): value, variance, low, high
    (1, 6): (0.24518950437317785, 0.011398493460572187, 0.0757981443897985, 0.4648645725818844),
    (1, 12): (0.34373177842565605, 0.012877380011325061, 0.1412280278590545, 0.5584366636633988),
    (1, 18): (0.3934135082604472, 0.01331729978507273, 0.17768638265124861, 0.6042797745290573),
    (1, 24): (0.5286582172551563, 0.015061988328885854, 0.27213295395728754, 0.7318473518433228),
    (2, 6): (0.1142857142857143, 0.005815354713313899, 0.018988733043275793, 0.305163519021381),
    (2, 12): (0.15945092322643348, 0.007216079187504257, 0.03906993054637606, 0.3535781154611043),
    (2, 18): (0.31677640103660526, 0.011827643082925235, 0.12692442231303355, 0.5271847535671195),
    (2, 24): (0.31677640103660526, 0.011827643082925242, 0.1269244223130335, 0.5271847535671196),
}


@pytest.mark.parametrize(("where", "expected"), LIFELINES.items())
def test_it_equals_lifelines_with_delayed_entry(where: tuple[int, int], expected: tuple[float, ...]) -> None:
    found = curve(ENTRY, LEAVING, ENDING)
    incidence = found.abandoned if where[0] == Ending.ABANDONED else found.produced
    step = int(np.searchsorted(found.months, where[1], side="right")) - 1
    figures = incidence.value[step], incidence.error[step] ** 2, incidence.low[step], incidence.high[step]
    assert figures == pytest.approx(expected, rel=1e-9)
    assert found.at(where[1])[where[0] - 1] == pytest.approx(expected[0])


def test_it_equals_a_table_worked_by_hand_with_ties_and_late_entry() -> None:
    # Five initiatives. At 2: of A, B, C (at risk 3) A is abandoned. D enters at 2, E at 3. At 5: B abandoned, C produced, D and E
    # at risk too (4). At 6: E leaves unresolved, at 7 D is produced (1 at risk).
    found = curve([0, 0, 0, 2, 3], [2, 5, 5, 7, 6], [1, 1, 2, 2, 0])
    assert found.months.tolist() == [2, 5, 7]
    assert found.at_risk.tolist() == [3, 4, 1]
    np.testing.assert_allclose(found.abandoned.value, [1 / 3, 1 / 3 + 2 / 3 / 4, 1 / 3 + 2 / 3 / 4])
    np.testing.assert_allclose(found.produced.value, [0, 2 / 3 / 4, 2 / 3 / 4 + 2 / 3 / 2])
    np.testing.assert_allclose(found.in_flight, [2 / 3, 1 / 3, 0], atol=1e-15)
    assert found.at(1.9) == (0.0, 0.0, 1.0)
    assert found.months_until(0.5) == 5
    assert curve([0, 0], [4, 6], [1, 0]).months_until(0.75) is None


def test_a_cohort_whose_survivors_were_listed_late_gives_back_the_hazards_it_was_drawn_from() -> None:
    rng, hazards = np.random.default_rng(5), prior_hazards(0.46, 0.33, 24)
    age = np.ceil(rng.exponential(1 / (hazards.rate_abandon + hazards.rate_produce), 40_000))
    ending = np.where(rng.random(age.shape) < 0.46 / 0.79, Ending.ABANDONED, Ending.PRODUCED)
    met = rng.integers(0, 30, age.shape)
    listed = age > met  # whoever ended before the register began to look is not in it
    age, ending, met = age[listed], ending[listed], met[listed]
    lost = met + rng.integers(6, 60, age.shape)
    found = curve(met, np.minimum(age, lost), np.where(age <= lost, ending, Ending.IN_FLIGHT))
    truth = within(hazards.eta_abandon, hazards.eta_produce, found.months[:36])
    for incidence, share in ((found.abandoned, truth.abandoned), (found.produced, truth.produced)):
        assert np.all(np.abs(incidence.value[:36] - share) < 4 * incidence.error[:36] + 1e-9)
    blind = curve(np.zeros(len(age)), np.minimum(age, lost), np.where(age <= lost, ending, Ending.IN_FLIGHT))
    assert blind.at(6)[0] < 0.6 * found.at(6)[0], "without delayed entry the dead that were dropped are missing"


def test_intervals_cover_what_is_true_in_about_95_of_100_cohorts() -> None:
    rng, covered = np.random.default_rng(8), 0
    for _cohort in range(400):
        age, ending = rng.exponential(20, 80), np.where(rng.random(80) < 0.6, 1, 2)
        found = curve(np.zeros(80), np.minimum(age, 24), np.where(age <= 24, ending, 0))
        truth = 0.6 * -np.expm1(-12 / 20)
        step = int(np.searchsorted(found.months, 12, side="right")) - 1
        covered += bool(found.abandoned.low[step] <= truth <= found.abandoned.high[step])
    assert 0.92 <= covered / 400 <= 0.98


def test_a_curve_that_emptied_before_others_entered_says_so_and_may_begin_later() -> None:
    ages: tuple[Any, ...] = ([0, 5, 5, 5], [2, 8, 9, 9], [1, 2, 0, 0])
    found = curve(*ages)
    assert found.emptied == 2
    assert found.at(8) == (1.0, 0.0, 0.0)
    later = curve(*ages, since=5)
    assert later.emptied is None
    assert later.at(8) == pytest.approx((0, 1 / 3, 2 / 3))


def test_nobody_and_nothing_that_happened_leave_everybody_in_flight() -> None:
    for none in (curve([], [], []), curve([0, 0], [5, 6], [0, 0])):
        assert none.at(24) == (0.0, 0.0, 1.0)
        assert len(none.months) == 0


@pytest.mark.parametrize(
    "wrong", [([0], [1, 2], [0, 0]), ([3], [2], [1]), ([-1], [2], [1]), ([0], [float("nan")], [0]), ([0], [1], [3])]
)
def test_ages_that_cannot_be_are_refused(wrong: tuple[Any, ...]) -> None:
    with pytest.raises(ValueError, match=r"age|ending"):
        curve(*wrong)
