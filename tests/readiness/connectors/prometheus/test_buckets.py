"""What a quantile of a histogram can tell."""

from __future__ import annotations

import pytest

from readiness.connectors.contract import Bound
from readiness.connectors.prometheus.buckets import bounded, edges

VLLM = (
    0.001,
    0.005,
    0.01,
    0.02,
    0.04,
    0.06,
    0.08,
    0.1,
    0.25,
    0.5,
    0.75,
    1.0,
    2.5,
    5.0,
    7.5,
    10.0,
    20.0,
    40.0,
    80.0,
    160.0,
    640.0,
    2560.0,
)


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (39.0, (40.0, Bound.AT_MOST)),  # all observations between 20 and 40 s: 20 + 0.95 x 20
        (78.0, (80.0, Bound.AT_MOST)),
        (156.0, (160.0, Bound.AT_MOST)),
        (2560.0, (2560.0, Bound.AT_LEAST)),  # beyond the last edge
        (0.00095, (0.001, Bound.AT_MOST)),  # all of them in the first bucket
        (40.0, (40.0, Bound.AT_MOST)),
        (33.7, (33.7, Bound.EXACT)),
        (0.3, (0.3, Bound.EXACT)),
    ],
)
def test_a_p95_of_the_real_buckets_of_vllm(value: float, told: tuple[float, Bound]) -> None:
    assert bounded(value, 0.95, VLLM) == told


def test_unknown_edges_leave_the_value() -> None:
    assert bounded(39.0, 0.95, ()) == (39.0, Bound.EXACT)


def test_edges_are_the_finite_values_of_the_label() -> None:
    assert edges(["+Inf", "1.0", "0.25", "1", "x", "NaN"]) == (0.25, 1.0)
