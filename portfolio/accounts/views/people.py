"""People and the roles they hold."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portfolio.accounts import queries, services
from portfolio.accounts.choices import Action, Role
from portfolio.accounts.forms import PersonForm, RoleForm
from portfolio.accounts.models import User
from portfolio.accounts.rules import EVERYTHING
from portfolio.accounts.views.access import PageRequest, blame, get_managed_person, page_of, require_administrator


@require_safe
def people(request: PageRequest) -> HttpResponse:
    """Everybody the reader looks after, with the roles that lie in the reader's units."""
    require_administrator(request)
    text = request.GET.get("q", "")
    roles = Prefetch("roles", queryset=queries.managed_roles(request.actor), to_attr="shown_roles")
    found = queries.searched(queries.managed_people(request.actor), text).prefetch_related(roles)
    return render(request, "accounts/people.html", {"page": page_of(found, request), "q": text})


@require_http_methods(["GET", "HEAD", "POST"])
def add(request: PageRequest) -> HttpResponse:
    """Add a person; they choose their password through the reset page."""
    require_administrator(request)
    form = PersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user = services.create_user(by=request.actor, **form.cleaned_data)
        except ValidationError as error:
            blame(form, error)
        else:
            messages.success(request, _("%(name)s is registered. Give them a role next.") % {"name": user.name})
            return redirect("accounts:person", pk=user.pk)
    return render(request, "accounts/person_form.html", {"form": form}, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def person(request: PageRequest, pk: int) -> HttpResponse:
    """One person: their roles; a POST gives one more."""
    user = get_managed_person(request, pk)
    form = RoleForm(request.POST or None, actor=request.actor)
    if request.method == "POST" and form.is_valid():
        role = Role(form.cleaned_data["role"])
        try:
            services.assign_role(by=request.actor, user=user, role=role, unit=form.cleaned_data["unit"])
        except PermissionDenied as error:
            form.add_error("unit", str(error))
        else:
            messages.success(request, _("The role is given."))
            return redirect("accounts:person", pk=user.pk)
    return render(request, "accounts/person.html", _person(request, user, form), status=422 if form.is_bound else 200)


def _person(request: PageRequest, user: User, form: RoleForm) -> dict[str, object]:
    roles = list(queries.managed_roles(request.actor).filter(user=user))
    return {
        "person": user,
        "form": form,
        "roles": roles,
        "elsewhere": queries.roles_of(user.pk).count() - len(roles),
        "everywhere": request.actor.may(Action.CONFIGURE, EVERYTHING),
        "crumbs": [{"label": _("People"), "url": reverse("accounts:people")}],
    }


@require_http_methods(["GET", "HEAD", "POST"])
def remove_role(request: PageRequest, pk: int, role_id: int) -> HttpResponse:
    """Ask once, then take a role away."""
    user = get_managed_person(request, pk)
    assignment = get_object_or_404(queries.managed_roles(request.actor), pk=role_id, user=user)
    back = reverse("accounts:person", args=[user.pk])
    if request.method == "POST":
        try:
            services.remove_role(by=request.actor, assignment=assignment)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            messages.success(request, _("The role is taken away; it holds from their next click."))
        return redirect(back)
    context = {
        "title": _("Take the role away?"),
        "text": _("%(name)s is no longer %(role)s.") % {"name": user, "role": assignment},
        "action": reverse("accounts:role-remove", args=[user.pk, assignment.pk]),
        "submit": _("Take the role away"),
        "danger": True,
        "cancel_url": back,
    }
    return render(request, "ui/confirm_page.html", context)


@require_POST
def set_active(request: PageRequest, pk: int) -> HttpResponse:
    """Lock a person out or let them in again; can be undone, so it is not asked twice."""
    user = get_managed_person(request, pk)
    active = request.POST.get("active") == "yes"
    try:
        services.set_active(by=request.actor, user=user, active=active)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        said = _("%(name)s can sign in again.") if active else _("%(name)s is locked out from their next click.")
        messages.success(request, said % {"name": user})
    return redirect("accounts:person", pk=user.pk)
