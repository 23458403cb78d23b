"""What every page of gates shows around its content: the tabs, by address."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from readiness.gates.tables.needs import route

# (key, route, label); a page that is not built yet has no tab.
TABS = (
    ("board", "gates:list", _("Reviews")),
    ("meetings", "meetings:list", _("Meetings")),
    ("decisions", "gates:decisions", _("Decisions")),
    ("conditions", "gates:conditions", _("Conditions")),
    ("waivers", "gates:waivers", _("Waivers")),
    ("gatekeepers", "gates:gatekeepers", _("Gatekeepers")),
    ("templates", "gates:templates", _("Templates")),
)


def tabs(here: str) -> list[dict[str, Any]]:
    """For ui/tabs.html."""
    return [{"label": label, "url": url, "active": key == here} for key, name, label in TABS if (url := route(name))]


def crumbs(*steps: tuple[Any, str]) -> list[dict[str, str]]:
    """(label, address) from the top down, below the list of reviews."""
    return [
        {"label": str(_("Gates")), "url": reverse("gates:list")},
        *({"label": str(label), "url": url} for label, url in steps),
    ]
