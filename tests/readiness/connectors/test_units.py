"""Units: what converts, what is refused, and that the requirements of workloads can be held against what was measured."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.connectors import units
from readiness.connectors.metrics import METRICS, MONEY, Better, Nature
from readiness.connectors.units import UnitUncertain, canonical, convert, measures, spellings
from readiness.workloads.choices import Metric as Required
from readiness.workloads.rules.metrics import METRICS as REQUIRED

NO_REQUIREMENT_OF_THEIR_OWN_KEY = {"accelerator_memory": "accelerator_memory_use"}  # a requirement is a share of what is built in


@pytest.mark.parametrize("key", METRICS)
def test_every_metric_says_what_it_is(key: str) -> None:
    metric = METRICS[key]
    assert metric.key == key
    for said in (metric.label, metric.meaning, metric.of_percentile, metric.of_window):
        assert said[0].isupper()
    assert all(said.endswith(".") for said in (metric.meaning, metric.of_percentile, metric.of_window))
    assert metric.percentiles != metric.of_percentile.startswith("None: ")
    assert metric.better in Better
    assert metric.money == metric.unit.startswith("money")


@pytest.mark.parametrize("key", METRICS)
def test_every_metric_converts_from_its_own_unit_and_from_each_that_is_offered(key: str) -> None:
    assert canonical(key, 1.5, METRICS[key].unit) == 1.5
    assert spellings(key)[0] == METRICS[key].unit
    for unit in spellings(key):
        assert canonical(key, 1.0, unit) > 0
        assert convert(key, 3.0, unit, unit) == pytest.approx(3.0, rel=1e-15)


def test_the_catalogue_has_what_a_gate_asks_for() -> None:
    assert {one.key for one in METRICS.values() if one.nature is Nature.CAPABILITY} == {
        "throughput", "token_throughput", "total_token_throughput", "input_token_throughput", "sample_throughput",
        "item_throughput", "concurrency", "storage_bandwidth", "storage_iops", "network_bandwidth", "collective_bandwidth",
    }  # fmt: skip
    assert {"ttft", "tpot", "itl", "latency", "queue_time", "jitter", "error_ratio", "availability"} <= {
        one.key for one in METRICS.values() if one.nature is Nature.QUALITY
    }
    assert {"coverage", "kv_cache_use", "accelerator_use", "accelerator_memory", "accelerator_count", "node_count", "power"} <= {
        one.key for one in METRICS.values() if one.nature is Nature.STATE
    }
    assert {"cost_per_million_tokens", "cost_per_hour", "cost_total"} == MONEY


@pytest.mark.parametrize("metric", REQUIRED)
def test_every_requirement_can_be_held_against_a_measurement(metric: str) -> None:
    facts = REQUIRED[Required(metric)]
    key = NO_REQUIREMENT_OF_THEIR_OWN_KEY.get(metric, metric)
    assert measures(key, facts.unit)
    assert METRICS[key].percentiles == facts.has_percentile
    assert (METRICS[key].better is Better.HIGHER) == facts.more_is_better
    there = convert(key, 2.5, METRICS[key].unit, facts.unit)
    assert convert(key, there, facts.unit, METRICS[key].unit) == pytest.approx(2.5, rel=1e-12)


@pytest.mark.parametrize(
    ("metric", "value", "unit", "expected"),
    [
        ("ttft", 250.0, "ms", 0.25),
        ("latency", 45213988589, "ns", 45.213988589),
        ("latency", 12, "µs", 12e-6),
        ("throughput", 30, "1/min", 0.5),
        ("throughput", 30, "requests/min", 0.5),
        ("kv_cache_use", 45, "%", 0.45),
        ("accelerator_memory", 81559, "MiB", 81559 * 2**20),
        ("energy", 5, "millijoules", 0.005),
        ("energy", 2, "kWh", 7.2e6),
        ("item_throughput", 2, "1/s", 7200.0),
        ("item_throughput", 2, "items/s", 7200.0),
        ("storage_capacity", 1.5, "TB", 1.5e12),
        ("storage_bandwidth", 2, "GB/s", 2e9),
        ("network_bandwidth", 1, "Gbit/s", 1e9),
        ("network_bandwidth", 1, "bytes/s", 8.0),
        ("network_bandwidth", 3, "bits_per_second", 3.0),
        ("cost_per_million_tokens", 2e-6, "money/token", 2.0),
        ("power", 0.7, "kW", 700.0),
    ],
)
def test_units_of_one_kind_convert(metric: str, value: float, unit: str, expected: float) -> None:
    assert canonical(metric, value, unit) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("metric", "unit"),
    [
        ("ttft", ""), ("ttft", "tokens/s"), ("ttft", "1"), ("ttft", "S"), ("ttft", "Ms"), ("ttft", "m"), ("ttft", " ms"),
        ("throughput", "ms"), ("throughput", "tokens/s"), ("throughput", "samples/s"), ("throughput", "1"), ("throughput", "Hz"),
        ("token_throughput", "requests/s"), ("token_throughput", "1/s"), ("token_throughput", "tokens/sec/user"),
        ("token_throughput", "tokens"), ("sample_throughput", "requests/s"), ("storage_iops", "items/s"),
        ("power", "J"), ("energy", "W"), ("nothing", "s"), ("kv_cache_use", "1"), ("kv_cache_use", "requests"),
        ("concurrency", "share"), ("concurrency", "1"), ("accelerator_count", "nodes"),
        ("storage_capacity", "KB"), ("storage_capacity", "K"), ("storage_capacity", "G"), ("storage_capacity", "mb"),
        ("storage_capacity", "Mb"), ("storage_capacity", "b"), ("storage_capacity", "gb"),
        ("network_bandwidth", "Mb/s"), ("network_bandwidth", "Mbps"), ("network_bandwidth", "Gbit"),
        ("network_bandwidth", "KB/s"),
        ("cost_total", "EUR"), ("cost_per_hour", "money"), ("cost_per_hour", "EUR/h"), ("cost_per_million_tokens", "money"),
        ("accelerator_memory", "share"), ("accelerator_memory_use", "bytes"),
        ("ttft", "second ** 2 / second"), ("ttft", "9**9**9**9"), ("ttft", "1 s"), ("ttft", "s/"), ("ttft", "/s"),
        ("ttft", "1/1"),        ("ttft", "millisecond·"), ("ttft", "s" * 100_000),
    ],
)  # fmt: skip
def test_a_unit_that_is_uncertain_or_measures_something_else_is_not_guessed(metric: str, unit: str) -> None:
    with pytest.raises(UnitUncertain) as refused:
        canonical(metric, 1.0, unit)
    assert len(str(refused.value)) < 100
    assert not measures(metric, unit)


@given(st.text(max_size=12), st.sampled_from(sorted(METRICS)))
def test_whatever_is_written_is_a_listed_unit_or_refused(unit: str, metric: str) -> None:
    listed = {spelling for _, others in units._UNITS for spelling in others.split()}
    if measures(metric, unit):
        assert set(unit.split("/")) <= listed | set(units._WORDS) | {"1"} or unit in units._PHRASES


def test_case_tells_a_milli_from_a_mega() -> None:
    assert canonical("power", 1.0, "mW") * 1e9 == pytest.approx(canonical("power", 1.0, "MW"))
    assert canonical("energy", 1.0, "mJ") * 1e9 == pytest.approx(canonical("energy", 1.0, "MJ"))


def test_an_amount_and_its_share_convert_where_the_whole_is_known() -> None:
    memory = 80e9
    assert convert("accelerator_memory", 60e9, "bytes", "share", whole=memory) == 0.75
    assert convert("accelerator_memory", 90, "%", "GB", whole=memory) == pytest.approx(72)
    assert convert("accelerator_memory_use", 50, "%", "share", whole=memory) == 0.5
    for whole in (None, 0.0):
        with pytest.raises(UnitUncertain):
            convert("accelerator_memory", 60e9, "bytes", "share", whole=whole)


def test_what_cannot_be_said_in_a_unit_is_not_converted_to_it() -> None:
    assert convert("network_bandwidth", 5e9, "bit/s", "Gbit/s") == 5
    with pytest.raises(UnitUncertain):
        convert("network_bandwidth", 5e9, "bit/s", "s")


def test_hundreds_of_thousands_of_values_convert_in_the_time_of_a_look_up() -> None:
    canonical("ttft", 1.0, "ms")
    begun = time.perf_counter()
    for _ in range(100_000):
        canonical("ttft", 250.0, "ms")
    assert time.perf_counter() - begun < 2  # 0.04 s on two idle cores; parsing each time takes 60 s


def test_hostile_units_fill_no_memory() -> None:
    most = units._looked_up.cache_info().maxsize or 0
    for number in range(10_000):
        assert not measures("ttft", f"{number}" + "x" * 10_000)
        assert not measures("ttft", f"unit{number}")
    assert units._looked_up.cache_info().currsize <= most <= 4096
