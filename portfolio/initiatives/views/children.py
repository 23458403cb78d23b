"""Milestones and dependencies of one initiative."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from portfolio.initiatives.choices import DependencyKind
from portfolio.initiatives.forms.actions import DependencyForm, MilestoneForm
from portfolio.initiatives.models import Dependency, Initiative, Milestone
from portfolio.initiatives.services import dependencies, milestones
from portfolio.initiatives.views.access import PageRequest, get_editable
from portfolio.initiatives.views.actions import answer

_READY = {True: "yes", False: "no", None: ""}


@require_http_methods(["GET", "POST"])
def milestone_new(request: PageRequest, pk: int) -> HttpResponse:
    row = get_editable(request, pk, "milestones")
    form = MilestoneForm(request.POST or None, new=True)

    def add() -> None:
        milestones.add_milestone(by=request.actor, initiative=row, name=form.cleaned_data["name"], due=form.cleaned_data["due"])

    return answer(request, row, form, add, title=_("Milestone of %s") % row.key, submit=_("Add it"))


@require_http_methods(["GET", "POST"])
def milestone(request: PageRequest, pk: int, child: int) -> HttpResponse:
    """Change or remove one; a date that moves is counted."""
    row = get_editable(request, pk, "milestones")
    found = get_object_or_404(Milestone, pk=child, initiative=row)
    if "remove" in request.POST:
        milestones.remove_milestone(by=request.actor, milestone=found)
        messages.success(request, _("Removed: %s.") % found.name)
        return redirect(_page(row, "milestones"))
    form = MilestoneForm(request.POST or None, initial={"name": found.name, "due": found.due, "done_on": found.done_on})

    def change() -> None:
        milestones.change_milestone(by=request.actor, milestone=found, **form.cleaned_data)

    text = _("Another due date counts as slipped; the first one stays on record.")
    return answer(request, row, form, change, title=_("Milestone of %s") % row.key, submit=_("Save"), text=text, removable=True)


@require_POST
def milestone_done(request: PageRequest, pk: int, child: int) -> HttpResponse:
    row = get_editable(request, pk, "milestones")
    found = get_object_or_404(Milestone, pk=child, initiative=row)
    milestones.complete_milestone(by=request.actor, milestone=found)
    messages.success(request, _("Done: %s.") % found.name)
    return redirect(_page(row, "milestones"))


@require_http_methods(["GET", "POST"])
def dependency_new(request: PageRequest, pk: int) -> HttpResponse:
    row = get_editable(request, pk, "dependencies")
    form = DependencyForm(request.POST or None, new=True)

    def add() -> None:
        values = form.cleaned_data
        on = _on(request, values["on"]) if values["on"] else None
        dependencies.add_dependency(
            by=request.actor, initiative=row, on=on, platform=values["platform"], kind=DependencyKind(values["kind"]),
            ready=form.is_ready, note=values["note"],
        )  # fmt: skip

    return answer(request, row, form, add, title=_("Dependency of %s") % row.key, submit=_("Add it"))


@require_http_methods(["GET", "POST"])
def dependency(request: PageRequest, pk: int, child: int) -> HttpResponse:
    """Whether it is ready, how it is needed; or take it away."""
    row = get_editable(request, pk, "dependencies")
    found = get_object_or_404(Dependency, pk=child, initiative=row)
    if "remove" in request.POST:
        dependencies.remove_dependency(by=request.actor, dependency=found)
        messages.success(request, _("The dependency is removed."))
        return redirect(_page(row, "dependencies"))
    form = DependencyForm(request.POST or None, initial={"kind": found.kind, "ready": _READY[found.ready], "note": found.note})

    def change() -> None:
        values = form.cleaned_data
        kind = DependencyKind(values["kind"])
        dependencies.change_dependency(by=request.actor, dependency=found, kind=kind, ready=form.is_ready, note=values["note"])

    return answer(request, row, form, change, title=_("Dependency of %s") % row.key, submit=_("Save"), removable=True)


def _on(request: PageRequest, key: str) -> Initiative:
    row: Initiative | None = Initiative.objects.visible_to(request.actor).filter(key=key.strip().upper()).first()
    if row is None:
        raise ValidationError({"on": _("There is no initiative %s that you may see.") % key})
    return row


def _page(row: Initiative, part: str) -> str:
    return reverse("initiatives:detail", args=[row.pk]) + f"#{part}"
