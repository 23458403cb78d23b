"""How each list or object that a connector asks for is typed, row by row; what nobody knows here is typed as JSON.

Percentiles are typed as 95 and kept as 0.95; times as 5m or 30d and kept in seconds.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from itertools import groupby
from typing import Any

from django.utils.translation import gettext, gettext_lazy
from django.utils.translation import gettext as _

from readiness.connectors.contract import Statistic
from readiness.connectors.metrics import METRICS
from readiness.connectors.mlflow import about
from readiness.connectors.units import spellings
from readiness.evidence.forms.rows import Column, Shape, Texts, pairs
from readiness.evidence.rules.typed import duration, percent, seconds, share

_METRICS_BY_AREA = [
    (area.capitalize(), tuple((one.key, one.label) for one in rows))
    for area, rows in groupby(METRICS.values(), key=lambda one: str(one.area))
]
METRIC_CHOICES: tuple[tuple[str, Any], ...] = (("", gettext_lazy("Choose")), *_METRICS_BY_AREA)
STATISTICS: tuple[tuple[str, Any], ...] = (
    (Statistic.POINT, gettext_lazy("value")),
    (Statistic.MEAN, gettext_lazy("mean")),
    (Statistic.PERCENTILE, gettext_lazy("percentile")),
    (Statistic.MIN, gettext_lazy("least")),
    (Statistic.MAX, gettext_lazy("greatest")),
    (Statistic.TOTAL, gettext_lazy("total")),
)
_SHOWN = 160  # characters of a query that is folded away
OPERATORS = (("=", "="), ("!=", "≠"), ("=~", "=~"), ("!~", "!~"))


def units_by_metric() -> dict[str, tuple[str, ...]]:
    """What a unit can be chosen from, the metric's own first."""
    return {key: spellings(key) for key in METRICS}


def read_seconds(text: str) -> int:
    """Raises ValueError, its text for a person."""
    told = seconds(text)
    if told is None:
        raise ValueError(_("“%s” is no time: write it as 90s, 5m, 1h or 30d.") % text[:40])
    return told


def read_share(text: str) -> float:
    """Raises ValueError, its text for a person."""
    told = share(text)
    if told is None:
        raise ValueError(_("“%s” is no percentile: write 95 for the 95th.") % text[:40])
    return told


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ValueError(_("“%s” is no number.") % text[:40]) from None


def _words(text: str) -> list[str]:
    return [word for word in re.split(r"[\s,]+", text) if word]


def _rest(text: str) -> dict[str, Any]:
    """What the form has no fields for, kept as it came."""
    try:
        kept = json.loads(text) if text else {}
    except ValueError:
        kept = {}
    return kept if isinstance(kept, dict) else {}


_MEASURED = (
    Column("metric", gettext_lazy("Metric"), "metric", METRIC_CHOICES),
    Column("statistic", gettext_lazy("Statistic"), "select", STATISTICS, fills=True),
    Column("percentile", gettext_lazy("Percentile"), placeholder="95"),
    Column("unit", gettext_lazy("Unit"), "unit"),
)
_OF_MEASURED: Mapping[str, tuple[Callable[[str], Any], Callable[[Any], str]]] = {
    "percentile": (read_share, percent),
    "window_s": (read_seconds, duration),
    "every_s": (read_seconds, duration),
    "least_coverage": (read_share, percent),
    "buckets": (_words, " ".join),
}
_LEAST = {"least_coverage"}  # as a percentage, 100 among them


def _read_measured(row: Texts) -> dict[str, Any]:
    entry: dict[str, Any] = _rest(row.get("rest", ""))
    for name, text in row.items():
        if name == "rest" or not text:
            continue
        if name in _LEAST:
            entry[name] = _number(text) / 100
        else:
            entry[name] = _OF_MEASURED[name][0](text) if name in _OF_MEASURED else text
    if not entry.get("metric"):
        raise ValueError(_("choose what it measures."))
    return entry


def _write_measured(names: frozenset[str]) -> Callable[[Any], Texts]:
    def write(entry: Any) -> Texts:
        row = {
            name: _OF_MEASURED[name][1](value) if name in _OF_MEASURED else str(value)
            for name, value in entry.items()
            if name in names and value is not None
        }
        rest = {name: value for name, value in entry.items() if name not in names}
        return row | ({"rest": json.dumps(rest, ensure_ascii=False)} if rest else {})

    return write


def _said(row: Texts) -> tuple[str, str]:
    """`Time to first token, p95`, and the query in one line."""
    metric, name = row.get("metric", ""), row.get("statistic", "")
    statistic = f"p{row.get('percentile', '')}" if name == Statistic.PERCENTILE else str(dict(STATISTICS).get(name, ""))
    title = ", ".join(filter(None, (gettext(METRICS[metric].label) if metric in METRICS else metric, statistic)))
    return title, " ".join(row.get("query", "").split())[:_SHOWN]


def _measured(*columns: Column, template: str = "evidence/feed_rows.html", add: Any = "") -> Shape:
    known = (*columns, Column("rest", "", "hidden", fills=True))
    write = _write_measured(frozenset(one.name for one in columns))
    return Shape(known, _read_measured, write, says=_said, template=template, add=add)


QUERIES = _measured(
    *_MEASURED,
    Column("window_s", gettext_lazy("Over"), placeholder=gettext_lazy("the step")),
    Column("query", gettext_lazy("PromQL"), "area", wide=True),
    Column("coverage", gettext_lazy("Coverage, as PromQL"), "area", wide=True, more=True),
    Column("least_coverage", gettext_lazy("At least covered (%)"), placeholder="90", more=True),
    Column("every_s", gettext_lazy("Asked every"), placeholder=gettext_lazy("step"), more=True),
    Column("buckets", gettext_lazy("Histograms behind it"), placeholder=gettext_lazy("found in the query"), more=True),
    Column("name", gettext_lazy("Name"), placeholder=gettext_lazy("metric and statistic"), more=True),
    Column("means", gettext_lazy("What it means"), more=True),
    template="evidence/feed_queries.html",
    add=gettext_lazy("Add a query"),
)
MAPPED = _measured(
    Column("name", gettext_lazy("Their name")),
    *(column if column.name != "percentile" else Column("percentile", gettext_lazy("Percentile")) for column in _MEASURED),
    add=gettext_lazy("Add a metric"),
)


def _read_matcher(row: Texts) -> tuple[str, str]:
    if not row.get("key"):
        raise ValueError(_("the label is missing."))
    operator = row.get("operator") or "="
    return row["key"] + ("" if operator == "=" else operator), row.get("value", "")


def _write_matcher(entry: tuple[str, str]) -> Texts:
    found = re.fullmatch(r"(.*?)(=~|!~|!=|=)?", entry[0].strip())
    assert found is not None
    return {"key": found[1].strip(), "operator": found[2] or "=", "value": entry[1]}


def _matchers(example: str) -> Shape:
    columns = (
        Column("key", gettext_lazy("Label"), placeholder=example),
        Column("operator", gettext_lazy("Is"), "select", OPERATORS, fills=True),
        Column("value", gettext_lazy("Value")),
    )
    plain = pairs("", "")
    return Shape(columns, _read_matcher, _write_matcher, plain.collect, plain.spread, add=gettext_lazy("Add a label"))


ABOUT = pairs(
    gettext_lazy("What"), gettext_lazy("Where a run says it"),
    choices=tuple((name, name.replace("_", " ")) for name in (*about.ENVIRONMENT, *about.LOAD)), add=gettext_lazy("Add a place"),
)  # fmt: skip
PLAIN = pairs(gettext_lazy("Name"), gettext_lazy("Value"), add=gettext_lazy("Add one"))
# (kind of source, name of the field) -> its rows
SHAPES: Mapping[tuple[str, str], Shape] = {
    ("prometheus", "queries"): QUERIES,
    ("prometheus", "matchers"): _matchers("model_name"),
    ("prometheus", "targets"): _matchers("job"),
    ("mlflow", "metrics"): MAPPED,
    ("mlflow", "about"): ABOUT,
}
