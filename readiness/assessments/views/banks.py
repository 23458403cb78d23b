"""Question banks: read by everybody, written by administrators; YAML in and out."""

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
from readiness.assessments.forms.banks import QuestionForm, UploadForm
from readiness.assessments.models import QuestionBank
from readiness.assessments.queries.banks import bank_rows, pack_of, version_before
from readiness.assessments.rules.packs import write_pack
from readiness.assessments.services import banks as verbs
from readiness.assessments.services.rights import can_configure, require_configure
from readiness.assessments.tables import banks as presenting
from readiness.assessments.views.access import PageRequest, get_bank


@require_safe
def banks(request: PageRequest) -> HttpResponse:
    """All versions of all banks."""
    may = can_configure(request.actor)
    rows = [row | {"chip": presenting.STATES[row["state"]]} for row in bank_rows(request.actor, drafts=may)]
    return render(request, "assessments/banks.html", {"banks": rows, "may": may})


@require_safe
def bank(request: PageRequest, pk: int) -> HttpResponse:
    """One version: its questions, and what it changed."""
    row = get_bank(request, pk)
    sections = presenting.sections(row)
    before = version_before(row)
    context = {
        "bank": row,
        "state": presenting.state_of(row),
        "sections": sections,
        "before": before,
        "changes": presenting.since_before(row, before),
        "headline": presenting.headline(row, sum(len(section["questions"]) for section in sections)),
        "may": can_configure(request.actor),
    }
    return render(request, "assessments/bank.html", context)


@require_safe
def bank_file(request: PageRequest, pk: int) -> HttpResponse:
    """The version as YAML, to keep, to edit and to bring back."""
    row = get_bank(request, pk)
    answer = HttpResponse(write_pack(pack_of(row)), content_type="application/yaml; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{row.key}-v{row.version}.yaml"'
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
def bank_import(request: PageRequest) -> HttpResponse:
    """A YAML file becomes a draft: a new bank, or the next version of its key."""
    require_configure(request.actor)
    form = UploadForm(request.POST or None, request.FILES or None)
    problems: list[str] = []
    if request.method == "POST" and form.is_valid():
        try:
            made = verbs.import_bank(by=request.actor, text=form.cleaned_data["text"])
        except ValidationError as problem:
            problems = problem.messages
        else:
            messages.success(request, _("%s is a draft now. Look at it, then publish it.") % made)
            return redirect("assessments:bank", made.pk)
    status = 422 if problems or form.errors else 200
    return render(request, "assessments/bank_import.html", {"form": form, "problems": problems}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def question(request: PageRequest, pk: int, key: str = "") -> HttpResponse:
    """Add a question to a draft, change one, or take it out."""
    row = get_bank(request, pk, managing=True)
    now = get_object_or_404(row.questions, key=key) if key else None
    if now and "remove" in request.POST:
        verbs.remove_question(by=request.actor, bank=row, key=key)
        messages.success(request, _("The question is taken out of the draft."))
        return redirect("assessments:bank", pk)
    first = QuestionForm.shown(now) if now else {"weight": 1, "dimension": request.GET.get("dimension", "")}
    form = QuestionForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        try:
            verbs.save_question(by=request.actor, bank=row, question=form.given, replacing=key)
        except ValidationError as problem:
            add_errors(form, problem)
        else:
            messages.success(request, _("Saved in the draft."))
            return redirect("assessments:bank", pk)
    context = {"form": form, "bank": row, "question": now}
    return render(request, "assessments/question_form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def bank_publish(request: PageRequest, pk: int) -> HttpResponse:
    """Asks once: from then on it never changes."""
    text = _("It never changes afterwards; new assessments use it, open ones stay on theirs, and the version before is retired.")
    return _act(
        request, pk, verbs.publish_bank, title=_("Publish %s"), text=text, submit=_("Publish"), done=_("%s is published.")
    )


@require_http_methods(["GET", "HEAD", "POST"])
def bank_default(request: PageRequest, pk: int) -> HttpResponse:
    """New assessments use it."""
    text = _("New assessments use it unless another bank is chosen.")
    return _act(
        request, pk, verbs.make_default_bank, title=_("Make %s the default"), text=text, submit=_("Make it the default"),
        done=_("%s is the default."),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def bank_retire(request: PageRequest, pk: int) -> HttpResponse:
    """No new assessment uses it."""
    text = _("No new assessment uses it. Those over it stay and may be finished.")
    return _act(request, pk, verbs.retire_bank, title=_("Retire %s"), text=text, submit=_("Retire"), done=_("%s is retired."))


@require_http_methods(["GET", "HEAD", "POST"])
def bank_version(request: PageRequest, pk: int) -> HttpResponse:
    """A draft of the next version, with the questions of this one."""
    text = _("The published version stays as it is. You change a draft, and answers are carried over by the keys of questions.")
    return _act(
        request, pk, verbs.new_version, title=_("New version of %s"), text=text, submit=_("Make a draft"),
        done=_("%s is a draft."),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def bank_discard(request: PageRequest, pk: int) -> HttpResponse:
    """Throw a draft away."""
    text = _("The draft and its questions are gone; published versions stay. The audit trail keeps what it was.")
    return _act(
        request, pk, verbs.discard_draft, title=_("Throw %s away"), text=text, submit=_("Throw it away"),
        done=_("%s is thrown away."), danger=True,
    )  # fmt: skip


def _act(
    request: PageRequest, pk: int, verb: Callable[..., Any], *, title: str, text: str, submit: str, done: str,
    danger: bool = False,
) -> HttpResponse:  # fmt: skip
    """Ask once, do it, say what happened; what stands in the way is said on the bank's page."""
    row = get_bank(request, pk, managing=True)
    name = str(row)
    back = reverse("assessments:bank", args=[pk])
    if request.method != "POST":
        context = {
            "title": title % name, "text": text, "submit": submit, "danger": danger, "cancel_url": back,
            "action": request.path,
        }  # fmt: skip
        return render(request, "ui/confirm_page.html", context)
    try:
        made = verb(by=request.actor, bank=row)
    except ValidationError as problem:
        messages.error(request, " ".join(problem.messages))
        return redirect(back)
    messages.success(request, done % (made or name))
    return redirect("assessments:bank", made.pk) if isinstance(made, QuestionBank) else redirect("assessments:banks")
