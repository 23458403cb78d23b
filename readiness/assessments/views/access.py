"""The one door of these pages: who asks, and the scoped getters (another unit's row does not exist)."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django_htmx.middleware import HtmxDetails

from portfolio.accounts.models import User
from portfolio.accounts.rules import Actor
from portfolio.initiatives.models import Initiative
from readiness.assessments.models import QuestionBank
from readiness.assessments.queries.banks import visible_banks
from readiness.assessments.queries.sheets import Sheet, initiative_of, sheet
from readiness.assessments.services.rights import can_assess, can_configure, require_configure


class PageRequest(HttpRequest):
    """A signed-in person's request as the middleware leaves it."""

    actor: Actor
    htmx: HtmxDetails
    user: User


def get_initiative(request: PageRequest, pk: int) -> Initiative:
    """A visible initiative; 404 for anything else."""
    found = initiative_of(request.actor, pk)
    if found is None:
        raise Http404
    return found


def get_sheet(request: PageRequest, pk: int, number: int | None = None, *, history: bool = True) -> Sheet:
    """An assessment of a visible initiative (the newest without a number); 404 for anything else."""
    found = sheet(request.actor, pk, number, history=history)
    if found is None:
        raise Http404
    return found


def require_answerer(request: PageRequest, initiative: Initiative) -> None:
    """403 unless the person may answer for it."""
    if not can_assess(request.actor, initiative):
        raise PermissionDenied(_("You may not answer for this initiative."))


def get_bank(request: PageRequest, pk: int, *, managing: bool = False) -> QuestionBank:
    """A bank that the person may see; with `managing`, 403 for those who do not look after banks."""
    if managing:
        require_configure(request.actor)
    return get_object_or_404(visible_banks(drafts=can_configure(request.actor)), pk=pk)
