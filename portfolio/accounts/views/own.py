"""What everybody has: a profile, and the hub of administration for those who administer."""

from __future__ import annotations

from typing import NamedTuple

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from portfolio.accounts import queries, services
from portfolio.accounts.forms import ProfileForm
from portfolio.accounts.views.access import PageRequest, blame, require_administrator


class Door(NamedTuple):
    """An entry of the hub; `route` may belong to a slice above this one, and to one that is not there."""

    route: str
    label: str | Promise
    icon: str
    text: str | Promise


DOORS = (
    Door("accounts:people", gettext_lazy("People and roles"), "users", gettext_lazy("Who may see and do what, unit by unit.")),
    Door(
        "accounts:units", gettext_lazy("Business units"), "sitemap", gettext_lazy("The tree that roles and initiatives hang on.")
    ),
    Door(
        "accounts:tokens",
        gettext_lazy("API tokens"),
        "key",
        gettext_lazy("What tooling signs in with, and when it was last used."),
    ),
    Door(
        "initiatives:lifecycles", gettext_lazy("Lifecycle templates"), "route", gettext_lazy("Stages with a gate between them.")
    ),
    Door(
        "assessments:banks",
        gettext_lazy("Question banks"),
        "checklist",
        gettext_lazy("What assessments ask, in versions; as YAML in and out."),
    ),
    Door(
        "risk:statistics",
        gettext_lazy("Reference statistics"),
        "chart-bar",
        gettext_lazy("Published figures shown beside your own."),
    ),
    Door(
        "workloads:catalogue",
        gettext_lazy("Accelerators and models"),
        "cpu",
        gettext_lazy("What can be bought and run: the figures that sizing stands on."),
    ),
    Door("activity:audit", gettext_lazy("Audit trail"), "history", gettext_lazy("Who changed what, when, and through what.")),
    Door("accounts:queue", gettext_lazy("Background work"), "stack-2", gettext_lazy("What waits, and what failed for good.")),
)


@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: PageRequest) -> HttpResponse:
    """One's own name and clock, with the roles that one holds."""
    user = request.user
    form = ProfileForm(request.POST or None, initial={"name": user.name, "time_zone": user.time_zone})
    if request.method == "POST" and form.is_valid():
        try:
            services.change_profile(by=request.actor, user=user, **form.cleaned_data)
        except ValidationError as error:
            blame(form, error)
        else:
            messages.success(request, _("Your profile is saved."))
            return redirect("accounts:profile")
    status = 422 if form.is_bound else 200
    return render(request, "accounts/profile.html", {"form": form, "roles": queries.roles_of(user.pk)}, status=status)


@require_safe
def administration(request: PageRequest) -> HttpResponse:
    """The hub: only doors that lead somewhere."""
    require_administrator(request)
    doors = [{"url": url, "label": d.label, "icon": d.icon, "text": d.text} for d in DOORS if (url := _address(d.route))]
    return render(request, "accounts/administration.html", {"doors": doors})


def closed(request: HttpRequest) -> HttpResponse:
    """Pages of the sign-in library that would let people register or vouch for an address themselves."""
    raise Http404


def _address(route: str) -> str | None:
    try:
        return reverse(route)
    except NoReverseMatch:
        return None
