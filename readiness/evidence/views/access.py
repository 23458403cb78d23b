"""The one door of the pages of this slice: who asks, and the scoped getters (another unit's row does not exist)."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django_htmx.middleware import HtmxDetails

from portfolio.accounts.choices import Action
from portfolio.accounts.rules import Actor
from readiness.connectors import registry
from readiness.connectors.live import Connector
from readiness.evidence.models import Delivery, Feed, QueryTemplate, Source


class PageRequest(HttpRequest):
    """A signed-in person's request as the middleware leaves it."""

    actor: Actor
    htmx: HtmxDetails


def connector_for(kind: str) -> Connector | None:
    """What a source of this kind is asked with; None for what people and tools bring."""
    return next((one for one in registry.CONNECTORS if one.kind == kind), None)


def get_source(request: PageRequest, pk: int) -> Source:
    """A visible source with its unit and health; 404 for anything else."""
    rows = Source.objects.visible_to(request.actor).select_related("unit", "health", "created_by")
    row: Source = get_object_or_404(rows, pk=pk)
    return row


def get_editable_source(request: PageRequest, pk: int) -> Source:
    """A source in use that this person may run; 404 if it is not visible or retired, 403 if it is not theirs."""
    rows = Source.objects.visible_to(request.actor).filter(retired_at=None).select_related("unit", "health", "created_by")
    row: Source = get_object_or_404(rows, pk=pk)
    require(request, Action.EVIDENCE, row.unit.path)
    return row


def get_editable_feed(request: PageRequest, pk: int) -> Feed:
    """A feed in use of a source that this person may run; 404 or 403 as for the source."""
    rows = Feed.objects.visible_to(request.actor).filter(retired_at=None, source__retired_at=None)
    row: Feed = get_object_or_404(rows.select_related("source__unit", "workload__initiative", "pool"), pk=pk)
    require(request, Action.EVIDENCE, row.source.unit.path)
    return row


def get_template(request: PageRequest, pk: int) -> QueryTemplate:
    """A visible template of one's own; 404 for anything else."""
    row: QueryTemplate = get_object_or_404(QueryTemplate.objects.visible_to(request.actor).select_related("unit"), pk=pk)
    return row


def get_delivery(request: PageRequest, pk: int) -> Delivery:
    """A visible delivery with its source and what it is about; 404 for anything else."""
    rows = Delivery.objects.visible_to(request.actor)
    about = rows.select_related("source", "unit", "workload", "initiative", "pool", "asked_by")
    row: Delivery = get_object_or_404(about, pk=pk)
    return row


def require(request: PageRequest, action: Action, unit_path: str) -> None:
    """403 where the person's roles do not allow it for that unit."""
    if not request.actor.may(action, unit_path):
        raise PermissionDenied(_("Your roles do not allow this here. An infrastructure architect of the unit can."))


def require_somewhere(request: PageRequest, action: Action) -> None:
    """403 where they allow it nowhere."""
    if not request.actor.may_somewhere(action):
        raise PermissionDenied(_("Your roles do not allow this. An infrastructure architect of the unit can."))
