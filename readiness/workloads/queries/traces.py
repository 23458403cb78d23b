"""What a list of request logs needs of their summaries, which are large."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from readiness.workloads.models import TraceUpload


def told(pks: Sequence[int]) -> dict[int, dict[str, Any]]:
    """`{id: {requests, duration_s, rate_per_s, peak_factor}}` of the logs among `pks` that were read; one statement.

    `peak_factor` is a quantity as a dict, None for a log too short for one. The caller has checked that they may be read.
    """
    names = ("requests", "duration_s", "rate_per_s")
    paths = [*(f"summary__{name}" for name in names), "summary__quantities__peak_factor"]
    rows = TraceUpload.objects.filter(pk__in=pks, summary__requests__isnull=False).values_list("pk", *paths)
    return {pk: dict(zip((*names, "peak_factor"), found, strict=True)) for pk, *found in rows}
