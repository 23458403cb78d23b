"""Lists of evidence as files, streamed: what the page shows under the same address."""

from __future__ import annotations

from typing import Any

from django.http import Http404, StreamingHttpResponse
from django.views.decorators.http import require_safe

from portfolio.kit import clock
from readiness.evidence.queries.observations import listed, ordered
from readiness.evidence.tables import observations as observation_table
from readiness.evidence.views.access import PageRequest
from readiness.evidence.views.observations import found

CHUNK = 2000


@require_safe
def observations(request: PageRequest, fmt: str) -> StreamingHttpResponse:
    """The newest values that the list shows, all of them."""
    rows = ordered(listed(found(request)), request.GET.get("sort", ""))
    return _file(request, "observations", fmt, rows.iterator(chunk_size=CHUNK))


def _file(request: PageRequest, name: str, fmt: str, rows: Any) -> StreamingHttpResponse:
    if fmt not in observation_table.EXPORTS:
        raise Http404
    made = observation_table.EXPORTS[fmt]
    response = StreamingHttpResponse(made.lines(rows), content_type=made.content_type)
    shown = f"{name}{'-demo' if request.actor.showing_demo else ''}-{clock.today().isoformat()}.{fmt}"
    response.headers["Content-Disposition"] = f'attachment; filename="{shown}"'
    return response
