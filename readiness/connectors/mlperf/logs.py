"""A loadgen run's log, detail or summary, as one table of loadgen's own keys: the first of two equal keys counts.

`detail` has one JSON object a line behind a marker; the summary is for people, rounds rates and has no key of its own, so that
its lines are translated here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from readiness.connectors.payload import decoded

MARKERS = (b":::MLLOG", b":::ENDPTS")
HEADING = b"MLPerf Results Summary"
_LONGEST_LINE = 64 * 1024  # the indices of the loaded samples are longer, and nothing to us
_MOST_KEYS, _MOST_ERRORS = 2000, 20
_UNCOMMITTED = "uncommitted changes"  # about the build of loadgen, not about the run


@dataclass(frozen=True, slots=True)
class Log:
    """`values`: loadgen key -> value as logged. `errors`: texts, those about the build left out."""

    kind: str
    values: Mapping[str, Any] = field(default_factory=dict)
    errors: tuple[str, ...] = ()
    warnings: int = 0


def detail(content: bytes) -> Log:
    """Lines that are no JSON are passed over: a log may be cut off."""
    values: dict[str, Any] = {}
    errors: list[str] = []
    warnings = 0
    for line in content.split(b"\n"):
        entry = _entry(line)
        if entry is None:
            continue
        said = entry.get("metadata")
        if isinstance(said, Mapping):
            warnings += bool(said.get("is_warning"))
            if said.get("is_error") and _UNCOMMITTED not in str(entry.get("value")) and len(errors) < _MOST_ERRORS:
                errors.append(str(entry.get("value"))[:200])
        if len(values) < _MOST_KEYS:
            values.setdefault(str(entry["key"]), entry.get("value"))
    return Log("detail", values, tuple(errors), warnings)


def _entry(line: bytes) -> Mapping[str, Any] | None:
    marker = next((one for one in MARKERS if line.startswith(one)), None)
    if marker is None or len(line) > _LONGEST_LINE:
        return None
    try:
        entry = orjson.loads(line[len(marker) :])
    except orjson.JSONDecodeError:
        return None
    return entry if isinstance(entry, Mapping) and "key" in entry else None


_RATES = {
    "Samples per second": "result_samples_per_second",
    "Tokens per second": "result_tokens_per_second",
    "Tokens per second (inferred)": "result_inferred_tokens_per_second",
    "Completed samples per second": "result_completed_samples_per_sec",
    "Completed tokens per second": "result_completed_tokens_per_second",
    "Completed tokens per second (inferred)": "result_inferred_completed_tokens_per_second",
    "Scheduled samples per second": "result_scheduled_samples_per_sec",
    "QPS w/ loadgen overhead": "result_qps_with_loadgen_overhead",
}
_WORDS = {
    "SUT name": "sut_name",
    "Scenario": "effective_scenario",
    "Mode": "effective_test_mode",
    "Result is": "result_validity",
    "Early stopping satisfied": "early_stopping_met",
    "* Early stopping 90th percentile estimate": "early_stopping_latency_ss",
    "* Early stopping 99th percentile estimate": "early_stopping_latency_ms",
    "samples_per_query": "effective_samples_per_query",
    "target_qps": "effective_target_qps",
    "min_duration (ms)": "effective_min_duration_ms",
}
_LINE = re.compile(r"^\s*(.{1,80}?)\s*:\s*(.{0,200}?)\s*$")
_PLAIN = re.compile(r"(Min|Max|Mean) latency \(ns\)|(\d+\.\d+) percentile latency \(ns\)")
_FIRST = re.compile(r"(Min|Max|Mean) First Token latency \(ns\)|(\d+\.\d+) percentile first token latency \(ns\)")
_EACH = re.compile(
    r"(Min|Max|Mean) Time (?:to|per) Output Token \(ns\)|(\d+\.\d+) percentile time (?:to|per) output token \(ns\)"
)
_ERRORS = re.compile(r"^(\d+) ERRORS? encountered", re.MULTILINE)
_WARNINGS = re.compile(r"^(\d+) warnings? encountered", re.MULTILINE | re.IGNORECASE)


def summary(content: bytes) -> Log:
    text = decoded(content[: 1024 * 1024])
    values: dict[str, Any] = {}
    for line in text.splitlines():
        found = _LINE.match(line)
        if found:
            key = _loadgen_key(found[1])
            if key:
                values.setdefault(key, found[2])
    errors, warnings = _ERRORS.search(text), _WARNINGS.search(text)
    counted = (f"{errors[1]} errors, named in the detail log",) if errors and int(errors[1][:9]) else ()
    return Log("summary", values, counted, int(warnings[1][:9]) if warnings else 0)


def _loadgen_key(words: str) -> str:
    if words in _RATES or words in _WORDS:
        return _RATES.get(words) or _WORDS[words]
    if found := _PLAIN.fullmatch(words):
        return f"result_{found[1].lower()}_latency_ns" if found[1] else f"result_{found[2]}_percentile_latency_ns"
    if found := _FIRST.fullmatch(words):
        word = found[1].lower() if found[1] else f"{found[2]}_percentile"
        return f"result_first_token_{word}_latency_ns"
    if found := _EACH.fullmatch(words):
        if found[1]:
            return f"result_time_to_output_token_{found[1].lower()}"
        return f"result_time_per_output_token_{found[2]}_percentile_ns"
    return ""
