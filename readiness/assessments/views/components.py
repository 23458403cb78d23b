"""The component checklist of one initiative."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portfolio.initiatives.models import Initiative
from readiness.assessments.choices import Component
from readiness.assessments.forms.answers import ComponentForm
from readiness.assessments.queries.sheets import components_of, finders
from readiness.assessments.services.rights import can_assess
from readiness.assessments.tables.questions import Line, Typed, component_line
from readiness.assessments.tables.words import PRESENCES
from readiness.assessments.views.access import PageRequest, get_initiative, require_answerer
from readiness.assessments.views.answering import all_well, components_typed, status_of
from readiness.assessments.views.sheet import MAX_OFFERED


@require_http_methods(["GET", "HEAD", "POST"])
def components(request: PageRequest, pk: int) -> HttpResponse:
    """All eight; a POST saves them all, as a browser without scripts does."""
    row = get_initiative(request, pk)
    told: dict[str, Typed] = {}
    if request.method == "POST":
        require_answerer(request, row)
        told = components_typed(request, row, Component)
        if all_well(told):
            messages.success(request, _("The components are saved."))
            return redirect("assessments:components", pk)
    lines = _lines(request, row, list(Component), told)
    present = sum(1 for line in lines if line.answer and line.answer.presence == "present")
    unknown = sum(1 for line in lines if not line.answer or line.answer.presence == "unknown")
    context = {
        "initiative": row,
        "lines": lines,
        "words": PRESENCES,
        "present": present,
        "unknown": unknown,
        "may": can_assess(request.actor, row),
        "people": list(finders(row)[:MAX_OFFERED]),
    }
    return render(request, "assessments/components.html", context, status=status_of(told))


@require_http_methods(["GET", "HEAD", "POST"])
def component(request: PageRequest, pk: int, component: str) -> HttpResponse:
    """One of them, as one goes."""
    if component not in list(Component):
        raise Http404
    row, key = get_initiative(request, pk), Component(component)
    told: dict[str, Typed] = {}
    if request.method == "POST":
        require_answerer(request, row)
        told = components_typed(request, row, [key])
    if not request.htmx:
        return redirect("assessments:components", pk)
    (line,) = _lines(request, row, [key], told)
    return render(request, "assessments/component_line.html", {"line": line}, status=status_of(told))


def _lines(request: PageRequest, row: Initiative, keys: list[Component], told: Mapping[str, Typed]) -> list[Line]:
    checks, may = components_of(row), can_assess(request.actor, row)
    return [
        component_line(
            row.pk, key, checks.get(key), shown=ComponentForm.shown(checks.get(key)), editable=may,
            typed=told.get(key.value, Typed()),
        )
        for key in keys
    ]  # fmt: skip
