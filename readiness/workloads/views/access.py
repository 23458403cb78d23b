"""The one door of the pages of this slice: who asks, and the scoped getters (another unit's row does not exist)."""

from __future__ import annotations

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.middleware import HtmxDetails

from portfolio.accounts.rules import Actor
from portfolio.initiatives.models import Initiative
from readiness.workloads.models import Workload
from readiness.workloads.queries.profiles import Profile, profile
from readiness.workloads.services.profiles import require_edit


class PageRequest(HttpRequest):
    """A signed-in person's request as the middleware leaves it."""

    actor: Actor
    htmx: HtmxDetails


def get_initiative(request: PageRequest, pk: int) -> Initiative:
    """A visible initiative with its unit and stage; 404 for anything else."""
    rows = Initiative.objects.visible_to(request.actor).select_related("unit", "stage")
    initiative: Initiative = get_object_or_404(rows, pk=pk)
    return initiative


def get_editable_initiative(request: PageRequest, pk: int) -> Initiative:
    """An initiative whose workloads this person may write; 403 if it is visible but not theirs to change."""
    initiative = get_initiative(request, pk)
    require_edit(request.actor, initiative)
    return initiative


def get_profile(request: PageRequest, pk: int) -> Profile:
    """A visible workload with its values and what hangs on it; 404 for anything else."""
    seen = profile(request.actor, pk)
    if seen is None:
        raise Http404
    return seen


def get_editable_profile(request: PageRequest, pk: int) -> Profile:
    """A profile that this person may change; 404 if it is not visible or retired, 403 if it is not theirs."""
    seen = get_profile(request, pk)
    if seen.workload.retired_at is not None:
        raise Http404
    require_edit(request.actor, seen.workload.initiative)
    return seen


def get_workload(request: PageRequest, pk: int) -> Workload:
    """A visible workload with its initiative and unit, without its values; 404 for anything else."""
    rows = Workload.objects.visible_to(request.actor).select_related("initiative__unit")
    workload: Workload = get_object_or_404(rows, pk=pk)
    return workload


def get_editable(request: PageRequest, pk: int) -> Workload:
    """A workload in use that this person may change; 404 if it is not visible or retired, 403 if it is not theirs."""
    workload = get_workload(request, pk)
    if workload.retired_at is not None:
        raise Http404
    require_edit(request.actor, workload.initiative)
    return workload


def came_from(request: PageRequest, fallback: str) -> str:
    """The `next` address of a form if it leads to this site, else `fallback`."""
    wanted = request.POST.get("next", "") or request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return wanted if safe else fallback
