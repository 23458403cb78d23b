"""The model card, and the two jobs that an administrator may ask for."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from readiness.risk.queries.card import card, holds_all, newest_jobs
from readiness.risk.services.learning import WORK, ask, may_learn
from readiness.risk.tables import backtests, model_card
from readiness.risk.tables.frame import tabs
from readiness.risk.views.access import PageRequest


@require_safe
def page(request: PageRequest) -> HttpResponse:
    """What the figure says, what it rests on, and how it did."""
    found = card(request.actor)
    skill = backtests.skill_figure(found)
    context = {
        "card": found, "headline": model_card.headline(found), "tabs": tabs("model", request.actor),
        "strip": [*model_card.strip(found), *([skill] if skill else [])],
        "drivers": model_card.driver_rows(found), "says": model_card.says(found), "own": model_card.own_against_published(found),
        "levels": model_card.level_chart(found), "counting": model_card.counting(found), "saw": model_card.saw(found),
        "left_out": model_card.left_out(found), "versions": model_card.version_rows(found),
        "tests": backtests.tests(found), "may_learn": may_learn(request.actor), "jobs": model_card.job_rows(found.jobs),
    }  # fmt: skip
    return render(request, "risk/model.html", context)


@require_safe
def job(request: PageRequest, name: str) -> HttpResponse:
    """How far the newest job of a kind is; by itself the page."""
    if not request.htmx:
        return redirect("risk:model")
    if not holds_all(request.actor):
        raise Http404
    rows = [one for one in newest_jobs(demo=request.actor.showing_demo) if one.handler == WORK.get(name)]
    if not rows:
        raise Http404
    context: dict[str, Any] = {"row": model_card.job_rows(rows)[0]}
    return render(request, "risk/model_job.html", context)


@require_POST
def work(request: PageRequest, name: str) -> HttpResponse:
    """Ask for a job; its progress stands on the page."""
    if name not in WORK:
        raise Http404
    ask(by=request.actor, work=name)
    messages.success(request, _("Asked for. You can leave this page; the work goes on."))
    return redirect("risk:model")
