"""Start, close, confirm what was carried over, and what changed since the assessment before."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portfolio.initiatives.forms.fields import add_errors
from readiness.assessments.forms.answers import CloseForm, StartForm
from readiness.assessments.queries.banks import published_banks
from readiness.assessments.services.answers import confirm_answers
from readiness.assessments.services.assessments import close_assessment, start_assessment
from readiness.assessments.tables.compare import changes_context
from readiness.assessments.views.access import PageRequest, get_sheet, require_answerer


@require_http_methods(["GET", "HEAD", "POST"])
def start(request: PageRequest, pk: int) -> HttpResponse:
    """The first one, or the next number after a closed one."""
    found = get_sheet(request, pk)
    row = found.initiative
    require_answerer(request, row)
    banks = published_banks()
    form = StartForm(request.POST or None, banks=banks, initial={"bank": str(banks[0].pk)} if banks else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = start_assessment(by=request.actor, initiative=row, bank=form.chosen, note=form.cleaned_data["note"])
        except ValidationError as problem:
            add_errors(form, problem)
        else:
            return redirect(reverse("assessments:assessment", args=[pk, made.number]) + "#questions")
    number = found.assessment.number if found.assessment else 0
    text = _("Every question starts as unknown. You answer as you go; nothing has to be finished in one sitting.")
    if number:
        text = _("The answers of no. %d are carried over, each marked until somebody confirms or changes it.") % number
    context = {
        "title": _("Start assessment no. %d") % (number + 1),
        "text": text,
        "action": request.path,
        "submit": _("Start"),
        "cancel_url": reverse("assessments:initiative", args=[pk]),
        "form": form,
    }
    return render(request, "ui/confirm_page.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def close(request: PageRequest, pk: int, number: int) -> HttpResponse:
    """Freeze it; asks once, and says what is still unknown."""
    found = get_sheet(request, pk, number, history=False)
    require_answerer(request, found.initiative)
    form = CloseForm(request.POST if request.method == "POST" else None, initial={"note": found.assessment.note})  # type: ignore[union-attr]
    if request.method == "POST" and form.is_valid():
        assert found.assessment is not None
        try:
            close_assessment(by=request.actor, assessment=found.assessment, note=form.cleaned_data["note"])
        except ValidationError as problem:
            add_errors(form, problem)
        else:
            messages.success(request, _("Assessment %d is closed and stays as it is.") % number)
            return redirect("assessments:initiative", pk)
    unknown = len(found.questions) - sum(1 for answer in found.answers.values() if answer.reply != "unknown")
    text = ngettext(
        "It is kept as it is. %d question stays unknown in it, which its interval shows.",
        "It is kept as it is. %d questions stay unknown in it, which its interval shows.",
        unknown,
    )
    context = {
        "title": _("Close assessment no. %d") % number,
        "text": " ".join([text % unknown, _carried(len(found.carried)), _("The next one starts from its answers.")]),
        "action": request.path,
        "submit": _("Close it"),
        "cancel_url": reverse("assessments:assessment", args=[pk, number]),
        "form": form,
    }
    return render(request, "ui/confirm_page.html", context, status=422 if form.errors else 200)


@require_POST
def confirm(request: PageRequest, pk: int, number: int) -> HttpResponse:
    """Say that carried-over answers still hold: those of one dimension, or all of them."""
    found = get_sheet(request, pk, number, history=False)
    assert found.assessment is not None
    dimension = request.POST.get("dimension", "")
    keys = [question.key for question in found.questions if dimension in ("", question.dimension)]
    try:
        count = confirm_answers(by=request.actor, assessment=found.assessment, keys=keys)
    except ValidationError as problem:
        messages.error(request, " ".join(problem.messages))
    else:
        messages.success(request, ngettext("%d answer is confirmed.", "%d answers are confirmed.", count) % count)
    back = reverse("assessments:assessment", args=[pk, number])
    return redirect(f"{back}?dimension={dimension}#questions" if dimension else back)


@require_safe
def changes(request: PageRequest, pk: int, number: int) -> HttpResponse:
    """What changed since the assessment before, or since `?since=`."""
    found = get_sheet(request, pk, number)
    wanted = request.GET.get("since", "")
    earlier = int(wanted) if wanted.isdigit() and len(wanted) < 7 else found.before
    if earlier is None or earlier >= number:
        raise Http404
    context: dict[str, Any] = changes_context(found, get_sheet(request, pk, earlier))
    return render(request, "assessments/changes.html", context)


def _carried(count: int) -> str:
    if not count:
        return ""
    return ngettext(
        "%d answer was carried over and never confirmed.", "%d answers were carried over and never confirmed.", count
    ) % count  # fmt: skip
