"""Why one initiative's figure is what it is: in brief on its page, whole on a page of its own, and computed again."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from portfolio.accounts.rules import may_see_money
from portfolio.initiatives.models import Initiative
from portfolio.kit import clock
from readiness.risk.queries import explained as reading
from readiness.risk.queries.replaying import replay
from readiness.risk.services.computing import compute, may_compute, state_of_job
from readiness.risk.tables import explained as tables
from readiness.risk.tables import explained_charts as charts
from readiness.risk.views.access import PageRequest


@require_safe
def initiative(request: PageRequest, pk: int) -> HttpResponse:
    """The page: figure, waterfall, what lowers it, what is unknown, every driver, and its course."""
    one = _seen(request, pk)
    context = _frame(request, one) | _course(request, one)
    if one.state is reading.State.SCORED:
        context |= _whole(request, one)
    return render(request, "risk/initiative.html", context)


@require_safe
def panel(request: PageRequest, pk: int) -> HttpResponse:
    """In brief, on the overview; without htmx the page."""
    if not request.htmx:
        return redirect("risk:initiative", pk)
    one = _seen(request, pk)
    context = _frame(request, one)
    if one.state is reading.State.SCORED:
        told = reading.told(one)
        part = told.shown if told.full is None or one.version.share > 0 else told.full
        context |= {
            "chart": charts.waterfall_chart(one, told), "in_full": part is told.full,
            "actions": tables.action_rows(part.actions, {}, money=False),
        }  # fmt: skip
    return render(request, "risk/initiative_panel.html", context)


@require_safe
def again(request: PageRequest, pk: int) -> HttpResponse:
    """The figure computed again from what is stored; a line of the page, and by itself the page."""
    one = _seen(request, pk)
    if not request.htmx:
        return redirect(f"{reverse('risk:initiative', args=[pk])}?replay=1")
    return render(request, "risk/replay.html", {"replay": _replayed(one), "initiative": one.initiative})


@require_POST
def compute_now(request: PageRequest, pk: int) -> HttpResponse:
    """Ask for a scoring; its progress stands on the page."""
    job = compute(by=request.actor, initiative=_seen(request, pk).initiative)
    messages.success(request, _("Asked for. You can leave this page; the work goes on."))
    return redirect(f"{reverse('risk:initiative', args=[pk])}?job={job.pk}")


@require_safe
def computing(request: PageRequest, pk: int, job: int) -> HttpResponse:
    """How far the scoring is."""
    one = _seen(request, pk)
    progress = _progress(one.initiative, job)
    if progress is None:
        raise Http404
    if not request.htmx:
        return redirect(f"{reverse('risk:initiative', args=[pk])}?job={job}")
    return render(request, "risk/computing.html", {"progress": progress})


def _seen(request: PageRequest, pk: int) -> reading.Seen:
    one = reading.seen(request.actor, pk)
    if one is None:
        raise Http404
    return one


def _frame(request: PageRequest, one: reading.Seen) -> dict[str, Any]:
    """What page and panel both say."""
    job = request.GET.get("job", "")
    context: dict[str, Any] = {
        "initiative": one.initiative, "url": reverse("risk:initiative", args=[one.initiative.pk]), "state": one.state.value,
        "headline": tables.headline(one), "may_compute": may_compute(request.actor, one.initiative),
        "progress": _progress(one.initiative, int(job)) if job.isascii() and job.isdigit() and len(job) < 18 else None,
    }  # fmt: skip
    if one.score is None:
        return context
    return context | {
        "score": one.score, "version": one.version, "generation": one.generation, "band": one.band.value,
        "apart": tables.told_apart(one), "rests": tables.rests_on(one), "counting": tables.counting(one),
        "figure": tables.figure(one),
    }  # fmt: skip


def _whole(request: PageRequest, one: reading.Seen) -> dict[str, Any]:
    actor, row, today = request.actor, one.initiative, clock.today()
    told = reading.told(one)
    why = reading.because(actor, one, today=today, now=clock.now())
    money = may_see_money(actor, unit_path=row.unit.path, owner_id=row.owner_id, sponsor_id=row.sponsor_id)
    questions, total = reading.open_questions(actor, one, today)
    urls = {key: tables.address(each, money=money) for key, each in why.items()}
    in_full = told.full is not None and one.version.share <= 0
    part = told.full if in_full and told.full is not None else told.shown
    return {
        "chart": charts.waterfall_chart(one, told, urls=urls), "in_full": in_full, "digest": one.digest,
        "counted": one.weighed is not None and one.weighed.share > 0,
        "full_chart": charts.waterfall_chart(one, told, full=True, urls=urls) if told.full else None,
        "full_sentence": tables.full_sentence(told, one.version.horizon_months),
        "actions": tables.action_rows(part.actions, why, money=money), "narrowing": tables.narrowing(told.shown),
        "full_narrowing": tables.narrowing(told.full) if told.full else "",
        "unknown": tables.unknown_rows(told.shown, why, money=money), "questions": questions, "more": total - len(questions),
        "drivers": tables.driver_rows(one, told, why, today, money=money),
        "changed": sum(each.changed for each in why.values()),
        "replay": _replayed(one) if "replay" in request.GET else None,
    }  # fmt: skip


def _course(request: PageRequest, one: reading.Seen) -> dict[str, Any]:
    course = reading.course(request.actor, one)
    months = one.version.horizon_months if one.score is not None else reading.HORIZON_MONTHS
    return {"course": charts.course_chart(course, months)}


def _replayed(one: reading.Seen) -> dict[str, Any] | None:
    found = replay(one.generation, one.initiative.pk) if one.state is reading.State.SCORED else None
    return tables.replay_line(found) if found is not None else None


def _progress(row: Initiative, job: int) -> dict[str, Any] | None:
    state = state_of_job(job)
    if state is None:
        return None
    url = reverse("risk:computing", args=[row.pk, job])
    return {"url": url, "state": state, "label": _("Scoring"), "result_url": reverse("risk:initiative", args=[row.pk])}
