"""The one door of the pages of gates: who asks, and the scoped getters (another unit's row does not exist)."""

from __future__ import annotations

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django_htmx.middleware import HtmxDetails

from portfolio.accounts.choices import Action
from portfolio.accounts.models import User
from portfolio.accounts.rules import Actor, is_own
from portfolio.initiatives.models import Initiative
from portfolio.kit import clock
from readiness.gates.models import Condition, Decision, GateTemplate, Review, Waiver
from readiness.gates.queries.listed import conditions, waivers
from readiness.gates.queries.templates import visible_templates


class PageRequest(HttpRequest):
    """A signed-in person's request as the middleware leaves it."""

    actor: Actor
    htmx: HtmxDetails
    user: User


def get_initiative(request: PageRequest, pk: int) -> Initiative:
    """A visible initiative with its unit, stage and lifecycle; 404 for anything else."""
    rows = Initiative.objects.visible_to(request.actor).select_related("unit", "stage", "lifecycle", "owner", "sponsor")
    row: Initiative = get_object_or_404(rows, pk=pk)
    return row


def get_review(request: PageRequest, pk: int) -> Review:
    """A visible review with its template and initiative; 404 for anything else."""
    rows = Review.objects.visible_to(request.actor).select_related(
        "template", "initiative__unit", "initiative__stage", "initiative__owner", "superseded_by"
    )
    row: Review = get_object_or_404(rows, pk=pk)
    return row


def get_decision(request: PageRequest, pk: int) -> Decision:
    """A visible decision; 404 for anything else."""
    rows = Decision.objects.visible_to(request.actor).select_related(
        "review__template", "initiative__unit", "by", "supersedes", "superseded_by"
    )
    row: Decision = get_object_or_404(rows, pk=pk)
    return row


def get_waiver(request: PageRequest, pk: int) -> Waiver:
    """A visible waiver with `standing` as of now; 404 for anything else."""
    rows = waivers(request.actor, clock.now()).select_related("initiative__unit", "initiative__owner")
    row: Waiver = get_object_or_404(rows, pk=pk)
    return row


def get_condition(request: PageRequest, pk: int) -> Condition:
    """A visible condition with `standing` as of today; 404 for anything else."""
    rows = conditions(request.actor, clock.today()).select_related("initiative__unit", "owner", "decision__review")
    row: Condition = get_object_or_404(rows, pk=pk)
    return row


def get_template(request: PageRequest, pk: int) -> GateTemplate:
    """A version that the person may see: drafts for those who look after templates alone."""
    rows = visible_templates(drafts=request.actor.may_somewhere(Action.CONFIGURE))
    return get_object_or_404(rows.select_related("created_by", "published_by"), pk=pk)


def get_open_review(request: PageRequest, pk: int) -> Review:
    """A visible review that has not ended; 404 for anything else."""
    row = get_review(request, pk)
    if row.state in ("withdrawn", "superseded"):
        raise Http404
    return row


def owns(request: PageRequest, initiative: Initiative) -> bool:
    return is_own(request.actor, initiative.owner_id, initiative.sponsor_id)
