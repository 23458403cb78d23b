"""Lifecycle templates: their versions, how many initiatives use each, new versions, the default."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portfolio.initiatives.forms.fields import add_errors
from portfolio.initiatives.forms.lifecycles import MOST, LifecycleForm
from portfolio.initiatives.models import Lifecycle
from portfolio.initiatives.queries.lists import lifecycle_rows
from portfolio.initiatives.services.lifecycles import define_lifecycle, make_default
from portfolio.initiatives.views.access import PageRequest, may_configure


@require_safe
def lifecycles(request: PageRequest) -> HttpResponse:
    """Everybody may read them; administrators define new versions."""
    context = {"rows": lifecycle_rows(request.actor), "may_configure": may_configure(request)}
    return render(request, "initiatives/lifecycles.html", context)


@require_http_methods(["GET", "POST"])
def lifecycle_new(request: PageRequest) -> HttpResponse:
    """A new template, or with `?from=` a new version of one; what runs stays on its version."""
    if not may_configure(request):
        raise PermissionDenied(_("Only administrators define lifecycle templates."))
    form = LifecycleForm(request.POST or None, initial=_copy_of(request.GET.get("from", "")))
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            made = define_lifecycle(
                by=request.actor, key=values["key"], name=values["name"], stages=form.specs(), description=values["description"]
            )
            messages.success(request, _("%s is ready. Running initiatives stay on their version.") % made)
            return redirect("initiatives:lifecycles")
        except ValidationError as problem:
            add_errors(form, problem)
    context = {"form": form, "back": reverse("initiatives:lifecycles")}
    return render(request, "initiatives/lifecycle_form.html", context, status=422 if form.errors else 200)


@require_POST
def lifecycle_default(request: PageRequest, pk: int) -> HttpResponse:
    """New initiatives start on this version."""
    row = get_object_or_404(Lifecycle, pk=pk)
    make_default(by=request.actor, lifecycle=row)
    messages.success(request, _("New initiatives start on %s.") % row)
    return redirect("initiatives:lifecycles")


def _copy_of(pk: str) -> dict[str, Any]:
    """The form's first values: those of the version to start from, or nothing."""
    if not (pk.isascii() and pk.isdigit() and len(pk) < 19):
        return {}
    row = get_object_or_404(Lifecycle, pk=int(pk))
    made: dict[str, Any] = {"name": row.name, "key": row.key, "description": row.description}
    for number, stage in enumerate(row.stages.order_by("position")[:MOST], start=1):
        made |= {f"stage_{number}_{part}": getattr(stage, part) for part in ("name", "gate", "kind", "key")}
    return made
