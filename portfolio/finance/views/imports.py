"""Importing amounts: the file, its columns, what would happen, and what happened. Each step has an address."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portfolio.accounts.choices import Action
from portfolio.accounts.queries import units_where
from portfolio.finance.choices import ImportKind, ImportState
from portfolio.finance.forms.imports import MappingForm, UploadForm
from portfolio.finance.models import FinanceImport
from portfolio.finance.queries.imports import row_page
from portfolio.finance.services.access import can_configure
from portfolio.finance.services.imports import runs
from portfolio.finance.tables.imports import figures, row_cells, state, tabs
from portfolio.finance.views.access import PageRequest, get_import, require_money
from portfolio.formats.errors import BadMapping
from portfolio.initiatives.forms.fields import add_errors
from portfolio.initiatives.queries.lists import page_number
from portfolio.kit.templatetags.ui_forms import with_value

RECENT = 50
WORKING = (ImportState.READING, ImportState.PUBLISHING)


@require_safe
def imports(request: PageRequest) -> HttpResponse:
    """What was imported lately."""
    require_money(request)
    found = FinanceImport.objects.visible_to(request.actor).select_related("unit").order_by("-id")[:RECENT]
    rows = [{"run": run, "state": state(run), "kind": run.get_kind_display()} for run in found]
    return render(request, "finance/imports/list.html", {"rows": rows, "may_import": _may(request)})


@require_http_methods(["GET", "POST"])
def import_new(request: PageRequest) -> HttpResponse:
    """Take a file in; nothing of it is counted yet."""
    if not _may(request):
        raise PermissionDenied(_("You may not import amounts."))
    units = {unit.pk: unit for unit in units_where(request.actor, Action.BUDGET).order_by("path")}
    form = UploadForm(request.POST or None, request.FILES or None, units=units, rates=can_configure(request.actor))
    if request.method == "POST" and form.is_valid():
        try:
            kind = ImportKind(form.cleaned_data["kind"])
            run = runs.receive(by=request.actor, kind=kind, unit=form.chosen_unit, file=form.cleaned_data["file"])
            return redirect("finance:import_mapping", run.pk)
        except ValidationError as problem:
            add_errors(form, problem)
    context = {"form": form, "limit": settings.UPLOAD_MAX_BYTES // 2**20}
    return render(request, "finance/imports/new.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def import_mapping(request: PageRequest, pk: int) -> HttpResponse:
    """Which column is what, and the habits of the file."""
    run = get_import(request, pk, write=True)
    if run.state not in runs.OPEN:
        return redirect("finance:import", pk)
    headers, kind = run.sheet.get("headers", []), ImportKind(run.kind)
    form = MappingForm(request.POST or None, kind=kind, headers=headers, mapping=run.mapping)
    if request.method == "POST" and form.is_valid():
        try:
            runs.choose_mapping(by=request.actor, run=run, mapping=form.mapping(run.mapping))
            return redirect("finance:import", pk)
        except (ValidationError, BadMapping) as problem:
            form.add_error(None, str(problem) if isinstance(problem, BadMapping) else problem)
    context = {"run": run, "form": form, "headers": headers, "rows": run.sheet.get("rows", []), "crumbs": _crumbs()}
    return render(request, "finance/imports/mapping.html", context, status=422 if form.errors else 200)


@require_safe
def import_run(request: PageRequest, pk: int) -> HttpResponse:
    """Where the import stands: progress, the preview, the report."""
    run = get_import(request, pk)
    if request.htmx and run.state not in WORKING and request.GET.get("wait"):
        return HttpResponse(headers={"HX-Refresh": "true"})
    show = request.GET.get("show", "")
    page = row_page(run, show, page_number(request.GET.get("page", "")))
    context: dict[str, Any] = {
        "run": run, "state": state(run), "headline": _headline(run), "working": run.state in WORKING, "crumbs": _crumbs(),
        "may_act": runs.may_import(request.actor, run.kind, run.unit), "figures": figures(run) if run.counts else [],
        "rows": [row_cells(row) for row in page.rows], "tabs": tabs(run, show) if run.counts else [],
        "progress_url": reverse("finance:import", args=[pk]) + "?wait=1",
        "previous_url": with_value(request, "page", str(page.number - 1)) if page.number > 1 else "",
        "next_url": with_value(request, "page", str(page.number + 1)) if page.more else "",
    }  # fmt: skip
    if request.htmx and request.GET.get("wait"):
        return render(request, "finance/imports/progress.html", context)
    return render(request, "finance/imports/run.html", context)


@require_POST
def import_publish(request: PageRequest, pk: int) -> HttpResponse:
    """Write every accepted row, whole or not at all."""
    return _do(request, pk, runs.request_publish, _("It is being written; you can leave this page."))


@require_POST
def import_discard(request: PageRequest, pk: int) -> HttpResponse:
    """Give it up."""
    return _do(request, pk, runs.discard, _("Given up. Nothing of it was ever counted."))


def _do(request: PageRequest, pk: int, verb: Any, done: str) -> HttpResponse:
    run = get_import(request, pk, write=True)
    try:
        verb(by=request.actor, run=run)
        messages.success(request, done)
    except ValidationError as problem:
        messages.error(request, " ".join(problem.messages))
    return redirect("finance:import", pk)


def _headline(run: FinanceImport) -> str:
    lands: int = sum(run.counts.get(name, 0) for name in ("create", "update"))
    if run.state == ImportState.READY:
        return ngettext("%d row would change something", "%d rows would change something", lands) % lands
    if run.state == ImportState.PUBLISHED:
        return ngettext("%d row changed something", "%d rows changed something", lands) % lands
    return {
        ImportState.READING: _("The file is being read"), ImportState.PUBLISHING: _("The amounts are being written"),
        ImportState.FAILED: _("The file could not be read so; nothing of it is counted"),
        ImportState.DISCARDED: _("Given up; nothing of it is counted"),
    }.get(ImportState(run.state), _("Say which column is what"))  # fmt: skip


def _may(request: PageRequest) -> bool:
    return request.actor.may_somewhere(Action.BUDGET) or can_configure(request.actor)


def _crumbs() -> list[dict[str, str]]:
    return [{"label": _("Money"), "url": reverse("finance:home")}, {"label": _("Imports"), "url": reverse("finance:imports")}]
