"""The one door of the pages of this slice: who asks, and the scoped getters (another unit's finding does not exist)."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django_htmx.middleware import HtmxDetails

from portfolio.accounts.rules import Actor
from portfolio.initiatives.models import Initiative
from readiness.silos.models import Finding
from readiness.silos.queries.findings import visible
from readiness.workloads.models import CapacityPool
from readiness.workloads.queries.capacity import one_pool


class PageRequest(HttpRequest):
    """A signed-in person's request as the middleware leaves it."""

    actor: Actor
    htmx: HtmxDetails


def get_finding(request: PageRequest, pk: int) -> Finding:
    """A finding that this person sees, wholly or in part; 404 for anything else."""
    finding: Finding = get_object_or_404(visible(request.actor), pk=pk)
    return finding


def get_initiative(request: PageRequest, pk: int) -> Initiative:
    rows: Any = Initiative.objects.visible_to(request.actor).select_related("unit")
    initiative: Initiative = get_object_or_404(rows, pk=pk)
    return initiative


def get_pool(request: PageRequest, pk: int) -> CapacityPool:
    row = one_pool(request.actor, pk)
    if row is None:
        raise Http404
    return row
