"""Times and percentiles as people type them: 5m, 30d, p95. What is none is None, for the caller to say so."""

from __future__ import annotations

import re

_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_DURATION = re.compile(r"(\d{1,9}(?:\.\d{1,6})?)\s*([smhdw]?)")


def seconds(text: str) -> int | None:
    """`5m`, `30d`, `90`: whole seconds."""
    found = _DURATION.fullmatch(text.strip().lower())
    told = float(found[1]) * _SECONDS[found[2] or "s"] if found else -1.0
    return int(told) if told >= 0 and told == int(told) else None


def duration(value: float | None) -> str:
    """Seconds in the largest unit that holds them wholly: 300 -> `5m`; "" for none."""
    if value is None:
        return ""
    for unit, length in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if value and value % length == 0:
            return f"{int(value // length)}{unit}"
    return f"{value:.12g}s"


def share(text: str) -> float | None:
    """`95`, `p99.9`, `95 %` as a share above 0 and below 1."""
    try:
        told = float(text.replace(",", ".").strip().lstrip("pP").rstrip("% "))
    except ValueError:
        return None
    return round(told / 100, 12) if 0 < told < 100 else None


def percent(value: float | None) -> str:
    """0.95 -> `95`; "" for none."""
    return "" if value is None else f"{value * 100:.10g}"
