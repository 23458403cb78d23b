"""Each list as a file: what it shows under the same address, with its filters and its order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from django.http import Http404, StreamingHttpResponse
from django.views.decorators.http import require_safe

from portfolio.kit import clock
from portfolio.procurement import filters
from portfolio.procurement.queries import plan, purchases, requests, vendors
from portfolio.procurement.tables.export import FORMATS, PLAN, PURCHASES, REQUESTS, VENDORS, Sheet
from portfolio.procurement.views.access import PageRequest

CHUNK = 1_000


class Source(NamedTuple):
    """Where the rows of a list come from: who may see which, the filter, the rows, their order."""

    sheet: Sheet
    visible: Callable[[Any], Any]
    filterset: Any
    rows: Callable[[Any, Any], Any]
    ordered: Callable[[Any, str], Any]


SOURCES: dict[str, Source] = {
    "purchases": Source(
        PURCHASES, purchases.visible_purchases, filters.PurchaseFilter, purchases.purchase_rows, purchases.ordered
    ),
    "requests": Source(REQUESTS, requests.visible_requests, filters.RequestFilter, requests.request_rows, requests.ordered),
    "plan": Source(PLAN, plan.visible_items, filters.PlanFilter, plan.plan_rows, plan.ordered),
    "vendors": Source(VENDORS, vendors.visible_vendors, filters.VendorFilter, vendors.vendor_rows, vendors.ordered),
}


@require_safe
def export(request: PageRequest, what: str, fmt: str) -> StreamingHttpResponse:
    """Streamed; amounts are masked as on the page."""
    if what not in SOURCES or fmt not in FORMATS:
        raise Http404
    source, written = SOURCES[what], FORMATS[fmt]
    parts = written.parts(source.sheet, _rows(request, source))
    response = StreamingHttpResponse(parts, content_type=written.content_type)
    demo = "-demo" if request.actor.showing_demo else ""
    name = f"{source.sheet.name}{demo}-{clock.today().isoformat()}.{fmt}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _rows(request: PageRequest, source: Source) -> Iterable[Mapping[str, Any]]:
    found = source.filterset(request.GET, queryset=source.visible(request.actor), request=request)
    ordered = source.ordered(source.rows(request.actor, found.qs), request.GET.get("sort", ""))
    rows: Iterable[Mapping[str, Any]] = ordered.iterator(chunk_size=CHUNK)
    return rows
