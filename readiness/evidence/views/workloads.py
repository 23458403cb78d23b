"""The frame of the pages of one workload's evidence."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from readiness.evidence.tables.frame import route
from readiness.evidence.views.access import PageRequest
from readiness.workloads.models import Workload
from readiness.workloads.tables.frame import frame

PARTS = (
    ("verdicts", "evidence:workload", _("Verdicts")),
    ("curves", "evidence:curves", _("Throughput and latency")),
    ("telemetry", "evidence:workload_telemetry", _("Over time")),
)


def get_workload(request: PageRequest, pk: int) -> Workload:
    """A visible workload with its initiative and unit; 404 for anything else."""
    rows = Workload.objects.visible_to(request.actor).select_related("initiative__unit")
    row: Workload = get_object_or_404(rows, pk=pk)
    return row


def frame_of(request: PageRequest, workload: Workload, here: str) -> dict[str, Any]:
    """Context of evidence/of_workload.html: the workload's own frame, and the parts of its evidence."""
    parts = [
        {"label": label, "url": url, "active": key == here}
        for key, name, label in PARTS
        if (url := route(name, workload.pk))
    ]  # fmt: skip
    observations = f"{route('evidence:observations')}?workload={workload.pk}"
    return frame(workload, "evidence") | {"parts": parts, "observations_url": observations}
