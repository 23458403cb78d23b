"""The risk figure beside a review, for those who vote and decide; pages of gates load it by its address."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from portfolio.initiatives.models import Initiative
from portfolio.initiatives.tables.risk import none_words
from readiness.risk.queries.panel import last_decision, put, shown_initiative
from readiness.risk.tables.reviews import told
from readiness.risk.views.access import PageRequest


@require_safe
def review_panel(request: PageRequest, pk: int) -> HttpResponse:
    """The figure as deciders read it; without htmx the page that explains it."""
    row = shown_initiative(request.actor, pk)
    if row is None:
        raise Http404
    if not request.htmx:
        return redirect("risk:initiative", pk)
    last = last_decision(pk)
    found = put([pk], {pk: last} if last is not None else {}).get(pk)
    context: dict[str, Any] = {"url": reverse("risk:initiative", args=[pk]), "risk": told(found) if found else None}
    return render(request, "risk/review_panel.html", context | {"none": "" if found else _none(row)})


def _none(row: Initiative) -> str:
    return none_words({"status": row.status, "stage_kind": row.stage.kind if row.stage else None})
