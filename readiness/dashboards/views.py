"""Today and Portfolio."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from portfolio.accounts.choices import Action
from portfolio.accounts.rules import Actor
from portfolio.initiatives.filters import InitiativeFilter
from portfolio.initiatives.forms.filter_bar import filter_bar
from portfolio.initiatives.models import Initiative
from portfolio.initiatives.queries.lists import named_options, stage_rows, unit_rows
from portfolio.kit import clock
from readiness.dashboards.choices import DutyKind
from readiness.dashboards.queries.awaiting import AT_GATES
from readiness.dashboards.queries.awaiting import awaiting as awaiting_of
from readiness.dashboards.queries.figures import portfolio_figures
from readiness.dashboards.queries.today import SHOWN, today_for
from readiness.dashboards.tables import awaiting as awaiting_table
from readiness.dashboards.tables import infrastructure, stages, summary
from readiness.dashboards.tables import today as today_table
from readiness.dashboards.tables.links import Links


def _actor(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The front door leads to what the reader has to do."""
    return redirect("today")


@require_safe
def today(request: HttpRequest) -> HttpResponse:
    """What waits for the reader, by the roles that the reader holds."""
    actor, now = _actor(request), clock.now()
    waiting = today_for(actor, clock.today(), now)
    duties = awaiting_of(actor, now=now, sources=AT_GATES)
    may = {
        "triage": actor.may_somewhere(Action.TRIAGE),
        "import": actor.may_somewhere(Action.IMPORT),
        "request": actor.may_somewhere(Action.REQUEST),
        "steer": actor.may_somewhere(Action.EDIT),
        "capacity": actor.may_somewhere(Action.CAPACITY),
        "evidence": actor.may_somewhere(Action.EVIDENCE),
        "silo": actor.may_somewhere(Action.SILO),
    }
    context = {
        "today": waiting, "headline": today_table.headline(waiting, len(duties)), "may": may,
        "duties": awaiting_table.rows(duties[:SHOWN]), "duties_total": len(duties),
        "asks": today_table.asks(waiting.asks.rows),
        "evidence": today_table.evidence(waiting),
        "finding": [(one, reverse(one.route, args=one.arguments)) for one in waiting.finding],
    }  # fmt: skip
    return render(request, "dashboards/today.html", context)


@require_safe
def awaiting(request: HttpRequest) -> HttpResponse:
    """Everything that waits for the reader, from every source; `kind` leaves one kind of it."""
    found = awaiting_of(_actor(request), now=clock.now())
    kind = request.GET.get("kind", "")
    shown = [one for one in found if one.kind == kind] if kind in set(DutyKind) else found
    context = {
        "rows": awaiting_table.rows(shown), "kinds": awaiting_table.counted(found), "kind": kind, "total": len(found),
        "overdue": sum(one.overdue for one in found),
    }  # fmt: skip
    return render(request, "dashboards/awaiting.html", context)


@require_safe
def portfolio(request: HttpRequest) -> HttpResponse:
    """The whole portfolio, or what the filters leave of it."""
    actor = _actor(request)
    visible = Initiative.objects.visible_to(actor)
    found = InitiativeFilter(request.GET, queryset=visible)
    units = unit_rows(actor)
    figures = portfolio_figures(
        found.qs,
        visible,
        units={pk: (unit.name, unit.path) for pk, unit in units.items()},
        unit=found.form.cleaned_data.get("unit"),
        today=clock.today(),
    )
    bar = filter_bar(found, request.GET, units=units, stages=stage_rows(), named=named_options(actor))
    kept = [(name, value) for name, values in request.GET.lists() for value in values if value and name in found.filters]
    return render(request, "dashboards/portfolio.html", _page(figures, Links(kept)) | {"bar": bar, "action": request.path})


def _page(figures: Any, links: Links) -> dict[str, Any]:
    flows = figures.history.flows
    main = next((flow for flow in flows if flow.stages), None)
    context = {
        "figures": figures,
        "headline": summary.headline(figures.counts, figures.history.stalled),
        "strip": summary.strip(figures, links),
        "risk": stages.risk_chart(figures.risk, figures.references.get("poc-to-production-scrapped")),
        "risk_figure": stages.risk_figure(figures.risk, figures.as_of),
        "venues": infrastructure.venue_chart(figures, links),
        "cloud": infrastructure.cloud_chart(figures, links),
        "answers": infrastructure.answers_chart(figures, links),
        "comparison": infrastructure.comparison(figures, main.record() if main else None),
        "units": infrastructure.unit_rows(figures.units, links),
        "stalled": [{"row": row, "url": links.initiative(row.id)} for row in figures.history.stalled.longest],
        "templates": [{"flow": flow, "url": links.page(lifecycle=flow.lifecycle), "shown": flow is main} for flow in flows],
    }
    if main:
        context |= {
            "flow": stages.flow_chart(main, links),
            "gates": stages.gate_chart(main, links),
            "times": stages.time_chart(figures.history.times, main, figures.history.stalled, links),
            "main": main,
        }
    return context
