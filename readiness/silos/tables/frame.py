"""What every page of silos shows around its content: the tabs, by address."""

from __future__ import annotations

from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

TABS = (
    ("map", "silos:map", _("Map")),
    ("flow", "silos:flow", _("Flow")),
    ("findings", "silos:findings", _("Findings")),
    ("whatif", "silos:what_if", _("What if")),
    ("rules", "silos:rules", _("Rules")),
)


def tabs(here: str) -> list[dict[str, Any]]:
    """`here` is the key of the page that is open."""
    return [{"label": label, "url": reverse(name), "active": key == here} for key, name, label in TABS]


def route(name: str, *args: Any) -> str:
    """An address of another slice, "" while there is no such page."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""
