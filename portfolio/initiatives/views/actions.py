"""What one does with an initiative: move, note, hold, close, reopen, change its template."""

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
from django.views.decorators.http import require_http_methods, require_POST

from portfolio.initiatives.choices import ClosureKind, Precision, ReasonCode, Status
from portfolio.initiatives.forms.actions import UNKNOWN, CloseForm, NoteForm, StageForm, TemplateForm
from portfolio.initiatives.forms.fields import add_errors
from portfolio.initiatives.models import Initiative
from portfolio.initiatives.queries.pickers import templates
from portfolio.initiatives.services import lifecycle_moves
from portfolio.initiatives.services.initiatives import StaleVersion, set_status_note
from portfolio.initiatives.views.access import PageRequest, came_from, get_editable


@require_http_methods(["GET", "POST"])
def stage(request: PageRequest, pk: int) -> HttpResponse:
    """Enter a stage; from the stepper, a card's menu, or by drag on the board."""
    row = get_editable(request, pk, "stage")
    stages = list(row.lifecycle.stages.order_by("position"))
    here = row.stage.key if row.stage else UNKNOWN
    first = {"stage": request.GET.get("stage", here), "version": row.version}
    form = StageForm(request.POST or None, initial=first, stages=stages)

    def move() -> None:
        values = form.cleaned_data
        lifecycle_moves.move_stage(
            by=request.actor, initiative=row, stage=form.chosen, on=values["on"], version=values["version"]
        )

    text = _("The stay in the stage it leaves ends on that day and stays in its history.")
    return answer(
        request, row, form, move, title=_("Move %s") % row.key, submit=_("Move it"), text=text, done=_("%s is moved.") % row.key
    )


@require_http_methods(["GET", "POST"])
def note(request: PageRequest, pk: int) -> HttpResponse:
    """Red, amber or green, with a sentence that says why."""
    row = get_editable(request, pk, "status_note")
    form = NoteForm(request.POST or None, initial={"rag": row.rag, "status_note": row.status_note})

    def write() -> None:
        values = form.cleaned_data
        set_status_note(by=request.actor, initiative=row, rag=values["rag"], note=values["status_note"])

    text = _("Everybody who sees the initiative reads this, with today's date.")
    return answer(request, row, form, write, title=_("Status note of %s") % row.key, submit=_("Save"), text=text)


@require_POST
def status(request: PageRequest, pk: int) -> HttpResponse:
    """Put on hold, or back to active."""
    row = get_editable(request, pk, "status")
    wanted = Status.ON_HOLD if request.POST.get("status") == Status.ON_HOLD else Status.ACTIVE
    try:
        lifecycle_moves.set_status(by=request.actor, initiative=row, status=wanted)
    except ValidationError as problem:
        messages.error(request, " ".join(problem.messages))
    return redirect(came_from(request, _page_of(row)))


@require_http_methods(["GET", "POST"])
def close(request: PageRequest, pk: int) -> HttpResponse:
    """End it with kind, reason and lesson."""
    row = get_editable(request, pk, "status")
    form = CloseForm(request.POST or None)

    def end() -> None:
        values = form.cleaned_data
        lifecycle_moves.close_initiative(
            by=request.actor, initiative=row, kind=ClosureKind(values["kind"]), reason=ReasonCode(values["reason"]),
            lesson=values["lesson"], closed_on=values["closed_on"], precision=Precision(values["precision"] or "day"),
            merged_into=_named(request, values["merged_into"]),
        )  # fmt: skip

    text = _("Its closure is kept for ever. It can be reopened; the closure then stays in its history.")
    return answer(
        request,
        row,
        form,
        end,
        title=_("Close %s") % row.key,
        submit=_("Close it"),
        text=text,
        danger=True,
        done=_("%s is closed.") % row.key,
    )


@require_http_methods(["GET", "POST"])
def reopen(request: PageRequest, pk: int) -> HttpResponse:
    """Take a closed one up again."""
    row = get_editable(request, pk, "status")
    form = forms.Form(request.POST if request.method == "POST" else None)
    text = _("It becomes active again in the stage it was closed in. The closure stays in its history.")
    return answer(
        request, row, form, lambda: lifecycle_moves.reopen(by=request.actor, initiative=row),
        title=_("Reopen %s") % row.key, submit=_("Reopen it"), text=text, done=_("%s is active again.") % row.key,
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def template(request: PageRequest, pk: int) -> HttpResponse:
    """Carry it to another template or a newer version of its own."""
    row = get_editable(request, pk, "lifecycle")
    form = TemplateForm(request.POST or None, templates=templates(), initial={"stage": str(row.stage_id or "")})

    def carry() -> None:
        lifecycle, place = form.place
        lifecycle_moves.migrate_lifecycle(by=request.actor, initiative=row, lifecycle=lifecycle, stage=place)

    text = _("Its history keeps the stages of the old template. It now follows %s.") % row.lifecycle
    return answer(request, row, form, carry, title=_("Template of %s") % row.key, submit=_("Change it"), text=text)


def answer(
    request: PageRequest, row: Initiative, form: forms.Form, act: Callable[[], Any], *, title: str, submit: str, text: str = "",
    danger: bool = False, removable: bool = False,
    done: str = "",
) -> HttpResponse:  # fmt: skip
    """Show the form; or do it and go back where the person came from; or show what stands in the way."""
    back = came_from(request, _page_of(row))
    if request.method == "POST" and form.is_valid():
        try:
            act()
        except ValidationError as problem:
            add_errors(form, problem)
        except StaleVersion:
            form.add_error(None, _("Somebody else changed it meanwhile. Look at it again and repeat if it still holds."))
        else:
            messages.success(request, done or _("Saved."))
            return redirect(back)
    if form.errors and request.htmx.target == "board":  # a drop has no form to show the objection in
        messages.error(request, f"{row.key}: " + " ".join(str(text) for texts in form.errors.values() for text in texts))
        return redirect(back)
    context = {
        "form": form,
        "row": row,
        "title": title,
        "submit": submit,
        "text": text,
        "danger": danger,
        "removable": removable,
        "next": back,
    }
    return render(request, "initiatives/action.html", context, status=422 if form.errors else 200)


def _named(request: PageRequest, key: str) -> Initiative | None:
    """The visible initiative with this key."""
    if not key.strip():
        return None
    row: Initiative | None = Initiative.objects.visible_to(request.actor).filter(key=key.strip().upper()).first()
    if row is None:
        raise ValidationError({"merged_into": _("There is no initiative %s that you may see.") % key})
    return row


def _page_of(row: Initiative) -> str:
    return reverse("initiatives:detail", args=[row.pk])
