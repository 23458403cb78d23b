"""The Portfolio page: the sentence, the figures, the filter bar, and a place for each panel that loads by itself."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from portfolio.accounts.choices import Action
from portfolio.initiatives.forms.filter_bar import filter_bar, filter_query
from portfolio.initiatives.queries.lists import named_options, stage_rows, unit_rows
from portfolio.initiatives.queries.saved_views import menu_of
from portfolio.kit import clock
from readiness.dashboards.queries.figures import portfolio_figures
from readiness.dashboards.rules.figures import PortfolioFigures
from readiness.dashboards.tables import infrastructure, stages, summary
from readiness.dashboards.tables.links import Links
from readiness.dashboards.views.access import PageRequest, filtered

BESIDE_AMOUNTS = 3  # figures; what was spent and what is likely abandoned load by themselves beside them
FORMATS = (("csv", "CSV"), ("xlsx", "Excel (XLSX)"), ("json", "JSON"))


@require_safe
def portfolio(request: PageRequest) -> HttpResponse:
    """The whole portfolio, or what the filters leave of it."""
    actor, asked = request.actor, filtered(request)
    units = unit_rows(actor)
    figures = portfolio_figures(
        asked.rows, asked.visible, units={pk: (unit.name, unit.path) for pk, unit in units.items()}, unit=asked.unit,
        today=clock.today(),
    )  # fmt: skip
    query, money = filter_query(request.GET), actor.may_somewhere(Action.MONEY)
    context = _page(figures, asked.links, money=money) | {
        "bar": filter_bar(asked.found, request.GET, units=units, stages=stage_rows(), named=named_options(actor)),
        "action": request.path, "query": query,
        "suffix": f"?{query}" if query else "", "money": money, "views": menu_of(actor, "portfolio"),
        "formats": [{"label": label, "url": _export_url(fmt, query)} for fmt, label in FORMATS],
    }  # fmt: skip
    return render(request, "dashboards/portfolio.html", context)


def _export_url(fmt: str, query: str) -> str:
    """The initiatives behind the page, as a file."""
    return reverse("initiatives:export", args=[fmt]) + (f"?{query}" if query else "")


def _page(figures: PortfolioFigures, links: Links, *, money: bool) -> dict[str, Any]:
    flows = figures.history.flows
    main = next((flow for flow in flows if flow.stages), None)
    context: dict[str, Any] = {
        "figures": figures,
        "headline": summary.headline(figures.counts, figures.history.stalled),
        "strip": summary.strip(figures, links, money=money)[: BESIDE_AMOUNTS if money else None],
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
