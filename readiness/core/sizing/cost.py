"""What an answer costs per month, per million tokens and per request, in the price's currency."""

from __future__ import annotations

from dataclasses import replace

from readiness.core.sizing.answer import Answer, Cost
from readiness.core.sizing.engine import size
from readiness.core.sizing.inputs import Candidate, Demand, ModelApi, Price, SelfHosted, Task, Workers, WorkloadClass
from readiness.core.sizing.needs import NONE, growth, product, total
from readiness.core.sizing.quantity import Quantity

HOURS_PER_MONTH = 730.0
HOURS_PER_DAY = 24.0
MILLION = 1e6


def cost(answer: Answer, demand: Demand, candidate: Candidate, price: Price) -> Cost:
    """Accelerators are paid by the hour all month round; an API by its tokens. None where a price or a load is missing.

    Costs per token and per request are over the mean load at the horizon, so idle hours are in them: a rate that is the mean of
    eight hours a day makes a third of the requests that it would make round the clock. For a batch or a training
    run on accelerators they are those of one run's window.
    """
    if isinstance(candidate, ModelApi):
        return _api(demand, price)
    if answer.accelerators is None or price.per_accelerator_hour is None:
        return Cost(None, None, None)
    held = Quantity(answer.accelerators.likely, answer.accelerators.low, answer.accelerators.high, known=False)
    hourly = product(held, price.per_accelerator_hour)
    monthly = total(product(hourly, Quantity.exactly(HOURS_PER_MONTH)), price.per_month or NONE)
    if demand.window_h is not None and (demand.task is Task.TRAIN or demand.workload_class is WorkloadClass.BATCH):
        run = product(hourly, demand.window_h)
        items = None if demand.items_per_run is None else product(demand.items_per_run, growth(demand))
        tokens = demand.training_tokens if demand.task is Task.TRAIN else _tokens(demand, items)
        return Cost(monthly, _per_million(run, tokens), _ratio(run, items))
    requests = _requests_per_month(demand)
    each = _per_request(answer, demand, candidate, price, monthly)
    tokens = None if demand.input_tokens is None else total(demand.input_tokens, demand.output_tokens or NONE)
    return Cost(monthly, None if each is None else _per_million(each, tokens), each if requests is not None else None)


def _per_request(
    answer: Answer, demand: Demand, candidate: SelfHosted | Workers, price: Price, monthly: Quantity
) -> Quantity | None:
    """The month's cost over its requests. More load takes more replicas, so its ends are sized each for itself."""
    load = demand.arrival_per_s
    requests = _requests_per_month(demand)
    likely = _ratio(monthly, requests)
    if load is None or likely is None or load.exact or answer.replicas is None:
        return likely
    ends = []
    for rate in (load.low, load.high):
        there = replace(demand, arrival_per_s=load.at(rate))
        ends.append(cost(size(there, candidate), there, candidate, price).per_request)
    found = [end for end in ends if end is not None]
    if not found:
        return likely
    low, high = min(end.low for end in found), max(end.high for end in found)
    return Quantity(likely.likely, min(low, likely.likely), max(high, likely.likely), known=False)


def _api(demand: Demand, price: Price) -> Cost:
    """Per request exactly from its tokens; the month's fixed part is spread over the month's requests."""
    if price.per_million_input is None or demand.input_tokens is None:
        return Cost(None, None, None)
    outputs = demand.output_tokens or NONE
    if price.per_million_output is None and outputs.high > 0:
        return Cost(None, None, None)
    paid = total(product(demand.input_tokens, price.per_million_input), product(outputs, price.per_million_output or NONE))
    request = product(paid, Quantity.exactly(1 / MILLION))
    requests = _requests_per_month(demand)
    monthly = None
    if requests is not None:
        monthly = product(request, requests)
        if price.per_month is not None:
            monthly = total(monthly, price.per_month)
            request = total(request, _ratio(price.per_month, requests) or NONE)
    return Cost(monthly, _per_million(request, total(demand.input_tokens, outputs)), request)


def _requests_per_month(demand: Demand) -> Quantity | None:
    """At the mean rate in the hours in which they come, at the horizon. None for a batch: nobody says how often it runs."""
    if demand.arrival_per_s is None or demand.workload_class is WorkloadClass.BATCH:
        return None
    hours = demand.busy_hours_per_day or Quantity.exactly(HOURS_PER_DAY)
    return product(demand.arrival_per_s, growth(demand), hours, Quantity.exactly(HOURS_PER_MONTH / HOURS_PER_DAY * 3600))


def _tokens(demand: Demand, requests: Quantity | None) -> Quantity | None:
    if requests is None or demand.input_tokens is None:
        return None
    return product(requests, total(demand.input_tokens, demand.output_tokens or NONE))


def _per_million(money: Quantity, tokens: Quantity | None) -> Quantity | None:
    each = _ratio(money, tokens)
    return None if each is None else product(each, Quantity.exactly(MILLION))


def _ratio(money: Quantity, over: Quantity | None) -> Quantity | None:
    """Bounds as if both could be at opposite ends at once: wide, never too narrow."""
    if over is None or over.low <= 0:
        return None
    return Quantity(money.likely / over.likely, money.low / over.high, money.high / over.low, money.known and over.known)
