"""What the frame of every page needs: navigation, the demo mark, the request id."""

from typing import Any, NamedTuple

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Place(NamedTuple):
    """One entry of the navigation; `key` is pressed after `g`; `action` is what the reader must be able to do."""

    route: str
    label: str | Promise
    icon: str
    key: str
    action: str


PLACES = (
    Place("today", _("Today"), "home", "t", "view"),
    Place("portfolio", _("Portfolio"), "chart-dots-3", "p", "view"),
    Place("initiatives:list", _("Initiatives"), "list-details", "i", "view"),
    Place("initiatives:requests", _("Requests"), "inbox", "r", "view"),
    Place("initiatives:imports", _("Imports"), "file-import", "m", "view"),
    Place("workloads:list", _("Workloads"), "gauge", "w", "view"),
    Place("sizing:list", _("Sizing"), "cpu", "z", "view"),
    Place("workloads:capacity", _("Capacity"), "server", "c", "view"),
    Place("procurement:purchases", _("Procurement"), "receipt", "o", "view"),
    Place("finance:home", _("Money"), "coin", "y", "money"),
    Place("silos:map", _("Silos"), "sitemap", "l", "view"),
    Place("evidence:home", _("Evidence"), "activity", "e", "view"),
    Place("risk:cohorts", _("Cohorts"), "chart-bar", "h", "view"),
    Place("gates:list", _("Gates"), "flag", "d", "view"),
    Place("meetings:list", _("Meetings"), "calendar", "b", "view"),
    Place("assessments:unknowns", _("Unknowns"), "help-circle", "u", "view"),
    Place("activity:audit", _("Audit trail"), "history", "a", "audit.view"),
    Place("accounts:administration", _("Administration"), "settings", "s", "configure"),
)


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context processor; anonymous readers get the frame without navigation."""
    actor = getattr(request, "actor", None)
    context: dict[str, Any] = {
        "request_id": getattr(request, "request_id", ""),
        "actor": actor,
    }
    if actor is None:
        return context
    places = [_entry(place, request.path) for place in PLACES if actor.paths(place.action)]
    return context | {
        "nav": [place for place in places if place],
        "showing_demo": actor.showing_demo,
    }


def _entry(place: Place, path: str) -> dict[str, Any] | None:
    try:
        url = reverse(place.route)
    except NoReverseMatch:  # a slice that is not built yet has no page
        return None
    active = path == url or (url != "/" and path.startswith(url))
    return {
        "url": url,
        "label": place.label,
        "icon": place.icon,
        "key": place.key,
        "active": active,
    }
