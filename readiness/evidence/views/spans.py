"""How far a page looks back: chosen in the address, offered as links."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from portfolio.kit.templatetags.ui_forms import with_value
from readiness.evidence.tables.telemetry import Span
from readiness.evidence.views.access import PageRequest

SPANS = {
    "24h": (timedelta(hours=24), _("24 hours")),
    "7d": (timedelta(days=7), _("7 days")),
    "30d": (timedelta(days=30), _("30 days")),
    "90d": (timedelta(days=90), _("90 days")),
}
ALL = "all"
USUAL = "7d"


def span_key(request: PageRequest) -> str:
    wanted = request.GET.get("span", "")
    return wanted if wanted in SPANS or wanted == ALL else USUAL


def chosen_span(request: PageRequest, now: datetime, *, first: datetime | None = None) -> Span:
    """The time that is looked at; `all` begins at `first`, where that is known."""
    key = span_key(request)
    if key == ALL:
        return Span((first or now) - timedelta(hours=1), now)
    return Span(now - SPANS.get(key, SPANS[USUAL])[0], now)


def span_links(request: PageRequest, *, everything: bool = False) -> list[dict[str, Any]]:
    """For ui/tabs.html."""
    offered = [(key, label) for key, (_length, label) in SPANS.items()]
    if everything:
        offered.append((ALL, _("all of it")))
    here = span_key(request)
    return [{"label": label, "url": with_value(request, "span", key), "active": key == here} for key, label in offered]
