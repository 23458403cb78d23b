"""Saved views that a person may open: their own, and those shared with a unit they belong to."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse

from portfolio.accounts.choices import Action
from portfolio.accounts.rules import Actor
from portfolio.initiatives.models import SavedView
from portfolio.kit.scope import within

ROUTES = {"list": "initiatives:list", "board": "initiatives:board", "portfolio": "portfolio"}
MAX_SHOWN = 100


def visible_views(actor: Actor) -> QuerySet[SavedView]:
    """Own views and shared ones, by name."""
    shared = within("unit__path", actor.paths(Action.VIEW)) & Q(unit__isnull=False)
    return SavedView.objects.filter(Q(owner=actor.user_id) | shared).select_related("owner", "unit").order_by("name", "id")


def menu_of(actor: Actor, page: str) -> list[dict[str, Any]]:
    """`[{name, url, shared}]` of one page, in one statement; `shared` names whose view it is and with whom."""
    base = reverse(ROUTES[page])
    return [
        {"name": view.name, "url": f"{base}?{view.query}", "shared": f"{view.owner} · {view.unit}" if view.unit else ""}
        for view in visible_views(actor).filter(page=page)[:MAX_SHOWN]
    ]
