"""Versions of a profile: keep one, list them, compare two of them or one with today."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portfolio.accounts.models import User
from readiness.workloads.forms.versions import KeepForm
from readiness.workloads.models import ProfileVersion
from readiness.workloads.queries.profiles import Profile
from readiness.workloads.queries.states import kept_state, state_of
from readiness.workloads.rules.diff import State, compare
from readiness.workloads.services.profiles import can_edit, keep_version
from readiness.workloads.tables.versions import diff_rows, owners, summary
from readiness.workloads.views.access import PageRequest, get_editable, get_profile
from readiness.workloads.views.detail import frame_of

NOW = "now"


@require_safe
def versions(request: PageRequest, pk: int) -> HttpResponse:
    """The list; with `old` and `new` in the address what differs between them (a number, or `now`)."""
    seen = get_profile(request, pk)
    may_edit = seen.workload.retired_at is None and can_edit(request.actor, seen.workload.initiative)
    context = frame_of(seen, "versions") | {"versions": seen.versions, "may_edit": may_edit, "now": NOW}
    old, new = request.GET.get("old", ""), request.GET.get("new", "") or NOW
    if not old:
        return render(request, "workloads/versions.html", context)
    return render(request, "workloads/versions.html", context | _difference(seen, old, new))


def _difference(seen: Profile, old: str, new: str) -> dict[str, object]:
    """Both states and the rows that differ; 404 for a version that there is not."""
    before, after = _state(seen, old), _state(seen, new)
    changes = compare(before, after)
    people = User.objects.in_bulk(owners(before, after))
    return {
        "old": old,
        "new": new,
        "compared": True,
        "changes": diff_rows(changes, before, after, people),
        "summary": summary(changes),
    }


def _state(seen: Profile, number: str) -> State:
    if number == NOW:
        return state_of(seen.workload)
    found = next((row for row in seen.versions if str(row.number) == number), None)
    if found is None:
        raise Http404
    return kept_state(found)


@require_http_methods(["GET", "POST"])
def version_keep(request: PageRequest, pk: int) -> HttpResponse:
    """Freeze the profile as it stands, with a word on why."""
    row = get_editable(request, pk)
    form = KeepForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        return _keep(request, pk, form)
    context = {
        "title": _("Keep a version of %s") % row.name,
        "text": _("Values and requirements are frozen as they stand, for comparison and for what cites them."),
        "action": reverse("workloads:version_keep", args=[pk]),
        "submit": _("Keep it"),
        "form": form,
        "cancel_url": reverse("workloads:versions", args=[pk]),
    }
    return render(request, "ui/confirm_page.html", context, status=422 if form.errors else 200)


def _keep(request: PageRequest, pk: int, form: forms.Form) -> HttpResponse:
    row = get_editable(request, pk)
    try:
        made: ProfileVersion = keep_version(by=request.actor, workload=row, label=form.cleaned_data["label"])
    except ValidationError as problem:
        messages.info(request, " ".join(problem.messages))
    else:
        messages.success(request, _("Version %d is kept.") % made.number)
    return redirect("workloads:versions", pk)
