"""The frame of every page of one initiative: tabs over the slices that show something of it, by address."""

from __future__ import annotations

from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portfolio.initiatives.queries.overview import Overview

# (key, route, label); a slice that is not built yet has no page and no tab.
TABS = (
    ("overview", "initiatives:detail", gettext_lazy("Overview")),
    ("workloads", "workloads:initiative", gettext_lazy("Workloads and sizing")),
    ("evidence", "evidence:initiative", gettext_lazy("Evidence")),
    ("venues", "workloads:venues", gettext_lazy("Venues")),
    ("assessment", "assessments:initiative", gettext_lazy("Assessment")),
    ("gates", "gates:initiative", gettext_lazy("Gates")),
    ("risk", "risk:initiative", gettext_lazy("Risk")),
    ("money", "finance:initiative", gettext_lazy("Money")),
    ("history", "initiatives:history", gettext_lazy("History")),
)


def tabs(seen: Overview, here: str) -> list[dict[str, Any]]:
    """The tabs of an initiative; `here` is the key of the one that is open."""
    pk = seen.initiative.pk
    shown: list[dict[str, Any]] = [
        {"label": label, "url": url, "active": here == key}
        for key, name, label in TABS
        if (url := route(name, pk)) and not (key == "money" and seen.initiative.value_hidden)
    ]
    if seen.unread is not None:
        label = _("In the register") if not seen.unread else _("In the register, cells not read:")
        source_url = reverse("initiatives:source", args=[pk])
        shown.append({"label": label, "url": source_url, "active": here == "source", "count": seen.unread or None})
    return shown


def route(name: str, *args: Any) -> str:
    """An address of another slice, "" while that slice has no such page."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""
