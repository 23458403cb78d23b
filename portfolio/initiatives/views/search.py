"""The search page, and the suggestions under the search box."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from portfolio.initiatives.queries.search import Hit, asked
from portfolio.initiatives.queries.search import search as find
from portfolio.initiatives.views.access import PageRequest

SUGGESTED, LISTED = 4, 30
LABELS = {
    "initiatives": (_("Initiatives"), "list-details"),
    "requests": (_("Requests"), "inbox"),
    "people": (_("People"), "user"),
    "units": (_("Business units"), "sitemap"),
    "programmes": (_("Programmes"), "stack-2"),
}


@require_safe
def search(request: PageRequest) -> HttpResponse:
    """Everything that has the words of `q`; as you type, the best few of each kind."""
    text = asked(request.GET.get("q", "")).text
    typing = bool(request.htmx)
    if typing and not text:
        return HttpResponse("")
    found = find(request.actor, text, limit=SUGGESTED if typing else LISTED + 1)
    groups = [_group(kind, hits) for kind, hits in found.items() if hits]
    context = {"groups": groups, "query": text, "all_url": f"{reverse('initiatives:search')}?{urlencode({'q': text})}"}
    return render(request, "ui/suggestions.html" if typing else "initiatives/search.html", context)


def _group(kind: str, hits: list[Hit]) -> dict[str, Any]:
    label, icon = LABELS[kind]
    entries = [
        {
            "url": _address(kind, hit), "icon": icon, "key": hit.key, "parts": hit.parts, "extract": hit.extract,
            "title": " ".join(filter(None, (hit.key, "".join(text for text, _hit in hit.parts)))), "meta": hit.note,
        }
        for hit in hits[:LISTED]
    ]  # fmt: skip
    return {"label": label, "icon": icon, "entries": entries, "more": len(hits) > LISTED}


def _address(kind: str, hit: Hit) -> str:
    """Where a hit leads: its page, or the table filtered by it."""
    pages = {"initiatives": "initiatives:detail", "requests": "initiatives:request"}
    if kind in pages:
        return reverse(pages[kind], args=[hit.pk])
    names = {"people": "owner", "units": "unit", "programmes": "programme"}
    return f"{reverse('initiatives:list')}?{names[kind]}={hit.pk}"
