"""Keeping, changing, choosing and retiring options, and what the sizing of one said over time."""

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

from portfolio.initiatives.forms.fields import add_errors
from readiness.sizing.forms.options import Choices, OptionForm, asked_texts, stored_texts
from readiness.sizing.models import SizingOption
from readiness.sizing.queries.options import measurement_rows, results
from readiness.sizing.queries.setting import Setting
from readiness.sizing.services import options as verbs
from readiness.sizing.tables.history import history_rows
from readiness.sizing.views.access import (
    PageRequest,
    came_from,
    get_editable_option,
    get_editable_setting,
    get_setting,
    get_visible_option,
)
from readiness.workloads.choices import Function
from readiness.workloads.models import VenueOption
from readiness.workloads.tables.frame import frame

MOST_RESULTS = 100


@require_http_methods(["GET", "POST"])
def option_new(request: PageRequest, pk: int) -> HttpResponse:
    """A further option; the sizing page hands over what it speaks of in the address."""
    seen = get_editable_setting(request, pk)
    choices = _choices(request, seen)
    form = OptionForm(
        request.POST or None, choices=choices, money=seen.money, initial=asked_texts(request.GET.dict(), choices)
    )  # fmt: skip

    def add() -> SizingOption:
        return verbs.add_option(by=request.actor, workload=seen.workload, **form.values())

    return _answer(request, seen, form, add, title=_("Add an option"))


@require_http_methods(["GET", "POST"])
def option_edit(request: PageRequest, pk: int) -> HttpResponse:
    """Change an option; somebody else's change in between is told, and what was typed stays."""
    option = get_editable_option(request, pk)
    seen = get_setting(request, option.workload_id)
    form = OptionForm(request.POST or None, choices=_choices(request, seen), money=seen.money, initial=stored_texts(option))
    version = request.POST.get("version", "")

    def change() -> SizingOption:
        number = int(version) if version.isascii() and version.isdigit() and len(version) < 10 else None
        return verbs.change_option(by=request.actor, option=option, changes=form.values(), version=number)

    return _answer(request, seen, form, change, title=_("Change %s") % option.label, option=option)


@require_http_methods(["GET", "POST"])
def option_choose(request: PageRequest, pk: int) -> HttpResponse:
    """Make it the option that the workload goes with."""
    option = get_editable_option(request, pk)
    text = _("Headroom, cost and the order-by date of the workload follow the chosen option. Others stay for comparison.")
    return _confirmed(
        request, option, lambda: verbs.choose_option(by=request.actor, option=option),
        title=_("Choose %s?") % option.label, text=text, submit=_("Choose it"),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def option_retire(request: PageRequest, pk: int) -> HttpResponse:
    """Take it out of the comparison."""
    option = get_editable_option(request, pk)
    text = _("It leaves the comparison. Its earlier answers stay in the history of the initiative.")
    return _confirmed(
        request, option, lambda: verbs.retire_option(by=request.actor, option=option),
        title=_("Retire %s?") % option.label, text=text, submit=_("Retire it"), danger=True,
    )  # fmt: skip


@require_safe
def option_results(request: PageRequest, pk: int) -> HttpResponse:
    """What the sizing of this option said, newest first, and what changed in between."""
    option = get_visible_option(request, pk)
    found = list(results(option)[: MOST_RESULTS + 1])
    context = frame(option.workload, "sizing") | {
        "option": option,
        "rows": history_rows(found, option.result_id)[:MOST_RESULTS],
        "more": len(found) > MOST_RESULTS,
    }
    return render(request, "sizing/results.html", context)


def _answer(
    request: PageRequest, seen: Setting, form: OptionForm, act: Callable[[], SizingOption], *, title: str,
    option: SizingOption | None = None,
) -> HttpResponse:  # fmt: skip
    """Show the form; or do it and show the sizing of the option."""
    if request.method == "POST" and form.is_valid():
        try:
            made = act()
        except ValidationError as problem:
            add_errors(form, problem)
        except verbs.StaleOption:
            form.add_error(None, _("Somebody else changed it meanwhile. What you typed is kept; look at it and save again."))
            option = get_editable_option(request, option.pk) if option else None
        else:
            messages.success(request, _("%s is sized.") % made.label)
            return redirect(f"{reverse('sizing:workload', args=[made.workload_id])}?option={made.pk}")
    context = frame(seen.workload, "sizing") | {"form": form, "title": title, "option": option}
    return render(request, "sizing/option_form.html", context, status=422 if form.errors else 200)


def _confirmed(
    request: PageRequest,
    option: SizingOption,
    act: Callable[[], Any],
    *,
    title: str,
    text: str,
    submit: str,
    danger: bool = False,
) -> HttpResponse:
    back = came_from(request, reverse("sizing:workload", args=[option.workload_id]))
    form = forms.Form(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        try:
            act()
        except ValidationError as problem:
            messages.error(request, " ".join(problem.messages))
        return redirect(back)
    context = {"form": form, "title": title, "text": text, "submit": submit, "danger": danger, "next": back, "option": option}
    return render(request, "sizing/confirm.html", context)


def _choices(request: PageRequest, seen: Setting) -> Choices:
    venues = VenueOption.objects.filter(initiative=seen.workload.initiative_id).exclude(function=Function.STORAGE)
    wanted = {seen.task.value, "generate"} if seen.task == "train" else {seen.task.value}
    return Choices(
        models=[row for row in seen.models if row["task"] in wanted],
        accelerators=seen.accelerators,
        pools=list(seen.pools.values()),
        measurements=measurement_rows(request.actor),
        venues=list(venues.values("id", "label")),
    )
