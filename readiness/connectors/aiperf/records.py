"""The records per request: the summary computed again, by the tool's own rules (successes only, linear percentiles)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import numpy as np

from readiness.connectors import validity
from readiness.connectors.aiperf import summary
from readiness.connectors.contract import Flaw, Run
from readiness.connectors.payload import json_records
from readiness.connectors.statblock import LENGTHS, Block
from readiness.connectors.values import number, rows, table, text, whole

_METRICS = ("request_latency", "time_to_first_token", "inter_token_latency", "inter_chunk_latency", *LENGTHS)
_PERCENTILES = (1, 5, 10, 25, 50, 75, 90, 95, 99)
_LATEST_NS = 4_102_444_800_000_000_000  # the year 2100


def read(content: bytes) -> Run:
    entries = [table(one) for _, one in json_records(content)]
    measured = [one for one in entries if _phase(one) == "profiling"]
    good = [one for one in measured if _succeeded(one)]
    cut = sum(1 for one in entries if not one)
    found = {tag: block for tag in _METRICS if (block := _block(tag, good)) is not None}
    found |= {name: Block("requests", {"avg": count}) for name, count in _counts(len(good), len(measured)).items()}
    starts, ends = _times(measured)
    span = (max(ends) - min(starts)) / 1e9 if starts and ends else 0.0
    if span > 0:
        found["request_throughput"] = Block("requests/sec", {"avg": len(good) / span})
        found["benchmark_duration"] = Block("sec", {"avg": span})
    told = summary.Told(
        form="records",
        started_at=_moment(min(starts)) if starts else None,
        ended_at=_moment(max(ends)) if ends else None,
        flaws=tuple(_flaws(cut, measured)),
        rest={"records": len(entries), "errors": _errors(measured)},
    )
    return summary.run(found, told)


def _flaws(cut: int, measured: list[Mapping[str, Any]]) -> Iterator[validity.Found]:
    if cut:
        yield Flaw.INCOMPLETE, f"{cut} lines are damaged or cut off"
    if not measured:
        yield Flaw.INCOMPLETE, "no record of a measured request"


def _phase(entry: Mapping[str, Any]) -> str:
    return text(table(entry.get("metadata")).get("benchmark_phase")) or "profiling" if entry else ""


def _succeeded(entry: Mapping[str, Any]) -> bool:
    """A success has a latency, no error and was not cancelled."""
    cancelled = table(entry.get("metadata")).get("was_cancelled")
    return not entry.get("error") and cancelled in (None, False) and bool(_values("request_latency", entry))


def _counts(completed: int, ended: int) -> dict[str, int]:
    return {"request_count": completed, "error_request_count": ended - completed, "completed_request_count": ended}


def _values(tag: str, entry: Mapping[str, Any]) -> list[float]:
    raw = table(table(entry.get("metrics")).get(tag)).get("value")
    values = [number(one) for one in (rows(raw) or [raw])]
    return [one for one in values if one is not None]


def _block(tag: str, good: list[Mapping[str, Any]]) -> Block | None:
    """None where nothing was measured; a metric whose records differ in their unit has none."""
    units = {text(table(table(one.get("metrics")).get(tag)).get("unit")) for one in good} - {""}
    values = np.array([value for one in good for value in _values(tag, one)], dtype=np.float64)
    if not values.size:
        return None
    with np.errstate(all="ignore"):
        percentiles = np.percentile(values, _PERCENTILES)
        stats = {"avg": float(values.mean()), "min": float(values.min()), "max": float(values.max()), "count": values.size}
    stats |= {f"p{share}": float(value) for share, value in zip(_PERCENTILES, percentiles, strict=True)}
    return Block(units.pop() if len(units) == 1 else "", stats)


def _times(measured: list[Mapping[str, Any]]) -> tuple[list[int], list[int]]:
    told = [table(one.get("metadata")) for one in measured]
    starts = [at for one in told if (at := whole(one.get("request_start_ns")) or _exact(one.get("request_start_ns")))]
    ends = [at for one in told if (at := whole(one.get("request_end_ns")) or _exact(one.get("request_end_ns")))]
    return starts, ends


def _exact(raw: object) -> int | None:
    """Nanoseconds since 1970 are beyond what a float holds exactly, and no float here."""
    return raw if isinstance(raw, int) and not isinstance(raw, bool) and 0 < raw < _LATEST_NS else None


def _moment(ns: int) -> datetime:
    return datetime.fromtimestamp(min(ns, _LATEST_NS) / 1e9, tz=UTC)


def _errors(measured: list[Mapping[str, Any]]) -> dict[str, int]:
    """How often each kind of error came, without its text."""
    kinds: dict[str, int] = {}
    for one in measured:
        if error := table(one.get("error")):
            kind = f"{text(error.get('code'))} {text(error.get('type'))}".strip()
            kinds[kind] = kinds.get(kind, 0) + 1
    return dict(sorted(kinds.items())[:20])
