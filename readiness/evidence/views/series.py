"""One series: its values over time and one by one, where they come from, on what they were measured."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portfolio.initiatives.queries.lists import COUNTED_EXACTLY, page_number, page_of
from portfolio.kit import clock
from portfolio.kit.templatetags.ui_forms import with_value
from readiness.evidence.queries.observations import history, max_ages, one_series, span_of
from readiness.evidence.queries.runs import one_run
from readiness.evidence.queries.shown import masked
from readiness.evidence.queries.telemetry import targets, tracks
from readiness.evidence.tables import runs as run_table
from readiness.evidence.tables import series as table
from readiness.evidence.tables.observations import origin, subject
from readiness.evidence.tables.telemetry import drawn, levels_of
from readiness.evidence.tables.values import age_text, environment_chips, label_chips
from readiness.evidence.views.access import PageRequest
from readiness.evidence.views.spans import chosen_span, span_links

CHUNK = 5000


def get_series(request: PageRequest, pk: int) -> dict[str, Any]:
    """A readable series; 404 for anything else."""
    row = one_series(request.actor, pk)
    if row is None:
        raise Http404
    return masked(row)


@require_safe
def series(request: PageRequest, pk: int) -> HttpResponse:
    """The newest sound value, the picture, the provenance of the run that brought it, every value below."""
    row, now = get_series(request, pk), clock.now()
    ends = span_of(pk)
    page = page_of(history(pk), page_number(request.GET.get("page", "")))
    newest = ends["newest"]
    run = one_run(request.actor, (newest or page.rows[0])["run_id"]) if newest or page.rows else None
    context = {
        "crumbs": [
            {"label": _("Evidence"), "url": reverse("evidence:home")},
            {"label": _("Observations"), "url": reverse("evidence:observations")},
        ],
        "row": row,
        "title": table.title(row),
        "headline": table.headline(row, newest, now),
        "chips": environment_chips(row["environment"]),
        "labels": label_chips(row["labels"]),
        "about": subject(row),
        "origin": origin(row),
        "age": age_text(newest["observed_at"], now) if newest else "",
        "most_days": max_ages([row["workload_pk"]]).get((row["workload_pk"], row["metric"])) if row["workload_pk"] else None,
        "newest": newest,
        "count": table.counted(min(ends["count"], COUNTED_EXACTLY), ends["count"] <= COUNTED_EXACTLY),
        "first": ends["first"],
        "run": run,
        "run_facts": run_table.facts(run) if run else [],
        "environment": table.environment_rows(run.environment) if run else [],
        "extra": table.extra_rows(run.environment) if run else [],
        "time_words": table.time_words(run.environment) if run else "",
        "flaws": table.flaw_rows(run.flaws) if run else [],
        "values": table.value_rows(row, page.rows),
        "page": page,
        "previous_url": with_value(request, "page", str(page.number - 1)) if page.number > 1 else "",
        "next_url": with_value(request, "page", str(page.number + 1)) if page.more else "",
        **_picture(request, row, ends),
    }  # fmt: skip
    return render(request, "evidence/series.html", context)


def _picture(request: PageRequest, row: dict[str, Any], ends: dict[str, Any]) -> dict[str, Any]:
    """A chart where there is more than one moment."""
    if ends["first"] is None or ends["first"] == ends["last"]:
        return {"drawn": None, "spans": []}
    span = chosen_span(request, clock.now(), first=ends["first"])
    wanted = targets(row["workload_pk"]) if row["workload_pk"] else []
    levels = [one for one in levels_of(row["metric"], wanted) if one.percentile == row["percentile"]]
    found = drawn(row["metric"], [row | {"at": ends["last"]}], tracks([row["id"]], span.since, span.until), span, levels)
    return {"drawn": found, "spans": span_links(request, everything=True)}


@require_safe
def series_export(request: PageRequest, pk: int, fmt: str) -> StreamingHttpResponse:
    """Every value of it, as CSV."""
    if fmt != "csv":
        raise Http404
    row = get_series(request, pk)
    lines = table.csv_export(row, history(pk).iterator(chunk_size=CHUNK))
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    name = f"series-{pk}{'-demo' if request.actor.showing_demo else ''}-{clock.today().isoformat()}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
