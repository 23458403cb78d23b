"""Imports of purchases, plan items, requests and vendors: file, mapping, preview with what stands in the way, publish."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portfolio.accounts.choices import Action
from portfolio.accounts.rules import Actor
from portfolio.formats.errors import FormatError
from portfolio.formats.sheets.mapping import SheetMapping, mapping_from
from portfolio.initiatives.forms.fields import add_errors
from portfolio.initiatives.queries.lists import page_number
from portfolio.procurement.choices import ImportState
from portfolio.procurement.forms.imports import MappingForm, UploadForm
from portfolio.procurement.forms.rows import offer_units
from portfolio.procurement.models import RegisterImport
from portfolio.procurement.queries import imports as reading
from portfolio.procurement.queries.pickers import units_for
from portfolio.procurement.services.imports import runs as verbs
from portfolio.procurement.services.imports.fields import fields_of
from portfolio.procurement.tables import imports as tables
from portfolio.procurement.tables.frame import tabs
from portfolio.procurement.views.access import PageRequest

PER_PAGE = 50
LISTED = 100
WORKING = (ImportState.READING, ImportState.PUBLISHING)


@require_safe
def imports(request: PageRequest) -> HttpResponse:
    """What was imported, by whom, and how it ended."""
    rows = [tables.run_row(run) for run in reading.visible_imports(request.actor)[:LISTED]]
    context = {"rows": rows, "tabs": tabs("imports"), "may_import": _may(request.actor)}
    return render(request, "procurement/imports.html", context)


@require_http_methods(["GET", "POST"])
def import_new(request: PageRequest) -> HttpResponse:
    """Hand in a file and say what it holds."""
    actor = request.actor
    if not _may(actor):
        raise PermissionDenied(_("Procurement officers import purchases."))
    form = UploadForm(request.POST or None, request.FILES or None, units=offer_units(units_for(actor, Action.PURCHASE)))
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        given["unit"] = form.units.rows[int(given["unit"])]
        try:
            run = verbs.start_import(by=actor, demo=actor.showing_demo, **given)
            return redirect("procurement:import_mapping", run.pk)
        except ValidationError as problem:
            add_errors(form, problem)
    return render(request, "procurement/import_new.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def mapping(request: PageRequest, pk: int) -> HttpResponse:
    """Which column is what: proposed by headers and values, decided by a person."""
    run = get_import(request, pk)
    if run.state not in verbs.OPEN:  # nothing is left to say, and its file may be gone
        return redirect("procurement:import", pk)
    try:
        proposal, headers = verbs.suggest(run)
    except FormatError as error:
        return render(request, "procurement/import_unreadable.html", {"run": run, "error": str(error)}, status=422)
    wanted = fields_of(run.kind, verbs.known_capabilities())
    first: SheetMapping = mapping_from(run.mapping["sheet"], wanted) if run.mapping else proposal.mapping
    form = MappingForm(request.POST or None, wanted=wanted, headers=headers, first=first, initial=run.mapping.get("options"))
    if request.method == "POST" and form.is_valid():
        try:
            verbs.map_import(by=request.actor, run=run, mapping=form.mapping(), options=form.options())
            return redirect("procurement:import", run.pk)
        except ValidationError as problem:
            add_errors(form, problem)
    vendors = any(field.name == "vendor" for field in wanted)
    context = {"form": form, "run": run, "vendors": vendors, "guessed": len(proposal.guesses)}
    return render(request, "procurement/import_mapping.html", context, status=422 if form.errors else 200)


@require_safe
def one(request: PageRequest, pk: int) -> HttpResponse:
    """One import: its progress, what it would do row by row, and its report afterwards."""
    run = get_import(request, pk)
    which = request.GET.get("show", "reported")
    page = Paginator(reading.rows_to_show(run, which), PER_PAGE).get_page(page_number(request.GET.get("page", "")))
    context = {
        "run": run, "row": tables.run_row(run), "figures": tables.figures(run), "notes": tables.notes(run), "which": which,
        "page": page, "rows": [tables.read_row(row) for row in page], "working": run.state in WORKING,
        "show_tabs": tables.show_tabs(run, which), "crumbs": [{"label": _("Imports"), "url": reverse("procurement:imports")}],
    }  # fmt: skip
    return render(request, "procurement/import.html", context)


@require_POST
def publish(request: PageRequest, pk: int) -> HttpResponse:
    return _verb(request, pk, verbs.request_publish)


@require_POST
def cancel(request: PageRequest, pk: int) -> HttpResponse:
    return _verb(request, pk, verbs.cancel_import)


def _verb(request: PageRequest, pk: int, verb: Any) -> HttpResponse:
    run = get_import(request, pk)
    try:
        verb(by=request.actor, run=run)
    except ValidationError as problem:
        messages.error(request, " ".join(problem.messages))
    return redirect("procurement:import", pk)


def get_import(request: PageRequest, pk: int) -> RegisterImport:
    """An import that this person may see; 404 for anything else."""
    found: RegisterImport = get_object_or_404(reading.visible_imports(request.actor), pk=pk)
    return found


def _may(actor: Actor) -> bool:
    return actor.may_somewhere(Action.PURCHASE) and actor.may_somewhere(Action.MONEY)
