"""The audit trail as a page and as files, and the history panel of one initiative or request."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portfolio.accounts.rules import Actor
from portfolio.activity import queries
from portfolio.activity.choices import Subjects
from portfolio.activity.filters import AuditFilter
from portfolio.activity.models import AuditEntry
from portfolio.activity.tables import EXPORT_HEAD, Line, as_data, export_rows, lines
from portfolio.activity.views.access import PageRequest, get_subject, page_of, require_auditor
from portfolio.kit import clock
from portfolio.kit.cells import csv_lines

PER_PAGE = 50
PER_PANEL = 20
PER_BATCH = 1000


@require_safe
def audit(request: PageRequest) -> HttpResponse:
    """What changed in the reader's units, newest first."""
    require_auditor(request)
    found = AuditFilter(request.GET, queryset=queries.trail(request.actor), request=request)
    shown = queries.stretch(found.qs, request.GET.get("cursor", ""), size=PER_PAGE)
    context = {
        "filter_form": found.form,
        "lines": _with_addresses(lines(request.actor, shown.entries)),
        "exports": [(name, f"?{_kept(request.GET, format=name.lower())}") for name in ("CSV", "JSON")],
        **_pager(request.GET, shown),
    }
    return render(request, "activity/audit.html", context)


@require_safe
def export(request: PageRequest) -> StreamingHttpResponse:
    """The filtered trail as one file, written batch by batch so that its length costs no memory."""
    require_auditor(request)
    found = AuditFilter(request.GET, queryset=queries.trail(request.actor), request=request)
    wanted = request.GET.get("format", "csv")
    if wanted not in ("csv", "json") or not found.form.is_valid():
        raise Http404
    every = _every_line(request.actor, found.qs)
    body = csv_lines(EXPORT_HEAD, (row for line in every for row in export_rows(line))) if wanted == "csv" else _json(every)
    kind = "text/csv; charset=utf-8" if wanted == "csv" else "application/json"
    response = StreamingHttpResponse(body, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="audit-trail-{clock.today():%Y-%m-%d}.{wanted}"'
    return response


@require_safe
def history(request: PageRequest, object_id: int, object_type: str = Subjects.INITIATIVE) -> HttpResponse:
    """The panel that the page of an initiative, request, purchase or vendor loads; with a frame around it if opened by itself."""
    subject = get_subject(request, object_type, object_id, history=True)
    shown = queries.stretch(queries.history(subject, request.actor), request.GET.get("cursor", ""), size=PER_PANEL)
    context = {"subject": subject, "page_url": page_of(subject), "lines": lines(request.actor, shown.entries, of=subject)}
    context |= _pager(request.GET, shown)
    return render(request, "activity/history_panel.html" if request.htmx else "activity/history.html", context)


def _every_line(actor: Actor, entries: QuerySet[AuditEntry]) -> Iterator[Line]:
    cursor = ""
    while True:
        batch = queries.stretch(entries, cursor, size=PER_BATCH)
        yield from lines(actor, batch.entries)
        if not batch.older:
            return
        cursor = batch.older


def _json(every: Iterator[Line]) -> Iterator[bytes]:
    yield b"["
    for position, line in enumerate(every):
        yield (b",\n" if position else b"\n") + orjson.dumps(as_data(line), option=orjson.OPT_UTC_Z)
    yield b"\n]\n"


def _with_addresses(shown: list[Line]) -> list[tuple[Line, str]]:
    return [(line, page_of(line.subject) if line.subject else "") for line in shown]


def _pager(query: QueryDict, shown: queries.Stretch) -> dict[str, Any]:
    return {
        "previous_url": f"?{_kept(query, cursor=shown.newer)}" if shown.newer else "",
        "next_url": f"?{_kept(query, cursor=shown.older)}" if shown.older else "",
    }


def _kept(query: QueryDict, **values: str) -> str:
    """The filters in force, on another page or for a file."""
    kept = query.copy()
    kept.pop("cursor", None)
    for name, value in values.items():
        kept[name] = value
    return kept.urlencode()
