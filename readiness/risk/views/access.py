"""The one door of these pages: who asks, and the initiatives that are looked at."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from portfolio.accounts.rules import Actor
from portfolio.initiatives.filters import InitiativeFilter
from portfolio.initiatives.models import Initiative


class PageRequest(HttpRequest):
    """A signed-in person's request as the middleware leaves it."""

    actor: Actor
    htmx: HtmxDetails


def filtered(request: PageRequest) -> Any:
    """The filterset of the Portfolio page over what the reader sees."""
    return InitiativeFilter(request.GET, queryset=Initiative.objects.visible_to(request.actor))
