"""Real servers in all their states: reading up what was missed, stopped, killed, restarted and replaced, and what they say of
themselves."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from readiness.connectors import live
from readiness.connectors.contract import Bound, Flaw, Run
from readiness.connectors.errors import BadConfig, Fatal, Retryable
from readiness.connectors.http import Http
from readiness.connectors.prometheus.connector import CONNECTOR
from readiness.connectors.prometheus.templates import packs
from tests.portfolio.kit.rogue import ok, saying, serving
from tests.readiness.connectors.live.asking import one, pulled, runs, values, visiting
from tests.readiness.connectors.live.servers import DUTY, TRACE_END, Series, Server, openmetrics, prometheus, victoria_metrics
from tests.readiness.connectors.live.serving_worlds import World, vllm
from tests.readiness.connectors.live.synthetic import END, Histogram, constant, counter, gauge, histogram
from tests.readiness.connectors.soundness import assert_sound

pytestmark = pytest.mark.usefixtures("opened")

QUARTER, HOUR, DAY = 900, 3600, 86_400
USE = {"metric": "accelerator_use", "unit": "%", "statistic": "mean", "query": f"avg by (container_ip) ({DUTY}{{$matchers}})"}
PACK = next(pack for pack in packs() if pack.key == "vllm")
WORLD = vllm("v025")


def everything(world: World) -> dict[str, Any]:
    narrowed = {"job": world.job}
    return {"queries": [*PACK.queries], "matchers": narrowed, "targets": narrowed, "first_days": 0}


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One that tests may stop; they leave it running."""
    one_bucket, beyond = Histogram((20, 40, 80), (0, 3.0, 0, 0)), Histogram((20, 40, 80), (1.0, 0, 0, 9.0))
    idle = Histogram((20, 40, 80), (0, 0, 0, 0))
    series = [
        *WORLD.series,
        *histogram("one_bucket", {"job": "h"}, one_bucket),
        *histogram("beyond", {"job": "h"}, beyond),
        *histogram("idle", {"job": "h"}, idle),
        gauge("level", {"job": "h"}, constant(1)),
        *(counter("many", {"job": "h", "pod": f"p{at}", "ns": "a"}, 1.0) for at in range(3)),
    ]
    with prometheus(tmp_path_factory.mktemp("own"), openmetrics(series)) as server:
        yield server


def test_a_missed_day_is_read_up_to_the_same_runs_as_pull_by_pull(trace_server: Server) -> None:
    ask, config = {"queries": [USE], "first_days": 0}, {"address": trace_server.address}
    since = TRACE_END - 6 * HOUR
    at_once = pulled(config, ask, until=TRACE_END + 120, since=since)
    by_steps = [
        batch
        for at in range(since + QUARTER, TRACE_END + 1, QUARTER)
        for batch in pulled(config, ask, until=at + 120, since=at - QUARTER)
    ]
    assert [run.key for run in runs(at_once)] == [run.key for run in runs(by_steps)]
    assert sum(len(run.readings) for run in runs(at_once)) > 24 * 100
    assert at_once[-1].read_to == by_steps[-1].read_to
    assert pulled(config, ask, until=TRACE_END + 120, since=since) == at_once


def test_beyond_its_data_there_is_nothing_and_that_is_no_zero(trace_server: Server) -> None:
    found = pulled({"address": trace_server.address}, {"queries": [USE], "first_days": 0}, until=TRACE_END + 3 * DAY)
    (run,) = runs(found)
    assert not run.readings
    assert run.flaws == ((Flaw.INCOMPLETE, "no data: the query found no series"),)


def edge(server: Server, name: str) -> Run:
    text = f"histogram_quantile(0.95, sum by (le) (rate({name}_bucket{{$matchers}}[$window])))"
    entry = {"metric": "ttft", "unit": "s", "statistic": "percentile", "percentile": 0.95, "query": text}
    (run,) = runs(
        pulled({"address": server.address}, {"queries": [entry], "matchers": {"job": "h"}, "first_days": 0}, until=END + 120)
    )
    assert_sound(run)
    return run


def test_a_percentile_that_is_only_an_edge_is_a_bound(own: Server) -> None:
    at_most, at_least, nothing = (edge(own, name) for name in ("one_bucket", "beyond", "idle"))
    assert (one(at_most).value, one(at_most).bound, one(at_most).raw_value) == (40.0, Bound.AT_MOST, "39.0")
    assert (one(at_least).value, one(at_least).bound) == (80.0, Bound.AT_LEAST)
    assert not nothing.readings
    assert "NaN" in nothing.flaws[0][1]


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("level / 0", "infinite"),
        ("-level / 0", "infinite"),
        ("0 / (level - 1)", "NaN"),
        ("-level", "negative"),
        ("no_where", "no series"),
    ],
)
def test_what_is_no_number_is_no_value(own: Server, query: str, why: str) -> None:
    entry = {"metric": "queue_length", "unit": "requests", "query": query}
    (run,) = runs(pulled({"address": own.address}, {"queries": [entry], "first_days": 0}, until=END + 120))
    assert not run.readings
    assert why in run.flaws[0][1]


@pytest.mark.parametrize(
    "query", ["sum(many", "many[5m] + 1", "many * on (ns) many", "no_such_function(many)", 'many{a=~"("}', "rate(many[5m:])["]
)
def test_a_query_that_the_server_refuses_is_named(own: Server, query: str) -> None:
    entry = {"metric": "queue_length", "unit": "requests", "query": query, "window_s": 300}
    with pytest.raises(BadConfig, match="query 1") as failed:
        pulled({"address": own.address}, {"queries": [entry], "first_days": 0}, until=END + 120)
    assert failed.value.field == "queries"


def test_a_hostile_label_is_only_a_label(own: Server) -> None:
    for value in ('"} or vector(1) #', "a\\", "x\ny", "(", "ü🙂"):
        ask = {"queries": [{"metric": "queue_length", "unit": "requests", "query": "many{$matchers}"}], "first_days": 0}
        (run,) = runs(pulled({"address": own.address}, {**ask, "matchers": {"pod": value}}, until=END + 120))
        assert not run.readings


def test_a_long_query_reaches_the_server_as_a_form(own: Server) -> None:
    long = " + ".join(["sum(many)"] * 300)
    entry = {"metric": "queue_length", "unit": "requests", "query": long}
    (run,) = runs(pulled({"address": own.address}, {"queries": [entry], "first_days": 0}, until=END + 120))
    assert one(run).value == pytest.approx(300 * 3 * (1000 + HOUR))


def test_stopped_killed_restarted_and_replaced(own: Server) -> None:
    config, ask = {"address": own.address}, everything(WORLD)
    before = pulled(config, ask, until=END + 120)
    for down in (own.stop, own.kill):
        down()
        try:
            with pytest.raises(Retryable):
                pulled(config, ask, until=END + 120, deadline_s=2.0)
        finally:
            own.start()
        after = pulled(config, ask, until=END + 120)
        assert [run.key for run in runs(after)] == [run.key for run in runs(before)]
    with serving(saying(ok(b"<html>another service</html>", "Content-Type: text/html"))) as other, pytest.raises(Fatal):
        pulled({"address": f"http://127.0.0.1:{other.port}"}, ask, until=END + 120)


def test_victoria_metrics_finds_the_same_with_the_same_templates(tmp_path: Path) -> None:
    approximate = {"KV cache", "concurrency", "queue", "availability"}  # gauges: its subqueries begin a step later
    with victoria_metrics(tmp_path, WORLD.series) as server:
        config = {"address": server.address, "server": "victoriametrics"}
        told = values(pulled(config, everything(WORLD), until=END + 120))
    assert told.keys() == WORLD.expected.keys()
    for name, value in told.items():
        is_gauge = any(name.startswith(word) for word in approximate) and not name.startswith("queue time")
        assert value == pytest.approx(WORLD.expected[name], rel=0.02 if is_gauge else 1e-6), name


def looked_at(server: Server, ask: dict[str, Any], until: float) -> live.Tested:
    assert CONNECTOR.test_ask is not None
    with visiting() as client:
        return CONNECTOR.test_ask({"address": server.address}, ask, Http(client), datetime.fromtimestamp(until, tz=UTC))


def test_before_a_feed_is_kept_it_says_what_it_would_find(own: Server, trace_server: Server) -> None:
    told = looked_at(own, everything(WORLD), END + 120)
    assert len(told.facts) == len(PACK.queries)
    assert not told.remarks
    told = looked_at(trace_server, {"queries": [USE]}, TRACE_END + 120)
    assert told.facts == ("accelerator_use mean: 114 series",)
    told = looked_at(trace_server, everything(WORLD), TRACE_END + 120)
    assert not told.facts
    assert told.remarks[0] == "throughput: no series matches"
    assert told.remarks[-1] == "availability: its coverage has no value: availability will decide nothing"


def test_a_server_says_who_it_is_and_which_templates_it_has_metrics_for(own: Server, tmp_path: Path) -> None:
    with visiting() as client:
        told = CONNECTOR.test({"address": own.address}, Http(client))
    assert told.version.startswith("2.")
    assert told.remarks  # its data are old: there is nothing now
    labels = {"model_name": "llama", "job": "now"}
    now = [_now("vllm:num_requests_running", labels), _now("DCGM_FI_DEV_FB_USED", {"Hostname": "a"}), _now("up", {"job": "now"})]
    with victoria_metrics(tmp_path, now) as server, visiting() as client:
        config, http = {"address": server.address}, Http(client)
        told = CONNECTOR.test(config, http)
        choices = {name: ask(config, http) for name, ask in CONNECTOR.discover.items()}
    assert told.facts == ("vLLM: 1 series of vllm:num_requests_running", "DCGM exporter: 1 series of DCGM_FI_DEV_FB_USED")
    assert not told.remarks
    assert choices == {
        "matchers": (("model_name=llama", "model_name = llama"), ("job=now", "job = now"), ("Hostname=a", "Hostname = a")),
        "targets": (("job=now", "job = now"),),
        "queries": (("vllm", "vLLM"), ("dcgm", "DCGM exporter")),
    }


def _now(name: str, labels: dict[str, str]) -> Series:
    return Series(name, labels, [(time.time() - back, 1.0) for back in (40, 20, 0)])
