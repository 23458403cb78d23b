"""Panels that somebody shares by a secret address: listed, made, shown once, revoked."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from portfolio.accounts.choices import Action
from portfolio.kit import clock
from readiness.outlets.forms.panels import PanelForm
from readiness.outlets.models import Panel
from readiness.outlets.queries.panels import managed
from readiness.outlets.services.panels.making import make_panel, revoke_panel
from readiness.outlets.tables.shared import panel_rows
from readiness.outlets.views.access import PageRequest

METHODS = ["GET", "HEAD", "POST"]
MOST = 200


@require_safe
def panels(request: PageRequest) -> HttpResponse:
    """One's own, and for administrators those about their units."""
    rows = panel_rows(managed(request.actor)[:MOST], request.user.pk, clock.now())
    may = request.actor.may_somewhere(Action.TOKEN)
    return render(request, "outlets/panels.html", {"rows": rows, "may_create": may, "others": any(row["other"] for row in rows)})


@sensitive_variables("secret", "address")
@require_http_methods(METHODS)
def make(request: PageRequest) -> HttpResponse:
    """The answer to the POST shows the address; nothing keeps it, so there is no redirect."""
    if not request.actor.may_somewhere(Action.TOKEN):
        raise PermissionDenied(_("Your roles do not allow sharing panels."))
    form = PanelForm(request.POST or None, actor=request.actor)
    if request.method == "POST" and form.is_valid():
        try:
            panel, secret = make_panel(by=request.actor, now=clock.now(), **form.values())
        except (ValidationError, PermissionDenied) as problem:
            form.add_error(None, problem.messages if isinstance(problem, ValidationError) else str(problem))
        else:
            address = settings.BASE_URL.rstrip("/") + reverse("outlets:embedded", args=[secret])
            return render(request, "outlets/panel_made.html", {"panel": panel, "address": address})
    return render(request, "outlets/panel_form.html", {"form": form}, status=422 if form.is_bound else 200)


@require_http_methods(METHODS)
def revoke(request: PageRequest, pk: int) -> HttpResponse:
    """Asks once, then the address opens nothing more."""
    panel: Panel = get_object_or_404(managed(request.actor), pk=pk)
    back = reverse("outlets:panels")
    if request.method == "POST":
        revoke_panel(by=request.actor, panel=panel, now=clock.now())
        messages.success(request, _("%(name)s is revoked; its address opens nothing any more.") % {"name": panel.name})
        return redirect(back)
    context = {
        "title": _("Revoke %(name)s?") % {"name": panel.name},
        "text": _("Every page that shows it shows nothing from its next look on. It cannot be undone; make a new one instead."),
        "action": request.path, "submit": _("Revoke the panel"), "danger": True, "cancel_url": back,
    }  # fmt: skip
    return render(request, "ui/confirm_page.html", context)
