"""The one door of every page of the register: who asks, and the scoped getters (another unit's row does not exist)."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django_htmx.middleware import HtmxDetails

from portfolio.accounts.choices import Action
from portfolio.accounts.rules import EVERYTHING, Actor
from portfolio.initiatives.models import Initiative, Request
from portfolio.initiatives.services.initiatives import can_edit


class PageRequest(HttpRequest):
    """A signed-in person's request as the middleware leaves it."""

    actor: Actor
    htmx: HtmxDetails


def get_initiative(request: PageRequest, pk: int) -> Initiative:
    """A visible initiative with its unit, stage and template; 404 for anything else."""
    rows = Initiative.objects.visible_to(request.actor).select_related("unit", "stage", "lifecycle", "programme")
    initiative: Initiative = get_object_or_404(rows, pk=pk)
    return initiative


def get_editable(request: PageRequest, pk: int, *names: str) -> Initiative:
    """An initiative that this person may change; 404 if not visible, 403 if visible but not theirs to change."""
    initiative = get_initiative(request, pk)
    if not can_edit(request.actor, initiative, set(names)):
        raise PermissionDenied(_("You may not change this initiative."))
    return initiative


def get_request(request: PageRequest, pk: int) -> Request:
    """A visible request; 404 for anything else."""
    rows = Request.objects.visible_to(request.actor)
    related = ("unit", "sponsor", "requester", "initiative", "triaged_by")
    asked: Request = get_object_or_404(rows.select_related(*related), pk=pk)
    return asked


def require(request: PageRequest, action: Action, unit_path: str | None = None) -> None:
    """403 unless the person may do `action` for the unit, or somewhere if no unit is given."""
    allowed = request.actor.may_somewhere(action) if unit_path is None else request.actor.may(action, unit_path)
    if not allowed:
        raise PermissionDenied(_("Your roles do not allow this."))


def may_configure(request: PageRequest) -> bool:
    """Whether the person administers the whole organisation."""
    return request.actor.may(Action.CONFIGURE, EVERYTHING)


def came_from(request: PageRequest, fallback: str) -> str:
    """The `next` address of a form if it leads to this site, else `fallback`."""
    wanted = request.POST.get("next", "") or request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return wanted if safe else fallback


def number_in(text: str) -> int:
    """A row id typed into an address or form; 404 for anything that is none."""
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Http404
    return int(text)
