"""Placeholders are filled in, and nothing that is put in their place can be more than a label and its value."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness.connectors.errors import BadConfig
from readiness.connectors.prometheus import promql
from readiness.connectors.prometheus.promql import Values

HOSTILE = '"} or vector(1) # \\'


def filled(query: str, matchers: dict[str, str] | None = None, targets: dict[str, str] | None = None, window_s: int = 900) -> str:
    return promql.rendered(query, Values(matchers or {}, targets or {}, window_s, 300))


@pytest.mark.parametrize(
    ("query", "rendered"),
    [
        ("sum(rate(x{$matchers}[$window]))", 'sum(rate(x{pod="a"}[900s]))'),
        ('x{job="b",$matchers} / $window_s', 'x{job="b",pod="a"} / 900'),
        ('x{$matchers, job="b"}[1h:$step]', 'x{pod="a", job="b"}[1h:300s]'),
        ('label_replace(x, "a", "$1", "b", "(.*)$") # $matchers', 'label_replace(x, "a", "$1", "b", "(.*)$") # $matchers'),
        ("x{a=~`$b`}", "x{a=~`$b`}"),
    ],
)
def test_placeholders_are_filled_in_outside_of_quotes(query: str, rendered: str) -> None:
    assert filled(query, {"pod": "a"}) == rendered


@pytest.mark.parametrize(
    ("query", "rendered"),
    [
        ("x{$matchers}", "x{}"),
        ('x{job="b",$matchers}', 'x{job="b"}'),
        ('x{job="b" , $matchers }', 'x{job="b" }'),
        ('x{$matchers, job="b"}', 'x{ job="b"}'),
        ('x{a="1",$matchers,b="2"}', 'x{a="1",b="2"}'),
    ],
)
def test_no_label_leaves_no_comma(query: str, rendered: str) -> None:
    assert filled(query) == rendered


def test_labels_carry_operators_and_values_are_escaped() -> None:
    matchers = {"a": HOSTILE, "b=~": "x|y\n", "c!=": "", "d !~": "\\d+"}
    assert promql.selector(matchers) == 'a="\\"} or vector(1) # \\\\",b=~"x|y\\n",c!="",d!~"\\\\d+"'


@settings(deadline=None, database=None, derandomize=True)
@given(st.dictionaries(st.from_regex(r"[a-zA-Z_][a-zA-Z0-9_]{0,8}(=~|!~|!=)?", fullmatch=True), st.text(max_size=30), max_size=4))
def test_no_value_ends_its_quotes(matchers: dict[str, str]) -> None:
    matchers = {label: value for label, value in matchers.items() if not label.startswith("__name__")}
    try:
        written = promql.selector(matchers)
    except BadConfig:
        assert any("\x00" in value or not value.isascii() for value in matchers.values())
        return
    values = re.findall(r'(?:=~|!~|!=|=)"((?:\\.|[^"\\\n])*)"', written)
    assert re.sub(r'"(?:\\.|[^"\\\n])*"', "", written).count(",") == max(0, len(matchers) - 1)
    assert [_unescaped(value) for value in values] == list(matchers.values())


def _unescaped(value: str) -> str:
    return re.sub(r"\\(.)", lambda found: {"n": "\n", "r": "\r"}.get(found[1], found[1]), value)


@pytest.mark.parametrize("label", ["", "a b", "a-b", '"', "a{", "__name__", "__name__=~", "a==", "1a", "a=~b", "ä", "x" * 2000])
def test_what_is_no_label_is_refused(label: str) -> None:
    with pytest.raises(BadConfig) as wrong:
        promql.selector({label: "x"}, "matchers")
    assert wrong.value.field == "matchers"


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("", "missing"),
        ("x" * 9000, "at most"),
        ("x\x00", "text"),
        ("sum(x", "not closed"),
        ("sum(x]", "closes none"),
        ("x)", "closes none"),
        ('x{a="b}', "quote"),
        ("x{a='b}", "quote"),
        ("x{$model}", "no placeholder"),
        ("x{$}", "no placeholder"),
        ("x * $matchers", "inside"),
        ("sum($matchers)", "inside"),
        ("x{$window}", "outside"),
        ('x{a="$matchers"}', "in quotes"),
    ],
)
def test_what_no_server_could_read_is_refused_before_one_is_asked(query: str, why: str) -> None:
    with pytest.raises(BadConfig, match=why) as wrong:
        promql.check(query)
    assert wrong.value.field == "query"


def test_targets_must_be_named_and_a_window_must_be_open() -> None:
    assert filled("max(up{$targets})", targets={"job": "a"}) == 'max(up{job="a"})'
    with pytest.raises(BadConfig) as wrong:
        filled("max(up{$targets})")
    assert wrong.value.field == "targets"
    with pytest.raises(BadConfig) as wrong:
        filled("rate(x[$window])", window_s=0)
    assert wrong.value.field == "window_s"


def test_histograms_are_found_in_a_query() -> None:
    query = (
        'histogram_quantile(0.9, sum by (le) (rate(a:b_bucket{x="no_bucket"}[5m]))) or rate(c_bucket[5m]) or rate(a:b_bucket[1m])'
    )
    assert promql.buckets(query) == ("a:b_bucket", "c_bucket")
    assert promql.has_range(query)
    assert not promql.has_range('x{a="[5m]"}')
