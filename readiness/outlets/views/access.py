"""The one door of the pages of this slice: who asks, one's own rows, and how a verb answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django_htmx.middleware import HtmxDetails

from portfolio.accounts.models import User
from portfolio.accounts.rules import Actor
from portfolio.initiatives.filters import InitiativeFilter
from portfolio.initiatives.forms.filter_bar import filter_bar
from portfolio.initiatives.models import Initiative
from portfolio.initiatives.queries.lists import stage_rows, unit_rows
from readiness.outlets.models import Sheet
from readiness.outlets.queries.sheets import sheets


class PageRequest(HttpRequest):
    """A signed-in person's request as the middleware leaves it."""

    actor: Actor
    htmx: HtmxDetails
    user: User


def get_sheet(request: PageRequest, pk: int) -> Sheet:
    """One's own; 404 for anything else."""
    row: Sheet = get_object_or_404(sheets(request.actor), pk=pk)
    return row


def done(request: PageRequest, back: str, verb: Callable[..., Any], *, says: Any = "", **arguments: Any) -> HttpResponse:
    """Run a verb as this person and go back; what it objects to is told there."""
    try:
        verb(by=request.actor, **arguments)
    except ValidationError as problem:
        messages.error(request, " ".join(problem.messages))
    else:
        if says:
            messages.success(request, says)
    return redirect(back)


def in_words(actor: Actor, query: str) -> str:
    """The filters of an address as they stand on the chips of the filter bar; "" without any."""
    values = QueryDict(query)
    found = InitiativeFilter(values, queryset=Initiative.objects.visible_to(actor))
    bar = filter_bar(found, values, units=unit_rows(actor), stages=stage_rows())
    return ", ".join(f"{chip['label']}: {chip['value']}" for chip in bar.chips)


def given(stored_as: str, *, name: str, content_type: str, sha256: str) -> FileResponse:
    """A file as a download only; the digest is of exactly these bytes. 404 for one that is gone."""
    try:
        content = default_storage.open(stored_as, "rb")
    except FileNotFoundError as lost:
        raise Http404 from lost
    response = FileResponse(content, as_attachment=True, filename=name, content_type=content_type)
    response["X-Content-SHA256"] = sha256
    return response
