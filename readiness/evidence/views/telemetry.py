"""What production told over time, of one workload or one capacity pool."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from portfolio.kit import clock
from readiness.evidence.queries.telemetry import MOST_SERIES, over_time, targets, tracks
from readiness.evidence.tables.labels import metric_label
from readiness.evidence.tables.telemetry import Drawn, Span, drawn, grouped, levels_of
from readiness.evidence.tables.values import duration_text
from readiness.evidence.views.access import PageRequest
from readiness.evidence.views.spans import chosen_span, span_key, span_links
from readiness.evidence.views.workloads import frame_of, get_workload
from readiness.workloads.queries.capacity import one_pool

SHOWN_AT_FIRST = 6


@require_safe
def workload(request: PageRequest, pk: int) -> HttpResponse:
    """Every metric that goes on over time, its targets across the picture."""
    row = get_workload(request, pk)
    context = frame_of(request, row, "telemetry") | _charts(request, Q(workload=pk), targets(pk))
    return render(request, "evidence/telemetry.html", context)


@require_safe
def pool(request: PageRequest, pk: int) -> HttpResponse:
    """What a pool holds and how far it is used."""
    row = one_pool(request.actor, pk)
    if row is None:
        raise Http404
    crumbs = [
        {"label": _("Capacity"), "url": reverse("workloads:capacity")},
        {"label": row.name, "url": reverse("workloads:pool", args=[pk])},
    ]
    return render(request, "evidence/pool.html", {"row": row, "crumbs": crumbs} | _charts(request, Q(pool=pk), []))


def _charts(request: PageRequest, about: Q, wanted: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Two statements: the series, and what they hold in the chosen time."""
    span = chosen_span(request, clock.now())
    groups = grouped(over_time(request.actor, about), [one["metric"] for one in wanted])
    asked = set(request.GET.getlist("metric"))
    chosen = [one for one in groups if one[0] in asked] if asked & {key for key, _rows in groups} else groups[:SHOWN_AT_FIRST]
    read = [row["id"] for _key, rows in chosen for row in rows][:MOST_SERIES]
    found = tracks(read, span.since, span.until) if read else {}
    shown = [drawn(key, rows, found, span, levels_of(key, wanted)) for key, rows in chosen]
    return {
        "headline": _headline(shown, span),
        "drawn": [one for one in shown if one.chart],
        "silent": [one for one in shown if not one.chart],
        "metrics": [
            {"key": key, "label": metric_label(key), "chosen": key in {one.key for one in shown}} for key, _rows in groups
        ],
        "spans": span_links(request),
        "span": span_key(request),
    }


def _headline(shown: Sequence[Drawn], span: Span) -> str:
    """How many metrics told something in this time, and how many were silent."""
    if not shown:
        return _("Nothing of it was observed over time yet")
    silent = sum(1 for one in shown if one.chart is None)
    told = len(shown) - silent
    length = duration_text(span.seconds)
    said = ngettext("%(n)d metric over %(length)s", "%(n)d metrics over %(length)s", told) % {"n": told, "length": length}
    if silent:
        return said + ngettext(", %d was silent", ", %d were silent", silent) % silent
    return said
