"""`{% load initiative_pages %}`: the head of an initiative for pages of other slices, which never import this one's views."""

from __future__ import annotations

from typing import Any

from django import template
from django.http import Http404

from portfolio.initiatives.queries.overview import overview
from portfolio.initiatives.tables import facts, frame

register = template.Library()


@register.inclusion_tag("initiatives/header.html", takes_context=True)
def initiative_header(context: dict[str, Any], pk: int, here: str) -> dict[str, Any]:
    """Status, stage and tabs of the initiative `pk` with the tab `here` open. Raises Http404 if the reader may not see it."""
    seen = overview(context["request"].actor, pk)
    if seen is None:
        raise Http404
    return {
        "seen": seen,
        "row": seen.initiative,
        "steps": facts.steps(seen, movable=False),
        "closed": facts.closed_line(seen),
        "tabs": frame.tabs(seen, here),
        "may": {},
    }
