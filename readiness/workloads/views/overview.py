"""All workloads that the reader may see, as one table."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from portfolio.initiatives.queries.lists import PAGE_SIZE, unit_rows
from portfolio.kit.templatetags.ui_text import grouped
from readiness.workloads.filters import WorkloadFilter
from readiness.workloads.forms.filters import WorkloadFilterForm
from readiness.workloads.queries.profiles import counted, ordered, visible_workloads, workload_rows
from readiness.workloads.tables.labels import CLASSES, EXPERIENCES, TASKS
from readiness.workloads.tables.rows import list_rows
from readiness.workloads.views.access import PageRequest

WORDS = {"task": TASKS, "workload_class": CLASSES, "experience": EXPERIENCES}
SHOWN = ("q", "unit", "task", "workload_class", "experience")


@require_safe
def list_page(request: PageRequest) -> HttpResponse:
    """Filters and order in the address; what is unknown is counted for the rows of the page alone."""
    actor = request.actor
    units = unit_rows(actor)
    chosen = {name: request.GET[name] for name in SHOWN if request.GET.get(name)}
    found = WorkloadFilter(chosen, queryset=visible_workloads(actor))
    rows = ordered(workload_rows(actor, found.qs), request.GET.get("sort", ""))
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    listed = list_rows(counted(page.object_list), units)
    context = {
        "form": WorkloadFilterForm(chosen, units=units, words=WORDS),
        "rows": listed,
        "page_obj": page,
        "headline": _headline(page.paginator.count, listed, whole=page.paginator.num_pages == 1),
        "filtered": bool(chosen),
        "formats": [{"label": label, "url": _export(fmt, request, chosen)} for fmt, label in (("csv", "CSV"), ("json", "JSON"))],
    }
    return render(request, "workloads/list.html", context)


def _headline(total: int, rows: list[dict[str, Any]], *, whole: bool) -> str:
    """How many there are; where the page holds them all, also how many of them still have unknowns."""
    said = ngettext("%s workload", "%s workloads", total) % grouped(total)
    unknown = sum(1 for row in rows if row["unknown_count"])
    if not whole or not unknown:
        return said
    return said + ", " + ngettext("%s with something nobody knows", "%s with something nobody knows", unknown) % grouped(unknown)


def _export(fmt: str, request: PageRequest, chosen: dict[str, str]) -> str:
    kept = urlencode(chosen | ({"sort": request.GET["sort"]} if request.GET.get("sort") else {}))
    return reverse("workloads:export", args=[fmt]) + (f"?{kept}" if kept else "")
