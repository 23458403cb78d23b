"""The gates of one initiative: its tab, its panel on the overview, and planning a review."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portfolio.accounts.choices import Action
from portfolio.initiatives.choices import Status
from portfolio.initiatives.models import Initiative
from portfolio.kit import clock
from readiness.gates.choices import Mode
from readiness.gates.forms.steps import PlanForm
from readiness.gates.models import Review
from readiness.gates.queries import listed, standing
from readiness.gates.queries.listed import review_rows
from readiness.gates.queries.templates import gate_ahead, parsed, published
from readiness.gates.services.reviews import plan_review
from readiness.gates.tables import board, decisions, frame
from readiness.gates.tables import initiative as tables
from readiness.gates.tables import waivers as conditions
from readiness.gates.views.access import PageRequest, get_initiative
from readiness.gates.views.answering import blame
from readiness.gates.views.rights import may, require


@require_safe
def initiative(request: PageRequest, pk: int) -> HttpResponse:
    """The tab: the gate ahead, its review, decisions, open conditions, waivers."""
    row = get_initiative(request, pk)
    reviews = _reviews(request, pk)
    ahead = gate_ahead(row)
    some = listed.conditions(request.actor, clock.today()).filter(initiative=pk)
    waivers = listed.waivers(request.actor, clock.now()).filter(initiative=pk)
    context = {
        "initiative": row,
        "headline": tables.headline(ahead, reviews),
        "ahead": tables.ahead(ahead, reviews),
        "open": [board.line(one) for one in reviews if one["state"] in tables.OPEN],
        "past": [board.line(one) for one in reviews if one["state"] not in tables.OPEN],
        "decisions": [decisions.decision_row(one) for one in standing.decisions_of_initiative(pk)],
        "conditions": conditions.condition_rows(listed.condition_rows(some).order_by("due", "id"), {}),
        "waivers": conditions.waiver_rows(listed.waiver_rows(waivers).order_by("-id")),
        "may_plan": _may_plan(request, row),
    }
    return render(request, "gates/initiative.html", context)


@require_safe
def panel(request: PageRequest, pk: int) -> HttpResponse:
    """In brief, on the overview; without htmx the tab."""
    row = get_initiative(request, pk)
    if not request.htmx:
        return redirect("gates:initiative", pk)
    reviews = _reviews(request, pk)
    context = {
        "summary": tables.headline(gate_ahead(row), reviews),
        "line": next((board.line(one) for one in reviews if one["state"] in tables.OPEN), None),
        "last": next((board.line(one) for one in reviews if one["state"] in ("decided", "closed")), None),
        "url": reverse("gates:initiative", args=[pk]),
    }
    return render(request, "gates/panel.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def plan(request: PageRequest, pk: int) -> HttpResponse:
    """Start a review of the gate that it stands before, or of another one."""
    row = get_initiative(request, pk)
    require(request, row, Action.GATE)
    found = list(published(row.lifecycle.key))
    choices = tables.plan_choices([(one, parsed(one)) for one in found], row.stage.key if row.stage else None)
    form = PlanForm(request.POST or None, choices=choices)
    if request.method == "POST" and form.is_valid():
        template, gate = form.chosen
        try:
            made = plan_review(
                by=request.actor, initiative=row, gate=gate, template=get_object_or_404(published(), pk=template),
                wanted_on=form.cleaned_data["wanted_on"], mode=Mode(form.cleaned_data["mode"]),
            )  # fmt: skip
        except ValidationError as problem:
            blame(form, problem)
        else:
            messages.success(request, _("The review is planned. Below stands what is missing."))
            return redirect("gates:review", made.pk)
    context: dict[str, Any] = {
        "form": form,
        "choices": choices,
        "initiative": row,
        "back": reverse("gates:initiative", args=[pk]),
        "crumbs": frame.crumbs((row.key, reverse("gates:initiative", args=[pk]))),
    }
    return render(request, "gates/plan.html", context, status=422 if form.errors else 200)


def _reviews(request: PageRequest, pk: int) -> list[dict[str, Any]]:
    return list(review_rows(Review.objects.visible_to(request.actor).filter(initiative=pk)).order_by("-id"))


def _may_plan(request: PageRequest, row: Initiative) -> bool:
    return row.status != Status.CLOSED and may(request, row, Action.GATE)
