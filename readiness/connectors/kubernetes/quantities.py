"""Kubernetes' quantities: "64000m", "262144Mi", "1e3", "8"."""

from __future__ import annotations

import re

_QUANTITY = re.compile(r"(\d{1,30}(?:\.\d{0,30})?|\.\d{1,30})(?:([numkMGTPE]|[KMGTPE]i)|[eE]([+-]?\d{1,2}))?")
_FACTORS = {
    "n": 1e-9, "u": 1e-6, "m": 1e-3, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "E": 1e18,
    "Ki": 2.0**10, "Mi": 2.0**20, "Gi": 2.0**30, "Ti": 2.0**40, "Pi": 2.0**50, "Ei": 2.0**60,
}  # fmt: skip


def quantity(raw: object) -> float | None:
    """In the base unit (cores, bytes, pieces); None for what is no quantity from zero up."""
    if isinstance(raw, bool) or not isinstance(raw, str | int | float):
        return None
    try:
        found = _QUANTITY.fullmatch(str(raw).strip())
    except ValueError:  # an integer of more digits than Python writes
        return None
    if not found:
        return None
    value = float(found[1]) * _FACTORS.get(found[2] or "", 1.0)
    return value * 10.0 ** int(found[3]) if found[3] else value


def pieces(raw: object) -> int | None:
    """A whole number of devices; None for a fraction, which no device plugin offers."""
    value = quantity(raw)
    return int(value) if value is not None and value == int(value) and value < 1e9 else None
