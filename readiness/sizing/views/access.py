"""The one door of the pages of this slice: who asks, and the scoped getters (another unit's row does not exist)."""

from __future__ import annotations

from django.http import Http404, HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.middleware import HtmxDetails

from portfolio.accounts.rules import Actor
from portfolio.kit import clock
from readiness.sizing.models import Measurement, SizingOption
from readiness.sizing.queries.options import get_option
from readiness.sizing.queries.setting import Setting, setting
from readiness.workloads.services.profiles import can_edit, require_edit


class PageRequest(HttpRequest):
    """A signed-in person's request as the middleware leaves it."""

    actor: Actor
    htmx: HtmxDetails


def get_setting(request: PageRequest, pk: int) -> Setting:
    """Everything that the sizing of a visible workload in use stands on; 404 for anything else."""
    seen = setting(request.actor, pk, clock.today())
    if seen is None:
        raise Http404
    return seen


def get_editable_setting(request: PageRequest, pk: int) -> Setting:
    """The same where this person may change the workload; 403 if it is visible but not theirs."""
    seen = get_setting(request, pk)
    require_edit(request.actor, seen.workload.initiative)
    return seen


def get_visible_option(request: PageRequest, pk: int) -> SizingOption:
    """A visible option in use; 404 for anything else."""
    option = get_option(request.actor, pk)
    if option is None:
        raise Http404
    return option


def get_editable_option(request: PageRequest, pk: int) -> SizingOption:
    """The same where this person may change it; 403 if it is visible but not theirs."""
    option = get_visible_option(request, pk)
    require_edit(request.actor, option.workload.initiative)
    return option


def get_measurement(request: PageRequest, pk: int) -> Measurement:
    """A visible measurement; 404 for anything else."""
    rows = Measurement.objects.visible_to(request.actor).select_related("unit", "accelerator", "model", "replaces")
    found: Measurement | None = rows.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def may_change(request: PageRequest, seen: Setting) -> bool:
    """Whether this person may write options and values here."""
    return can_edit(request.actor, seen.workload.initiative)


def came_from(request: PageRequest, fallback: str) -> str:
    """The `next` address of a form if it leads to this site, else `fallback`."""
    wanted = request.POST.get("next", "") or request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return wanted if safe else fallback
