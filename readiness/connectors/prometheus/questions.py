"""What a feed asks: queries as people edit them, checked and rendered, each with what its answer means.

An entry of `queries` is an object of KEYS. `query` and `coverage` hold placeholders (promql.py); `buckets` name the histograms
whose `le` are the edges of a percentile (found in the query where they are not given); `matchers` replace those of the feed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from readiness.connectors.access import number_of, text_of
from readiness.connectors.contract import Statistic
from readiness.connectors.errors import BadConfig
from readiness.connectors.prometheus import promql
from readiness.connectors.prometheus.parse import Question
from readiness.connectors.prometheus.windows import Pace
from readiness.connectors.values import table

KEYS = frozenset(
    {
        "name", "metric", "query", "unit", "statistic", "percentile", "window_s", "every_s", "buckets", "coverage",
        "least_coverage", "labels", "matchers", "means",
    }
)  # fmt: skip
MOST_QUERIES = 100
LONGEST_WINDOW_S = 366 * 86_400
STEP_S, DELAY_S, FIRST_DAYS, LEAST_COVERAGE = 900, 120, 1, 0.9
SHORTEST_STEP_S, LONGEST_STEP_S = 15, 86_400


@dataclass(frozen=True, slots=True)
class Asked:
    """One query. `buckets` are selectors, `coverage` is asked beside and judged against `least_coverage`."""

    name: str
    question: Question
    window_s: int
    every_s: int
    buckets: tuple[str, ...] = ()
    coverage: Question | None = None
    least_coverage: float = LEAST_COVERAGE


@dataclass(frozen=True, slots=True)
class Plan:
    asked: tuple[Asked, ...]
    pace: Pace


def plan(ask: Mapping[str, Any]) -> Plan:
    """Raises BadConfig for what could never give a reading; the text says which query, `field` is one of the ask."""
    step_s = _whole(ask, "step_s", STEP_S, SHORTEST_STEP_S, LONGEST_STEP_S)
    pace = Pace(
        step_s,
        _whole(ask, "delay_s", DELAY_S, 0, LONGEST_STEP_S),
        int(_between(ask, "first_days", FIRST_DAYS, 0, 31) * 86_400),
    )
    entries = ask.get("queries")
    if not isinstance(entries, list) or not 0 < len(entries) <= MOST_QUERIES:
        raise BadConfig(f"1 to {MOST_QUERIES} queries are expected", "queries")
    promql.selector(_texts(ask, "targets"), "targets")
    promql.selector(_texts(ask, "matchers"), "matchers")
    asked = tuple(_numbered(entries, ask, step_s))
    _check_apart(asked)
    return Plan(asked, pace)


def _check_apart(asked: tuple[Asked, ...]) -> None:
    """Two queries whose values would be of one series would contradict one another."""
    names, series = dict[str, int](), dict[tuple[object, ...], int]()
    for number, one in enumerate(asked, 1):
        of = one.question
        first = names.setdefault(one.name, number)
        if first != number:
            raise BadConfig(f"queries {first} and {number} are both called {one.name!r}: give each a name of its own", "queries")
        same = (of.metric, of.statistic, of.percentile, of.window_s, *sorted(of.labels.items()))
        if (first := series.setdefault(same, number)) != number:
            raise BadConfig(f"queries {first} and {number} measure the same: tell them apart by `labels`", "queries")


def _numbered(entries: list[Any], ask: Mapping[str, Any], step_s: int) -> Iterator[Asked]:
    for number, entry in enumerate(entries, 1):
        try:
            yield _asked(table(entry), ask, step_s)
        except BadConfig as wrong:
            if wrong.field == "targets":
                raise
            what = wrong.field or "query"
            raise BadConfig(f"query {number}, {what}: {wrong.text}", "queries") from wrong


def _asked(entry: Mapping[str, Any], ask: Mapping[str, Any], step_s: int) -> Asked:
    for key in entry:
        if key not in KEYS:
            raise BadConfig(f"there is no such key; known are {', '.join(sorted(KEYS))}", str(key)[:100])
    written = {name: _text(entry, name) for name in ("metric", "query", "unit", "coverage", "name", "means")}
    promql.check(written["query"])
    window_s = _window(entry, written["query"], step_s)
    matchers = _texts(entry, "matchers") if "matchers" in entry else _texts(ask, "matchers")
    values = promql.Values(matchers, _texts(ask, "targets"), window_s, step_s)
    statistic, percentile = _statistic(entry)
    labels = _texts(entry, "labels")
    question = Question(
        written["metric"], promql.rendered(written["query"], values), written["unit"], statistic, percentile,
        labels=labels, window_s=float(window_s),
    )  # fmt: skip
    question.check()
    return Asked(
        name=written["name"] or _name(question),
        question=question,
        window_s=window_s,
        every_s=_every(entry, step_s),
        buckets=tuple(_buckets(entry, written["query"], values)) if percentile is not None else (),
        coverage=_coverage(written, values, question),
        least_coverage=_between(entry, "least_coverage", LEAST_COVERAGE, 0, 1),
    )


def _coverage(written: Mapping[str, str], values: promql.Values, of: Question) -> Question | None:
    if not written["coverage"]:
        if of.metric == "availability":
            raise BadConfig("availability says nothing without the share of its window for which there are samples", "coverage")
        return None
    try:
        query = promql.rendered(written["coverage"], values)
    except BadConfig as wrong:
        raise BadConfig(wrong.text, "targets" if wrong.field == "targets" else "coverage") from wrong
    statistic = Statistic.MEAN if of.statistic is Statistic.PERCENTILE else of.statistic
    return Question("coverage", query, "share", statistic, labels=of.labels, window_s=of.window_s)


def _buckets(entry: Mapping[str, Any], query: str, values: promql.Values) -> Iterator[str]:
    """A selector for each histogram, with the labels that the query itself is narrowed by."""
    given = entry.get("buckets", [])
    if not isinstance(given, list) or not all(isinstance(one, str) for one in given) or len(given) > 10:
        raise BadConfig("a list of names of metrics is expected", "buckets")
    used = promql.used(query)
    narrowed = values.matchers if "matchers" in used else values.targets if "targets" in used else {}
    for name in given or promql.buckets(query):
        promql.check_metric(name, "buckets")
        yield f"{name}{{{promql.selector(narrowed)}}}"


def _window(entry: Mapping[str, Any], query: str, step_s: int) -> int:
    """Given; or the step, where the query leaves it open; or none, where it looks at a moment."""
    if "window_s" in entry:
        return _whole(entry, "window_s", 0, 0, LONGEST_WINDOW_S)
    if promql.used(query) & {"window", "window_s"}:
        return step_s
    if promql.has_range(query):
        raise BadConfig("the query looks back over a time of its own: say in seconds over which", "window_s")
    return 0


def _every(entry: Mapping[str, Any], step_s: int) -> int:
    """A multiple of the step."""
    wanted = _whole(entry, "every_s", step_s, 1, LONGEST_WINDOW_S)
    return max(1, -(-wanted // step_s)) * step_s


def _statistic(entry: Mapping[str, Any]) -> tuple[Statistic, float | None]:
    written = _text(entry, "statistic") or Statistic.POINT.value
    if written not in list(Statistic):
        raise BadConfig(f"choose one of {', '.join(Statistic)}", "statistic")
    share = entry.get("percentile")
    return Statistic(written), None if share in (None, "") else _between(entry, "percentile", 0, 0, 1)


def _name(question: Question) -> str:
    """The metric and what of it: "ttft p95"."""
    what = question.statistic.value if question.percentile is None else f"p{question.percentile * 100:g}"
    return f"{question.metric} {what}"


def _text(values: Mapping[str, Any], name: str) -> str:
    value = values.get(name)
    if value is not None and not isinstance(value, str):
        raise BadConfig("a text is expected", name)
    if name in ("name", "unit", "metric", "statistic") and len(value or "") > 200:
        raise BadConfig("this is too long", name)
    return text_of(values, name)


def _texts(values: Mapping[str, Any], name: str) -> dict[str, str]:
    value = values.get(name)
    if value in (None, "", {}):
        return {}
    if not isinstance(value, Mapping) or not all(isinstance(key, str) and isinstance(one, str) for key, one in value.items()):
        raise BadConfig("an object of texts is expected", name)
    if len(value) > promql.MOST_MATCHERS or any(len(key) + len(one) > promql.LONGEST_MATCHER for key, one in value.items()):
        raise BadConfig("this is too long", name)
    return dict(value)


def _between(values: Mapping[str, Any], name: str, default: float, least: float, most: float) -> float:
    value = number_of(values, name, default)
    if not least <= value <= most:
        raise BadConfig(f"a number from {least:g} to {most:g} is expected", name)
    return value


def _whole(values: Mapping[str, Any], name: str, default: int, least: int, most: int) -> int:
    value = _between(values, name, default, least, most)
    if value != int(value):
        raise BadConfig("a whole number of seconds is expected", name)
    return int(value)
