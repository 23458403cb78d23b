"""Query templates: those that are shipped, to read and to copy; one's own, to change."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portfolio.accounts.choices import Action
from portfolio.accounts.queries import units_where
from portfolio.initiatives.forms.fields import add_errors
from portfolio.initiatives.queries.lists import PAGE_SIZE
from readiness.evidence.forms.rows import with_more_rows
from readiness.evidence.forms.shapes import QUERIES, units_by_metric
from readiness.evidence.forms.templates import TemplateForm, texts
from readiness.evidence.models import QueryTemplate
from readiness.evidence.queries.templates import OWN, SHIPPED, own_templates, queries_of, shipped
from readiness.evidence.services.templates import StaleTemplate, change_template, create_template, delete_template
from readiness.evidence.tables import templates as tables
from readiness.evidence.tables.frame import tabs
from readiness.evidence.views.access import PageRequest, get_template, require, require_somewhere


@require_safe
def templates(request: PageRequest) -> HttpResponse:
    """Which queries there are to start a feed from."""
    paths = request.actor.paths(Action.EVIDENCE)
    page = Paginator(own_templates(request.actor), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "tabs": tabs("templates"), "headline": tables.headline(page.paginator.count), "shipped": tables.shipped_rows(),
        "page": page, "own": tables.own_rows(page.object_list, paths), "may_write": bool(paths),
    }  # fmt: skip
    return render(request, "evidence/templates.html", context)


@require_safe
def template_shipped(request: PageRequest, key: str) -> HttpResponse:
    """One that is shipped, to read and to copy."""
    pack = shipped(key)
    if pack is None:
        raise Http404
    context = {
        "tabs": tabs("templates"), "row": tables.shipped_row(pack), "queries": tables.query_rows(pack.queries),
        "may_write": request.actor.may_somewhere(Action.EVIDENCE),
    }  # fmt: skip
    return render(request, "evidence/template.html", context)


@require_http_methods(["GET", "POST"])
def template_new(request: PageRequest) -> HttpResponse:
    """Write one, from nothing or from the copy of another (`?from=`)."""
    require_somewhere(request, Action.EVIDENCE)
    source = request.GET.get("from", "")
    queries, name = queries_of(request.actor, source)
    initial = {"name": _("%s, our own") % name if name else "", "queries": [QUERIES.write(entry) for entry in queries]}
    form = _form(request, initial)
    if _sent(request, form):
        try:
            made = create_template(
                by=request.actor, based_on=source.partition(":")[2] if source.startswith(f"{SHIPPED}:") and name else "",
                demo=request.actor.showing_demo, **form.values(),
            )  # fmt: skip
        except ValidationError as problem:
            add_errors(form, problem)
        else:
            messages.success(request, _("%s is kept. A new feed can start from it.") % made.name)
            return redirect("evidence:templates")
    return _page(request, form, {"copied": name})


@require_http_methods(["GET", "POST"])
def template(request: PageRequest, pk: int) -> HttpResponse:
    """One's own: changed by those who run sources of its unit, read by the others."""
    row = get_template(request, pk)
    if not request.actor.may(Action.EVIDENCE, row.unit.path):
        if request.method == "POST":
            require(request, Action.EVIDENCE, row.unit.path)
        return _read(request, row)
    form = _form(request, texts(row))
    if _sent(request, form):
        try:
            change_template(
                by=request.actor, template=row, changes=form.values(), version=form.cleaned_data["version"] or 0
            )  # fmt: skip
        except ValidationError as problem:
            add_errors(form, problem)
        except StaleTemplate as stale:
            form = _again(request, form, stale.current)
        else:
            messages.success(request, _("Saved. Feeds that were made from it keep the queries that they have."))
            return redirect("evidence:templates")
    return _page(request, form, {"row": row})


@require_http_methods(["GET", "POST"])
def template_delete(request: PageRequest, pk: int) -> HttpResponse:
    """Take it away, asked once."""
    row = get_template(request, pk)
    require(request, Action.EVIDENCE, row.unit.path)
    if request.method == "POST":
        delete_template(by=request.actor, template=row)
        messages.success(request, _("%s is taken away.") % row.name)
        return redirect("evidence:templates")
    context = {
        "title": _("Take %s away?") % row.name, "submit": _("Take it away"), "danger": True,
        "text": _("Feeds that were made from it keep the queries that they have. The audit trail keeps the template."),
        "action": reverse("evidence:template_delete", args=[pk]), "cancel_url": reverse("evidence:template", args=[pk]),
    }  # fmt: skip
    return render(request, "ui/confirm_page.html", context)


def _form(request: PageRequest, initial: dict[str, Any]) -> TemplateForm:
    units = {unit.pk: unit for unit in units_where(request.actor, Action.EVIDENCE).order_by("path")}
    return TemplateForm(request.POST or None, units=units, initial=initial)


def _sent(request: PageRequest, form: TemplateForm) -> bool:
    """Whether a whole form came; one that asks for more rows gets them and is not judged."""
    if request.method != "POST" or with_more_rows(form, request.POST.get("more", "")):
        return False
    return form.is_valid()


def _again(request: PageRequest, form: TemplateForm, current: QueryTemplate) -> TemplateForm:
    """As typed, over the newer version, so that saving again is meant."""
    typed = request.POST.copy()
    typed["version"] = str(current.version)
    fresh = TemplateForm(typed, units=form.units, initial=texts(current))
    changed = ", ".join(str(fresh[name].label) for name in fresh.changed_data if name != "version")
    fresh.add_error(
        None, _("Somebody else saved meanwhile. Yours differs in: %s. Save again to put yours in its place.") % changed
    )
    return fresh


def _page(request: PageRequest, form: TemplateForm, more: dict[str, Any]) -> HttpResponse:
    context = {"form": form, "units": units_by_metric(), "cancel_url": reverse("evidence:templates"), **more}
    return render(request, "evidence/template_form.html", context, status=422 if form.errors else 200)


def _read(request: PageRequest, row: QueryTemplate) -> HttpResponse:
    said = {"name": row.name, "about": row.about, "copy_url": f"{reverse('evidence:template_new')}?from={OWN}:{row.pk}"}
    context = {
        "tabs": tabs("templates"), "row": said, "queries": tables.query_rows(row.queries),
        "may_write": request.actor.may_somewhere(Action.EVIDENCE),
    }  # fmt: skip
    return render(request, "evidence/template.html", context)
