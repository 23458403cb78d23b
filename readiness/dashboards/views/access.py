"""The one door of the pages of this slice: who asks, and the initiatives that the filter bar leaves of what they may see."""

from __future__ import annotations

from typing import NamedTuple

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django_htmx.middleware import HtmxDetails

from portfolio.accounts.choices import Action
from portfolio.accounts.rules import Actor
from portfolio.initiatives.filters import InitiativeFilter
from portfolio.initiatives.models import Initiative
from readiness.dashboards.tables.links import Links


class PageRequest(HttpRequest):
    """A signed-in person's request as the middleware leaves it."""

    actor: Actor
    htmx: HtmxDetails


class Filtered(NamedTuple):
    """`rows` is what the address leaves of `visible`; `links` narrow it further; `unit` is the unit that it names."""

    found: InitiativeFilter
    rows: QuerySet[Initiative]
    visible: QuerySet[Initiative]
    links: Links
    unit: int | None


def filtered(request: PageRequest) -> Filtered:
    """The same for the page, its panels and its exports: one filter in the address."""
    visible = Initiative.objects.visible_to(request.actor)
    found = InitiativeFilter(request.GET, queryset=visible)
    pairs = [(name, value) for name, values in request.GET.lists() for value in values if value and name in found.filters]
    rows = found.qs
    unit = found.form.cleaned_data.get("unit")
    return Filtered(found, rows, visible, Links(pairs), int(unit) if unit is not None else None)


def require_money(request: PageRequest) -> None:
    """Panels of amounts over many initiatives are for those who hold money for a unit, as the pages of money are."""
    if not request.actor.may_somewhere(Action.MONEY):
        raise PermissionDenied(_("Your roles do not see amounts."))
