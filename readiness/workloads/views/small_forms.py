"""One small form that asks for what an act needs: a page of its own, or lifted into the dialog."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from portfolio.initiatives.forms.fields import add_errors
from readiness.workloads.views.access import PageRequest, came_from


def answer(
    request: PageRequest, form: forms.Form, act: Callable[[], Any], *, title: str, submit: str, back: str,
    crumbs: Sequence[dict[str, Any]], text: str = "", danger: bool = False, done: str = "",
) -> HttpResponse:  # fmt: skip
    """Show the form; or do it and go back where the person came from; or show what stands in the way."""
    back = came_from(request, back)
    if request.method == "POST" and form.is_valid():
        try:
            act()
        except ValidationError as problem:
            add_errors(form, problem)
        else:
            messages.success(request, done or _("Saved."))
            return redirect(back)
    context = {
        "form": form, "title": title, "submit": submit, "text": text, "danger": danger, "next": back, "crumbs": crumbs,
    }  # fmt: skip
    return render(request, "workloads/capacity_action.html", context, status=422 if form.errors else 200)


def do(request: PageRequest, act: Callable[[], Any], *, done: str, back: str) -> HttpResponse:
    """An act without a form; what stands in its way is said where the person was."""
    try:
        act()
    except ValidationError as problem:
        messages.error(request, " ".join(problem.messages))
    else:
        messages.success(request, done)
    return redirect(came_from(request, back))
