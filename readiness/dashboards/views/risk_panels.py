"""Panels of the Portfolio page about risk: fragments of their own, and without scripts pages."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portfolio.finance.queries.rates import settings_now
from portfolio.initiatives.choices import Status
from portfolio.initiatives.forms.filter_bar import filter_query
from portfolio.kit import clock
from readiness.core.risk.prior import before_history
from readiness.dashboards.queries.risk import spread
from readiness.dashboards.tables import risk as tables
from readiness.dashboards.tables import stages
from readiness.dashboards.views.access import Filtered, PageRequest, filtered, require_money
from readiness.dashboards.views.panels import answer
from readiness.risk.queries.moved import moves
from readiness.risk.queries.spending.items import items, largest
from readiness.risk.queries.spending.told import computed, kept_row
from readiness.risk.rules.spending import Item, kept_from
from readiness.risk.tables.spending import View
from readiness.risk.tables.spending_charts import BUBBLES


@require_safe
def risk(request: PageRequest) -> HttpResponse:
    """How figures are spread; before anything was learned the one figure of the reference class."""
    asked, today = filtered(request), clock.today()
    found = spread(asked.rows)
    context = tables.spread_context(found, asked.links)
    if not found.ranks:
        first = before_history(asked.rows.filter(status=Status.CLOSED).count())
        context |= {
            "first": first, "risk_figure": stages.risk_figure(first, today), "risk_chart": stages.risk_chart(first, None),
        }  # fmt: skip
    return answer(request, "risk", _("Likely abandoned"), asked, context)


@require_safe
def risk_movers(request: PageRequest) -> HttpResponse:
    """Figures that moved since last week, and which answers are others now."""
    asked = filtered(request)
    context = tables.moves_context(moves(asked.rows, request.actor, clock.today())) | {"part": True}
    return answer(request, "risk_movers", _("Figures of risk since last week"), asked, context)


@require_safe
def spend(request: PageRequest) -> HttpResponse:
    """What is likely abandoned: the figure of the strip, and beside it the panel."""
    require_money(request)
    asked, query = filtered(request), filter_query(request.GET)
    url = reverse("risk:spending") + (f"?{query}" if query else "")
    view, rows = _spending(request, asked)
    return answer(request, "spend", _("Abandoned spend"), asked, tables.spend_context(view, rows, url))


def _spending(request: PageRequest, asked: Filtered) -> tuple[View | None, list[Item]]:
    """From the row that a job kept, where the filters name nothing but a unit; else computed, and kept for the next reader."""
    narrowed = any(name != "unit" for name, _value in asked.links.kept)
    row = None if narrowed else kept_row(request.actor, asked.unit)
    if row is not None:
        view = View(kept_from(row.figures), row.currency, row.on, row.generation.version)
        return view, largest(asked.rows, request.actor, BUBBLES)
    rows = items(asked.rows, request.actor)
    found = computed(request.actor, rows, {}, clock.today())
    if found is None:
        return None, rows
    return View(found.whole, settings_now().reporting_currency, found.on, found.generation.version), rows
