"""What every form page of this slice does alike: show, save, say what stands in the way, show what somebody else saved."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from portfolio.initiatives.forms.fields import add_errors
from portfolio.procurement.forms.rows import RowForm
from portfolio.procurement.services.writing import StaleRow
from portfolio.procurement.views.access import PageRequest, came_from


def row_page(
    request: PageRequest, form: RowForm, save: Callable[[RowForm], str], *, title: str, cancel_url: str,
    current: Callable[[Any], Mapping[str, Any]] | None = None, said: str = "", **context: Any,
) -> HttpResponse:  # fmt: skip
    """A form of one row; `save` writes it and answers where to go. `current` are a newer row's values, to merge with."""
    if request.method == "POST" and form.is_valid():
        try:
            url = save(form)
            messages.success(request, said or _("Saved."))
            return redirect(url)
        except ValidationError as problem:
            add_errors(form, problem)
        except StaleRow as stale:
            assert current is not None
            form = form.again(current(stale.current))
    page = {"form": form, "title": title, "cancel_url": cancel_url, **context}
    return render(request, "procurement/form.html", page, status=422 if form.errors else 200)


def step_page(
    request: PageRequest, form: forms.Form, save: Callable[[forms.Form], object], *, title: str, submit: str, back: str,
    text: str = "", danger: bool = False,
) -> HttpResponse:  # fmt: skip
    """A small form that does one thing; a link lifts its #confirm into the dialog."""
    back = came_from(request, back)
    if request.method == "POST" and form.is_valid():
        try:
            save(form)
            messages.success(request, _("Done."))
            return redirect(back)
        except ValidationError as problem:
            add_errors(form, problem)
        except StaleRow:
            form.add_error(None, _("Somebody else saved meanwhile; look at it again first."))
    context = {
        "form": form, "title": title, "submit": submit, "text": text, "danger": danger, "next": back, "action": request.path,
    }  # fmt: skip
    return render(request, "procurement/step.html", context, status=422 if form.errors else 200)
