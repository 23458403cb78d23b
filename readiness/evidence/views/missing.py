"""What would decide the open verdicts over the portfolio, and who could supply it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from portfolio.initiatives.queries.lists import PAGE_SIZE, unit_rows
from portfolio.kit import clock
from portfolio.kit.templatetags.ui import VERDICTS
from portfolio.kit.templatetags.ui_forms import with_value
from readiness.evidence.filters.missing import MissingFilter
from readiness.evidence.forms.missing import MissingBar
from readiness.evidence.queries.judged import facets, missing_page, of_running, pressing, seen_of, with_verdict
from readiness.evidence.tables import lacking as table
from readiness.evidence.tables.frame import tabs
from readiness.evidence.tables.missing import TITLES, WHO
from readiness.evidence.tables.verdicts import metric_label
from readiness.evidence.views.access import PageRequest
from readiness.workloads.choices import Metric
from readiness.workloads.models import Requirement

CHUNK = 500


def found(request: PageRequest) -> QuerySet[Requirement]:
    """What the address asks for, for page and export alike."""
    rows: QuerySet[Requirement] = MissingFilter(request.GET, queryset=with_verdict(of_running(request.actor))).qs
    return rows


@require_safe
def missing(request: PageRequest) -> HttpResponse:
    """The worst first, each thing that is missing one click from being done."""
    rows = found(request)
    page = Paginator(pressing(rows), PAGE_SIZE).get_page(request.GET.get("page"))
    told = missing_page(page.object_list)  # type: ignore[arg-type]
    counts = facets(rows)
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "tabs": tabs("missing"),
        "form": _bar(request),
        "headline": table.headline(page.paginator.count, counts),
        "cards": table.cards(counts, lambda name, value: with_value(request, name, value)),
        "rows": table.list_rows(told, seen_of(request.actor, told)),
        "page": page,
        "filtered": bool(query),
        "export_url": reverse("evidence:missing_export", args=["csv"]) + (f"?{query.urlencode()}" if query else ""),
    }
    return render(request, "evidence/missing.html", context)


@require_safe
def export(request: PageRequest, fmt: str) -> StreamingHttpResponse:
    """Every line of what the list shows, as CSV."""
    if fmt != "csv":
        raise Http404
    response = StreamingHttpResponse(table.csv_export(_in_chunks(found(request))), content_type="text/csv; charset=utf-8")
    name = f"missing{'-demo' if request.actor.showing_demo else ''}-{clock.today().isoformat()}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _in_chunks(rows: QuerySet[Requirement]) -> Iterator[dict[str, Any]]:
    """So many at a time that neither memory nor the number of statements matters."""
    keys = pressing(rows).values_list("pk", flat=True).iterator(chunk_size=CHUNK)
    while some := list(islice(keys, CHUNK)):
        yield from missing_page(pressing(with_verdict(Requirement.objects.filter(pk__in=some))))


def _bar(request: PageRequest) -> MissingBar:
    options: dict[str, Any] = {
        "verdict": [(key, label) for key, (label, _icon) in VERDICTS.items()],
        "what": list(TITLES.items()),
        "who": list(WHO.items()),
        "metric": [(one.value, metric_label(one.value)) for one in Metric],
    }
    return MissingBar(request.GET, units=unit_rows(request.actor), options=options)
