"""Keeping, renaming and removing saved views."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portfolio.accounts.models import BusinessUnit
from portfolio.accounts.queries import visible_units
from portfolio.initiatives.forms.fields import add_errors
from portfolio.initiatives.forms.saved_views import ViewForm
from portfolio.initiatives.models import SavedView
from portfolio.initiatives.queries.saved_views import ROUTES, visible_views
from portfolio.initiatives.services.saved_views import change_view, delete_view, save_view
from portfolio.initiatives.views.access import PageRequest


@require_safe
def views(request: PageRequest) -> HttpResponse:
    """All views that this person may open; their own can be changed."""
    rows = [
        {"view": view, "url": f"{reverse(ROUTES[view.page])}?{view.query}", "own": view.owner_id == request.actor.user_id}
        for view in visible_views(request.actor)
        if view.page in ROUTES
    ]
    return render(request, "initiatives/views.html", {"rows": rows})


@require_http_methods(["GET", "POST"])
def view_new(request: PageRequest) -> HttpResponse:
    """Keep the filters, sorting and columns of the page that this person came from."""
    first = {"page": request.GET.get("page", "list"), "query": request.GET.get("query", "")[:2000]}
    form = ViewForm(request.POST or None, initial=first, units=_units(request))
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        columns = QueryDict(values["query"]).getlist("columns")
        try:
            made = save_view(
                by=request.actor, page=values["page"] or "list", name=values["name"], query=values["query"], columns=columns,
                unit=form.shared_with,
            )  # fmt: skip
            messages.success(request, _("The view “%s” is in the menu.") % made.name)
            return redirect(f"{reverse(ROUTES[made.page])}?{made.query}")
        except ValidationError as problem:
            add_errors(form, problem)
    context = {"form": form, "title": _("Save this view"), "submit": _("Save"), "next": reverse("initiatives:views")}
    return render(request, "initiatives/view_form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def view(request: PageRequest, pk: int) -> HttpResponse:
    """Rename, share otherwise, or remove one's own view; another person's does not exist here."""
    row = get_object_or_404(SavedView, pk=pk, owner=request.actor.user_id)
    if "remove" in request.POST:
        delete_view(by=request.actor, view=row)
        messages.success(request, _("The view “%s” is removed.") % row.name)
        return redirect("initiatives:views")
    form = ViewForm(request.POST or None, initial={"name": row.name, "unit": str(row.unit_id or "")}, units=_units(request))
    if request.method == "POST" and form.is_valid():
        try:
            change_view(by=request.actor, view=row, name=form.cleaned_data["name"], unit=form.shared_with)
            return redirect("initiatives:views")
        except ValidationError as problem:
            add_errors(form, problem)
    context = {"form": form, "title": row.name, "submit": _("Save"), "removable": True, "next": reverse("initiatives:views")}
    return render(request, "initiatives/view_form.html", context, status=422 if form.errors else 200)


def _units(request: PageRequest) -> dict[int, BusinessUnit]:
    return {unit.pk: unit for unit in visible_units(request.actor).order_by("path")}
