"""A form, a verb and what is said afterwards: the shape that most acts on gates have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render

from portfolio.initiatives.forms.fields import add_errors
from readiness.gates.services.refusals import Refused
from readiness.gates.views.access import PageRequest


def ask(
    request: PageRequest, act: Callable[[dict[str, Any]], object], *, title: Any, text: Any, submit: Any, done: Any, back: str,
    form: forms.Form | None = None, danger: bool = False,
) -> HttpResponse:  # fmt: skip
    """Ask once (with `form` for what is needed), act with what was typed, say that it is done and go `back`.

    What the rules object to is said beside the fields, with all that was typed; without fields on the page that one came from.
    """
    if request.method == "POST" and (form is None or form.is_valid()):
        try:
            act(form.cleaned_data if form is not None else {})
        except ValidationError as problem:
            if form is None:
                messages.error(request, " ".join(problem.messages))
                return redirect(back)
            blame(form, problem)
        else:
            messages.success(request, str(done))
            return redirect(back)
    context = {
        "title": title, "text": text, "submit": submit, "danger": danger, "cancel_url": back, "action": request.path,
        "form": form,
    }  # fmt: skip
    return render(request, "ui/confirm_page.html", context, status=422 if form is not None and form.errors else 200)


def blame(form: forms.BaseForm, problem: ValidationError) -> None:
    """Objections beside the fields that they are about."""
    if isinstance(problem, Refused):
        problem = ValidationError({name or "__all__": texts for name, texts in problem.by_field().items()})
    add_errors(form, problem)
