"""The venues of one initiative: options side by side, what was chosen and why, and the dates of the sequence rules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portfolio.initiatives.choices import Status
from portfolio.initiatives.forms.fields import add_errors
from portfolio.initiatives.models import Initiative
from portfolio.initiatives.services import initiatives as register
from readiness.workloads.choices import Function
from readiness.workloads.forms.venues import (
    ChooseForm,
    ComparisonForm,
    DatesForm,
    OptionForm,
    RejectForm,
    typed_dates,
    typed_option,
)
from readiness.workloads.models import Accelerator, VenueOption
from readiness.workloads.queries import venues as reading
from readiness.workloads.rules.sequence import sequences
from readiness.workloads.services import venues as verbs
from readiness.workloads.services.profiles import can_edit
from readiness.workloads.tables import venues as tables
from readiness.workloads.views.access import PageRequest, get_editable_initiative, get_initiative
from readiness.workloads.views.small_forms import answer, do


@require_safe
def venues(request: PageRequest, pk: int) -> HttpResponse:
    """The options per function side by side with the verdict of their comparison; the decision dates in order."""
    row = get_initiative(request, pk)
    views, dates = reading.functions_of(request.actor, row), reading.dates_of(pk)
    running = row.status != Status.CLOSED
    may_edit, money = running and can_edit(request.actor, row), verbs.sees_money(request.actor, row)
    context = {
        "initiative": row, "headline": tables.headline(views), "may_edit": may_edit,
        "functions": tables.functions(views, initiative=pk, money=money, may_edit=may_edit),
        "sequence": tables.sequence_lines(sequences(dates)), "dates": tables.date_lines(dates),
        "may_date": running and register.can_edit(request.actor, row, {"dates"}),
    }  # fmt: skip
    return render(request, "workloads/venues.html", context)


@require_http_methods(["GET", "POST"])
def venue_new(request: PageRequest, pk: int) -> HttpResponse:
    """Name another place for a function."""
    row = get_editable_initiative(request, pk)
    function = _function(request.GET.get("function", Function.INFERENCE))
    form = _option_form(request, row)
    if request.method == "POST" and form.is_valid():
        try:
            verbs.add_venue_option(by=request.actor, initiative=row, function=function, **form.values())
            messages.success(request, _("Added to the comparison."))
            return redirect(_page(pk, function))
        except ValidationError as problem:
            add_errors(form, problem)
    title = _("Venue option for %s") % str(tables.FUNCTIONS[function]).lower()
    return _form_page(request, row, form, title)


@require_http_methods(["GET", "POST"])
def venue_edit(request: PageRequest, pk: int, child: int) -> HttpResponse:
    """Change what is known of an option."""
    row = get_editable_initiative(request, pk)
    option = _option(request, pk, child)
    form = _option_form(request, row, option)
    if request.method == "POST" and form.is_valid():
        try:
            version = form.cleaned_data["version"]
            verbs.change_venue_option(by=request.actor, option=option, changes=form.values(), version=version)
            messages.success(request, _("Saved."))
            return redirect(_page(pk, Function(option.function)))
        except ValidationError as problem:
            add_errors(form, problem)
        except verbs.StaleOption as stale:
            form = _again(form, typed_option(stale.current, money=verbs.sees_money(request.actor, row)))
    return _form_page(request, row, form, option.label)


@require_http_methods(["GET", "POST"])
def venue_choose(request: PageRequest, pk: int, child: int) -> HttpResponse:
    """Decide for an option; another one that was chosen becomes a candidate again."""
    form = ChooseForm(request.POST or None)
    text = _("Another one that was chosen for this function becomes a candidate again.")
    return _decide(
        request, pk, child, form, lambda option: verbs.choose_venue(by=request.actor, option=option, **form.cleaned_data),
        title=_("Choose %s"), submit=_("Choose it"), text=text, done=_("Chosen."),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def venue_reject(request: PageRequest, pk: int, child: int) -> HttpResponse:
    """Decide against an option; it stays in the comparison."""
    form = RejectForm(request.POST or None)
    text = _("It stays in the comparison, with your reason: it was looked at.")
    return _decide(
        request, pk, child, form, lambda option: verbs.reject_venue(by=request.actor, option=option, **form.cleaned_data),
        title=_("Reject %s"), submit=_("Reject it"), text=text, done=_("Rejected."),
    )  # fmt: skip


@require_POST
def venue_reconsider(request: PageRequest, pk: int, child: int) -> HttpResponse:
    """Make it a candidate again."""
    get_editable_initiative(request, pk)
    option = _option(request, pk, child)
    back = _page(pk, Function(option.function))
    act = lambda: verbs.reconsider_venue(by=request.actor, option=option)  # noqa: E731
    return do(request, act, done=_("It is a candidate again."), back=back)


@require_http_methods(["GET", "POST"])
def venue_comparison(request: PageRequest, pk: int, function: str) -> HttpResponse:
    """Why a short comparison is enough, or that the initiative has no such function."""
    row, wanted = get_editable_initiative(request, pk), _function(function)
    view = next(one for one in reading.functions_of(request.actor, row) if one.function is wanted)
    form = ComparisonForm(request.POST or None, initial={"reason": view.reason, "not_applicable": view.not_applicable})

    def write() -> None:
        verbs.record_comparison(
            by=request.actor, initiative=row, function=wanted, decided_on=view.decided_on, **form.cleaned_data
        )  # fmt: skip

    title = _("Comparison for %s") % str(tables.FUNCTIONS[wanted]).lower()
    return answer(request, form, write, title=title, submit=_("Save"), back=_page(pk, wanted), crumbs=_crumbs(row))


@require_http_methods(["GET", "POST"])
def venue_dates(request: PageRequest, pk: int) -> HttpResponse:
    """The four dates of the sequence rules; they are the initiative's own."""
    row = get_initiative(request, pk)
    if not register.can_edit(request.actor, row, {"dates"}):
        raise PermissionDenied(_("You may not change the dates of this initiative."))
    form = DatesForm(request.POST or None, labels=tables.DATES, initial=typed_dates(reading.dates_of(pk)))
    if request.method == "POST" and form.is_valid():
        register.update_initiative(by=request.actor, initiative=row, changes={"dates": form.changes()})
        messages.success(request, _("Saved."))
        return redirect(reverse("workloads:venues", args=[pk]) + "#dates")
    context = {"form": form, "initiative": row, "crumbs": _crumbs(row), "cancel_url": reverse("workloads:venues", args=[pk])}
    return render(request, "workloads/venue_dates.html", context, status=422 if form.errors else 200)


def _decide(
    request: PageRequest, pk: int, child: int, form: forms.Form, act: Callable[[VenueOption], Any], *, title: str, submit: str,
    text: str, done: str,
) -> HttpResponse:  # fmt: skip
    row = get_editable_initiative(request, pk)
    option = _option(request, pk, child)
    back = _page(pk, Function(option.function))
    return answer(
        request, form, lambda: act(option), title=title % option.label, submit=submit, back=back, crumbs=_crumbs(row),
        text=text, done=done,
    )  # fmt: skip


def _option(request: PageRequest, pk: int, child: int) -> VenueOption:
    option = reading.one_option(request.actor, pk, child)
    if option is None:
        raise Http404
    return option


def _function(name: str) -> Function:
    if name not in set(Function):
        raise Http404
    return Function(name)


def _option_form(request: PageRequest, row: Initiative, option: VenueOption | None = None) -> OptionForm:
    money = verbs.sees_money(request.actor, row)
    offered = Accelerator.objects.filter(Q(retired=False) | Q(pk=option.accelerator_id if option else None))
    accelerators = {one.pk: one for one in offered}
    initial = typed_option(option, money=money) if option else {}
    return OptionForm(request.POST or None, accelerators=accelerators, money=money, initial=initial)


def _again(form: OptionForm, current: dict[str, Any]) -> OptionForm:
    """The form as it was typed over the newer version, saying what the other person's is, so that saving again is meant."""
    typed = {**form.data.dict(), "version": str(current["version"])}  # type: ignore[attr-defined]
    money = "cost_per_month" in form.fields
    fresh = OptionForm(typed, accelerators=form.accelerators, money=money, initial=current)
    theirs = [f"{fresh[name].label}: {current[name] or _('empty')}" for name in fresh.changed_data if name != "version"]
    fresh.add_error(
        None, _("Somebody else saved meanwhile. Theirs: %s. Save again to put yours in its place.") % "; ".join(theirs)
    )
    return fresh


def _form_page(request: PageRequest, row: Initiative, form: OptionForm, title: str) -> HttpResponse:
    context = {"form": form, "title": title, "crumbs": _crumbs(row), "cancel_url": reverse("workloads:venues", args=[row.pk])}
    return render(request, "workloads/venue_form.html", context, status=422 if form.errors else 200)


def _page(pk: int, function: Function) -> str:
    return reverse("workloads:venues", args=[pk]) + f"#{function.value}"


def _crumbs(row: Initiative) -> list[dict[str, Any]]:
    return [
        {"label": f"{row.key} {row.name}", "url": reverse("initiatives:detail", args=[row.pk])},
        {"label": _("Venues"), "url": reverse("workloads:venues", args=[row.pk])},
    ]
