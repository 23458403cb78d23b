"""Queries with placeholders: $matchers and $targets (selectors of labels), $window and $step (durations), $window_s (a number).

A placeholder stands outside of quotes, where PromQL knows no dollar sign. What is put in its place is made here, quoted and
escaped: no label and no value can end the selector it stands in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from readiness.connectors.errors import BadConfig

LONGEST_QUERY, LONGEST_MATCHER, MOST_MATCHERS = 8_000, 1_000, 30
SELECTORS = frozenset({"matchers", "targets"})
PLACEHOLDERS = SELECTORS | {"window", "window_s", "step"}

_QUOTED = re.compile(r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|`[^`]*`|#[^\n]*')
_PLACEHOLDER = re.compile(r"\$([A-Za-z_][A-Za-z0-9_]*)")
_MATCHER = re.compile(r"([a-zA-Z_][a-zA-Z0-9_]*)\s*(=~|!~|!=|=)?")
_METRIC = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_BUCKETS = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*_bucket\b")
_OPEN, _CLOSE = "([{", ")]}"


@dataclass(frozen=True, slots=True)
class Values:
    """What stands for the placeholders. Times in whole seconds; a window of 0 is a moment."""

    matchers: Mapping[str, str]
    targets: Mapping[str, str]
    window_s: int
    step_s: int


def rendered(query: str, values: Values) -> str:
    """The query as the server gets it. Raises BadConfig where a placeholder is unknown, misplaced or has no value."""
    check(query)
    texts = {
        "matchers": selector(values.matchers),
        "targets": selector(values.targets),
        "window": f"{values.window_s}s",
        "window_s": str(values.window_s),
        "step": f"{values.step_s}s",
    }
    if "targets" in used(query) and not texts["targets"]:
        raise BadConfig("$targets is empty: say which scrape targets are meant, or everything that is watched counts", "targets")
    if not values.window_s and used(query) & {"window", "window_s"}:
        raise BadConfig("$window needs a window of at least a second", "window_s")
    return "".join(part if is_quoted else _filled(part, texts) for is_quoted, part in _parts(query))


def used(query: str) -> set[str]:
    """Names of its placeholders."""
    return {name for is_quoted, part in _parts(query) if not is_quoted for name in _PLACEHOLDER.findall(part)}


def has_range(query: str) -> bool:
    """Whether it looks back over a time of its own ([5m])."""
    return any("[" in part for is_quoted, part in _parts(query) if not is_quoted)


def buckets(query: str) -> tuple[str, ...]:
    """Names of the histograms that it reads, in their order."""
    return tuple(dict.fromkeys(name for quoted, part in _parts(query) if not quoted for name in _BUCKETS.findall(part)))


def check(query: str) -> None:
    """What can be told without a server: quotes and brackets in pairs, placeholders known and in their places."""
    if not query.strip():
        raise BadConfig("the query is missing", "query")
    if len(query) > LONGEST_QUERY or not _is_text(query):
        raise BadConfig(f"a query is a text of at most {LONGEST_QUERY} characters", "query")
    inside = list[str]()
    for is_quoted, part in _parts(query):
        if is_quoted:
            if not part.startswith("#") and set(_PLACEHOLDER.findall(part)) & PLACEHOLDERS:
                raise BadConfig("a placeholder in quotes stays as it is: write it outside of them", "query")
            continue
        if any(quote in part for quote in "\"'`"):
            raise BadConfig("a quote is not closed", "query")
        _check_plain(part, inside)
    if inside:
        raise BadConfig(f"the bracket {inside[-1]} is not closed", "query")


def check_metric(name: str, field: str) -> None:
    """Raises BadConfig."""
    if not _METRIC.fullmatch(name) or len(name) > LONGEST_MATCHER:
        raise BadConfig(f"{name[:100]!r} is no name of a metric", field)


def selector(matchers: Mapping[str, str], field: str = "matchers") -> str:
    """`{"pod=~": "a.*", "model": "b"}` as `pod=~"a.*",model="b"`: a label without an operator is equal. Raises BadConfig."""
    if len(matchers) > MOST_MATCHERS:
        raise BadConfig(f"more than {MOST_MATCHERS} labels", field)
    return ",".join(_matcher(label, value, field) for label, value in matchers.items())


def quoted(value: str) -> str:
    """As PromQL reads it."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")
    return f'"{escaped}"'


def _matcher(label: str, value: str, field: str) -> str:
    found = _MATCHER.fullmatch(label.strip())
    if found is None or found[1] == "__name__" or len(label) > LONGEST_MATCHER:
        raise BadConfig(f"{label[:100]!r} is no label: write it as model_name, or with an operator as model_name=~", field)
    if len(value) > LONGEST_MATCHER or not _is_text(value):
        raise BadConfig(f"the value of {found[1]} is too long or no text", field)
    return f"{found[1]}{found[2] or '='}{quoted(value)}"


def _is_text(value: str) -> bool:
    return "\x00" not in value and not any("\ud800" <= one <= "\udfff" for one in value)


def _parts(query: str) -> Iterator[tuple[bool, str]]:
    """(whether quoted or a comment, text) from left to right."""
    end = 0
    for found in _QUOTED.finditer(query):
        yield False, query[end : found.start()]
        yield True, found[0]
        end = found.end()
    yield False, query[end:]


def _check_plain(part: str, inside: list[str]) -> None:
    for found in re.finditer(r"[()\[\]{}]|\$([A-Za-z_][A-Za-z0-9_]*)?", part):
        sign, name = found[0], found[1]
        if sign in _OPEN:
            inside.append(sign)
        elif sign in _CLOSE:
            if not inside or _OPEN.index(inside.pop()) != _CLOSE.index(sign):
                raise BadConfig(f"the bracket {sign} closes none", "query")
        elif name not in PLACEHOLDERS:
            known = ", ".join(f"${one}" for one in sorted(PLACEHOLDERS))
            raise BadConfig(f"{sign[:100]} is no placeholder; known are {known}", "query")
        elif (name in SELECTORS) != (inside[-1:] == ["{"]):
            raise BadConfig(f"${name} stands {'inside' if name in SELECTORS else 'outside'} of {{}}", "query")


def _filled(part: str, texts: Mapping[str, str]) -> str:
    for name in SELECTORS:
        if not texts[name]:  # with the comma that would be left
            part = re.sub(rf"\s*,\s*\${name}\b|\${name}\b\s*,?", "", part)
    return _PLACEHOLDER.sub(lambda found: texts[found[1]], part)
