"""The list of all sizings, and the same as a file."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from portfolio.accounts.queries import units_where
from portfolio.kit import clock
from readiness.sizing.forms.overview import OverviewFilter
from readiness.sizing.queries.overview import chosen_workloads, ordered, overview
from readiness.sizing.tables.overview import as_csv, as_json, headline, shown_rows
from readiness.sizing.views.access import PageRequest

PAGE_ROWS = 50
ORDERS_SHOWN = 8
FORMATS = ("csv", "json")


@require_safe
def overview_page(request: PageRequest) -> HttpResponse:
    """Every workload with what it needs and what is free for it, the worst first."""
    form, rows = _found(request)
    page = Paginator(rows, PAGE_ROWS).get_page(request.GET.get("page"))
    query = request.GET.urlencode()
    context = {
        "filter": {"form": form},
        "headline": headline(rows),
        "rows": shown_rows(page),
        "page": page,
        "filtered": any(request.GET.get(name) for name in form.fields),
        "formats": [
            {"label": fmt.upper(), "url": reverse("sizing:export", args=[fmt]) + (f"?{query}" if query else "")}
            for fmt in FORMATS
        ],
    }
    return render(request, "sizing/list.html", context)


@require_safe
def orders(request: PageRequest) -> HttpResponse:
    """What sizing finds short and by when to order it, the most urgent first: a panel of Today."""
    if not request.htmx:
        return redirect(f"{reverse('sizing:list')}?sort=order_by")
    rows = [row for row in overview(request.actor, chosen_workloads(request.actor), clock.today()) if row["order_by"]]
    context = {"rows": shown_rows(ordered(rows, "order_by")[:ORDERS_SHOWN]), "more": max(0, len(rows) - ORDERS_SHOWN)}
    return render(request, "sizing/orders.html", context)


@require_safe
def export(request: PageRequest, fmt: str) -> HttpResponseBase:
    """What the list shows under the same address, every row of it."""
    if fmt not in FORMATS:
        raise Http404
    _form, rows = _found(request)
    response: HttpResponseBase = (
        StreamingHttpResponse(as_csv(rows), content_type="text/csv; charset=utf-8")
        if fmt == "csv"
        else HttpResponse(as_json(rows), content_type="application/json")
    )
    name = f"sizing{'-demo' if request.actor.showing_demo else ''}-{clock.today().isoformat()}.{fmt}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _found(request: PageRequest) -> tuple[OverviewFilter, list[dict[str, Any]]]:
    units = units_where(request.actor, "view").values_list("pk", "name")
    form = OverviewFilter(request.GET, units=list(units))
    wanted = form.wanted()
    unit = int(wanted["unit"]) if wanted.get("unit") else None
    workloads = chosen_workloads(request.actor, text=wanted.get("q", "").replace("\x00", ""), unit=unit)
    rows = overview(request.actor, workloads, clock.today())
    verdicts, grade = wanted.get("verdict"), wanted.get("grade")
    rows = [row for row in rows if (not verdicts or row["verdict"] in verdicts) and (not grade or row["grade"] == grade)]
    return form, ordered(rows, request.GET.get("sort", ""))
