"""All workloads that the reader may see, as one table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from portfolio.initiatives.choices import Status
from portfolio.initiatives.queries.lists import PAGE_SIZE, unit_rows
from portfolio.kit.templatetags.ui_text import grouped
from readiness.workloads.filters import WorkloadFilter
from readiness.workloads.forms.filters import WorkloadFilterForm
from readiness.workloads.models import Workload
from readiness.workloads.queries.profiles import counted, ordered, visible_workloads, workload_rows
from readiness.workloads.tables.frame import route
from readiness.workloads.tables.labels import CLASSES, EXPERIENCES, TASKS
from readiness.workloads.tables.rows import list_rows
from readiness.workloads.views.access import PageRequest

INITIATIVES = {"running": gettext_lazy("running"), "closed": gettext_lazy("closed")}
WORDS: dict[str, Mapping[str, Any]] = {
    "initiatives": INITIATIVES,
    "task": TASKS,
    "workload_class": CLASSES,
    "experience": EXPERIENCES,
}
SHOWN = ("q", "unit", "initiatives", "task", "workload_class", "experience")


@require_safe
def list_page(request: PageRequest) -> HttpResponse:
    """Filters and order in the address; what is unknown is counted for the rows of the page alone."""
    actor = request.actor
    units = unit_rows(actor)
    chosen = {name: request.GET[name] for name in SHOWN if request.GET.get(name)}
    found = WorkloadFilter(chosen, queryset=visible_workloads(actor), request=request)
    rows = ordered(workload_rows(actor, found.qs), request.GET.get("sort", ""))
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    listed = list_rows(counted(page.object_list), units)
    context = {
        "form": WorkloadFilterForm(chosen, units=units, words=WORDS),
        "rows": listed,
        "page_obj": page,
        "headline": _headline(found.qs, listed),
        "sizing_url": route("sizing:list"),
        "filtered": bool(chosen),
        "formats": [{"label": label, "url": _export(fmt, request, chosen)} for fmt, label in (("csv", "CSV"), ("json", "JSON"))],
    }
    return render(request, "workloads/list.html", context)


def _headline(rows: QuerySet[Workload], listed: list[dict[str, Any]]) -> str:
    """How many there are; of how many somebody lacks a value where the page holds them all, else of how many the day of need."""
    running = ~Q(initiative__status=Status.CLOSED)
    found = rows.aggregate(total=Count("id"), running=Count("id", running), undated=Count("id", running & Q(needed_on=None)))
    total, going, undated = (grouped(found[name]) for name in ("total", "running", "undated"))
    said = [ngettext("%s workload", "%s workloads", found["total"]) % total]
    if found["running"] < found["total"]:
        said.append(ngettext("%s of a running initiative", "%s of running initiatives", found["running"]) % going)
    unknown = sum(1 for row in listed if row["unknown_count"])
    if len(listed) == found["total"] and unknown:
        said.append(ngettext("%s with something nobody knows", "%s with something nobody knows", unknown) % grouped(unknown))
    elif found["undated"]:
        said.append(
            ngettext("%s needed on a day that nobody knows", "%s needed on a day that nobody knows", found["undated"]) % undated
        )
    return ", ".join(said)


def _export(fmt: str, request: PageRequest, chosen: dict[str, str]) -> str:
    kept = urlencode(chosen | ({"sort": request.GET["sort"]} if request.GET.get("sort") else {}))
    return reverse("workloads:export", args=[fmt]) + (f"?{kept}" if kept else "")
