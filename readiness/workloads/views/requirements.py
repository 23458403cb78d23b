"""Requirements of one workload: those that follow from its profile, and those that somebody added."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portfolio.initiatives.forms.fields import add_errors
from readiness.workloads.choices import Comparator, Metric
from readiness.workloads.forms.requirements import RequirementForm
from readiness.workloads.models import Requirement, Workload
from readiness.workloads.queries.catalogue import accelerators
from readiness.workloads.rules.metrics import METRICS
from readiness.workloads.services.profiles import can_edit
from readiness.workloads.services.requirements import add_requirement, change_requirement, retire_requirement
from readiness.workloads.tables.labels import COMPARATORS, translated, unit_of
from readiness.workloads.tables.requirements import requirement_rows, target_words
from readiness.workloads.views.access import PageRequest, get_editable, get_profile
from readiness.workloads.views.detail import frame_of


@require_safe
def requirements(request: PageRequest, pk: int) -> HttpResponse:
    """Derived ones with the value that they follow, then those added by hand."""
    seen = get_profile(request, pk)
    row = seen.workload
    may_edit = row.retired_at is None and can_edit(request.actor, row.initiative)
    found = requirement_rows(seen.requirements, seen.how, may_edit=may_edit)
    context = frame_of(seen, "requirements") | {
        "derived": [each for each in found if each["follows"]],
        "own": [each for each in found if not each["follows"]],
        "unknown": sum(1 for each in found if not each["target"]),
        "total": len(found),
        "may_edit": may_edit,
    }
    return render(request, "workloads/requirements.html", context)


@require_http_methods(["GET", "POST"])
def requirement_new(request: PageRequest, pk: int) -> HttpResponse:
    """Demand something that the profile does not say."""
    workload = get_editable(request, pk)
    form = _form(request, None)

    def add() -> None:
        add_requirement(by=request.actor, workload=workload, metric=Metric(form.cleaned_data["metric"]), **_usual(form))

    return _answer(request, workload, form, add, title=_("Add a requirement"), submit=_("Add it"))


def _usual(form: RequirementForm) -> dict[str, Any]:
    changes = form.changes()
    comparator = changes.pop("comparator", None)
    return changes | {"comparator": Comparator(comparator) if comparator else None}


@require_http_methods(["GET", "POST"])
def requirement(request: PageRequest, pk: int, child: int) -> HttpResponse:
    """Change one, or withdraw one that was added by hand."""
    workload = get_editable(request, pk)
    row: Requirement = get_object_or_404(Requirement, pk=child, workload=workload, retired_at=None)
    label = translated(METRICS[Metric(row.metric)].label)
    if "remove" in request.POST and not row.derived_from:
        retire_requirement(by=request.actor, requirement=row)
        messages.success(request, _("Withdrawn: %s.") % label)
        return redirect("workloads:requirements", pk)
    form = _form(request, row)

    def change() -> None:
        change_requirement(by=request.actor, requirement=row, changes=form.changes())

    text = target_words(row.comparator, row.target, row.unit)
    if row.derived_from:
        text += ". " + _("The target follows from the profile; here stands what evidence of it must look like.")
    return _answer(request, workload, form, change, title=label, submit=_("Save"), text=text, removable=not row.derived_from)


def _form(request: PageRequest, row: Requirement | None) -> RequirementForm:
    metrics = [(metric.value, f"{translated(facts.label)} ({unit_of(facts.unit)})") for metric, facts in METRICS.items()]
    return RequirementForm(
        request.POST if request.method == "POST" else None,
        metrics=metrics,
        comparators=[(str(key), label) for key, label in COMPARATORS.items()],
        accelerators=[(one.key, one.name) for one in accelerators()],
        row=row,
    )


def _answer(
    request: PageRequest, workload: Workload, form: RequirementForm, act: Callable[[], None], *, title: str, submit: str,
    text: str = "", removable: bool = False,
) -> HttpResponse:  # fmt: skip
    """Show the form; or do it and go back; or show what stands in the way."""
    back = reverse("workloads:requirements", args=[workload.pk])
    if request.method == "POST" and form.is_valid():
        try:
            act()
        except ValidationError as problem:
            add_errors(form, problem)
        else:
            messages.success(request, _("Saved."))
            return redirect(back)
    context = {
        "form": form,
        "row": workload,
        "initiative": workload.initiative,
        "title": title,
        "submit": submit,
        "text": text,
        "removable": removable,
        "back": back,
        "unit": unit_of(form.row.unit) if form.row else "",
    }
    return render(request, "workloads/requirement.html", context, status=422 if form.errors else 200)
