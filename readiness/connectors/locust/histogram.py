"""Percentiles of Locust's rounded response times, by the rule with which it fills its own CSV."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from readiness.connectors.values import number, whole

SHARES = (0.5, 0.66, 0.75, 0.8, 0.9, 0.95, 0.98, 0.99, 0.999, 0.9999)


def percentiles(counted: Mapping[str, Any]) -> dict[float, float]:
    """Share -> milliseconds, from {"180": 22}. Nothing if any entry is no time or no count."""
    times = [number(key) for key in counted]
    counts = [whole(value) for value in counted.values()]
    pairs = [(at, count) for at, count in zip(times, counts, strict=True) if at is not None and count is not None]
    total = sum(count for _, count in pairs)
    if not total or len(pairs) < len(times):
        return {}
    found = {}
    for share in SHARES:
        left = total
        for at, count in sorted(pairs, reverse=True):
            left -= count
            if left <= int(total * share):
                found[share] = at
                break
    return found
