"""What a feed may ask. A mistake is found before anything is asked, and the text says where."""

from __future__ import annotations

from typing import Any

import pytest

from readiness.connectors.contract import Statistic
from readiness.connectors.errors import BadConfig
from readiness.connectors.prometheus.connector import CONNECTOR
from readiness.connectors.prometheus.questions import plan
from tests.readiness.connectors.prometheus.api import query

P95 = query("histogram_quantile(0.95, sum by (le) (rate(x_bucket{$matchers}[$window])))", metric="ttft", unit="ms") | {
    "statistic": "percentile",
    "percentile": 0.95,
}
UP = query("avg_over_time(up{$targets}[$window])", metric="availability", unit="ratio", statistic="mean", window_s=3600)


def asked(*entries: Any, **rest: Any) -> dict[str, Any]:
    return {"queries": list(entries), **rest}


def test_an_entry_is_rendered_with_its_window_and_its_histograms() -> None:
    (one,) = plan(asked(P95, matchers={"model": "llama"}, step_s=600)).asked
    assert one.question.query == 'histogram_quantile(0.95, sum by (le) (rate(x_bucket{model="llama"}[600s])))'
    assert (one.question.statistic, one.question.percentile, one.question.window_s) == (Statistic.PERCENTILE, 0.95, 600.0)
    assert one.buckets == ('x_bucket{model="llama"}',)
    assert one.name == "ttft p95"


def test_matchers_of_an_entry_replace_those_of_the_feed() -> None:
    entries = [query("x{$matchers}", matchers={"a": "1"}, labels={"of": "1"}), query("x{$matchers}", name="other")]
    first, second = plan(asked(*entries, matchers={"b": "2"})).asked
    assert (first.question.query, second.question.query) == ('x{a="1"}', 'x{b="2"}')


def test_windows_are_given_or_the_step_or_a_moment() -> None:
    entries = [query("x"), query("rate(x[$window])", metric="throughput", unit="req/s"), {**P95, "window_s": 60, "every_s": 1000}]
    moment, step, given = plan(asked(*entries, step_s=300)).asked
    assert (moment.window_s, step.window_s, given.window_s) == (0, 300, 60)
    assert (step.every_s, given.every_s) == (300, 1200)  # whole steps


def test_numbers_may_come_as_text_from_a_form() -> None:
    found = plan(asked({**P95, "percentile": "0.95"}, step_s="300", delay_s="0", first_days="0.5"))
    assert (found.pace.step_s, found.pace.delay_s, found.pace.first_s) == (300, 0, 43_200)


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        ("up", "query 1, query: the query is missing"),
        ({}, "query 1, query: the query is missing"),
        ({**query("x"), "query": 5}, "query 1, query: a text"),
        (query("x", metric="speed"), "query 1, metric: speed is no metric"),
        (query("x", unit="furlongs"), "query 1, unit"),
        (query("x", unit=""), "query 1, unit"),
        (query("x", statistic="median"), "query 1, statistic"),
        (query("x", statistic="percentile"), "query 1, percentile"),
        (query("x", percentile=0.95), "query 1, percentile"),
        ({**P95, "percentile": 95}, "query 1, percentile"),
        ({**P95, "percentile": True}, "query 1, percentile"),
        (query("x", metric="power", unit="W", statistic="percentile", percentile=0.9), "query 1, percentile: power has no"),
        (query("x{$model}"), "query 1, query: .model is no placeholder"),
        (query("rate(x[5m])"), "query 1, window_s"),
        (query("x", window_s=-1), "query 1, window_s"),
        (query("x", window_s=0.5), "query 1, window_s"),
        (query("x", window_s="soon"), "query 1, window_s"),
        (query("x", every_s=0), "query 1, every_s"),
        (query("x", labels={"a": 1}), "query 1, labels"),
        (query("x", labels=["a"]), "query 1, labels"),
        (query("x", matchers={"a b": "c"}), "query 1, matchers"),
        ({**P95, "buckets": ["a{b}"]}, "query 1, buckets"),
        ({**P95, "buckets": "x_bucket"}, "query 1, buckets"),
        ({**UP, "coverage": ""}, "query 1, coverage: availability says nothing"),
        ({**UP, "coverage": "count(up{$nobody})"}, "query 1, coverage: .nobody"),
        ({**UP, "coverage": "x", "least_coverage": 90}, "query 1, least_coverage"),
        (query("x", wat=1), "query 1, wat: there is no such key"),
        (query("x", name="y" * 300), "query 1, name"),
    ],
)
def test_a_query_that_could_never_give_a_reading_is_refused(entry: Any, why: str) -> None:
    with pytest.raises(BadConfig, match=why) as wrong:
        plan(asked(entry, targets={"job": "a"}, matchers={}))
    assert wrong.value.field == "queries"


@pytest.mark.parametrize(
    ("ask", "field"),
    [
        ({}, "queries"),
        ({"queries": {}}, "queries"),
        (asked(*[query("x", name=str(one), labels={"n": str(one)}) for one in range(101)]), "queries"),
        (asked(UP | {"coverage": "x"}), "targets"),
        (asked({**UP, "query": "x", "coverage": "up{$targets}"}), "targets"),
        (asked(query("x"), targets={"a-b": "c"}), "targets"),
        (asked(query("x"), matchers={"a-b": "c"}), "matchers"),
        (asked(query("x"), matchers="a=b"), "matchers"),
        (asked(query("x"), step_s=1), "step_s"),
        (asked(query("x"), step_s=900.5), "step_s"),
        (asked(query("x"), delay_s=-1), "delay_s"),
        (asked(query("x"), first_days=32), "first_days"),
        (asked(query("x"), nothing=1), "nothing"),
    ],
)
def test_what_is_wrong_with_the_feed_names_its_field(ask: dict[str, Any], field: str) -> None:
    with pytest.raises(BadConfig) as wrong:
        CONNECTOR.check_ask(ask)
    assert wrong.value.field == field


def test_two_queries_of_one_series_would_contradict_one_another() -> None:
    with pytest.raises(BadConfig, match="queries 1 and 2 measure the same"):
        plan(asked(query("x"), query("y", name="other")))
    with pytest.raises(BadConfig, match="both called"):
        plan(asked(query("x"), query("y", labels={"a": "b"})))
    assert plan(asked(query("x"), query("y", name="other", labels={"a": "b"})))
