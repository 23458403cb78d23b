"""The filtered list of workloads as a file, streamed."""

from __future__ import annotations

from typing import Any

from django.http import Http404, StreamingHttpResponse
from django.views.decorators.http import require_safe

from portfolio.kit import clock
from readiness.workloads.filters import WorkloadFilter
from readiness.workloads.queries.profiles import ordered, visible_workloads, workload_rows
from readiness.workloads.tables.export import EXPORTS


@require_safe
def export(request: Any, fmt: str) -> StreamingHttpResponse:
    """What the list shows under the same address: its filters and its order."""
    if fmt not in EXPORTS:
        raise Http404
    actor = request.actor
    found = WorkloadFilter(request.GET, queryset=visible_workloads(actor), request=request)
    rows = ordered(workload_rows(actor, found.qs), request.GET.get("sort", ""))
    name = f"workloads{'-demo' if actor.showing_demo else ''}-{clock.today().isoformat()}.{fmt}"
    response = StreamingHttpResponse(EXPORTS[fmt].lines(rows), content_type=EXPORTS[fmt].content_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
