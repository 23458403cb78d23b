"""What every page of cohorts and published figures has around its content: tabs, and addresses under the page's filters."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

TABS = (
    ("model", "risk:model", _("Model")),
    ("cohorts", "risk:cohorts", _("Cohorts")),
    ("class", "risk:reference_class", _("Reference class")),
    ("statistics", "risk:statistics", _("Reference statistics")),
)
Values = str | tuple[str, ...]


def tabs(here: str) -> list[dict[str, Any]]:
    """`here` is the key of the page that is open."""
    return [{"label": label, "url": reverse(name), "active": key == here} for key, name, label in TABS]


class Links:
    """`kept` is the page's filters as pairs; a further filter replaces one of the same name."""

    def __init__(self, kept: list[tuple[str, str]]) -> None:
        self.kept = kept

    def rows(self, **filters: Values) -> str:
        """The list of initiatives."""
        return self._at("initiatives:list", filters)

    def page(self, **filters: Values) -> str:
        """The cohort page, narrowed."""
        return self._at("risk:cohorts", filters)

    def _at(self, route: str, filters: dict[str, Values]) -> str:
        pairs = [(name, value) for name, value in self.kept if name not in filters]
        for name, value in filters.items():
            pairs += [(name, item) for item in ((value,) if isinstance(value, str) else value)]
        return f"{reverse(route)}?{urlencode(pairs)}".rstrip("?")
