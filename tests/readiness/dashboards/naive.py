"""The portfolio's figures the slow way: loops over model instances, nothing shared with the statements under test."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any

from portfolio.initiatives.models import Initiative

ABANDONED = ("stopped_by_decision", "drifted", "abandoned_unknown")
Key = tuple[str, str]


def standing_closure(initiative: Initiative) -> Any:
    return next((closure for closure in initiative.closures.all() if closure.reopened_at is None), None)


def counts(initiatives: Iterable[Initiative]) -> Counter[str]:
    found: Counter[str] = Counter()
    for row in initiatives:
        closure, kind = standing_closure(row), row.stage.kind if row.stage else None
        is_open = row.status != "closed"
        been = any(entry.stage and entry.stage.kind == "production" for entry in row.stage_entries.all())
        found["total"] += 1
        found["open"] += is_open
        found["closed"] += not is_open
        found["in_flight"] += is_open and kind == "before_production"
        found["on_hold"] += row.status == "on_hold" and kind == "before_production"
        found["in_production"] += is_open and kind == "production"
        found["unknown_stage"] += is_open and kind is None
        found["reached"] += been or kind == "production" or (closure is not None and closure.kind == "retired")
        for name, wanted in zip(("stopped", "drifted", "abandoned_unknown"), ABANDONED, strict=True):
            found[name] += closure is not None and closure.kind == wanted
    return found


def days(entry: Any, today: date) -> int | None:
    closure = standing_closure(entry.initiative)
    if entry.entered_on is None:
        return None
    ended: date | None = entry.left_on or (closure.closed_on if closure else today if entry.current else None)
    entered: date = entry.entered_on
    return max((ended - entered).days, 0) if ended else None


def quantile(values: list[int], share: float) -> float:
    """Linear interpolation between order statistics."""
    ordered, place = sorted(values), share * (len(values) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def stays(initiatives: Iterable[Initiative], today: date) -> dict[Key, list[tuple[Any, int | None]]]:
    """Entries by (template, stage), each with its length."""
    found: dict[Key, list[tuple[Any, int | None]]] = {}
    for row in initiatives:
        for entry in row.stage_entries.all():
            if entry.stage:
                found.setdefault((entry.stage.lifecycle.key, entry.stage.key), []).append((entry, days(entry, today)))
    return found


def stalled(initiatives: Iterable[Initiative], cohort: Iterable[Initiative], today: date) -> tuple[set[int], int]:
    """Ids of the stalled among `initiatives`, and how many could be judged at all."""
    standard, late, judged = stays(cohort, today), set(), 0
    for key, entries in stays(initiatives, today).items():
        known = [length for _entry, length in standard[key] if length is not None]
        for entry, length in entries:
            row = entry.initiative
            running = entry.current and entry.left_on is None and standing_closure(row) is None and row.status == "active"
            if not running or length is None or len(known) < 10 or entry.stage.kind == "production":
                continue
            judged += 1
            if length > quantile(known, 0.9):
                late.add(row.pk)
    return late, judged


def gate(initiatives: Iterable[Initiative], lifecycle: str, stage: str) -> Counter[str]:
    """What became of everybody who was ever seen in a stage."""
    found: Counter[str] = Counter()
    for row in initiatives:
        seen = {e.stage.key: e.stage.position for e in row.stage_entries.all() if e.stage and e.stage.lifecycle.key == lifecycle}
        if stage not in seen:
            continue
        closure = standing_closure(row)
        found["entered"] += 1
        if max(seen.values()) > seen[stage]:
            found["went_on"] += 1
        elif closure and closure.kind in ABANDONED:
            found["abandoned"] += 1
        elif row.status == "closed":
            found["closed_otherwise"] += 1
        else:
            found["here" if row.stage else "unknown"] += 1
    return found
