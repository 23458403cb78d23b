"""What every page of evidence shows around its content: the tabs, by address."""

from __future__ import annotations

from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

# (key, route, label); a page that is not built yet has no tab.
TABS = (
    ("home", "evidence:home", _("Overview")),
    ("observations", "evidence:observations", _("Observations")),
    ("missing", "evidence:missing", _("What is missing")),
    ("sources", "evidence:sources", _("Sources")),
    ("deliveries", "evidence:deliveries", _("Deliveries")),
    ("templates", "evidence:templates", _("Query templates")),
    ("catalogue", "evidence:catalogue", _("Metrics")),
    ("upload", "evidence:upload", _("Bring in")),
)


def tabs(here: str, **counts: int) -> list[dict[str, Any]]:
    """For ui/tabs.html; `counts` are shown beside the tabs of those keys."""
    return [
        {"label": label, "url": url, "active": key == here, "count": counts.get(key)}
        for key, name, label in TABS
        if (url := route(name))
    ]


def route(name: str, *args: Any) -> str:
    """An address, "" while there is no such page."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""
