"""The tree of business units."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portfolio.accounts import queries, services
from portfolio.accounts.forms import UnitForm, UnitNameForm
from portfolio.accounts.views.access import PageRequest, blame, get_managed_unit, require_administrator


@require_safe
def units(request: PageRequest) -> HttpResponse:
    """All units that the reader administers, as an indented list."""
    require_administrator(request)
    text = request.GET.get("q", "").replace("\x00", "").strip()
    rows = queries.managed_units(request.actor)
    found = rows.filter(name__icontains=text) if text else rows
    return render(request, "accounts/units.html", {"units": found, "q": text})


@require_http_methods(["GET", "HEAD", "POST"])
def add(request: PageRequest) -> HttpResponse:
    """Add a unit under another one."""
    require_administrator(request)
    form = UnitForm(request.POST or None, actor=request.actor, initial={"parent": request.GET.get("parent")})
    if request.method == "POST" and form.is_valid():
        try:
            unit = services.create_unit(by=request.actor, **form.cleaned_data)
        except ValidationError as error:
            blame(form, error)
        except PermissionDenied as error:
            form.add_error("parent", str(error))
        else:
            messages.success(request, _("%(name)s is added.") % {"name": unit.name})
            return redirect("accounts:units")
    context = {"form": form, "title": _("Add a business unit"), "crumbs": _crumbs()}
    return render(request, "accounts/unit_form.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def rename(request: PageRequest, pk: int) -> HttpResponse:
    """Change a unit's name and code."""
    unit = get_managed_unit(request, pk)
    form = UnitNameForm(request.POST or None, initial={"name": unit.name, "code": unit.code})
    if request.method == "POST" and form.is_valid():
        try:
            services.rename_unit(by=request.actor, unit=unit, **form.cleaned_data)
        except ValidationError as error:
            blame(form, error)
        else:
            messages.success(request, _("%(name)s is saved.") % {"name": unit.name})
            return redirect("accounts:units")
    context = {"form": form, "title": _("Rename a business unit"), "crumbs": _crumbs()}
    return render(request, "accounts/unit_form.html", context, status=422 if form.is_bound else 200)


def _crumbs() -> list[dict[str, str]]:
    return [{"label": _("Business units"), "url": reverse("accounts:units")}]
