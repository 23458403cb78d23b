"""Competing outcomes: the closed form, the published vectors, and a slow walk through the months."""

from __future__ import annotations

from math import exp
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.core.risk.hazards import month_by_month, monthly, within
from readiness.core.risk.prior import cumulative, prior_hazards
from tests.readiness.core.risk.published import vectors

LOGITS = st.floats(-9, 3)


def walked(eta_abandon: float, eta_produce: float, months: int) -> tuple[float, float, float]:
    """The definition, one initiative, one month after the other."""
    alive, abandoned, produced = 1.0, 0.0, 0.0
    for _month in range(months):
        whole = 1 + exp(eta_abandon) + exp(eta_produce)
        abandoned += alive * exp(eta_abandon) / whole
        produced += alive * exp(eta_produce) / whole
        alive /= whole
    return abandoned, produced, alive


@pytest.mark.parametrize("vector", vectors("prior_hazards"), ids=lambda vector: str(vector["inputs"]["horizon_months"]))
def test_shares_equal_the_published_vectors(vector: dict[str, Any]) -> None:
    inputs, expected = vector["inputs"], vector["expected"]
    hazards = prior_hazards(inputs["cumulative_abandoned"], inputs["cumulative_produced"], inputs["horizon_months"])
    assert [float(p) for p in monthly(hazards.eta_abandon, hazards.eta_produce)] == pytest.approx(
        [expected["monthly_abandon"], expected["monthly_produce"]], rel=1e-12
    )
    for months, shares in ((13, expected["after_13_months"]), (inputs["horizon_months"], expected["after_horizon"])):
        outlook = within(hazards.eta_abandon, hazards.eta_produce, months)
        assert [float(outlook.abandoned), float(outlook.produced)] == pytest.approx(shares, rel=1e-12)


@given(LOGITS, LOGITS, st.integers(0, 60))
def test_the_closed_form_equals_the_walk(eta_abandon: float, eta_produce: float, months: int) -> None:
    expected = walked(eta_abandon, eta_produce, months)
    assert [float(share) for share in within(eta_abandon, eta_produce, months)] == pytest.approx(expected, abs=1e-12)
    table = np.full((1, 3), eta_abandon), np.full((1, 3), eta_produce)
    assert [float(share[0]) for share in month_by_month(*table, months, 5)] == pytest.approx(expected, abs=1e-12)


def test_it_agrees_with_the_first_figure_that_is_already_in_use() -> None:
    etas = np.linspace(-6, 1, 9), np.linspace(0, -7, 9)
    outlook = within(*etas, 24)
    np.testing.assert_allclose([outlook.abandoned, outlook.produced], cumulative(*etas, 24), rtol=1e-12)


def test_logits_of_any_size_give_shares() -> None:
    outlook = within(np.array([900.0, -900.0, 900.0]), np.array([-900.0, -900.0, 900.0]), 12)
    np.testing.assert_allclose(outlook.abandoned, [1.0, 0.0, 0.5])
    np.testing.assert_allclose(sum(outlook), 1.0)


def test_who_enters_late_meets_only_the_months_from_then_on() -> None:
    # Nothing happens in the first two months of age, half of both from then on.
    abandon, produce = np.array([[-99.0, -99.0, 0.0]] * 3), np.full((3, 3), -99.0)
    outlook = month_by_month(abandon, produce, 3, np.array([0, 1, 7]))
    np.testing.assert_allclose(outlook.abandoned, [0.5, 0.75, 0.875])


@pytest.mark.parametrize("wrong", [{"months": -1}, {"entry": -2}, {"eta_produce": np.zeros((2, 3))}])
def test_what_has_no_meaning_is_refused(wrong: dict[str, Any]) -> None:
    arguments: dict[str, Any] = {"eta_abandon": np.zeros((2, 2)), "eta_produce": np.zeros((2, 2)), "months": 3, "entry": 0}
    with pytest.raises(ValueError, match=r"negative|shape"):
        month_by_month(**arguments | wrong)


def test_a_negative_horizon_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        within(0.0, 0.0, -1)
