"""The requirements that follow from a profile: what production must be shown to carry.

A number that nobody knows makes a requirement without a target: its verdict will be unknown, never met.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from readiness.core.sizing.inputs import ModelApi, Task, WorkloadClass
from readiness.core.sizing.needs import GBIT_PER_KB, needs
from readiness.workloads.choices import Comparator, Knowledge, Metric
from readiness.workloads.rules.demand import NOT_ASKED_YET, Value, arrival_from_users, demand_of
from readiness.workloads.rules.fields import asked
from readiness.workloads.rules.metrics import METRICS
from readiness.workloads.rules.values import PERCENTILE_OF, rate_is_derived

PEAK_WINDOW_S = 300.0  # "busiest minutes" of the peak factor
AVAILABILITY_WINDOW_S = 30 * 86_400.0
_SECONDS_PER_HOUR = 3_600


@dataclass(frozen=True, slots=True)
class Derived:
    """`target` None: nobody knows it yet. `derived_from` names the field it follows, `how` the calculation in words."""

    metric: Metric
    target: float | None
    derived_from: str
    percentile: float | None = None
    window_s: float | None = None
    environment: Mapping[str, Any] = field(default_factory=dict)
    how: str = ""

    @property
    def comparator(self) -> Comparator:
        return METRICS[self.metric].comparator

    @property
    def unit(self) -> str:
        return METRICS[self.metric].unit


class _NotApplicable(Exception):
    """One of the values does not apply, so what follows from it does not either."""


class _Profile:
    """Values as numbers: `None` is unknown, and unknown makes unknown."""

    def __init__(self, task: Task, workload_class: WorkloadClass, values: Mapping[str, Value]) -> None:
        self.task, self.workload_class, self.values = task, workload_class, values
        self.names = {one.name for one in asked(task, workload_class)}

    def number(self, name: str) -> float | None:
        """Raises _NotApplicable."""
        if name == "arrival_per_s" and rate_is_derived(self.values):
            rate = arrival_from_users(self.values)
            return rate.likely if rate else None
        value = self.values.get(name, NOT_ASKED_YET)
        if name not in self.names or value.knowledge == Knowledge.NOT_APPLICABLE:
            raise _NotApplicable(name)
        return value.value if value.knowledge == Knowledge.KNOWN else None

    def or_else(self, name: str, neutral: float) -> float | None:
        """The number, or `neutral` where it does not apply."""
        try:
            return self.number(name)
        except _NotApplicable:
            return neutral

    def growth(self) -> float | None:
        """Load at the horizon over the load at the start."""
        yearly, months = self.or_else("growth_per_year", 1), self.or_else("horizon_months", 0)
        return None if yearly is None or months is None else yearly ** (months / 12)

    def peak_rate(self) -> float | None:
        """Requests/s in the busiest minutes at the horizon."""
        return _product(self.number("arrival_per_s"), self.or_else("peak_factor", 1), self.growth())

    def item_rate(self) -> float | None:
        """Items/s over the window at the horizon."""
        items, window = _product(self.number("items_per_run"), self.growth()), self.number("window_h")
        return None if items is None or window is None else items / (window * _SECONDS_PER_HOUR)

    def rate(self) -> float | None:
        return self.item_rate() if self.workload_class == WorkloadClass.BATCH else self.peak_rate()

    def at_once(self) -> float | None:
        """Requests carried at once at the horizon."""
        return _product(self.number("concurrency"), self.growth())

    def need(self, name: str) -> float | None:
        """A figure of the core's `needs`, so that requirement and sizing ask for the same."""
        found = needs(demand_of(self.task, self.workload_class, self.values), ModelApi()).get(name)
        if found is None:
            raise _NotApplicable(name)
        return found.likely if found.known else None

    def window_s(self) -> float | None:
        hours = self.or_else("window_h", 0)
        return hours * _SECONDS_PER_HOUR if hours else None


def derive(task: Task, workload_class: WorkloadClass, values: Mapping[str, Value]) -> list[Derived]:
    """The requirements of such a profile, in the order in which they are shown. What does not apply is left out."""
    profile = _Profile(task, workload_class, values)
    found: list[Derived] = []
    for make in _MAKERS:
        try:
            found.extend(_without_noise(one) for one in make(profile))
        except _NotApplicable:
            continue
    return found


def _without_noise(one: Derived) -> Derived:
    """Twelve digits: a product in another order must not look like another requirement."""
    return one if one.target is None else replace(one, target=float(f"{one.target:.12g}"))


def _throughput(p: _Profile) -> Iterator[Derived]:
    how = "mean rate x peak factor x growth to the horizon"
    yield Derived(Metric.THROUGHPUT, p.peak_rate(), "arrival_per_s", None, PEAK_WINDOW_S, _real(p, users=True), how)


def _items(p: _Profile) -> Iterator[Derived]:
    how = "items per run x growth to the horizon / window"
    yield Derived(Metric.ITEM_THROUGHPUT, p.item_rate(), "items_per_run", None, p.window_s(), _real(p), how)


def _tokens(p: _Profile) -> Iterator[Derived]:
    name = "output_tokens" if p.task == Task.GENERATE else "input_tokens"
    served = p.workload_class != WorkloadClass.BATCH
    window = PEAK_WINDOW_S if served else p.window_s()
    how = f"{name.replace('_', ' ')} x {'peak rate' if served else 'items per second'} at the horizon"
    target = _product(p.number(name), p.rate())
    yield Derived(Metric.TOKEN_THROUGHPUT, target, name, None, window, _real(p, users=served), how)


def _training(p: _Profile) -> Iterator[Derived]:
    tokens, window = p.number("training_tokens"), p.number("window_h")
    target = None if tokens is None or window is None else tokens / (window * _SECONDS_PER_HOUR)
    how = "tokens per run / window"
    yield Derived(Metric.TOKEN_THROUGHPUT, target, "training_tokens", None, p.window_s(), _real(p), how)


def _latency(name: str, metric: Metric) -> Callable[[_Profile], Iterator[Derived]]:
    def make(p: _Profile) -> Iterator[Derived]:
        percentile = p.or_else(PERCENTILE_OF[name], 0)
        yield Derived(metric, p.number(name), name, percentile or None, None, _real(p, users=True), "as stated")

    return make


def _availability(p: _Profile) -> Iterator[Derived]:
    target = p.number("availability")
    yield Derived(
        Metric.AVAILABILITY, target, "availability", None, AVAILABILITY_WINDOW_S, _real(p, users=True), "as stated"
    )  # fmt: skip


def _concurrency(p: _Profile) -> Iterator[Derived]:
    environment = {"data": "real", "users": "real"}
    how = "as stated x growth to the horizon"
    yield Derived(Metric.CONCURRENCY, p.at_once(), "concurrency", None, None, environment, how)


def _storage(p: _Profile) -> Iterator[Derived]:
    how = "(stored at the start + new data per day, grown to the horizon, as long as it is kept) x copies"
    yield Derived(Metric.STORAGE_CAPACITY, p.need("storage_gb"), "stored_gb", None, None, {"data": "real"}, how)


def _network(p: _Profile) -> Iterator[Derived]:
    served = p.workload_class != WorkloadClass.BATCH
    if served:
        target, how = p.need("network_gbit_per_s"), "(request + response) x peak rate at the horizon x 8 bit"
    else:
        sent, received = p.number("request_kb"), p.or_else("response_kb", 0)
        size = None if sent is None or received is None else sent + received
        target, how = _product(size, p.item_rate(), GBIT_PER_KB), "(request + response) x items per second x 8 bit"
    window = PEAK_WINDOW_S if served else p.window_s()
    yield Derived(Metric.NETWORK_BANDWIDTH, target, "request_kb", None, window, _real(p, users=served), how)


def _real(p: _Profile, *, users: bool = False) -> dict[str, Any]:
    """Production is real data and, where people wait, real users and as many requests at once as must be carried."""
    wanted: dict[str, Any] = {"data": "real"}
    if users:
        wanted["users"] = "real"
        with suppress(_NotApplicable):
            if at_once := p.at_once():
                wanted["min_concurrency"] = float(f"{at_once:.12g}")
    return wanted


def _product(*factors: float | None) -> float | None:
    result = 1.0
    for factor in factors:
        if factor is None:
            return None
        result *= factor
    return result


_MAKERS: tuple[Callable[[_Profile], Iterator[Derived]], ...] = (
    _throughput,
    _items,
    _tokens,
    _training,
    _latency("ttft_s", Metric.TTFT),
    _latency("tpot_s", Metric.TPOT),
    _latency("latency_s", Metric.LATENCY),
    _availability,
    _concurrency,
    _storage,
    _network,
)
