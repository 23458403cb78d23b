"""The first risk figure against the published vectors, and against a slow simulation of the same form."""

from __future__ import annotations

import numpy as np
import pytest

from readiness.core.risk.prior import before_history, cumulative, prior_hazards

# Vectors `prior_hazards` of the design's test-vector file (independent derivation): horizon -> hazards, shares at 13 months.
VECTORS = {
    18: (0.05048508890307647, 0.03621756377829399, 0.0483583980843169, 0.03469189427787951, -2.942412725910156,
         -3.274546560932771, 0.39364340419636645, 0.28239635518434986),
    24: (0.03786381667730736, 0.027163172833720495, 0.03665898803292738, 0.026298839241013124, -3.2410696515614625,
         -3.5732034865840774, 0.3322442182903538, 0.23834911312134077),
    36: (0.025242544451538236, 0.018108781889146996, 0.024703217151655233, 0.017721873174013535, -3.657470468434324,
         -3.989604303456939, 0.2508600958945472, 0.17996485140260998),
}  # fmt: skip


@pytest.mark.parametrize(("horizon", "vector"), VECTORS.items())
def test_hazards_equal_the_published_vectors(horizon: int, vector: tuple[float, ...]) -> None:
    hazards = prior_hazards(0.46, 0.33, horizon)
    found = (
        hazards.rate_abandon, hazards.rate_produce, hazards.monthly_abandon, hazards.monthly_produce, hazards.eta_abandon,
        hazards.eta_produce,
    )  # fmt: skip
    assert found == pytest.approx(vector[:6], rel=1e-9)
    assert [float(x) for x in cumulative(hazards.eta_abandon, hazards.eta_produce, 13)] == pytest.approx(vector[6:], rel=1e-9)


def test_the_horizon_gives_back_the_shares_it_was_made_from() -> None:
    hazards = prior_hazards(0.46, 0.33, 24)
    assert [float(x) for x in cumulative(hazards.eta_abandon, hazards.eta_produce, 24)] == pytest.approx([0.46, 0.33])


def test_the_closed_form_equals_month_by_month_iteration() -> None:
    hazards = prior_hazards(0.46, 0.33, 24)
    alive, abandoned = 1.0, 0.0
    for _month in range(17):
        weights = np.exp([hazards.eta_abandon + 0.4, hazards.eta_produce - 0.7])
        abandoned += alive * weights[0] / (1 + weights.sum())
        alive *= 1 / (1 + weights.sum())
    assert float(cumulative(hazards.eta_abandon + 0.4, hazards.eta_produce - 0.7, 17)[0]) == pytest.approx(abandoned)


def test_the_first_figure_is_46_percent_with_an_interval_of_16_to_80() -> None:
    figure = before_history(28)
    assert figure.value == pytest.approx(0.46)
    assert (round(figure.low, 2), round(figure.high, 2)) == (0.16, 0.80)
    assert (figure.level, figure.horizon_months) == (0.8, 24)


def test_the_interval_agrees_with_a_simulation_of_organisations() -> None:
    rng, hazards = np.random.default_rng(7), prior_hazards(0.46, 0.33, 24)
    drawn, _ = cumulative(
        hazards.eta_abandon + rng.normal(0, 0.9, 400_000), hazards.eta_produce + rng.normal(0, 0.9, 400_000), 24
    )
    figure = before_history(0)
    assert np.quantile(drawn, [0.1, 0.9]) == pytest.approx([figure.low, figure.high], abs=0.003)


def test_the_figure_is_the_same_every_time_and_names_what_it_does_not_use() -> None:
    assert before_history(3) == before_history(3)
    assert before_history(3).label == "reference class only; your 3 closed initiatives are not yet used"


@pytest.mark.parametrize("shares", [(0, 0.3), (0.5, 0.5), (0.7, 0.4), (0.4, 0)])
def test_shares_that_leave_nobody_in_flight_are_refused(shares: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="in flight"):
        prior_hazards(*shares, 24)
