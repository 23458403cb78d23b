"""The portfolio on one page as a PDF: asked for from the Portfolio page, found again here."""

from __future__ import annotations

from urllib.parse import parse_qsl

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from portfolio.initiatives.forms.filter_bar import filter_query
from readiness.outlets.choices import SheetState, Variant
from readiness.outlets.queries.sheets import MOST, opens, sheets
from readiness.outlets.services.sheets.asking import ask_again, ask_sheet
from readiness.outlets.tables.sheets import sheet_rows
from readiness.outlets.views.access import PageRequest, done, get_sheet, given, in_words


@require_safe
def pages(request: PageRequest) -> HttpResponse:
    """One's own pages and how far each is; a fragment looks again while something is made."""
    query, found = filter_query(request.GET), list(sheets(request.actor)[:MOST])
    rows = sheet_rows([(one, opens(request.actor, one)) for one in found])
    context = {
        "rows": rows, "waiting": any(row["waiting"] for row in rows), "kept": parse_qsl(query),
        "about": in_words(request.actor, query),
        "url": f"{request.path}?{query}" if query else request.path, "back": _portfolio(query),
    }  # fmt: skip
    return render(request, "outlets/sheets_panel.html" if request.htmx else "outlets/sheets.html", context)


@require_POST
def make(request: PageRequest) -> HttpResponse:
    """With the filters that the Portfolio page has; its figures are read by the job."""
    query = filter_query(request.POST)
    back = reverse("outlets:sheets") + (f"?{query}" if query else "")
    return done(request, back, ask_sheet, query=query, about=in_words(request.actor, query), says=_("The page is being made."))


@require_POST
def again(request: PageRequest, pk: int) -> HttpResponse:
    return done(request, reverse("outlets:sheets"), ask_again, sheet=get_sheet(request, pk), says=_("It is made again."))


@require_safe
def file(request: PageRequest, pk: int) -> HttpResponseBase:
    """Its owner's, as long as they hold what it was made under."""
    sheet = get_sheet(request, pk)
    if sheet.state != SheetState.READY or sheet.made_at is None:
        raise Http404
    if not opens(request.actor, sheet):
        raise PermissionDenied(_("It holds what your roles do not show any more. Make a new one."))
    word = "with-amounts" if sheet.variant == Variant.MONEY else "without-amounts"
    name = f"portfolio-{'demo-' if sheet.demo else ''}{sheet.made_at:%Y-%m-%d}-{word}.pdf"
    return given(sheet.stored_as, name=name, content_type="application/pdf", sha256=sheet.sha256)


def _portfolio(query: str) -> str:
    return reverse("portfolio") + (f"?{query}" if query else "")
