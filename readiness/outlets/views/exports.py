"""Exports that come by themselves: listed with their files, planned, paused, deleted."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portfolio.accounts.choices import Action
from portfolio.initiatives.queries.saved_views import MAX_SHOWN, visible_views
from portfolio.kit import clock
from readiness.outlets.choices import Format
from readiness.outlets.forms.exports import ExportForm
from readiness.outlets.models import Export, ExportFile
from readiness.outlets.queries.exports import exports as own_exports
from readiness.outlets.queries.exports import listed, opens
from readiness.outlets.services.exports.planning import delete_export, pause_export, plan_export, resume_export
from readiness.outlets.tables.exports import export_rows
from readiness.outlets.views.access import PageRequest, done, given, in_words

METHODS = ["GET", "HEAD", "POST"]
TYPES = {
    Format.CSV: "text/csv; charset=utf-8", Format.JSON: "application/json",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}  # fmt: skip


def get_export(request: PageRequest, pk: int) -> Export:
    """One's own; 404 for anything else."""
    row: Export = get_object_or_404(own_exports(request.actor), pk=pk)
    return row


@require_safe
def exports(request: PageRequest) -> HttpResponse:
    rows = export_rows(listed(request.actor))
    return render(request, "outlets/exports.html", {"rows": rows, "may": request.actor.may_somewhere(Action.VIEW)})


@require_http_methods(METHODS)
def plan(request: PageRequest) -> HttpResponse:
    """With the filters of a saved view, or those of the address that led here."""
    actor, kept = request.actor, request.GET.urlencode()[:2000]
    views = {str(view.pk): view for view in visible_views(actor)[:MAX_SHOWN]}
    form = ExportForm(request.POST or None, views=[(pk, view.name) for pk, view in views.items()], kept=kept)
    if request.method == "POST" and form.is_valid():
        chosen = views.get(form.cleaned_data["view"])
        query = chosen.query if chosen else kept
        try:
            plan_export(by=actor, query=query, about=in_words(actor, query), today=clock.today(), **form.values())
        except (ValidationError, PermissionDenied) as problem:
            form.add_error(None, problem if isinstance(problem, ValidationError) else str(problem))
        else:
            return redirect("outlets:exports")
    context = {"form": form, "kept": in_words(actor, kept), "action": request.get_full_path()}
    return render(request, "outlets/export_form.html", context, status=422 if form.is_bound else 200)


@require_POST
def pause(request: PageRequest, pk: int) -> HttpResponse:
    """Or resume, where it is paused."""
    export = get_export(request, pk)
    verb, says = (resume_export, _("It goes on.")) if export.paused_at else (pause_export, _("Paused."))
    return done(request, reverse("outlets:exports"), verb, export=export, now=clock.now(), says=says)


@require_http_methods(METHODS)
def delete(request: PageRequest, pk: int) -> HttpResponse:
    """Asks once; its files go with it."""
    export, back = get_export(request, pk), reverse("outlets:exports")
    if request.method == "POST":
        return done(request, back, delete_export, export=export, says=_("Deleted, with its files."))
    context = {
        "title": _("Delete %(name)s?") % {"name": export.name},
        "text": _("No more files are made, and those that were go with it."),
        "action": request.path, "submit": _("Delete it"), "danger": True, "cancel_url": back,
    }  # fmt: skip
    return render(request, "ui/confirm_page.html", context)


@require_safe
def file(request: PageRequest, pk: int, file: int) -> HttpResponseBase:
    """Its owner's, as long as they hold what it was made under."""
    export = get_export(request, pk)
    found: ExportFile = get_object_or_404(export.files, pk=file)
    if not found.sha256 or found.kept_until is None or found.kept_until < clock.today():
        raise Http404
    if not opens(request.actor, found):
        raise PermissionDenied(_("It holds what your roles do not show any more."))
    name = f"{export.what}-{'demo-' if export.demo else ''}{found.due_on}.{export.format}"
    return given(found.stored_as, name=name, content_type=TYPES[Format(export.format)], sha256=found.sha256)
