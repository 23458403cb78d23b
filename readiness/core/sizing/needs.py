"""Storage and network beside the accelerators."""

from __future__ import annotations

from collections.abc import Mapping

from readiness.core.sizing.answer import Count
from readiness.core.sizing.inputs import Candidate, Demand, SelfHosted
from readiness.core.sizing.memory import weights_bytes
from readiness.core.sizing.quantity import Quantity

DAYS_PER_MONTH = 365.25 / 12
GBIT_PER_KB = 8e-6  # 1 kB = 1,000 bytes
LOAD_WITHIN_S = 120.0
ONE = Quantity.exactly(1.0)
NONE = Quantity.exactly(0.0)


def needs(
    demand: Demand, candidate: Candidate, replicas: Count | None = None, load_within_s: float = LOAD_WITHIN_S
) -> Mapping[str, Quantity]:
    """`storage_gb` at the horizon, `storage_read_gb_per_s` to load all replicas' weights at once within `load_within_s`
    seconds, `network_gbit_per_s` of requests and answers at the peak. Each only where its inputs are applicable.

    Bounds are the products of the inputs' bounds (all are not negative and enter with one sign).
    """
    found = {}
    storage, network = _storage_gb(demand), _network_gbit_per_s(demand)
    if storage is not None:
        found["storage_gb"] = storage
    if network is not None:
        found["network_gbit_per_s"] = network
    if isinstance(candidate, SelfHosted) and replicas is not None:
        each = weights_bytes(candidate.model.parameters, candidate.model.weight_bytes) / 1e9 / load_within_s
        found["storage_read_gb_per_s"] = Quantity(each * replicas.likely, each * replicas.low, each * replicas.high)
    return found


def _storage_gb(demand: Demand) -> Quantity | None:
    """(stored + ingest per day x days kept by the horizon) x copies, GB; kept = the shorter of retention and horizon.

    Ingest is taken at its rate at the horizon, which is on the safe side while it grows.
    """
    if demand.stored_gb is None and demand.ingest_gb_per_day is None:
        return None
    kept = NONE
    if demand.ingest_gb_per_day is not None:
        months = _least(demand.retention_months, demand.horizon_months)
        kept = product(demand.ingest_gb_per_day, growth(demand), product(months or ONE, Quantity.exactly(DAYS_PER_MONTH)))
    stored = demand.stored_gb or NONE
    return product(total(stored, kept), demand.copies or ONE)


def _network_gbit_per_s(demand: Demand) -> Quantity | None:
    if demand.arrival_per_s is None or (demand.request_kb is None and demand.response_kb is None):
        return None
    each = product(total(demand.request_kb or NONE, demand.response_kb or NONE), Quantity.exactly(GBIT_PER_KB))
    return product(demand.arrival_per_s, demand.peak_factor or ONE, growth(demand), each)


def growth(demand: Demand) -> Quantity:
    """The factor from today to the horizon, growth^(months / 12); 1 where none applies."""
    rate, horizon = demand.growth_per_year, demand.horizon_months
    if rate is None or horizon is None:
        return ONE
    ends = [one ** (months / 12) for one in (rate.low, rate.high) for months in (horizon.low, horizon.high)]
    return Quantity(rate.likely ** (horizon.likely / 12), min(ends), max(ends), rate.known and horizon.known)


def product(*parts: Quantity) -> Quantity:
    """Of quantities that are not negative."""
    likely = low = high = 1.0
    for part in parts:
        likely, low, high = likely * part.likely, low * part.low, high * part.high
    return Quantity(likely, low, high, all(part.known for part in parts))


def total(*parts: Quantity) -> Quantity:
    return Quantity(
        sum(part.likely for part in parts),
        sum(part.low for part in parts),
        sum(part.high for part in parts),
        all(part.known for part in parts),
    )


def _least(*parts: Quantity | None) -> Quantity | None:
    """The smaller of those that apply."""
    there = [part for part in parts if part is not None]
    if not there:
        return None
    return Quantity(
        min(part.likely for part in there),
        min(part.low for part in there),
        min(part.high for part in there),
        all(part.known for part in there),
    )
