"""The first page of evidence: what is met, what is not, what nobody knows, and what needs attention."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portfolio.accounts.choices import Action
from portfolio.kit import clock
from readiness.evidence.choices import Health
from readiness.evidence.queries import deliveries, sources
from readiness.evidence.queries.judged import counts
from readiness.evidence.tables import deliveries as delivery_table
from readiness.evidence.tables import home as table
from readiness.evidence.tables import sources as source_table
from readiness.evidence.tables.frame import tabs
from readiness.evidence.views.access import PageRequest

SHOWN = 6
TROUBLED = (Health.STOPPED, Health.FAILING, Health.LATE)


@require_safe
def home(request: PageRequest) -> HttpResponse:
    """Four statements of its own, whatever there is."""
    actor, now = request.actor, clock.now()
    told = counts(actor)
    troubled = _troubled(request)
    latest = list(deliveries.ordered(deliveries.listed(deliveries.visible(actor)), "")[:SHOWN])
    context = {
        "tabs": tabs("home"),
        "headline": table.headline(told),
        "figures": table.figures(told, now) if told else [],
        "by_unit": table.by_unit(told) if told else None,
        "by_metric": table.by_metric(told) if told else None,
        "troubled": source_table.list_rows(troubled[:SHOWN], now),
        "more_troubled": max(0, len(troubled) - SHOWN),
        "deliveries": delivery_table.list_rows(latest, now),
        "may_manage": actor.may_somewhere(Action.EVIDENCE),
        "may_bring": actor.may_somewhere(Action.BRING),
    }
    return render(request, "evidence/home.html", context)


def _troubled(request: PageRequest) -> list[dict[str, Any]]:
    """Sources that fail, are stopped or late, the worst first."""
    rows = sources.visible(request.actor, clock.now()).filter(Q(health_now__in=TROUBLED))
    return list(sources.ordered(sources.listed(rows), "health")[:100])
