"""What an answer costs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from readiness.core.sizing.answer import Cost
from readiness.core.sizing.cost import cost
from readiness.core.sizing.engine import size
from readiness.core.sizing.inputs import Candidate, Demand, ModelApi, Price, Task, WorkloadClass
from tests.readiness.core.sizing.cases import CHAT, GUESSED, SWEPT, exactly, hosted, unknown

HOURLY = Price(per_accelerator_hour=exactly(2.5))
PER_TOKEN = Price(per_million_input=exactly(2.5), per_million_output=exactly(10))


def costed(demand: Demand, candidate: Candidate, price: Price) -> Cost:
    return cost(size(demand, candidate), demand, candidate, price)


def test_accelerators_are_paid_all_month_and_spread_over_the_mean_load() -> None:
    answer = size(CHAT, SWEPT)
    assert answer.accelerators is not None
    found = cost(answer, CHAT, SWEPT, HOURLY)
    assert found.per_month is not None
    assert found.per_request is not None
    assert found.per_million_tokens is not None
    assert found.per_month.likely == pytest.approx(answer.accelerators.likely * 2.5 * 730)
    assert found.per_month.high == pytest.approx(answer.accelerators.high * 2.5 * 730)
    requests = 6 * 1.25 * 730 * 3600
    assert found.per_request.likely == pytest.approx(found.per_month.likely / requests)
    assert found.per_million_tokens.likely == pytest.approx(found.per_request.likely * 1e6 / 1_250)


def test_tokens_of_an_api_cost_the_same_at_any_load() -> None:
    api = ModelApi()
    found, busy = costed(CHAT, api, PER_TOKEN), costed(replace(CHAT, arrival_per_s=exactly(600)), api, PER_TOKEN)
    assert found.per_request is not None
    assert found.per_month is not None
    assert found.per_request.likely == pytest.approx((1_000 * 2.5 + 250 * 10) / 1e6)
    assert found.per_request == busy.per_request
    assert found.per_month.likely == pytest.approx(0.005 * 6 * 1.25 * 730 * 3600)


def test_a_rate_of_eight_hours_a_day_makes_a_third_of_the_requests() -> None:
    """5,400 people with 30 requests in 10 hours: 4.5/s then, 162,000 a day, not 388,800."""
    demand = replace(CHAT, arrival_per_s=exactly(5_400 * 30 / 36_000), busy_hours_per_day=exactly(10), growth_per_year=exactly(1))
    found = costed(demand, ModelApi(), PER_TOKEN)
    assert found.per_month is not None
    assert found.per_month.likely == pytest.approx(0.005 * 5_400 * 30 * 730 / 24)
    hosted_day, hosted_clock = (costed(one, SWEPT, HOURLY) for one in (demand, replace(demand, busy_hours_per_day=None)))
    assert hosted_day.per_month == hosted_clock.per_month, "accelerators are paid round the clock"
    assert hosted_day.per_request is not None
    assert hosted_clock.per_request is not None
    assert hosted_day.per_request.likely == pytest.approx(hosted_clock.per_request.likely * 2.4)
    unsure = costed(replace(demand, busy_hours_per_day=unknown(6, 8, 24)), ModelApi(), PER_TOKEN).per_month
    assert unsure is not None
    assert (unsure.low, unsure.high) == pytest.approx((found.per_month.low * 6 / 10, found.per_month.high * 24 / 10))


def test_the_range_per_request_holds_the_cost_at_either_end_of_the_load() -> None:
    demand = replace(CHAT, arrival_per_s=unknown(1, 6, 60))
    whole = costed(demand, GUESSED, HOURLY).per_request
    assert whole is not None
    for rate in (1, 6, 60):
        there = costed(replace(CHAT, arrival_per_s=exactly(rate)), GUESSED, HOURLY).per_request
        assert there is not None
        assert whole.low <= there.likely <= whole.high


def test_a_run_costs_its_window_per_token_and_per_item() -> None:
    batch = Demand(
        Task.GENERATE, WorkloadClass.BATCH, items_per_run=exactly(1e6), window_h=exactly(8), input_tokens=exactly(3_000),
        output_tokens=exactly(300),
    )  # fmt: skip
    answer = size(batch, SWEPT)
    assert answer.accelerators is not None
    found = cost(answer, batch, SWEPT, HOURLY)
    assert found.per_request is not None
    assert found.per_request.likely == pytest.approx(answer.accelerators.likely * 2.5 * 8 / 1e6)
    train = Demand(Task.TRAIN, WorkloadClass.BATCH, training_tokens=exactly(1e9), window_h=exactly(24))
    trained = costed(train, GUESSED, HOURLY)
    assert (trained.per_request, trained.per_million_tokens is not None) == (None, True)


def test_a_price_or_a_count_that_is_missing_makes_no_number() -> None:
    nothing = Cost(None, None, None)
    assert costed(CHAT, SWEPT, Price()) == nothing
    assert costed(CHAT, ModelApi(), HOURLY) == nothing
    assert costed(replace(CHAT, tpot_s=exactly(0.001)), hosted(), HOURLY) == nothing
