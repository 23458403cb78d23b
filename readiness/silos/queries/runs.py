"""The last runs of the detection."""

from __future__ import annotations

from typing import Any

from readiness.silos.models import Detection

_COLUMNS = ("id", "at", "why", "seen", "counts", "opened", "changed", "gone", "unknown", "seconds")


def last_runs(*, demo: bool, most: int) -> list[dict[str, Any]]:
    """Newest first, with `found` in all."""
    rows = Detection.objects.filter(demo=demo).order_by("-id").values(*_COLUMNS)[:most]
    return [row | {"found": sum(row["counts"].values())} for row in rows]
