"""Every query of every template, asked of a real Prometheus about metrics of each software and era: the value is the one that
was worked out from how the metrics were made."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from readiness.connectors.contract import Bound, Flaw, Statistic
from readiness.connectors.metrics import METRICS
from readiness.connectors.prometheus import promql
from readiness.connectors.prometheus.templates import Pack, packs
from tests.readiness.connectors.live.asking import one, pulled, runs
from tests.readiness.connectors.live.platform_worlds import PLATFORM
from tests.readiness.connectors.live.servers import Server, openmetrics, prometheus
from tests.readiness.connectors.live.serving_worlds import SERVING, World
from tests.readiness.connectors.live.synthetic import END
from tests.readiness.connectors.soundness import assert_sound

WORLDS = [*SERVING, *PLATFORM]
PACKS = {pack.key: pack for pack in packs()}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    series = [one for world in WORLDS for one in world.series]
    with prometheus(tmp_path_factory.mktemp("worlds"), openmetrics(series)) as running:
        yield running


@pytest.mark.usefixtures("opened")
@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.job)
def test_each_query_finds_what_was_put_there_and_nothing_else(server: Server, world: World) -> None:
    narrowed = {"job": world.job}
    ask = {"queries": [*PACKS[world.pack].queries], "matchers": narrowed, "targets": narrowed, "first_days": 0}
    found = {run.name: run for run in runs(pulled({"address": server.address}, ask, until=END + 120))}
    assert found.keys() == {query["name"] for query in PACKS[world.pack].queries}
    for name, run in found.items():
        assert_sound(run)
        if name in world.expected:
            assert run.valid, (name, run.flaws)
            assert one(run).value == pytest.approx(world.expected[name], rel=1e-6), name
            assert one(run).bound is Bound.EXACT
        else:
            assert not run.readings, name
            assert [flaw for flaw, _ in run.flaws] == [Flaw.INCOMPLETE]
    told = {name: share.value for name, run in found.items() for share in run.readings if share.metric == "coverage"}
    assert told == pytest.approx(world.coverage)


def test_every_query_of_every_template_was_found_in_some_world() -> None:
    for pack in packs():
        expected = {name for world in WORLDS if world.pack == pack.key for name in world.expected}
        assert {query["name"] for query in pack.queries} == expected


@pytest.mark.parametrize("pack", packs(), ids=lambda pack: pack.key)
def test_a_template_says_what_each_of_its_queries_means(pack: Pack) -> None:
    assert pack.about
    assert pack.probes
    for query in pack.queries:
        assert query["means"]
        assert METRICS[query["metric"]]
        assert (
            set(query["buckets"]) == set(promql.buckets(query["query"]))
            if "buckets" in query
            else "_bucket" not in query["query"]
        )
        assert ("coverage" in query) == (query["metric"] == "availability")
        narrowed = promql.used(query["query"]) & promql.SELECTORS
        assert narrowed, "a query that nobody can narrow counts everybody's"
        assert query["metric"] != "availability" or narrowed == {"targets"}
        if query["statistic"] == Statistic.PERCENTILE and "histogram_quantile" in query["query"]:
            assert "=~" not in query["query"].replace("reporter", ""), "two histograms in one sum"
