"""The newest value of every series, filtered and sorted by the address."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from portfolio.initiatives.queries.lists import page_number, unit_rows
from portfolio.kit import clock
from portfolio.kit.templatetags.ui_forms import with_value
from readiness.connectors.metrics import METRICS
from readiness.evidence.filters.observations import ObservationFilter
from readiness.evidence.forms.observations import ObservationBar
from readiness.evidence.models import Series, Source
from readiness.evidence.queries.observations import counted, latest, max_ages, page_of
from readiness.evidence.queries.shown import full_name
from readiness.evidence.tables.frame import tabs
from readiness.evidence.tables.labels import KINDS, metric_label
from readiness.evidence.tables.observations import headline, list_rows
from readiness.evidence.views.access import PageRequest

MOST_SOURCES = 500
ABOUT = ("initiative", "workload", "pool", "run")
FORMATS = (("csv", "CSV"), ("json", "JSON"))


def found(request: PageRequest) -> QuerySet[Series]:
    """What the address asks for, for page and export alike."""
    rows: QuerySet[Series] = ObservationFilter(request.GET, queryset=latest(request.actor)).qs
    return rows


@require_safe
def observations(request: PageRequest) -> HttpResponse:
    """One row for the newest sound value of each series, one for its newest unsound one."""
    rows = found(request)
    page = page_of(rows, request.GET.get("sort", ""), page_number(request.GET.get("page", "")))
    ages = max_ages(row["workload_pk"] for row in page.rows if row["workload_pk"])
    shown = list_rows(page.rows, ages, clock.now())
    count = counted(rows)
    filtered = any(value for name, value in request.GET.items() if name not in ("page", "sort"))
    context = {
        "tabs": tabs("observations"),
        "form": _bar(request, page.rows),
        "rows": shown,
        "headline": headline(count, filtered=filtered),
        "page": page,
        "total": count.total if count.exact else None,
        "previous_url": with_value(request, "page", str(page.number - 1)) if page.number > 1 else "",
        "next_url": with_value(request, "page", str(page.number + 1)) if page.more else "",
        "filtered": filtered,
        "formats": [{"label": label, "url": _export(fmt, request)} for fmt, label in FORMATS],
    }
    return render(request, "evidence/observations.html", context)


def _bar(request: PageRequest, rows: list[dict[str, Any]]) -> ObservationBar:
    actor = request.actor
    sources = Source.objects.visible_to(actor).order_by("name", "id").values_list("id", full_name())[:MOST_SOURCES]
    options: dict[str, Any] = {
        "metric": sorted(((key, metric_label(key)) for key in METRICS), key=lambda one: one[1].casefold()),
        "kind": list(KINDS.items()),
        "source": [(str(pk), name) for pk, name in sources],
    }
    about = {name: [(pk, _name(name, pk, rows))] for name in ABOUT if (pk := request.GET.get(name, ""))}
    return ObservationBar(request.GET, units=unit_rows(actor), options=options, about=about)


def _name(kind: str, pk: str, rows: list[dict[str, Any]]) -> str:
    """The name that the rows carry themselves: what is asked for is the same in all of them."""
    column = {"initiative": "initiative_name", "workload": "workload_name", "pool": "pool_name"}.get(kind, "")
    return next((str(row[column]) for row in rows if row.get(column)), f"{_('no.')} {pk[:20]}")


def _export(fmt: str, request: PageRequest) -> str:
    kept = request.GET.copy()
    kept.pop("page", None)
    return reverse("evidence:observations_export", args=[fmt]) + (f"?{kept.urlencode()}" if kept else "")
