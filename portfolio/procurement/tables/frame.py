"""What every page of procurement shows around its content: the tabs, by address."""

from __future__ import annotations

from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

# (key, route, label); what is not built yet has no page and no tab.
TABS = (
    ("purchases", "procurement:purchases", _("Purchases")),
    ("requests", "procurement:requests", _("Purchase requests")),
    ("renewals", "procurement:renewals", _("Renewals")),
    ("plan", "procurement:plan", _("IT plan")),
    ("vendors", "procurement:vendors", _("Vendors")),
    ("capabilities", "procurement:capabilities", _("Capabilities")),
    ("imports", "procurement:imports", _("Imports")),
    ("billing", "procurement:billing", _("Billing")),
)


def tabs(here: str) -> list[dict[str, Any]]:
    """`here` is the key of the page that is open."""
    return [{"label": label, "url": url, "active": key == here} for key, name, label in TABS if (url := route(name))]


def route(name: str, *args: Any) -> str:
    """An address of another part, "" while there is no such page."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""
