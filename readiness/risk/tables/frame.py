"""What every page of cohorts and published figures has around its content: tabs, and addresses under the page's filters."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portfolio.accounts.choices import Action
from portfolio.accounts.rules import Actor

TABS = (
    ("model", "risk:model", _("Model")),
    ("spending", "risk:spending", _("Abandoned spend")),
    ("cohorts", "risk:cohorts", _("Cohorts")),
    ("class", "risk:reference_class", _("Reference class")),
    ("statistics", "risk:statistics", _("Reference statistics")),
)
Values = str | tuple[str, ...]


def tabs(here: str, actor: Actor) -> list[dict[str, Any]]:
    """`here` is the key of the page that is open; the page of amounts is for those who hold money for a unit."""
    money = actor.may_somewhere(Action.MONEY)
    shown = [tab for tab in TABS if money or tab[0] != "spending"]
    return [{"label": label, "url": reverse(name), "active": key == here} for key, name, label in shown]


class Links:
    """`kept` is the page's filters as pairs; a further filter replaces one of the same name. `route` is the page's."""

    def __init__(self, kept: list[tuple[str, str]], route: str = "risk:cohorts") -> None:
        self.kept = kept
        self.route = route

    def rows(self, **filters: Values) -> str:
        """The list of initiatives."""
        return self._at("initiatives:list", filters)

    def page(self, **filters: Values) -> str:
        """The page, narrowed."""
        return self._at(self.route, filters)

    def _at(self, route: str, filters: dict[str, Values]) -> str:
        pairs = [(name, value) for name, value in self.kept if name not in filters]
        for name, value in filters.items():
            pairs += [(name, item) for item in ((value,) if isinstance(value, str) else value)]
        return f"{reverse(route)}?{urlencode(pairs)}".rstrip("?")
