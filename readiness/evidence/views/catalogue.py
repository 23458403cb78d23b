"""What each canonical metric means; the same for everybody but for how much of it the reader sees."""

from __future__ import annotations

from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from readiness.connectors.metrics import METRICS
from readiness.evidence.queries.observations import readable
from readiness.evidence.tables.catalogue import areas
from readiness.evidence.tables.frame import tabs
from readiness.evidence.views.access import PageRequest


@require_safe
def catalogue(request: PageRequest) -> HttpResponse:
    """By area, every metric with its unit and what counts; two statements of its own."""
    rows = readable(request.actor).order_by().values_list("metric").annotate(n=Count("id"))
    counts = dict(rows.values_list("metric", "n"))
    seen = sum(1 for key in METRICS if counts.get(key))
    headline = ngettext(
        "%(seen)d of %(all)d metric was observed here", "%(seen)d of %(all)d metrics were observed here", len(METRICS)
    )
    context = {
        "tabs": tabs("catalogue"),
        "areas": areas(counts),
        "headline": headline % {"seen": seen, "all": len(METRICS)},
    }
    return render(request, "evidence/catalogue.html", context)
