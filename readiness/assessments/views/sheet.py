"""The assessment of one initiative: the newest, or one of its history; answered question by question or a dimension at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRedirect

from readiness.assessments.choices import Component, Dimension, Phase
from readiness.assessments.forms.answers import AnswerForm, ComponentForm
from readiness.assessments.queries.sheets import Sheet, answered_again, components_of, finders
from readiness.assessments.rules.scores import by_dimension, counting
from readiness.assessments.services.rights import can_assess
from readiness.assessments.tables import sheet as presenting
from readiness.assessments.tables.questions import Typed, component_line, lines_of, question_line
from readiness.assessments.tables.words import DIMENSIONS, PHASES
from readiness.assessments.views.access import PageRequest, get_sheet, require_answerer
from readiness.assessments.views.answering import all_well, answer_typed, status_of

MAX_OFFERED = 300  # people offered while typing; anybody else's address is taken too


@require_http_methods(["GET", "HEAD", "POST"])
def initiative(request: PageRequest, pk: int) -> HttpResponse:
    """The newest assessment, or the offer to start the first."""
    return _page(request, get_sheet(request, pk))


@require_http_methods(["GET", "HEAD", "POST"])
def assessment(request: PageRequest, pk: int, number: int) -> HttpResponse:
    """One of the history; a POST answers a whole dimension, as a browser without scripts does."""
    return _page(request, get_sheet(request, pk, number))


@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: PageRequest, pk: int, number: int, key: str) -> HttpResponse:
    """Answer one question; htmx gets its row and what follows from it, everybody else the page again."""
    found = get_sheet(request, pk, number, history=not request.htmx)
    question = next((one for one in found.questions if one.key == key), None)
    if question is None:
        raise Http404
    here = f"{_address(found)}?dimension={question.dimension}#q-{key}"
    told: dict[str, Typed] = {}
    if request.method == "POST":
        require_answerer(request, found.initiative)
        try:
            told = answer_typed(request, found, [key])
        except ValidationError as problem:
            messages.error(request, " ".join(problem.messages))
            return HttpResponseClientRedirect(here) if request.htmx else redirect(here)
        found = answered_again(found)
    if not request.htmx:
        return redirect(here) if all_well(told) else _rendered(request, found, Dimension(question.dimension), told)
    line = question_line(
        found, question, shown=AnswerForm.shown(found.answers.get(key)), editable=can_assess(request.actor, found.initiative),
        phase=_phase(request, found), typed=told.get(key, Typed()),
    )  # fmt: skip
    context = _scores(request, found, Dimension(question.dimension)) | {"line": line}
    return render(request, "assessments/answered.html", context, status=status_of(told))


def _page(request: PageRequest, found: Sheet) -> HttpResponse:
    dimension = _dimension(request, found)
    told: dict[str, Typed] = {}
    if request.method == "POST":
        require_answerer(request, found.initiative)
        keys = [question.key for question in found.questions if question.dimension == dimension]
        try:
            told = answer_typed(request, found, keys)
        except ValidationError as problem:
            messages.error(request, " ".join(problem.messages))
            return redirect(_address(found))
        if all_well(told):
            messages.success(request, _("Saved: %s.") % DIMENSIONS[dimension])
            return redirect(f"{_address(found)}?dimension={dimension}#questions")
        found = answered_again(found)
    return _rendered(request, found, dimension, told)


def _rendered(request: PageRequest, found: Sheet, dimension: Dimension, told: Mapping[str, Typed]) -> HttpResponse:
    may = can_assess(request.actor, found.initiative)
    context = _frame(request, found, may)
    if found.assessment is not None:
        shown = {question.key: AnswerForm.shown(found.answers.get(question.key)) for question in found.questions}
        phase = _phase(request, found)
        context |= _scores(request, found, dimension)
        context |= {
            "lines": lines_of(found, dimension, shown=shown, editable=may, phase=phase, typed=told),
            "dimension": DIMENSIONS[dimension],
            "dimension_key": dimension.value,
            "phases": presenting.phase_tabs(found, _address(found), phase),
            "next_dimension": _following(found, dimension),
        }
    return render(request, "assessments/initiative.html", context, status=status_of(told))


def _frame(request: PageRequest, found: Sheet, may: bool) -> dict[str, Any]:
    """What the page shows beside the questions."""
    row, run = found.initiative, found.assessment
    checks = components_of(row)
    latest = max((past.number for past in found.history), default=0)
    return {
        "initiative": row,
        "run": run,
        "open": found.open,
        "newest": run is not None and run.number == latest,
        "may": may,
        "headline": presenting.headline(found.going, presenting.aimed_score(found, found.going.phase)),
        "carried": len(found.carried),
        "history": presenting.history_rows(row.pk, found.history),
        "before": found.before,
        "components": [
            component_line(row.pk, key, checks.get(key), shown=ComponentForm.shown(checks.get(key)), editable=False)
            for key in Component
        ],
        "people": list(finders(row)[:MAX_OFFERED]) if may and found.open else [],
        "address": _address(found) if run else "",
    }


def _scores(request: PageRequest, found: Sheet, dimension: Dimension) -> dict[str, Any]:
    """What changes with every answer: sentence, figures, picture, progress, what stands in the way."""
    phase = _phase(request, found)
    aim = _aim(found, phase)
    scored = presenting.aimed_score(found, phase)
    assert scored is not None
    here = _address(found)
    given = request.GET.get("phase", "")
    return {
        "headline": presenting.headline(found.going, presenting.aimed_score(found, found.going.phase)),
        "figures": presenting.figures(found, scored, aim),
        "chart": presenting.picture(by_dimension(counting(found.asked, phase), found.replies), aim, here),
        "ways": presenting.ways(found, here, dimension, phase, given),
        "blockers": presenting.blockers(found, phase, here),
        "aim": aim,
        "phase_query": f"?phase={given}" if given else "",
    }


def _aim(found: Sheet, phase: Phase | None) -> str:
    """The stage's own name where the page is about the next stage, else the phase."""
    if phase is None:
        return _("every stage")
    return found.going.name if phase is found.going.phase and not found.going.unknown else str(PHASES[phase])


def _phase(request: PageRequest, found: Sheet) -> Phase | None:
    wanted = request.GET.get("phase", "")
    if wanted == "all":
        return None
    return Phase(wanted) if wanted in list(Phase) else found.going.phase


def _dimension(request: PageRequest, found: Sheet) -> Dimension:
    """The one in the address, else the first that still has an unknown, else the first."""
    wanted = request.GET.get("dimension", "")
    if wanted in list(Dimension):
        return Dimension(wanted)
    scores = by_dimension(found.asked, found.replies)
    asked = [dimension for dimension, found_score in scores.items() if found_score.asked]
    return next((one for one in asked if scores[one].unknown), asked[0] if asked else Dimension.COMPUTE)


def _following(found: Sheet, dimension: Dimension) -> dict[str, str] | None:
    asked = [one for one in Dimension if any(question.dimension == one for question in found.questions)]
    after = [one for one in asked if list(Dimension).index(one) > list(Dimension).index(dimension)]
    if not after:
        return None
    return {"label": str(DIMENSIONS[after[0]]), "url": f"{_address(found)}?dimension={after[0]}#questions"}


def _address(found: Sheet) -> str:
    assert found.assessment is not None
    return reverse("assessments:assessment", args=[found.initiative.pk, found.assessment.number])
