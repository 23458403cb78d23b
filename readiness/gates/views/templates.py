"""Templates of gates: read by everybody, written by administrators; YAML in and out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portfolio.accounts.choices import Action
from readiness.gates.choices import TemplateState
from readiness.gates.forms.templates import DraftForm, ImportForm, PublishForm
from readiness.gates.queries.templates import parsed, stage_names, template_rows, version_before
from readiness.gates.rules.templates.changes import template_changes
from readiness.gates.services import templates as verbs
from readiness.gates.services.rights import can_configure, require_configure
from readiness.gates.tables import templates as tables
from readiness.gates.tables.frame import crumbs, tabs
from readiness.gates.views.access import PageRequest, get_template
from readiness.gates.views.answering import ask

FORM = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def templates(request: PageRequest) -> HttpResponse:
    """All versions of all templates."""
    rows = template_rows(drafts=request.actor.may_somewhere(Action.CONFIGURE))
    context = {
        "tabs": tabs("templates"),
        "rows": [{"row": row, "state": tables.state_of(row)} for row in rows],
        "may": can_configure(request.actor),
    }
    return render(request, "gates/templates.html", context)


@require_safe
def template(request: PageRequest, pk: int) -> HttpResponse:
    """One version: what each gate asks, how it is voted on, and what this version changed."""
    row = get_template(request, pk)
    said, before = parsed(row), version_before(row)
    context = {
        "row": row,
        "said": said,
        "crumbs": crumbs((_("Templates"), reverse("gates:templates"))),
        "headline": tables.headline(row, said),
        "state": tables.state_of(row),
        "gates": tables.gates(said, stage_names(said.lifecycle)),
        "before": before,
        "changes": tables.changes(template_changes(parsed(before), said), parsed(before), said) if before else [],
        "may": can_configure(request.actor),
    }
    return render(request, "gates/template.html", context)


@require_safe
def template_file(request: PageRequest, pk: int) -> HttpResponse:
    """The version as it was written, to keep, to edit and to bring back."""
    row = get_template(request, pk)
    answer = HttpResponse(row.text, content_type="application/yaml; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{row.key}-v{row.version}.yaml"'
    return answer


@FORM
def template_import(request: PageRequest) -> HttpResponse:
    """A YAML file becomes a draft: a new template, or the next version of its key."""
    require_configure(request.actor)
    form = ImportForm(request.POST or None, request.FILES or None)
    problems: list[str] = []
    if request.method == "POST" and form.is_valid():
        try:
            made = verbs.create_draft(by=request.actor, text=form.cleaned_data["text"])
        except ValidationError as problem:
            problems = problem.messages
        else:
            messages.success(request, _("%s is a draft now. Look at it, then publish it.") % made)
            return redirect("gates:template", made.pk)
    context = {"form": form, "problems": problems, "crumbs": crumbs((_("Templates"), reverse("gates:templates")))}
    return render(request, "gates/template_import.html", context, status=422 if problems or form.errors else 200)


@FORM
def template_edit(request: PageRequest, pk: int) -> HttpResponse:
    """The text of a draft; what is wrong with it is said line by line, and who saved first keeps theirs."""
    require_configure(request.actor)
    row = get_template(request, pk)
    if row.state != TemplateState.DRAFT:
        return redirect("gates:template", pk)
    form = DraftForm(request.POST or None, initial={"text": row.text, "row_version": row.row_version})
    problems: list[str] = []
    stale = False
    if request.method == "POST" and form.is_valid():
        try:
            verbs.change_draft(by=request.actor, template=row, **form.cleaned_data)
        except verbs.StaleTemplate:
            stale = True
        except ValidationError as problem:
            problems = problem.messages
        else:
            messages.success(request, _("The draft is saved."))
            return redirect("gates:template", pk)
    context = {
        "form": form, "problems": problems, "row": row, "stale": stale,
        "crumbs": crumbs((_("Templates"), reverse("gates:templates")), (row, reverse("gates:template", args=[pk]))),
    }  # fmt: skip
    return render(request, "gates/template_edit.html", context, status=409 if stale else 422 if problems or form.errors else 200)


@FORM
def template_publish(request: PageRequest, pk: int) -> HttpResponse:
    text = _("It never changes afterwards; new reviews may use it, running ones stay on theirs until they are moved.")
    form = PublishForm(request.POST if request.method == "POST" else None)
    return _act(
        request, pk, verbs.publish, form=form, title=_("Publish %s"), text=text, submit=_("Publish"), done=_("It is published.")
    )


@FORM
def template_default(request: PageRequest, pk: int) -> HttpResponse:
    text = _("New reviews of initiatives on its lifecycle use it unless another template is chosen.")
    return _act(
        request, pk, verbs.make_default, title=_("Make %s the default"), text=text, submit=_("Make it the default"),
        done=_("It is the default."),
    )  # fmt: skip


@FORM
def template_retire(request: PageRequest, pk: int) -> HttpResponse:
    text = _("No new review uses it. Those that do are held by it to their end.")
    return _act(request, pk, verbs.retire, title=_("Retire %s"), text=text, submit=_("Retire"), done=_("It is retired."))


@FORM
def template_version(request: PageRequest, pk: int) -> HttpResponse:
    """A draft of the next version; the way leads to it."""
    text = _("The published version stays as it is. You change a draft of the next one.")
    made: list[Any] = []
    answer = _act(
        request, pk, lambda **given: made.append(verbs.new_version(**given)), title=_("New version of %s"), text=text,
        submit=_("Make a draft"), done=_("The draft is made."),
    )  # fmt: skip
    return redirect("gates:template", made[0].pk) if made else answer


@FORM
def template_discard(request: PageRequest, pk: int) -> HttpResponse:
    text = _("The draft is gone; published versions stay. The audit trail keeps what it was.")
    return _act(
        request, pk, verbs.discard_draft, title=_("Throw %s away"), text=text, submit=_("Throw it away"),
        done=_("It is thrown away."), danger=True, back=reverse("gates:templates"),
    )  # fmt: skip


def _act(
    request: PageRequest, pk: int, verb: Callable[..., Any], *, title: str, back: str = "", form: forms.Form | None = None,
    **words: Any,
) -> HttpResponse:  # fmt: skip
    require_configure(request.actor)
    row = get_template(request, pk)
    return ask(
        request, lambda given: verb(by=request.actor, template=row, **given), title=title % row, form=form,
        back=back or reverse("gates:template", args=[pk]), **words,
    )  # fmt: skip
