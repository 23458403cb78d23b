"""A person's own one-page files."""

from __future__ import annotations

from django.db.models import QuerySet

from portfolio.accounts.choices import Action
from portfolio.accounts.rules import Actor
from readiness.outlets.models import Sheet
from readiness.outlets.rules.rights import covered

MOST = 30


def sheets(actor: Actor) -> QuerySet[Sheet]:
    """The newest first, without what they were printed from."""
    found: QuerySet[Sheet] = Sheet.objects.own(actor).defer("input").order_by("-pk")
    return found


def opens(actor: Actor, sheet: Sheet) -> bool:
    """Whether its owner still holds the rights that it was made under."""
    seen = covered(sheet.view_paths, actor.paths(Action.VIEW))
    return seen and covered(sheet.money_paths, actor.paths(Action.MONEY))
